"""Queries past row-level security whose owner is whoever a caller says he is.

    for query in taken_identities(module):
        query.node, query.name, query.function      # the value, 'user_id', the function around it

A client that is made with a service role's key sees the rows of everybody: who may see which is up to the program.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import flow
from deno_ai_hooks.common import functions
from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import elements
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.facts import guarding

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module

LINKS = 24           # calls in a chain, names on the way to a client
KEY = 2_000          # bytes of an expression that is looked through for the name of a key
ROWS = 40
FILTERS = frozenset('eq in match'.split())
WRITES = frozenset('insert upsert update'.split())


class Taken(NamedTuple):
    """A value that a caller chose, in the place of the owner of rows; `client` is where its client is made."""

    node: Node
    name: str
    client: Step
    read: Step


def taken_identities(module: Module) -> Iterator[Taken]:
    """Yield the owners of rows that callers choose, in queries of clients that see all rows."""
    for call in functions.of(module).calls:
        function = call.node.child_by_field_name('function') if not call.new else None
        key = module.key(function) if function is not None and function.type == 'member_expression' else None
        if function is None or key not in FILTERS | WRITES or not call.arguments:
            continue
        owners = list(_owners(module, call, key or ''))
        client = _client(module, function) if owners else None
        for name, node in owners if client is not None else ():
            chosen = _chosen(module, node)
            if chosen is not None and client is not None:
                yield Taken(node, name, client, chosen)


def _owners(module: Module, call: Call, key: str) -> Iterator[tuple[str, Node]]:
    """Yield the columns that say whose a row is, and what they are compared with or set to."""
    if key in ('eq', 'in'):
        name = module.string(call.arguments[0])
        if name is not None and len(call.arguments) == 2 and guarding.OWNER.fullmatch(name):
            yield name, call.arguments[1]
        return
    target = module.follow(call.arguments[0])
    for row in elements(target)[:ROWS] if target.type == 'array' else [call.arguments[0]]:
        for name, value in module.properties(row).items():
            if guarding.OWNER.fullmatch(name):
                yield name, value


def _chosen(module: Module, node: Node) -> Step | None:
    """Return where what a caller wrote is read, if that is all that an expression may be."""
    origins = list(flow.of(module).sources(node))
    if not origins or any(origin.kind != flow.REQUEST for origin in origins):
        return None
    return origins[0].step


# which client


def _client(module: Module, function: Node) -> Step | None:
    """Return where the client of a chain of calls is made, if it is one that sees all rows."""
    current: Node | None = function
    for _ in range(LINKS):
        if current is None:
            return None
        owner = current.child_by_field_name('object') or current.child_by_field_name('function')
        if current.type == 'identifier' or owner is None or _made(module, current):
            break
        current = owner
    return _privileged(module, current) if current is not None else None


def _made(module: Module, node: Node) -> bool:
    function = node.child_by_field_name('function') if node.type == 'call_expression' else None
    return function is not None and module.read(function)[-40:].endswith('reateClient')


def _privileged(module: Module, node: Node, depth: int = LINKS) -> Step | None:
    """Return where a client is made that sees all rows: here, in a function, or in a module that is imported."""
    if depth <= 0:
        return None
    target = module.follow(node)
    inside = unwrapped(target)
    if inside is not None or target.type == 'await_expression':
        return _privileged(module, inside if inside is not None else target.named_children[-1], depth - 1)
    if _made(module, target):
        return _sees_all(module, target)
    function = target.child_by_field_name('function') if target.type == 'call_expression' else None
    if function is not None:
        for made in functions.of(module).resolve(function)[:2]:
            for value in functions.of(made.module).returns(made.node)[:2]:
                return _privileged(made.module, value, depth - 1)
    binding = module.declaration(target) if target.type == 'identifier' else None
    if binding is not None and binding.kind == 'import':
        for other, exported in functions.exports(module, binding):
            return _privileged(other, exported, depth - 1)
    return None


def _sees_all(module: Module, call: Node) -> Step | None:
    given = list(arguments(call))[:3]
    if len(given) < 2 or module.at(given[-1], ('global', 'headers')) is not None:
        return None
    key = module.follow(given[1])
    if guarding.PRIVILEGED.search(module.read(key)[:KEY]) is None:
        return None
    return Step(module.path, module.span(call), 'the client is made here, with a key that sees all rows')
