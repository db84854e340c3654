"""Which model calls a function comes to, and by which calls: through helpers of this module and of those it imports."""
from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import functions
from deno_ai_hooks.common import models
from deno_ai_hooks.common.functions import Function

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module

DEPTH = 30           # calls in a row
FUNCTIONS = 2_000    # that are looked into for one answer
MEMBERS = 200        # of a table of functions
FEW = 4              # functions that are handed over at once


class Site(NamedTuple):
    """A call, and the module it stands in."""

    module: Module
    node: Node


class Reached(NamedTuple):
    """A model call, and the calls that lead to it: the first in the function asked about, the last is its own."""

    call: models.ModelCall
    sites: tuple[Site, ...]

    @property
    def module(self) -> Module:
        """Return the module the model call stands in."""
        return self.sites[-1].module


def reached(
    module: Module, function: Node, hosts: tuple[str, ...] = (), passes: Callable[[Site], bool] | None = None,
) -> list[Reached]:
    """Return the model calls that a function may come to, each by one of the shortest ways.

    Ways lead only through calls for which `passes` says so, where it is given; it is asked of those alone that
    may lead on.
    """
    found: dict[tuple[str, int], Reached] = {}
    seen = {(module.path, function.id)}
    left: list[tuple[Function, tuple[Site, ...]]] = [(Function(module, function), ())]
    while left and len(seen) < FUNCTIONS:
        further: list[tuple[Function, tuple[Site, ...]]] = []
        for (here, node), sites in left:
            known = {each.node.id: each for each in models.model_calls(here, hosts)}
            for call in _run(functions.of(here), node):
                way = (*sites, Site(here, call.node))
                if call.node.id in known:
                    if passes is None or passes(way[-1]):
                        found.setdefault((here.path, call.node.id), Reached(known[call.node.id], way))
                elif len(way) < DEPTH:
                    new = [each for each in (functions.of(here).called(call) or _indirectly(here, call))
                           if (each.module.path, each.node.id) not in seen]
                    if new and (passes is None or passes(way[-1])):
                        seen.update((each.module.path, each.node.id) for each in new)
                        further.extend((each, way) for each in new)
        left = further
    return list(found.values())


def _run(known: functions.Functions, function: Node) -> Iterator[Call]:
    """Yield the calls that a function makes, also in those within it that nobody calls by name."""
    apart: dict[int, bool] = {}
    for call in known.within(function):
        around = known.around(call.node.start_byte)
        if around is None or around.id == function.id or not _is_apart(known, function, around, apart):
            yield call


def _is_apart(known: functions.Functions, function: Node, inner: Node, apart: dict[int, bool]) -> bool:
    """Return whether a function within another one is called by its name, or stands in one that is."""
    if inner.id not in apart:
        outer = known.outside(inner)
        within = outer is not None and outer.id != function.id and outer.start_byte > function.start_byte
        apart[inner.id] = bool(known.callers(inner)) or (
            within and outer is not None and _is_apart(known, function, outer, apart)
        )
    return apart[inner.id]


def _indirectly(module: Module, call: Call) -> list[Function]:
    """Return the functions that a call may run without their names: of a table, or handed over by name."""
    function = call.node.child_by_field_name('function')
    if function is None:
        return []
    known = functions.of(module)
    if function.type == 'member_expression' and module.key(function) in functions.RUNNING_LATER:
        named = [each for each in call.arguments if each.type in ('identifier', 'member_expression')]
        return [found for each in named[:FEW] for found in known.resolve(each)]
    target = module.follow(function)
    table = target.child_by_field_name('object') if target.type == 'subscript_expression' else None
    values = module.properties(table).values() if table is not None else ()
    return [found for each in list(values)[:MEMBERS] for found in known.resolve(each)]
