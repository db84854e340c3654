"""Loops that a model ends: they ask it once more for as long as it says so.

    for loop in unbounded(module):
        loop.node, loop.head      # the statement; `while (true)`
        loop.steps                # where the model is asked, and where it is asked whether that is all

Asked is a model in the loop, in helpers of this module or of those that it imports.  What counts turns,
keeps a deadline or a budget, waits for somebody each time, or always leaves once the model has answered, is
no such loop.
"""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import control
from deno_ai_hooks.common import functions
from deno_ai_hooks.common import models
from deno_ai_hooks.common import reach
from deno_ai_hooks.common.control import Condition
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.functions import Function
from deno_ai_hooks.facts import hints
from deno_ai_hooks.facts import loops as facts
from deno_ai_hooks.facts.models import TEXT

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module

LOOPS = ('while_statement', 'do_statement', 'for_statement')
TURNING = frozenset((*LOOPS, 'for_in_statement'))
LEAVING = ('return_statement', 'break_statement', 'throw_statement')
TELLING = frozenset('binary_expression unary_expression identifier member_expression parenthesized_expression '
                    'call_expression'.split())
GOING_ON = 'continue_statement'
COMPARED = frozenset(('<', '>', '<=', '>='))
EQUAL = frozenset(('===', '==', '!==', '!='))
NONE = frozenset(('0', '1', '-1'))
ROUNDS = 4           # names of names that an answer is passed on to
MANY = 200           # loops, calls or names that are looked at
LARGE = 400          # bytes of a condition that is read


class Loop(NamedTuple):
    """A loop that goes on for as long as the model says; `steps` are where it is asked and where it decides."""

    node: Node
    head: Span
    steps: tuple[Step, ...]


def unbounded(module: Module) -> Iterator[Loop]:
    """Yield the loops of a module that only a model's answer ends."""
    found = [node for node in list(module.nodes(*LOOPS))[:MANY] if _is_open(module, node)]
    if found and _asks(module):
        yield from _Loops(module).all(found)


def _is_open(module: Module, loop: Node) -> bool:
    """Return whether nothing that is counted is in the head of a loop."""
    condition = _condition(loop)
    if condition is None:
        return loop.type == 'for_statement'
    text = module.read(condition)[:LARGE]
    return loop.type != 'for_statement' and not facts.COUNTING.search(facts.QUOTED.sub('', text))


def _condition(loop: Node) -> Node | None:
    found = loop.child_by_field_name('condition')
    return found if found is not None and found.type not in ('empty_statement', ';') else None


def _asks(module: Module) -> bool:
    """Return whether a model may be asked here at all."""
    if models.model_calls(module):
        return True
    hinted = module.hints
    return hinted is not None and any(
        hints.MODEL in hinted(each.specifier) for each in module.imports() if each.kind == 'import'
    )


