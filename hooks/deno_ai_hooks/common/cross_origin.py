"""Which pages may call a server: origins that are sent back unchecked, and sockets that any page may open.

A browser sends cookies along with what a page of another origin asks for where the answer names that origin and
allows credentials; it opens sockets to anywhere, and asks nobody (Fetch standard, RFC 6455).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deno_ai_hooks.common import control
from deno_ai_hooks.common import flow
from deno_ai_hooks.common import functions
from deno_ai_hooks.facts import guarding

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module

ALLOW_ORIGIN, ALLOW_CREDENTIALS = 'access-control-allow-origin', 'access-control-allow-credentials'
SETTERS = frozenset('set append header setHeader'.split())
LONG = 4_000         # bytes of a function that are looked through


def echoed(module: Module) -> Iterator[Node]:
    """Yield the expressions that send any origin back, to pages that may send cookies along."""
    found = list(_headers(module))
    allowed = [(node, function) for name, node, function in found if name == ALLOW_CREDENTIALS
               and module.read(module.follow(node)).strip('"\'`') == 'true']
    for name, node, function in found:
        if name == ALLOW_ORIGIN and any(_same(function, other) for _, other in allowed) and _is_echo(module, node):
            yield node
    yield from _middleware(module)


def _headers(module: Module) -> Iterator[tuple[str, Node, Node | None]]:
    """Yield the headers that a module sets: the name in small letters, the value, the function around."""
    known = functions.of(module)
    for pair in module.nodes('pair'):
        key, value = pair.child_by_field_name('key'), pair.child_by_field_name('value')
        name = (module.string(key) or '').lower() if key is not None else ''
        if value is not None and name in (ALLOW_ORIGIN, ALLOW_CREDENTIALS):
            yield name, value, known.around(pair.start_byte)
    for call in known.calls:
        function = call.node.child_by_field_name('function')
        if len(call.arguments) > 1 and function is not None and module.key(function) in SETTERS:
            name = (module.string(call.arguments[0]) or '').lower()
            if name in (ALLOW_ORIGIN, ALLOW_CREDENTIALS):
                yield name, call.arguments[1], known.around(call.node.start_byte)
    for node in module.nodes('assignment_expression'):
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        name = (module.key(left) or '').lower() if left is not None and left.type == 'subscript_expression' else ''
        if right is not None and name in (ALLOW_ORIGIN, ALLOW_CREDENTIALS):
            yield name, right, known.around(node.start_byte)


def _same(one: Node | None, other: Node | None) -> bool:
    return (one.id if one is not None else 0) == (other.id if other is not None else 0)


def _is_echo(module: Module, node: Node) -> bool:
    """Return whether an expression is the origin that a request names, with nothing that compares it first."""
    target = module.follow(node)
    around = functions.of(module).around(node.start_byte)
    text = _beginning(module, target if target.type != 'identifier' or around is None else around)
    if guarding.ORIGIN_READ.search(text) is None or any(_is_compared(module, each) for each in (node, target)):
        return False
    return any(origin.kind == flow.REQUEST for origin in flow.of(module).sources(node))


def _is_compared(module: Module, node: Node) -> bool:
    """Return whether an origin is looked up in a list, here or on the way here."""
    if node.type in ('ternary_expression', 'binary_expression', 'call_expression') and _compares(module, node):
        return True
    return any(_compares(module, each.node) for each in control.of(module).conditions(node.start_byte))


def _beginning(module: Module, node: Node) -> str:
    return module.text.data[node.start_byte:min(node.end_byte, node.start_byte + LONG)].decode(errors='replace')


def _compares(module: Module, node: Node) -> bool:
    text = _beginning(module, node)
    return 'rigin' in text and guarding.ORIGIN_CHECKS.search(text) is not None


def _middleware(module: Module) -> Iterator[Node]:
    """Yield the `origin` of `cors({ origin: (o) => o, credentials: true })`."""
    for call in functions.of(module).calls:
        function = call.node.child_by_field_name('function')
        if function is None or not call.arguments or not guarding.CORS.search(module.read(function)[-30:]):
            continue
        options = module.properties(call.arguments[0])
        origin, credentials = options.get('origin'), options.get('credentials')
        allowed = credentials is not None and module.read(module.follow(credentials)) == 'true'
        if origin is not None and allowed and _is_any(module, module.follow(origin)):
            yield origin


def _is_any(module: Module, origin: Node) -> bool:
    """Return whether an option of middleware lets every origin in: `true`, a function that gives what it is given."""
    text = module.read(origin)[:60]
    if text == 'true' or text in ('/./', '/.*/', '/^.*$/', '/.+/'):
        return True
    values = functions.of(module).returns(origin) if origin.type in ('arrow_function', 'function_expression') else []
    given = [module.read(each).partition(':')[0].rstrip('?') for each in functions.of(module).parameters(origin)] if (
        values
    ) else []
    return bool(values) and all(module.read(each) in given[:1] for each in values)


# sockets


def upgrades(module: Module) -> Iterator[Call]:
    """Yield the calls that open a socket."""
    for call in functions.of(module).calls:
        if call.callee == 'Deno.upgradeWebSocket':
            yield call


def asks_for_origin(module: Module, function: Node, offset: int, depth: int = 3) -> bool:
    """Return whether a function, or one that it calls before a place, compares where a page comes from."""
    before = module.text.data[max(function.start_byte, offset - LONG):offset].decode(errors='replace')
    if guarding.ORIGIN_READ.search(before):
        return True
    known = functions.of(module)
    for call in known.within(function):
        if call.node.start_byte >= offset or depth <= 0:
            break
        for each in known.called(call):
            if asks_for_origin(each.module, each.node, each.node.end_byte, depth - 1):
                return True
    return False


def reads_cookie(module: Module, function: Node) -> bool:
    """Return whether a function knows its caller by a cookie, which a browser sends whoever's page asks."""
    return b'ookie' in module.text.data[function.start_byte:function.end_byte]


