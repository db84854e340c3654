"""Which declaration a name of a TypeScript module stands for.

Built in one sweep over the scopes and declarations of a module, sorted by where they start; a name is
looked up by bisection, however deep the scopes are nested.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.finding import Span

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    'function_declaration function_expression generator_function generator_function_declaration '
    'arrow_function method_definition'.split()
)
# their parameters are names of nothing that runs, yet must not be taken for those of the function around
SIGNATURES = frozenset(
    'function_signature function_type method_signature abstract_method_signature call_signature '
    'construct_signature constructor_type'.split()
)
BLOCKS = frozenset('statement_block for_statement for_in_statement catch_clause switch_body'.split())
CLASSES = frozenset('class_declaration abstract_class_declaration class'.split())
# named outside of themselves; function and class expressions are known by their name inside only
NAMED = {
    'function_declaration': 'function',
    'generator_function_declaration': 'function',
    'function_signature': 'function',
    'class_declaration': 'class',
    'abstract_class_declaration': 'class',
    'enum_declaration': 'enum',
    'internal_module': 'namespace',
}
INWARD = frozenset('function_expression generator_function class'.split())
DECLARATIONS = frozenset('lexical_declaration variable_declaration'.split())
IMPORTS = frozenset('import_statement import_alias'.split())
SCOPES = FUNCTIONS | SIGNATURES | BLOCKS | CLASSES
HOISTING = FUNCTIONS | SIGNATURES
OWN_NAME, PARAMETER = 'own name', 'parameter'
# where the name or pattern stands that they declare, and as what
PATTERNS = {
    'required_parameter': ('pattern', PARAMETER),
    'optional_parameter': ('pattern', PARAMETER),
    'arrow_function': ('parameter', PARAMETER),
    'catch_clause': ('parameter', 'catch'),
}
DECLARING = DECLARATIONS | PATTERNS.keys() | INWARD | IMPORTS | {'for_in_statement'}
TYPES = SCOPES | NAMED.keys() | DECLARING

# start, end with a minus so that outer ones sort first, a tie-breaker, type, node
Placed = tuple[int, int, int, str, 'Node']


class Binding(NamedTuple):
    """A name that a declaration brings into its scope.

    `kind` is one of var, let, const, parameter, function, class, enum, namespace, import, catch, or
    'own name', by which a function or class expression knows itself.  `declaration` is the node that
    tells the rest: a variable_declarator, a parameter, a function, an import clause or specifier.
    `value` is the expression the declaration gives; a destructured name is what stands in it at
    `path`, or `default` where that is undefined.  `path` is None where it cannot be told.
    """

    name: str
    node: Node
    kind: str
    declaration: Node
    scope: Span
    value: Node | None = None
    path: tuple[str, ...] | None = ()
    default: Node | None = None


class Target(NamedTuple):
    """A name inside a destructuring pattern, and where its value stands in what is taken apart."""

    node: Node
    path: tuple[str, ...] | None
    default: Node | None


class Scopes:
    """The declarations of a module, by name and scope."""

    def __init__(self, nodes: Mapping[str, list[Node]], read: Callable[[Node], str], end: int) -> None:
        self._read = read
        self._bindings: dict[str, list[Binding]] = {}
        self._tables: dict[str, tuple[list[int], list[Binding | None]]] = {}
        self._counts: dict[tuple[str, Span], int] = {}
        self._module = Span(0, end)
        self._sweep(_ordered(nodes))

    def find(self, name: str, offset: int) -> Binding | None:
        """Return what `name` stands for at `offset`, None for a global."""
        if name not in self._bindings:
            return None
        if name not in self._tables:
            self._tables[name] = _table(self._bindings[name])
        starts, owners = self._tables[name]
        index = bisect_right(starts, offset) - 1
        return owners[index] if index >= 0 else None

    def declarations(self, binding: Binding) -> int:
        """Return how often the name is declared in the scope of `binding`: `var` may be repeated."""
        return self._counts.get((binding.name, binding.scope), 0)

    @property
    def outermost(self) -> list[Binding]:
        """All declarations of the module's outermost scope."""
        return [each for found in self._bindings.values() for each in found if each.scope == self._module]

    def _sweep(self, nodes: Iterable[Placed]) -> None:
        inner: list[tuple[Span, bool]] = [(self._module, True)]
        for start, negative_end, _, kind, node in nodes:
            while inner[-1][0][1] <= start:
                inner.pop()
            if kind in NAMED:
                self._named(node, NAMED[kind], inner[-1][0])
            if kind in SCOPES:
                inner.append((Span(start, -negative_end), kind in HOISTING))
            if kind in DECLARING:
                self._declare(node, kind, inner)

    def _declare(self, node: Node, kind: str, inner: list[tuple[Span, bool]]) -> None:
        scope = inner[-1][0]
        if kind in DECLARATIONS:
            word = _keyword(node)
            self._variables(node, word, _hoisted(inner) if word == 'var' else scope)
        elif kind in PATTERNS:
            field, word = PATTERNS[kind]
            self._pattern(node.child_by_field_name(field), word, node, scope, None)
        elif kind == 'for_in_statement':
            self._loop(node, inner)
        elif kind in INWARD:
            self._named(node, OWN_NAME, scope)
        else:
            self._imports(node, scope)

    def _add(self, binding: Binding) -> None:
        self._bindings.setdefault(binding.name, []).append(binding)
        if binding.declaration.type != 'function_signature':
            key = (binding.name, binding.scope)
            self._counts[key] = self._counts.get(key, 0) + 1

    def _named(self, node: Node, kind: str, scope: Span) -> None:
        name = node.child_by_field_name('name')
        if name is not None:
            self._add(Binding(self._read(name), name, kind, node, scope))

    def _variables(self, node: Node, word: str, scope: Span) -> None:
        for declarator in node.named_children:
            if declarator.type == 'variable_declarator':
                value = declarator.child_by_field_name('value')
                self._pattern(declarator.child_by_field_name('name'), word, declarator, scope, value)

    def _loop(self, node: Node, inner: list[tuple[Span, bool]]) -> None:
        kind = node.child_by_field_name('kind')
        if kind is not None:
            word = self._read(kind)
            scope = _hoisted(inner) if word == 'var' else inner[-1][0]
            self._pattern(node.child_by_field_name('left'), word, node, scope, None)

    def _pattern(self, pattern: Node | None, kind: str, node: Node, scope: Span, value: Node | None) -> None:
        if pattern is None:
            return
        if pattern.type == 'identifier':
            self._add(Binding(self._read(pattern), pattern, kind, node, scope, value))
            return
        for name, path, default in targets(pattern, self._read):
            if name.type in NAMES:
                self._add(Binding(self._read(name), name, kind, node, scope, value, path, default))

    def _imports(self, node: Node, scope: Span) -> None:
        for name, declaration in imported(node):
            self._add(Binding(self._read(name), name, 'import', declaration, scope, node))