class _Loops:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._functions = functions.of(module)
        self._control = control.of(module)
        self._asked = {call.node.id: call for call in models.model_calls(module) if call.kind == TEXT}
        self._reached: dict[tuple[str, int], tuple[Step, ...]] = {}
        self._nodes: dict[str, list[Node]] = {}

    def all(self, loops: list[Node]) -> Iterator[Loop]:
        """Yield those of the loops that only a model ends."""
        for loop in loops:
            condition = _condition(loop)
            if condition is not None and self._counts(condition):
                continue
            asking = list(self._asking(loop))
            if asking and not self._waits(loop) and not self._is_kept(loop):
                verdict = self._verdict(loop, asking)
                if verdict is not None:
                    module = self._module
                    decides = Step(module.path, module.span(verdict), 'the model decides whether to go on here')
                    yield Loop(loop, self._head(loop), (*asking[0][1], decides))

    def _head(self, loop: Node) -> Span:
        body = loop.child_by_field_name('body')
        if loop.type == 'do_statement' or body is None:
            return self._module.text.span(loop.start_byte, loop.start_byte + len('do'))
        between = self._module.text.data[loop.start_byte:body.start_byte].rstrip()
        return self._module.text.span(loop.start_byte, loop.start_byte + len(between))

    # what asks

    def _asking(self, loop: Node) -> Iterator[tuple[Node, tuple[Step, ...]]]:
        """Yield the calls in a loop that come to ask a model, with the way there."""
        for call in self._within(loop):
            if call.node.id in self._asked:
                yield call.node, (Step(self._module.path, self._module.span(call.node), 'the model is asked here'),)
                continue
            for function in self._functions.called(call):
                steps = self._leads(function)
                if steps:
                    yield call.node, (Step(self._module.path, self._module.span(call.node), 'asks here'), *steps)
                    break

    def _leads(self, function: Function) -> tuple[Step, ...]:
        key = (function.module.path, function.node.id)
        if key not in self._reached:
            ways = reach.reached(function.module, function.node)
            found = next((each for each in ways if each.call.kind == TEXT), None)
            site = found.sites[-1] if found is not None else None
            self._reached[key] = () if site is None else (
                Step(site.module.path, site.module.span(site.node), 'the model is asked here'),
            )
        return self._reached[key]

    def _within(self, loop: Node) -> list[Call]:
        """Return the calls that a loop makes itself, none of functions written in it that run later."""
        home = self._home(loop)
        return [call for call in self._functions.within(loop)[:MANY] if self._at_home(call.node, home)]

    def _home(self, node: Node) -> int:
        found = self._functions.around(node.start_byte)
        return found.id if found is not None else 0

    def _at_home(self, node: Node, home: int) -> bool:
        """Return whether a place runs with the loop: in the same function, or in one given to `map`."""
        found = self._functions.around(node.start_byte)
        for _ in range(3):
            if (found.id if found is not None else 0) == home:
                return True
            if found is None or not any(
                facts.AT_ONCE.search(self._name(passed.call)) for passed in self._functions.passed(found)
            ):
                return False
            found = self._functions.outside(found)
        return False

    # what bounds it

    def _waits(self, loop: Node) -> bool:
        """Return whether a loop waits each time for a person, a message, a piece of a stream or the clock."""
        home = self._home(loop)
        for call in self._functions.within(loop)[:MANY]:
            name, whole = self._name(call), call.callee or ''
            if facts.PERSON.search(name) or facts.PERSON_MODULES.match(whole) or whole in facts.DIALOGS:
                return True
            if facts.BOUNDING.search(name):
                return True
            awaited = self._module.text.data[max(0, call.node.start_byte - 12):call.node.start_byte].rstrip()
            waiting = awaited.endswith(b'await') and facts.WAITING.fullmatch(name)
            if waiting and self._at_home(call.node, home) and not self._in_catch(call.node, loop):
                return True
            sleeps = whole == 'setTimeout' and bool(call.arguments) and call.arguments[0].type == 'identifier'
            if sleeps and not self._in_catch(call.node, loop):
                return True
            if any(self._asks_a_person(each) for each in self._functions.called(call)):
                return True
        return False

    def _asks_a_person(self, function: Function) -> bool:
        for call in functions.of(function.module).within(function.node)[:MANY]:
            callee = call.callee or ''
            if callee in facts.DIALOGS or facts.PERSON_MODULES.match(callee) or facts.PERSON.search(_last(callee)):
                return True
        return False

    def _name(self, call: Call) -> str:
        function = call.node.child_by_field_name('constructor' if call.new else 'function')
        return _last(self._module.read(function)[-80:]) if function is not None else ''

    def _in_catch(self, node: Node, loop: Node) -> bool:
        return any(region.type == 'catch_clause' for region in self._inside(node, loop))

    def _inside(self, node: Node, loop: Node) -> Iterator[Node]:
        """Yield the regions around a place up to a loop."""
        for region in self._control.around(node.start_byte):
            if region.id == loop.id or region.start_byte < loop.start_byte:
                return
            yield region

    def _is_kept(self, loop: Node) -> bool:
        """Return whether a count, a clock or a budget ends a loop."""
        for leaving in self._leaving(loop, LEAVING):
            if any(self._counts(condition.node) for condition in self._when(leaving, loop)):
                return True
        return any(given.type in TELLING and self._counts(given) for given in self._flags(loop)) or any(
            self._throws(each) for call in self._within(loop) for each in self._functions.called(call)
        )

    def _throws(self, function: Function) -> bool:
        """Return whether a helper throws once something is counted."""
        inner = _Loops(function.module) if function.module is not self._module else self
        return any(
            inner._counts(condition.node)
            for node in inner._between(('throw_statement',), function.node)
            for condition in inner._when(node, function.node)
        )

    def _leaving(self, loop: Node, kinds: tuple[str, ...]) -> Iterator[Node]:
        home = self._home(loop)
        for node in self._between(kinds, loop):
            if self._home(node) == home and (
                node.type in ('return_statement', 'throw_statement') or self._is_of(node, loop)
            ):
                yield node

    def _is_of(self, node: Node, loop: Node) -> bool:
        """Return whether `break` or `continue` speaks of a loop, and of none in it."""
        if node.named_children:
            return True
        stops = TURNING | ({'switch_case', 'switch_default'} if node.type == 'break_statement' else frozenset())
        return not any(region.type in stops for region in self._inside(node, loop))

    def _when(self, node: Node, loop: Node) -> Iterator[Condition]:
        for region in self._inside(node, loop):
            yield from self._control.decided(region, node.start_byte)
            asked = self._control.switched(region) if region.type == 'switch_default' else None
            if asked is not None:
                yield Condition(asked, False)

    def _flags(self, loop: Node) -> list[Node]:
        """Return what the names in a loop's head are given in it, and what decides that."""
        names = self._names(_condition(loop))
        found: list[Node] = []
        for node in self._between(('assignment_expression',), loop) if names else ():
            left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
            if left is not None and right is not None and self._module.read(left)[:80] in names:
                found.append(right)
                found.extend(condition.node for condition in self._when(node, loop))
        return found

    def _counts(self, node: Node) -> bool:
        """Return whether a condition compares with a limit, or is named after one."""
        text = facts.QUOTED.sub('', self._module.read(node)[:LARGE])
        if facts.COUNTING.search(text):
            return True
        while (inner := unwrapped(node)) is not None:
            node = inner
        operator = node.child_by_field_name('operator') if node.type == 'binary_expression' else None
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if operator is None or left is None or right is None:
            return False
        sides = [self._module.read(each).replace(' ', '') for each in (left, right)]
        if operator.type in COMPARED:
            return NONE.isdisjoint(sides)
        numbers = any(facts.LIMIT.fullmatch(side) for side in sides)
        both = any(self._counts(each) for each in (left, right)) if operator.type in ('||', '&&') else False
        return (operator.type in EQUAL and numbers) or both

    # who decides

    def _verdict(self, loop: Node, asking: list[tuple[Node, tuple[Step, ...]]]) -> Node | None:
        """Return the condition by which the model's answer ends a loop or goes on with it, None if none does."""
        told = self._told(loop, [node for node, _ in asking])
        condition = _condition(loop)
        if condition is not None and self._module.read(condition).strip('() ') not in facts.ALWAYS:
            listed = self._names(condition)
            named = listed.union(*map(self._names, self._flags(loop)))
            return condition if not named.isdisjoint(told) and not self._is_emptied(loop, listed) else None
        for node in self._leaving(loop, (*LEAVING, GOING_ON)):
            for decided in self._when(node, loop):
                if not told.isdisjoint(self._names(decided.node)) or self._holds(decided.node, asking):
                    return decided.node
        return None

    def _holds(self, node: Node, asking: list[tuple[Node, tuple[Step, ...]]]) -> bool:
        return any(node.start_byte <= call.start_byte < node.end_byte for call, _ in asking)

    def _is_emptied(self, loop: Node, names: frozenset[str]) -> bool:
        """Return whether a loop works off a list: `while (left.length) { const next = left.shift(); … }`."""
        for call in self._within(loop):
            function = call.node.child_by_field_name('function')
            owner = function.child_by_field_name('object') if function is not None else None
            if owner is not None and self._name(call) in facts.TAKING and self._module.read(owner)[:80] in names:
                return True
        return False

    def _told(self, loop: Node, asking: list[Node]) -> frozenset[str]:
        """Return the names in a loop that hold what the model has answered, or something made of it."""
        given = list(self._given(loop))
        places = sorted(node.start_byte for node in asking)
        told: frozenset[str] = frozenset()
        for _ in range(ROUNDS):
            more = {
                name for names, value in given for name in names
                if _any_in(places, value) or not told.isdisjoint(self._names(value))
            }
            if more <= told:
                break
            told |= more
        return told

    def _given(self, loop: Node) -> Iterator[tuple[frozenset[str], Node]]:
        """Yield what names are given in a loop: by declarations, assignments, loops and `push`."""
        for node in self._between(('variable_declarator', 'assignment_expression', 'for_in_statement'), loop):
            name = node.child_by_field_name('name') or node.child_by_field_name('left')
            value = node.child_by_field_name('value') or node.child_by_field_name('right')
            if name is not None and value is not None:
                yield self._names(name), value
        for call in self._functions.within(loop)[:MANY]:
            function = call.node.child_by_field_name('function')
            owner = function.child_by_field_name('object') if function is not None else None
            if owner is not None and self._name(call) in facts.PUTTING:
                yield from ((self._names(owner), each) for each in call.arguments)
        for node in self._between(('augmented_assignment_expression',), loop):
            left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
            if left is not None and right is not None:
                yield self._names(left), right

    def _between(self, kinds: tuple[str, ...], node: Node) -> list[Node]:
        """Return the nodes of some kinds inside another one."""
        found: list[Node] = []
        for kind in kinds:
            if kind not in self._nodes:
                self._nodes[kind] = list(self._module.nodes(kind))
            listed = self._nodes[kind]
            first = bisect_left(listed, node.start_byte, key=_start)
            found.extend(listed[first:bisect_left(listed, node.end_byte, key=_start)])
        return found

    def _names(self, node: Node | None) -> frozenset[str]:
        """Return the names in an expression, those of members left out; the text of a function only if it is short."""
        if node is None:
            return frozenset()
        text = facts.QUOTED.sub("''", self._module.read(node)[:4 * LARGE])
        return frozenset(facts.NAME.findall(text)) - facts.WORDS


def _any_in(places: list[int], node: Node) -> bool:
    index = bisect_left(places, node.start_byte)
    return index < len(places) and places[index] < node.end_byte


_start = attrgetter('start_byte')


def _last(name: str) -> str:
    return name.rpartition('.')[2].rpartition(':')[2]
