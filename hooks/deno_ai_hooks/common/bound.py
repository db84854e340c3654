"""Values that are passed beside a query instead of in it: `query(`… = ${id}`)` becomes `query("… = $1", [id])`.

    bound(module, call, template)     # the edits, none where they might change what is asked

Touched are calls of drivers that are known (pg, deno-postgres, node:sqlite), whose only argument is a template
in which each value stands where a value may: behind a comparison, in quotes of its own or, for PostgreSQL,
which reads a parameter by the type of what it is compared with, without.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module

NUMBERED = pattern(
    r'(?:npm:pg(?:\.default)?\.(?:Pool|Client)\(\)\.query'
    r'|(?:jsr:@(?:db|bartlomieju)/postgres|https://deno\.land/x/postgres@[^()]{1,60})\.(?:Client|Pool)\(\)'
    r'(?:\.connect\(\))?\.query(?:Object|Array))$'
)
"""Methods of PostgreSQL's drivers: placeholders `$1`, values as a list."""

PREPARED = pattern(r'node:sqlite\.DatabaseSync\(\)\.prepare$')
ASKING = frozenset('all get run iterate'.split())
BEFORE = pattern(r'(?i)(?:[=<>]|\blike)\s{0,9}$')
AFTER = pattern(r'\s{0,9}(?:$|[\s,);])')
MANY = 12            # values of one query


def bound(module: Module, call: Node, template: Node) -> tuple[Edit, ...]:
    """Return the edits that pass what a template has put into a query beside it."""
    function, given = call.child_by_field_name('function'), list(arguments(call))
    name = (module.callee(function) if function is not None else None) or ''
    if len(given) != 1 or given[0].id != template.id or template.type != 'template_string':
        return ()
    if NUMBERED.match(name):
        return _numbered(module, template)
    return _prepared(module, call, template) if PREPARED.match(name) else ()


def _numbered(module: Module, template: Node) -> tuple[Edit, ...]:
    found = _values(module, template, quoted=False)
    edits = [Edit(span, f'${number}') for number, (span, _) in enumerate(found, 1)]
    end = module.span(template).end
    values = ', '.join(text for _, text in found)
    return (*edits, Edit(Span(end, end), f', [{values}]')) if found else ()


def _prepared(module: Module, call: Node, template: Node) -> tuple[Edit, ...]:
    """Return the edits of `db.prepare(`…`).all()`, whose second call takes the values."""
    member = call.parent
    asking = member.parent if member is not None else None
    if member is None or asking is None or member.type != 'member_expression' or asking.type != 'call_expression':
        return ()
    given = asking.child_by_field_name('arguments')
    if module.key(member) not in ASKING or given is None or given.named_children:
        return ()
    found = _values(module, template, quoted=True)
    place = module.span(given).start + len('(')
    values = ', '.join(text for _, text in found)
    return (*(Edit(span, '?') for span, _ in found), Edit(Span(place, place), values)) if found else ()


def _values(module: Module, template: Node, quoted: bool) -> list[tuple[Span, str]]:
    """Return what stands for each value, its quotes included, and the value; nothing if one stands elsewhere."""
    holes = [each for each in template.named_children if each.type == 'template_substitution']
    start, text = template.start_byte, module.read(template)
    found: list[tuple[Span, str]] = []
    if len(text.encode()) != len(text) or len(holes) > MANY:
        return []
    for hole in holes:
        before, after = text[:hole.start_byte - start], text[hole.end_byte - start:-1]
        own = before.endswith("'") and after.startswith("'")
        if own:
            before, after = before[:-1], after[1:]
        if not BEFORE.search(before) or not AFTER.match(after) or (quoted and not own) or not hole.named_children:
            return []
        outer = module.span(hole)
        span = Span(outer.start - 1, outer.end + 1) if own else outer
        found.append((span, module.read(hole.named_children[0])))
    return found
