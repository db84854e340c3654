"""Where keys of one object become keys of another, however deep: by `constructor.prototype` that reaches all objects.

    for found in merges(module):
        found.keys       # the expression that has, or is, the keys
        found.place      # the assignment
        found.last       # of `o[a][b] = c`, `b`, which a caller has to choose too

Understood are functions that call themselves for a member of what they assign to, walks along a path (`o = o[key]`)
and nested assignments.  `Object.assign`, spreads and copies reach no prototype; nor do those that look whether
the member is an object of the target's own, for `Object` is a function.  In Deno `__proto__` is no accessor
(deno 2.9.8, without `--unstable-unsafe-proto`).
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common import checked
from deno_ai_hooks.common import functions
from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.scopes import Binding
    from deno_ai_hooks.common.documents.typescript import Module

REJECTED = pattern(rb'["\'`](?:__proto__|prototype|constructor)["\'`]|\b__proto__\b')
MEMBERS = pattern(r'\b(\w{1,40})\s{0,9}(?::[^=\n;]{0,60})?=\s{0,9}(\w{1,40})\[')
FILTERED = pattern(r'(?:[sS]afe|[fF]orbid|[bB]lock|[dD]anger|[rR]eserved)\w{0,40}[.(]')
LISTING = frozenset(('Object.keys', 'Object.entries', 'Object.getOwnPropertyNames', 'Reflect.ownKeys'))
COMPUTED = pattern(rb'\]\s{0,9}(?:\?\?|\|\|)?=|\{\s{0,99}\[')
LOOPS = frozenset('for_statement for_in_statement while_statement do_statement'.split())
CALLBACKS = frozenset(('arrow_function', 'function_expression'))
LARGE = 20_000       # bytes of a function that is looked at
BOUND = 12
MANY = 300           # members of one module that are looked at


class Merge(NamedTuple):
    """An assignment to a key that the code does not name; `keys` has it, or is it."""

    keys: Node
    place: Node
    last: Node | None = None


class Target(NamedTuple):
    """`object[key]`, where both are names."""

    object: Node
    key: Node


def merges(module: Module) -> Iterator[Merge]:
    """Yield the merges of a module that rejects no key."""
    data = module.text.data
    if COMPUTED.search(data) and not REJECTED.search(data):
        yield from _Merges(module).all()


class _Merges:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._functions = functions.of(module)
        self._texts: dict[int, tuple[str, list[tuple[str, str]]]] = {}
        self._guarded: dict[tuple[int, str], bool] = {}
        self._left = MANY
        self._walks: dict[int, list[Node]] | None = None

    def all(self) -> Iterator[Merge]:
        """Yield the merges of the module, the first of each function and name."""
        found: dict[tuple[int, int], list[Merge]] = {}
        for place, target in self._assigned():
            binding = self._module.declaration(target.object)
            if binding is not None:
                home = self._functions.around(place.start_byte)
                for merge in (*self._recursive(place, target, binding), *self._walk(place, target, binding)):
                    found.setdefault((home.id if home else 0, binding.node.id), []).append(merge)
        yield from (min(each, key=self._depth) for each in found.values())
        yield from self._nested()

    def _depth(self, merge: Merge) -> tuple[bool, int]:
        """Order the assignment of a value before that of what the function makes of it, and of an empty object."""
        right = self._bare(merge.place.child_by_field_name('right')) or merge.place
        made = right.type == 'call_expression' and right.id != merge.place.id
        return made or _plain(self._module.read(right)).endswith(('{}', '{}})')), merge.place.start_byte

    # what is assigned

    def _assigned(self) -> Iterator[tuple[Node, Target]]:
        """Yield `object[key] = …` and `Object.assign(object, { [key]: … })`."""
        for node in self._module.nodes('assignment_expression', 'augmented_assignment_expression'):
            target = self._target(node.child_by_field_name('left'))
            if target is not None:
                yield node, target
        for call in self._module.calls('Object.assign'):
            keys = [each for given in call.arguments[1:2] for each in self._computed(given)]
            if keys and call.arguments[0].type == 'identifier':
                yield call.node, Target(call.arguments[0], keys[0])

    def _computed(self, node: Node) -> Iterator[Node]:
        for member in node.named_children[:BOUND] if node.type == 'object' else ():
            key = member.child_by_field_name('key') if member.type == 'pair' else None
            if key is not None and key.type == 'computed_property_name' and key.named_children[0].type == 'identifier':
                yield key.named_children[0]

    def _target(self, node: Node | None) -> Target | None:
        node = self._bare(node)
        if node is None or node.type != 'subscript_expression' or self._module.key(node) is not None:
            return None
        owner, index = self._bare(node.child_by_field_name('object')), self._bare(node.child_by_field_name('index'))
        named = owner is not None and owner.type == 'identifier' and index is not None
        return Target(owner, index) if named and owner is not None and index is not None else None

    def _bare(self, node: Node | None) -> Node | None:
        for _ in range(BOUND):
            inner = unwrapped(node) if node is not None else None
            if inner is None:
                break
            node = inner
        return node

    # functions that call themselves

    def _recursive(self, place: Node, target: Target, binding: Binding) -> Iterator[Merge]:
        home = self._functions.position(binding)
        listed = self._listed(target.key)
        if home is None or listed is None or home[0].end_byte - home[0].start_byte > LARGE or self._left <= 0:
            return
        self._left -= 1
        if self._calls_itself(home[0], target) and not self._is_guarded(home[0], target):
            yield Merge(listed, place)

    def _listed(self, key: Node) -> Node | None:
        """Return the object whose keys a name runs through."""
        binding = self._module.declaration(key) if key.type == 'identifier' else None
        if binding is None:
            return None
        if binding.declaration.type == 'for_in_statement':
            right = self._bare(binding.declaration.child_by_field_name('right'))
            operator = binding.declaration.child_by_field_name('operator')
            return right if operator is not None and operator.type == 'in' else self._of_list(right)
        place = self._functions.position(binding)
        for call, _ in self._functions.passed(place[0])[:BOUND] if place is not None else ():
            function = call.node.child_by_field_name('function')
            return self._of_list(function.child_by_field_name('object') if function is not None else None)
        return None

    def _of_list(self, node: Node | None) -> Node | None:
        target = self._module.follow(node) if node is not None else None
        function = target.child_by_field_name('function') if target is not None else None
        if target is None or function is None or self._module.callee(function) not in LISTING:
            return None
        return self._bare(next(arguments(target), None))

    def _calls_itself(self, function: Node, target: Target) -> bool:
        member = self._member(target)
        for call in self._functions.within(function):
            if any(found.node.id == function.id for found in self._functions.called(call)):
                given = (self._module.read(self._module.follow(each)) for each in call.arguments[:BOUND])
                if any(member in _plain(text) for text in given):
                    return True
        return False

    def _member(self, target: Target) -> str:
        return _plain(f'{self._module.read(target.object)}[{self._module.read(target.key)}]')

    def _is_guarded(self, function: Node, target: Target) -> bool:
        """Return whether it is looked first what a member is, or whose, or which key it has."""
        member = function.id, self._member(target)
        if member not in self._guarded:
            self._guarded[member] = len(self._guarded) >= MANY or self._is_asked(function, target)
        return self._guarded[member]

    def _is_asked(self, function: Node, target: Target) -> bool:
        if checked.of(self._module).harmless(target.key):
            return True
        plain, names = self._text(function)
        name = self._module.read(target.object)
        owner = re.escape(name)
        own = [made for made, read in names if read == name]
        asked = '|'.join([re.escape(self._member(target)), rf'{owner}\b(?!\[)', *map(re.escape, own[:BOUND])])
        return FILTERED.search(plain) is not None or re.search(
            rf'(?:typeof|\bis[A-Z_]\w{{0,40}}\()(?:{asked})|hasOwn(?:Property)?(?:\.call)?\({owner}\b'
            rf'|{owner}\.hasOwnProperty', plain,
        ) is not None

    def _text(self, function: Node) -> tuple[str, list[tuple[str, str]]]:
        """Return the text of a function without spaces, and which names are given a member of which."""
        if function.id not in self._texts:
            text = self._module.read(function)
            self._texts[function.id] = _plain(text), MEMBERS.findall(text)
        return self._texts[function.id]

    # walks along a path

    def _walk(self, place: Node, target: Target, binding: Binding) -> Iterator[Merge]:
        if place.type != 'assignment_expression':
            return
        around = self._functions.around(place.start_byte)
        if around is None or around.end_byte - around.start_byte > LARGE:
            return
        for node in self._steps.get(binding.node.id, ()):
            step = self._target(self._stepped(node))
            same = around.start_byte <= node.start_byte < around.end_byte
            if same and step is not None and not self._is_guarded(around, step):
                yield Merge(step.key, place)
                return

    @property
    def _steps(self) -> dict[int, list[Node]]:
        if self._walks is None:
            self._walks = {}
            self._collect(self._walks)
        return self._walks

    def _collect(self, found: dict[int, list[Node]]) -> None:
        """Note the assignments `o = o[key]` in loops, by the name."""
        for node in self._module.nodes('assignment_expression'):
            left, step = node.child_by_field_name('left'), self._target(self._stepped(node))
            if left is None or left.type != 'identifier' or step is None or not self._is_in_loop(node):
                continue
            binding = self._module.declaration(left)
            if binding is not None and self._module.declaration(step.object) == binding:
                found.setdefault(binding.node.id, []).append(node)

    def _stepped(self, node: Node) -> Node | None:
        """Return what a walk goes on with: `o = o[key]`, `o = o[key] ??= {}`."""
        right = self._bare(node.child_by_field_name('right'))
        if right is not None and right.type == 'augmented_assignment_expression':
            return self._bare(right.child_by_field_name('left'))
        return right

    def _is_in_loop(self, node: Node) -> bool:
        current = node.parent
        for _ in range(BOUND):
            if current is None:
                break
            above = current.parent
            if current.type in LOOPS or (current.type in CALLBACKS and above is not None and above.type == 'arguments'):
                return True
            current = above
        return False

    # two keys at once

    def _nested(self) -> Iterator[Merge]:
        """Yield `o[a][b] = c` where neither key is known and `o` is an object literal, or a parameter."""
        for node in self._module.nodes('assignment_expression'):
            left = self._bare(node.child_by_field_name('left'))
            if left is None or left.type != 'subscript_expression' or self._module.key(left) is not None:
                continue
            inner, last = self._target(left.child_by_field_name('object')), left.child_by_field_name('index')
            around = self._functions.around(node.start_byte)
            if inner is None or last is None or around is None or not self._is_plain(inner.object):
                continue
            if around.end_byte - around.start_byte <= LARGE and not self._is_guarded(around, inner):
                yield Merge(inner.key, node, last)

    def _is_plain(self, node: Node) -> bool:
        target = self._module.follow(node)
        if target.type != 'identifier':
            return target.type == 'object'
        binding = self._module.declaration(target)
        return binding is not None and (binding.value is None or binding.value.type == 'object')


def _plain(text: str) -> str:
    return re.sub(r'\s+', '', text)