NAMES = frozenset('identifier shorthand_property_identifier_pattern'.split())


def targets(pattern: Node, read: Callable[[Node], str]) -> Iterator[Target]:
    """Yield what a pattern gives values to: names, and in assignments also members."""
    left: list[Target] = [Target(pattern, (), None)]
    while left:
        target = left.pop()
        inside = _inside(target, read)
        if inside is None:
            yield target
        else:
            left.extend(inside)


def _inside(target: Target, read: Callable[[Node], str]) -> list[Target] | None:
    node, path, default = target
    match node.type:
        case 'object_pattern':
            return [each for child in node.named_children for each in _property(child, path, read)]
        case 'array_pattern':
            return list(_items(node, path))
        case 'assignment_pattern' | 'object_assignment_pattern':
            return _child(node, 'left', path, node.child_by_field_name('right'))
        case 'rest_pattern':
            return [Target(child, None, None) for child in node.named_children[:1]]
        case 'parenthesized_expression' | 'non_null_expression':
            return [Target(child, path, default) for child in node.named_children[:1]]
    return None


def _property(node: Node, path: tuple[str, ...] | None, read: Callable[[Node], str]) -> list[Target]:
    if node.type == 'pair_pattern':
        key = node.child_by_field_name('key')
        return _child(node, 'value', _deeper(path, key_text(key, read) if key else None), None)
    if node.type == 'object_assignment_pattern':
        name = node.child_by_field_name('left')
        inner = _deeper(path, read(name)) if name and name.type in NAMES else None
        return _child(node, 'left', inner, node.child_by_field_name('right'))
    if node.type in NAMES:
        return [Target(node, _deeper(path, read(node)), None)]
    return [Target(node, None, None)] if node.type == 'rest_pattern' else []


