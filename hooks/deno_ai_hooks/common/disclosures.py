"""What answers tell callers of errors: their messages and stacks, and what a provider said of a failed request.

    for found in disclosures(module):
        found.kind, found.node, found.steps     # stack, message or provider; the expression; where it is answered

Followed are names, templates, alternatives and helpers: those that make a text of an error, and those that answer
with what they are given, in this module and in those that it imports.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import callers
from deno_ai_hooks.common import control
from deno_ai_hooks.common import functions
from deno_ai_hooks.common import models
from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.swallowing import DEVELOPING
from deno_ai_hooks.facts.swallowing import ERROR_NAMES

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module

STACK, MESSAGE, PROVIDER = 'stack', 'message', 'provider'
DEPTH = 8            # names, templates and helpers between an answer and an error
MANY = 200           # answers and calls of one function that are looked at
SHORT = 300

TEXTS = frozenset(('String', 'JSON.stringify', 'Deno.inspect', 'node:util.inspect'))
MEMBERS = {'message': MESSAGE, 'stack': STACK, 'cause': MESSAGE, 'toString': MESSAGE}
PLAIN = frozenset(('string', 'number', 'boolean'))
FAILED = {True: pattern(r'\.ok\s*===?\s*false|\.status\s*(?:!==?|>=?)'),
          False: pattern(r'\.ok$|\.ok\s*===?\s*true|\.status\s*<')}
"""What is known of an answer that is a refusal, by whether it holds."""

OWN = pattern(r'instanceof\s+(?!(?:Error|TypeError|SyntaxError|DOMException|Deno\.errors\.\w+)\b)\w|\.expose\b|'
              r'\.name\s*===')
"""Conditions under which an error is one that was made for callers."""


class Disclosure(NamedTuple):
    """An expression that tells callers of an error: `kind` is stack, message or provider."""

    kind: str
    node: Node
    steps: tuple[Step, ...] = ()


def disclosures(module: Module, hosts: tuple[str, ...] = ()) -> Iterator[Disclosure]:
    """Yield what tells callers of errors, once an answer."""
    reader = _Reader(module, hosts)
    for answer in callers.answers(module):
        found = next(filter(None, (reader.told(each) for each in callers.contents(module, answer.value))), None)
        if found is not None:
            yield found
    for call in functions.of(module).calls:
        for function in functions.of(module).called(call)[:1]:
            for at, place in _answered(function.module).get(function.node.id, {}).items():
                found = reader.told(call.arguments[at]) if at < len(call.arguments) else None
                if found is not None:
                    step = Step(function.module.path, function.module.span(place), 'is answered here')
                    yield found._replace(steps=(*found.steps, step))


def _answered(module: Module) -> dict[int, dict[int, Node]]:
    """Return which parameters the functions of a module answer with, and where."""
    return module.once(_parameters)


def _parameters(module: Module) -> dict[int, dict[int, Node]]:
    found: dict[int, dict[int, Node]] = {}
    known = functions.of(module)
    for answer in callers.answers(module):
        for value in callers.contents(module, answer.value):
            for name in _names(value):
                binding = module.declaration(name)
                place = known.position(binding) if binding is not None else None
                if place is not None and binding is not None and not binding.path:
                    found.setdefault(place[0].id, {}).setdefault(place[1], value)
    return found


def _names(node: Node) -> Iterator[Node]:
    if node.type in ('identifier', 'shorthand_property_identifier'):
        yield node
    elif node.type == 'template_string':
        for child in node.named_children[:MANY]:
            if child.type == 'template_substitution':
                yield from (each for each in child.named_children if each.type == 'identifier')


class _Reader:
    """Tells what expressions of one module reveal of errors."""

    def __init__(self, module: Module, hosts: tuple[str, ...] = ()) -> None:
        self._module = module
        self._hosts = hosts
        self._asked: set[int] | None = None

    def told(self, node: Node) -> Disclosure | None:
        """Return what an answer reveals of an error to callers who should not know it."""
        kind = self.kind(node)
        return Disclosure(kind, node) if kind and not self._is_meant(node, kind) else None

    def _is_meant(self, node: Node, kind: str) -> bool:
        """Return whether developers alone see an answer, or an error was made for callers."""
        texts = [self._module.read(each.node)[:SHORT] for each in control.of(self._module).conditions(node.start_byte)]
        if any(DEVELOPING.search(text) for text in texts):
            return True
        return kind == MESSAGE and any(OWN.search(text) for text in texts)

    def kind(self, node: Node, depth: int = DEPTH) -> str:
        """Return what an expression tells of an error: '' where nothing."""
        inner = unwrapped(node)
        if depth <= 0:
            return ''
        if inner is not None:
            return self.kind(inner, depth - 1)
        match node.type:
            case 'identifier' | 'shorthand_property_identifier':
                return self._of_name(node, depth)
            case 'member_expression':
                return self._of_member(node, depth)
            case 'call_expression':
                return self._of_call(node, depth)
            case 'await_expression':
                return self.kind(node.named_children[-1], depth - 1) if node.named_children else ''
            case 'template_string':
                holes = [hole for _, hole in self._module.pieces(node) if hole is not None]
                return self._first(holes[:MANY], depth, bare=True)
            case 'binary_expression' | 'ternary_expression':
                return self._of_parts(node, depth)
        return ''

    def _first(self, nodes: list[Node], depth: int, *, bare: bool = False) -> str:
        kinds = [self.kind(each, depth - 1) or (MESSAGE if bare and self.is_error(each) else '') for each in nodes]
        return next((kind for kind in (STACK, PROVIDER, MESSAGE) if kind in kinds), '')

    def _of_parts(self, node: Node, depth: int) -> str:
        condition = node.child_by_field_name('condition')
        if condition is not None and DEVELOPING.search(self._module.read(condition)[:SHORT]):
            return ''
        fields = ('left', 'right', 'consequence', 'alternative')
        operator = node.child_by_field_name('operator')
        joins = operator is not None and operator.type == '+'
        if operator is not None and operator.type not in ('+', '||', '??', '&&'):
            return ''
        parts = [part for field in fields if (part := node.child_by_field_name(field)) is not None]
        return self._first(parts, depth, bare=joins)

    def _of_name(self, node: Node, depth: int) -> str:
        target = self._module.follow(node)
        return self.kind(target, depth - 1) if target.id != node.id else ''

    def _of_member(self, node: Node, depth: int) -> str:
        owner, key = node.child_by_field_name('object'), self._module.key(node) or ''
        if owner is None:
            return ''
        if key in MEMBERS and self.is_error(owner):
            return MEMBERS[key]
        return PROVIDER if self.kind(owner, depth - 1) == PROVIDER else ''

    def _of_call(self, node: Node, depth: int) -> str:
        function = node.child_by_field_name('function')
        if function is None:
            return ''
        given = list(arguments(node))[:MANY]
        if self._module.callee(function) in TEXTS and given:
            return MESSAGE if self.is_error(given[0]) else self.kind(given[0], depth - 1)
        owner = function.child_by_field_name('object')
        key = self._module.key(function) if owner is not None else None
        if owner is not None and key == 'toString' and self.is_error(owner):
            return MESSAGE
        if owner is not None and key == 'catch':
            return self.kind(owner, depth - 1)
        if owner is not None and key in ('text', 'json') and self._is_refusal(node, owner):
            return PROVIDER
        if any(map(self.is_error, given)):
            return self._of_helper(function, depth)
        return ''

    def _of_helper(self, function: Node, depth: int) -> str:
        """Return what a helper makes of the error that it is given."""
        for found in functions.of(self._module).resolve(function)[:2]:
            reader = self if found.module is self._module else _Reader(found.module, self._hosts)
            kinds = [reader.kind(each, depth - 1) for each in functions.of(found.module).returns(found.node)[:MANY]]
            kind = next((kind for kind in (STACK, PROVIDER, MESSAGE) if kind in kinds), '')
            if kind:
                return kind
        return ''

    def is_error(self, node: Node) -> bool:
        """Return whether an expression is an error that was caught."""
        inner = unwrapped(node)
        while inner is not None:
            node, inner = inner, unwrapped(inner)
        binding = self._module.declaration(node) if node.type in functions.NAMES else None
        if binding is None or binding.path:
            return False
        if binding.kind == 'catch':
            return True
        if binding.kind != 'parameter' or not ERROR_NAMES.fullmatch(binding.name):
            return False
        kind = binding.declaration.child_by_field_name('type')
        return kind is None or self._module.read(kind).strip(': ') not in PLAIN

    def _is_refusal(self, node: Node, owner: Node) -> bool:
        """Return whether an expression is what a model's provider answered to a request that failed."""
        if self._asked is None:
            self._asked = {each.node.id for each in models.model_calls(self._module, self._hosts)}
        target = self._module.follow(owner)
        while target.type in ('await_expression', 'parenthesized_expression') and target.named_children:
            target = self._module.follow(target.named_children[-1])
        if target.id not in self._asked:
            return False
        return any(FAILED[each.holds].search(self._module.read(each.node)[:SHORT])
                   for each in control.of(self._module).conditions(node.start_byte))
