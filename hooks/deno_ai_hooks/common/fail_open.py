"""Checks of a caller's credential that let everybody in while a variable of the environment is unset.

    for leak in leaks(module):
        leak.kind, leak.node, leak.variable     # 'text', the comparison, 'CRON_SECRET'

`text`: the variable is put into a text, and `Bearer undefined` can be sent; `skipped`: the comparison is only made
where the variable is set; `same`: what is missing on either side is the same on both; `key`: a signature is made
with the empty key, which `node:crypto` takes and WebCrypto refuses (deno 2.9.8).
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import control
from deno_ai_hooks.common import functions
from deno_ai_hooks.common import guards
from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.facts import guarding

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module

TEXT, SKIPPED, SAME, KEY = 'text', 'skipped', 'same', 'key'
EQUAL = {'===': True, '==': True, '!==': False, '!=': False}
READERS = frozenset(('Deno.env.get', 'Netlify.env.get'))
STORES = ('process.env.', 'node:process.env.', 'Bun.env.')
HMACS = frozenset(('node:crypto.createHmac', 'npm:crypto.createHmac'))
LONG = 8_000         # bytes of a function that are looked through
DEPTH = 8            # parentheses, methods and fallbacks around a value
UNDEFINED, NULL, EMPTY = 'undefined', 'null', ''


class Leak(NamedTuple):
    """A check that lets everybody in while `variable` is unset."""

    kind: str
    node: Node
    variable: str


class Secret(NamedTuple):
    """A variable of the environment: its name, the expression it is known by, and what it is where it is unset."""

    name: str
    node: Node
    missing: str


def leaks(module: Module) -> Iterator[Leak]:
    """Yield the checks of a module that fail open."""
    finder = _Finder(module)
    for node in module.nodes('binary_expression'):
        operator = node.child_by_field_name('operator')
        if operator is not None and operator.type in EQUAL:
            yield from finder.compared(node, operator.type)
    for call in functions.of(module).calls:
        function = call.node.child_by_field_name('function')
        if call.callee in HMACS and len(call.arguments) == 2:
            yield from finder.signed(call.node, call.arguments[1])
        elif function is not None and len(call.arguments) == 2 and _is_comparison(module, function):
            yield from finder.pair(call.node, call.arguments[0], call.arguments[1], '')


def _is_comparison(module: Module, function: Node) -> bool:
    return guarding.SAFE_EQUAL.search(module.read(function)[-60:]) is not None


class _Finder:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._functions = functions.of(module)
        self._control = control.of(module)

    def compared(self, node: Node, operator: str) -> Iterator[Leak]:
        """Yield what is wrong with `a === b`."""
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if left is not None and right is not None:
            yield from self.pair(node, left, right, operator)

    def pair(self, node: Node, left: Node, right: Node, operator: str) -> Iterator[Leak]:
        """Yield what is wrong with a comparison of two expressions, one a credential, one a secret."""
        for given, other in ((left, right), (right, left)):
            if guards.tells(self._module, given) != guards.PRESENT:
                continue
            held = self._held(other)
            if held is not None and not self._is_set(held, node.start_byte):
                yield Leak(TEXT, node, held.name)
                return
            secret = self.secret(other)
            if secret is None:
                continue
            if self._is_skipped(node, secret, operator):
                yield Leak(SKIPPED, node, secret.name)
            elif self._may_be(given, secret.missing, operator) and not self._is_set(secret, node.start_byte) and (
                not self._is_given(given, node.start_byte)
            ):
                yield Leak(SAME, node, secret.name)
            return

    def signed(self, call: Node, key: Node) -> Iterator[Leak]:
        """Yield the key of a signature that may be empty, so that anyone can sign."""
        secret = self.secret(key)
        around = self._functions.around(call.start_byte)
        end = min(around.end_byte, around.start_byte + LONG) if around is not None else 0
        text = self._module.text.data[around.start_byte:end].decode(errors='replace') if around is not None else ''
        if secret is not None and secret.missing == EMPTY and guarding.SIGNED.search(text) and (
            not self._is_set(secret, call.start_byte)
        ):
            yield Leak(KEY, call, secret.name)

    # which variable

    def secret(self, node: Node, depth: int = DEPTH) -> Secret | None:
        """Return the variable of the environment that an expression is, and what it is where that is unset."""
        target = self._module.follow(node)
        if target.type == 'call_expression':
            function = target.child_by_field_name('function')
            name = next((self._module.string(each) for each in arguments(target)), None)
            known = function is not None and self._module.callee(function) in READERS
            return Secret(name, node, UNDEFINED) if known and name else None
        if target.type in ('member_expression', 'subscript_expression'):
            name = self._module.callee(target) or ''
            stored = next((each for each in STORES if name.startswith(each)), None)
            return Secret(name[len(stored):], node, UNDEFINED) if stored else None
        operator = target.child_by_field_name('operator') if target.type == 'binary_expression' else None
        left, right = target.child_by_field_name('left'), target.child_by_field_name('right')
        if operator is None or operator.type not in ('??', '||') or left is None or right is None or depth <= 0:
            return None
        found = self.secret(left, depth - 1)
        missing = EMPTY if self._module.string(right) == '' else NULL if right.type == 'null' else None
        return Secret(found.name, node, missing) if found is not None and missing is not None else None

    def _held(self, node: Node) -> Secret | None:
        """Return the variable that a text holds beside words: `Bearer ${SECRET}`."""
        target = self._module.follow(node)
        if target.type == 'template_string':
            holes = [hole for _, hole in self._module.pieces(target) if hole is not None]
            found = self.secret(holes[-1]) if len(holes) == 1 else None
            return found if found is not None and found.missing != EMPTY else None
        operator = target.child_by_field_name('operator') if target.type == 'binary_expression' else None
        left, right = target.child_by_field_name('left'), target.child_by_field_name('right')
        if operator is None or operator.type != '+' or left is None or right is None:
            return None
        if self._module.string(left) is None:
            return None
        found = self.secret(right)
        return found if found is not None and found.missing != EMPTY else None

    # whether it is set

    def _is_set(self, secret: Secret, offset: int) -> bool:
        """Return whether a variable is known to be set wherever a place is reached, or before the module serves."""
        known = [*self._control.conditions(offset), *(
            each for past in self._control.pasts(self._module.root) for each in past.conditions
        )]
        return any(self._says(condition, secret.node) for condition in known)

    def _is_given(self, credential: Node, offset: int) -> bool:
        """Return whether a credential is known to have been sent where a place is reached."""
        return any(self._says(condition, credential) for condition in self._control.conditions(offset))

    def _says(self, condition: control.Condition, node: Node) -> bool:
        found, holds = condition.node, condition.holds
        inside = unwrapped(found)
        found = inside if inside is not None else found
        operator = found.child_by_field_name('operator') if found.type == 'binary_expression' else None
        left, right = found.child_by_field_name('left'), found.child_by_field_name('right')
        if operator is not None and operator.type in EQUAL and left is not None and right is not None:
            void = self._module.read(right) in ('undefined', 'null', '""', "''")
            return void and EQUAL[operator.type] != holds and self._is_same(left, node)
        if operator is not None and operator.type in ('>', '>=') and left is not None:
            return holds and self._is_same(left, node)
        return holds and condition.case is None and self._is_same(found, node)

    def _is_same(self, one: Node, other: Node) -> bool:
        roots = [self._root(each) for each in (one, other)]
        return roots[0] == roots[1]

    def _root(self, node: Node) -> object:
        """Return what tells apart which name an expression reads, methods of its text left aside."""
        for _ in range(DEPTH):
            inside = unwrapped(node)
            if inside is None and node.type == 'call_expression':
                function = node.child_by_field_name('function')
                owner = function.child_by_field_name('object') if function is not None else None
                is_method = function is not None and self._module.key(function) in guards.TEXT
                inside = owner if is_method else None
            if inside is None and node.type == 'member_expression' and self._module.key(node) == 'length':
                inside = node.child_by_field_name('object')
            if inside is None:
                break
            node = inside
        binding = self._module.declaration(node) if node.type == 'identifier' else None
        return binding.node.id if binding is not None else ' '.join(self._module.read(node)[:200].split())

    # what is open

    def _is_skipped(self, node: Node, secret: Secret, operator: str) -> bool:
        """Return whether a comparison is left out where a variable is unset, and whoever it is goes on."""
        for region in self._control.around(node.start_byte):
            for condition in self._control.decided(region, node.start_byte):
                if self._says(condition, secret.node):
                    return self._lets_in(region, node, operator)
            if region.type in control.BLOCKS and self._is_waved_through(region, node.start_byte, secret):
                return True
        return False

    def _lets_in(self, region: Node, node: Node, operator: str) -> bool:
        if region.type == 'binary_expression':
            refuses = operator in ('!==', '!=') or (not operator and self._is_negated(node))
            return refuses and (self._module.read(region.child(1)) == '&&' if region.child(1) is not None else False)
        if region.type != 'if_statement' or region.child_by_field_name('alternative') is not None:
            return False
        then = region.child_by_field_name('consequence')
        return then is not None and not self._control.leaves(then) and operator != '==='

    def _is_negated(self, node: Node) -> bool:
        before = self._module.text.data[max(0, node.start_byte - 16):node.start_byte]
        return b'!' in before.rstrip(b'( ').removesuffix(b'await').rstrip()[-1:]

    def _is_waved_through(self, block: Node, offset: int, secret: Secret) -> bool:
        """Return whether `if (!SECRET) return true;` stands before a place."""
        for child in block.named_children[:guards.MANY]:
            if child.type != 'if_statement' or child.end_byte > offset:
                continue
            condition, then = child.child_by_field_name('condition'), child.child_by_field_name('consequence')
            if condition is None or then is None or not self._control.leaves(then):
                continue
            unset = any(self._says(each, secret.node) for each in self._control.atoms(condition, False))
            if unset and guarding.WAVED.search(self._module.read(then)[:200]):
                return True
        return False

    def _may_be(self, given: Node, missing: str, operator: str) -> bool:
        """Return whether a credential that was not sent is the same as a variable that is unset."""
        found = self._missing(given)
        if found is None:
            return False
        return found == missing or (operator in ('==', '!=') and EMPTY not in (found, missing))

    def _missing(self, node: Node, depth: int = DEPTH) -> str | None:
        """Return what a credential is where it was not sent."""
        target = self._module.follow(node)
        if depth <= 0:
            return None
        operator = target.child_by_field_name('operator') if target.type == 'binary_expression' else None
        right = target.child_by_field_name('right')
        if operator is not None:
            is_empty = right is not None and self._module.string(right) == ''
            return EMPTY if operator.type in ('??', '||') and is_empty else None
        if target.type == 'call_expression':
            return self._missing_of_call(target, depth)
        if target.type in ('member_expression', 'subscript_expression'):
            return UNDEFINED
        binding = self._module.declaration(target) if target.type == 'identifier' else None
        return UNDEFINED if binding is not None and binding.path else None

    def _missing_of_call(self, call: Node, depth: int) -> str | None:
        function = call.child_by_field_name('function')
        owner = function.child_by_field_name('object') if function is not None else None
        if function is None or owner is None:
            return None
        key = self._module.key(function)
        if key in guards.TEXT:
            if b'?.' in self._module.text.data[owner.end_byte:function.end_byte]:
                return UNDEFINED
            inner = self._missing(owner, depth - 1)
            return EMPTY if inner == EMPTY else None
        written = self._module.read(owner)[-30:]
        if key == 'header':
            return UNDEFINED
        return NULL if key == 'get' and 'headers' in written else UNDEFINED if key == 'get' else None
