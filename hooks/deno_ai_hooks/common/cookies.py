"""The cookies that a module sets, and what protects them.

Source: RFC 6265, sections 4.1 and 5.2; the manuals of @std/http, Hono and Express.
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.values import Hole
from deno_ai_hooks.common.values import evaluate
from deno_ai_hooks.common.values import texts
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module

STD = pattern(r'(?:jsr:@std/http(?:/cookie|/unstable-\w+)?|https://deno\.land/std[^()]*/http/[^()]*)\.setCookie$')
HONO = pattern(r'(?:npm:|jsr:@)hono(?:/hono)?/cookie\.set(?:Signed)?Cookie$')
EXPRESS = pattern(r'res(?:ponse)?\.cookie$')
GUARDS = ('HttpOnly', 'Secure')
HOLE = '\0'


class Cookie(NamedTuple):
    """A cookie that gets a value: what it is called, where it is set, and which of GUARDS it lacks."""

    name: str
    place: Node
    missing: tuple[str, ...]


def cookies(module: Module) -> Iterator[Cookie]:
    """Yield the cookies that a module gives a value, as far as their attributes are known."""
    for call in module.calls():
        name, given = call.callee or '', call.arguments
        if STD.match(name) and len(given) > 1:
            options = module.properties(given[1])
            yield from _with_options(module, call, options.get('name'), options.get('value'), given[1])
        elif HONO.match(name) and len(given) > 2:
            at = 4 if name.endswith('setSignedCookie') else 3
            yield from _with_options(module, call, given[1], given[2], _item(given, at))
        elif len(given) > 1 and EXPRESS.match(_written(module, call)):
            yield from _with_options(module, call, given[0], given[1], _item(given, 2))
        elif len(given) == 2 and _is_header(module.string(given[0])):
            yield from _written_out(module, given[1])
    for node in module.nodes('pair'):
        key, value = node.child_by_field_name('key'), node.child_by_field_name('value')
        if key is not None and value is not None and _is_header(module.read(key).strip('"\'')):
            yield from _written_out(module, value)
    yield from _of_the_page(module)


def _is_header(name: str | None) -> bool:
    return name is not None and name.lower() == 'set-cookie'


def _item(nodes: Sequence[Node], at: int) -> Node | None:
    return nodes[at] if at < len(nodes) else None


def _written(module: Module, call: Call) -> str:
    function = call.node.child_by_field_name('function')
    return module.read(function)[-60:] if function is not None else ''


def _with_options(
    module: Module, call: Call, name: Node | None, value: Node | None, options: Node | None,
) -> Iterator[Cookie]:
    """Yield the cookie that a call sets, unless it takes one away or has options that are not known."""
    known = module.properties(options) if options is not None else {}
    if name is None or (value is not None and module.string(value) == ''):
        return
    if options is not None and not getattr(known, 'complete', False):
        return
    if 'maxAge' in known and module.read(known['maxAge']) == '0':
        return
    closed = {key.lower() for key, node in known.items() if module.read(node) not in ('false', 'undefined', 'null')}
    if 'prefix' in closed:  # Hono: __Secure- and __Host- set it
        closed.add('secure')
    missing = tuple(guard for guard in GUARDS if guard.lower() not in closed)
    yield from (Cookie(text, call.node, missing) for text in texts(module, name))


def _written_out(module: Module, value: Node) -> Iterator[Cookie]:
    """Yield the cookie of a `Set-Cookie` header."""
    for text in _possible(module, value):
        name, equals, rest = text.partition('=')
        content, _, attributes = rest.partition(';')
        if not equals or HOLE in name + attributes or not content.strip():
            continue
        given = {part.strip().partition('=')[0].lower() for part in attributes.split(';')}
        if 'max-age=0' not in attributes.lower().replace(' ', ''):
            yield Cookie(name, value, tuple(guard for guard in GUARDS if guard.lower() not in given))


def _of_the_page(module: Module) -> Iterator[Cookie]:
    """Yield the cookies that a page sets itself: none of them is hidden from scripts."""
    for node in module.nodes('assignment_expression'):
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if left is None or right is None or not module.read(left)[-40:].endswith('document.cookie'):
            continue
        for text in _possible(module, right):
            name, _, rest = text.partition('=')
            if HOLE not in name and rest.partition(';')[0].strip() and 'max-age=0' not in rest.lower():
                yield Cookie(name, right, GUARDS if 'secure' not in rest.lower() else GUARDS[:1])


def _possible(module: Module, value: Node) -> Iterator[str]:
    """Yield the texts an expression may be, with HOLE for what is not known."""
    for found in evaluate(module, value):
        yield ''.join(HOLE if isinstance(part, Hole) else part.text for part in found.parts)