def _items(node: Node, path: tuple[str, ...] | None) -> Iterator[Target]:
    index = 0
    for child in node.children:
        if child.type == ',':
            index += 1
        elif child.is_named and child.type != 'comment':
            yield Target(child, _deeper(path, str(index)), None)


def _child(node: Node, field: str, path: tuple[str, ...] | None, default: Node | None) -> list[Target]:
    child = node.child_by_field_name(field)
    return [Target(child, path, default)] if child else []


def _deeper(path: tuple[str, ...] | None, key: str | None) -> tuple[str, ...] | None:
    # deeper than any program goes, and a bound on the work
    if path is None or key is None or len(path) > 16:
        return None
    return (*path, key)


def key_text(key: Node, read: Callable[[Node], str]) -> str | None:
    """Return the text of an object's key, None for one that is computed."""
    if key.type in ('property_identifier', 'private_property_identifier', 'number', *NAMES):
        return read(key)
    if key.type == 'computed_property_name' and key.named_child_count == 1:
        key = key.named_children[0]
    if key.type == 'string' and '\\' not in read(key):
        return read(key)[1:-1]
    return None


def imported(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the local names an import statement declares, each with the clause that does."""
    for child in node.named_children:
        if child.type == 'import_require_clause' or node.type == 'import_alias':
            yield from ((name, child) for name in child.named_children[:1] or [child] if name.type == 'identifier')
            if node.type == 'import_alias':
                return
        elif child.type == 'import_clause':
            yield from _clause(child)


def _clause(clause: Node) -> Iterator[tuple[Node, Node]]:
    for child in clause.named_children:
        if child.type == 'identifier':
            yield child, clause
        elif child.type == 'namespace_import':
            yield from ((name, child) for name in child.named_children if name.type == 'identifier')
        elif child.type == 'named_imports':
            for specifier in child.named_children:
                name = specifier.child_by_field_name('alias') or specifier.child_by_field_name('name')
                if name is not None:
                    yield name, specifier


def sorted_nodes(nodes: Iterable[Node]) -> list[Node]:
    """Return `nodes` in the order they start, outer ones first."""
    found = sorted(nodes, key=attrgetter('end_byte'), reverse=True)
    found.sort(key=attrgetter('start_byte'))
    return found


def _ordered(nodes: Mapping[str, list[Node]]) -> list[Placed]:
    number = count()
    return sorted(
        (node.start_byte, -node.end_byte, next(number), kind, node) for kind in TYPES for node in nodes.get(kind, ())
    )


def _keyword(node: Node) -> str:
    if node.type == 'variable_declaration':
        return 'var'
    kind = node.child_by_field_name('kind')
    return kind.type if kind is not None else 'let'


def _hoisted(inner: list[tuple[Span, bool]]) -> Span:
    return next(scope for scope, function in reversed(inner) if function)


def _table(bindings: list[Binding]) -> tuple[list[int], list[Binding | None]]:
    """Return the offsets where the owner of a name changes, and the owner from each on."""
    starts: list[int] = []
    owners: list[Binding | None] = []
    stack: list[Binding] = []
    for binding in _innermost_last(bindings):
        _close(stack, binding.scope.start, starts, owners)
        stack.append(binding)
        starts.append(binding.scope.start)
        owners.append(binding)
    _close(stack, None, starts, owners)
    return starts, owners


def _close(stack: list[Binding], start: int | None, starts: list[int], owners: list[Binding | None]) -> None:
    while stack and (start is None or stack[-1].scope.end <= start):
        starts.append(stack.pop().scope.end)
        owners.append(stack[-1] if stack else None)


def _innermost_last(bindings: list[Binding]) -> list[Binding]:
    """Return one binding a scope, outer scopes first; a parameter hides the function's own name."""
    best: dict[Span, Binding] = {}
    for binding in bindings:
        known = best.get(binding.scope)
        if known is None or known.kind == OWN_NAME or known.declaration.type == 'function_signature':
            best[binding.scope] = binding
    return [best[scope] for scope in sorted(best, key=lambda scope: (scope.start, -scope.end))]
