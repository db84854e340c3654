"""What a TypeScript module assigns to: which of its names, members and fields keep one value."""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deno_ai_hooks.common.documents.scopes import Binding
from deno_ai_hooks.common.documents.scopes import sorted_nodes
from deno_ai_hooks.common.documents.scopes import targets
from deno_ai_hooks.common.documents.typescript_tree import FOLLOW
from deno_ai_hooks.common.documents.typescript_tree import unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module


class Changes:
    """What a module assigns to after it has been declared."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._names: set[int] = set()
        self._members: set[tuple[int, str]] = set()
        for target in self._targets():
            self._note(target)

    def assigns(self, binding: Binding) -> bool:
        """Say whether the name is assigned to."""
        return binding.node.id in self._names

    def alters(self, binding: Binding, key: str) -> bool:
        """Say whether the member `key` of what the name stands for is assigned to, or any that is not known."""
        identity = binding.node.id
        return (identity, key) in self._members or (identity, '') in self._members

    def _targets(self) -> Iterator[Node]:
        module = self._module
        for node in module.nodes('assignment_expression', 'augmented_assignment_expression', 'for_in_statement'):
            left = node.child_by_field_name('left')
            if left is not None and node.child_by_field_name('kind') is None:
                yield from (target.node for target in targets(left, module.read))
        for node in module.nodes('update_expression'):
            argument = node.child_by_field_name('argument')
            if argument is not None:
                yield argument

    def _note(self, target: Node) -> None:
        key: str | None = None
        for _ in range(FOLLOW):
            inside = unwrapped(target)
            if target.type in ('member_expression', 'subscript_expression'):
                key = self._key(target)
                inside = target.child_by_field_name('object')
            if inside is None:
                break
            target = inside
        if target.type in ('identifier', 'shorthand_property_identifier_pattern'):
            self._enter(target, key)

    def _key(self, target: Node) -> str:
        if target.type == 'member_expression':
            return self._module.key(target) or ''
        return self._module.string(target.child_by_field_name('index')) or ''

    def _enter(self, name: Node, key: str | None) -> None:
        binding = self._module.declaration(name)
        if binding is not None and key is None:
            self._names.add(binding.node.id)
        elif binding is not None and key is not None:
            self._members.add((binding.node.id, key))


class Fields:
    """What the fields of a module's classes are given, where it is one value."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._values: dict[tuple[int, str], list[Node | None]] = {}
        self._starts: list[int] = []
        self._owners: list[int] = []
        self._bound(sorted_nodes(module.nodes('class_body')))
        self._declared()
        self._assigned()

    def value(self, name: str, offset: int) -> Node | None:
        """Return the only value of `this.name` in the class around `offset`."""
        values = self._values.get((self._class(offset), name), [])
        return values[0] if len(values) == 1 else None

    def _class(self, offset: int) -> int:
        index = bisect_right(self._starts, offset) - 1
        return self._owners[index] if index >= 0 else -1

    def _bound(self, bodies: list[Node]) -> None:
        stack: list[Node] = []
        for body in [*bodies, None]:
            while stack and (body is None or stack[-1].end_byte <= body.start_byte):
                self._starts.append(stack.pop().end_byte)
                self._owners.append(stack[-1].start_byte if stack else -1)
            if body is not None:
                stack.append(body)
                self._starts.append(body.start_byte)
                self._owners.append(body.start_byte)

    def _declared(self) -> None:
        for node in self._module.nodes('public_field_definition'):
            value = node.child_by_field_name('value')
            if value is not None:
                self._add(node.child_by_field_name('name'), node.start_byte, value)
        for node in self._module.nodes('required_parameter', 'optional_parameter'):
            # constructor(private base = "…"): whoever constructs it may give another value
            if any(child.type in ('accessibility_modifier', 'readonly') for child in node.children):
                self._add(node.child_by_field_name('pattern'), node.start_byte, None)

    def _assigned(self) -> None:
        for node in self._module.nodes('assignment_expression', 'augmented_assignment_expression'):
            left = node.child_by_field_name('left')
            target = left.child_by_field_name('object') if left is not None else None
            if left is None or target is None or target.type != 'this':
                continue
            value = node.child_by_field_name('right') if node.type == 'assignment_expression' else None
            self._add(left.child_by_field_name('property'), node.start_byte, value)

    def _add(self, name: Node | None, offset: int, value: Node | None) -> None:
        if name is not None:
            key = (self._class(offset), self._module.read(name))
            self._values.setdefault(key, []).append(value)
