"""What an expression of a module is known to be.

    for value in evaluate(module, call.arguments[0]):
        text(value)      # 'https://api.example.com/v1', or None where a part of it is not known
        prefix(value)    # what it begins with at any rate

An expression may have several values: `Deno.env.get("BASE") ?? "http://example.com"` is what the
environment says, or the literal.  Each known part remembers where it is written, so that a finding can
point there and an edit can land there.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from itertools import islice
from itertools import product
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import elements
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.common.finding import Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.scopes import Binding
    from deno_ai_hooks.common.documents.typescript import Module

DEPTH = 24           # expressions inside expressions
STEPS = 500          # expressions looked at for one answer
POSSIBILITIES = 8
PARTS = 200          # of one value; a longer one ends in a hole

FALSY = ('', '0', 'false', 'null', 'undefined')
ABSENT = ('null', 'undefined')
# objects whose members are variables of the environment; `import.meta.env` is undefined in Deno, bundlers fill it
ENVIRONMENTS = (
    'process.env', 'import.meta.env', 'Bun.env', 'Deno.env.toObject()',
    'jsr:@std/dotenv.load()', 'jsr:@std/dotenv.loadSync()', 'npm:dotenv.config().parsed',
)
READERS = ('Deno.env.get',)
SAME = ('toString', 'valueOf', 'toLocaleString', 'normalize')
STRIPPED = {'trim': (True, True), 'trimStart': (True, False), 'trimEnd': (False, True)}


class Known(NamedTuple):
    """Text that is known, and where it is written: between the quotes, in the file of `module`."""

    text: str
    span: Span
    module: Module


class Hole(NamedTuple):
    """A part that is not known.

    `kind` is 'env' for a variable of the environment, whose name is `name` ('' if computed), else
    'unknown', and `name` what the expression is called, '' if nothing.
    """

    kind: str
    name: str
    node: Node
    module: Module


class Value(NamedTuple):
    """A value as the text it makes: parts in a row; `type` is string, number, boolean, null, undefined or unknown."""

    parts: tuple[Known | Hole, ...]
    type: str = 'string'


def evaluate(module: Module, node: Node, depth: int = DEPTH) -> tuple[Value, ...]:
    """Return the values an expression may have: at least one, at most POSSIBILITIES."""
    return tuple(islice(_Evaluation(module).values(node, depth), POSSIBILITIES))


def text(value: Value) -> str | None:
    """Return the text of a value that is wholly known."""
    if any(isinstance(part, Hole) for part in value.parts):
        return None
    return prefix(value)


def prefix(value: Value) -> str:
    """Return the text a value begins with."""
    known: list[str] = []
    for part in value.parts:
        if isinstance(part, Hole):
            break
        known.append(part.text)
    return ''.join(known)


def texts(module: Module, node: Node) -> Iterator[str]:
    """Yield the values of an expression that are wholly known."""
    for value in evaluate(module, node):
        known = text(value)
        if known is not None:
            yield known


class _Evaluation:
    """One question: the module it is asked in, and how much work is left for the answer."""

    def __init__(self, module: Module, steps: int = STEPS, home: bool = True) -> None:
        self._module = module
        self._steps = steps
        self._home = home
        self._found: dict[int, list[Value] | None] = {}  # None while a value is being found: it holds itself

    def values(self, node: Node, depth: int) -> list[Value]:
        """Return the values of `node`, at least one."""
        self._steps -= 1
        known = self._found.get(node.id)
        if known is not None:
            return known
        if depth <= 0 or self._steps <= 0 or node.id in self._found:
            return [self._hole(node)]
        self._found[node.id] = None
        self._found[node.id] = found = self._values(node, depth)
        return found

    def _values(self, node: Node, depth: int) -> list[Value]:
        inside = unwrapped(node) or _transparent(node)
        while inside is not None and self._steps > 0:
            self._steps -= 1
            node, inside = inside, unwrapped(inside) or _transparent(inside)
        return _few(self._expression(node, depth - 1)) or [self._hole(node)]

    def _expression(self, node: Node, depth: int) -> list[Value]:
        match node.type:
            case 'string':
                return [Value((self._literal(node),))]
            case 'number' | 'true' | 'false' | 'null' | 'undefined':
                return [self._primitive(node)]
            case 'template_string':
                return self._template(node, depth)
            case 'binary_expression':
                return self._binary(node, depth)
            case 'ternary_expression':
                return self._either(node, ('consequence', 'alternative'), depth)
            case 'identifier' | 'shorthand_property_identifier':
                return self._name(node, depth)
            case 'member_expression' | 'subscript_expression':
                return self._member(node, depth)
            case 'call_expression':
                return self._call(node, depth)
            case 'new_expression':
                return self._new(node, depth)
        return []

    # literals

    def _literal(self, node: Node) -> Known:
        literal = self._module.literal(node)
        return Known(literal.prefix, literal.span, self._module)

    def _primitive(self, node: Node) -> Value:
        kind = 'boolean' if node.type in ('true', 'false') else node.type
        return Value((Known(self._module.read(node), self._module.span(node), self._module),), kind)

    def _hole(self, node: Node) -> Value:
        name = self._module.callee(node) or self._name_of(node)
        return Value((Hole('unknown', name, node, self._module),), 'unknown')

    def _env(self, node: Node, name: str) -> Value:
        return Value((Hole('env', name, node, self._module),), 'unknown')

    def _name_of(self, node: Node) -> str:
        return self._module.read(node) if node.type.endswith('identifier') else ''

    def _template(self, node: Node, depth: int) -> list[Value]:
        pieces: list[list[Value]] = []
        for known, hole in self._module.pieces(node):
            if len(pieces) >= PARTS:
                return _joined([*pieces, [self._hole(node)]])
            if known is not None:
                pieces.append([Value((Known(known[0], known[1], self._module),))])
            elif hole is not None:
                pieces.append(self.values(hole, depth))
        return _joined(pieces)

    # operators

    def _binary(self, node: Node, depth: int) -> list[Value]:
        operator = node.child_by_field_name('operator')
        match operator.type if operator is not None else '':
            case '+':
                return self._sum(node, depth)
            case '??':
                return self._default(node, ABSENT, depth)
            case '||':
                return self._default(node, FALSY, depth)
            case '&&':
                return self._either(node, ('right',), depth)
        return []

    def _sum(self, node: Node, depth: int) -> list[Value]:
        found = [self.values(operand, depth) for operand in operands(node)]
        if not any(value.type == 'string' for values in found for value in values):
            return [self._hole(node)]
        return _joined(found)

    def _default(self, node: Node, missing: tuple[str, ...], depth: int) -> list[Value]:
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if left is None or right is None:
            return []
        first = self.values(left, depth)
        kept = [value for value in first if text(value) not in missing or _is_text(value, missing)]
        if len(kept) == len(first) and all(text(value) is not None for value in kept):
            return kept
        return [*kept, *self.values(right, depth)]

    def _either(self, node: Node, fields: tuple[str, ...], depth: int) -> list[Value]:
        found = [node.child_by_field_name(field) for field in fields]
        return [value for each in found if each is not None for value in self.values(each, depth)]

    # names

    def _name(self, node: Node, depth: int) -> list[Value]:
        binding = self._module.declaration(node)
        if binding is None:
            return []
        if binding.kind == 'import':
            return self._imported(binding, (), depth)
        if binding.kind == 'parameter':
            return self._parameter(node, binding, depth)
        value = self._module.constant(binding)
        if value is None:
            return []
        if not binding.path and binding.default is None:
            return self.values(value, depth)
        found = self._taken(node, value, binding, depth)
        return [*found, *(self.values(binding.default, depth) if binding.default is not None else ())]

    def _taken(self, node: Node, value: Node, binding: Binding, depth: int) -> list[Value]:
        """Return what a destructured name holds when its default is not needed."""
        variable = self._variable(self._module.callee(node))
        if variable is not None:
            return [self._env(node, variable)]
        target = self._module.at(value, binding.path or ())
        if target is not None:
            return self.values(target, depth)
        return [] if binding.default is not None and self._lacks(value) else [self._hole(node)]

    def _lacks(self, value: Node) -> bool:
        properties = self._module.properties(value)
        return properties.complete

    def _parameter(self, node: Node, binding: Binding, depth: int) -> list[Value]:
        default = binding.default
        if default is None and binding.path == ():
            default = binding.declaration.child_by_field_name('value')
        return [self._hole(node), *(self.values(default, depth) if default is not None else ())]

    def _imported(self, binding: Binding, keys: tuple[str, ...], depth: int) -> list[Value]:
        """Return the value of an import, or of its member, by one look into the module it comes from."""
        load, origin = self._module.load, self._module.origin(binding)
        other = load(origin[0]) if load and origin and self._home else None
        if other is None or origin is None:
            return []
        path = (*((origin[1],) if origin[1] else ()), *keys)
        exported = other.export(path[0]) if path else None
        target = other.at(exported, path[1:]) if exported is not None else None
        if target is None:
            return []
        inner = _Evaluation(other, self._steps, home=False)
        return inner.values(target, depth)

    def _member(self, node: Node, depth: int) -> list[Value]:
        variable = self._variable(self._module.callee(node))
        if variable is not None:
            return [self._env(node, variable)]
        target = self._module.follow(node)
        if target != node:
            return self.values(target, depth)
        owner = node.child_by_field_name('object')
        if owner is not None and self._module.key(node) == 'href':
            return self.values(owner, depth) if self._is_url(owner) else []
        return self._through_import(node, depth)

    def _through_import(self, node: Node, depth: int) -> list[Value]:
        keys = self._module.members(node)
        root: Node | None = node
        for _ in keys:
            while root is not None and (inside := unwrapped(root)) is not None:
                root = inside
            root = root.child_by_field_name('object') if root is not None else None
        binding = self._module.declaration(root) if root is not None and root.type == 'identifier' else None
        return self._imported(binding, keys, depth) if binding is not None and binding.kind == 'import' else []

    def _variable(self, name: str | None) -> str | None:
        for environment in ENVIRONMENTS:
            if name is not None and name.startswith(environment + '.'):
                rest = name[len(environment) + 1:]
                return rest if '.' not in rest and '(' not in rest else None
        return None

    def _is_url(self, node: Node) -> bool:
        node = self._module.follow(node)
        constructor = node.child_by_field_name('constructor') if node.type == 'new_expression' else None
        return constructor is not None and self._module.callee(constructor) == 'URL'

    # calls

    def _call(self, node: Node, depth: int) -> list[Value]:
        function = node.child_by_field_name('function')
        given = list(arguments(node))
        if function is None:
            return []
        name = self._module.callee(function)
        if name in READERS:
            return [self._env(node, next(iter(self._texts(given[:1], depth)), ''))]
        if name in ('String', 'encodeURI') and given:
            return self.values(given[0], depth)
        owner = function.child_by_field_name('object')
        key = self._module.key(function)
        return self._method(owner, key, given, depth) if owner is not None and key is not None else []

    def _method(self, owner: Node, key: str, given: list[Node], depth: int) -> list[Value]:
        if key in SAME:
            return self.values(owner, depth)
        if key in STRIPPED:
            return [_strip(value, *STRIPPED[key]) for value in self.values(owner, depth)]
        if key == 'join':
            return self._join(self._module.follow(owner), given, depth)
        if key == 'concat' and self._module.follow(owner).type != 'array':
            return _joined([self.values(each, depth) for each in [owner, *given][:PARTS]])
        return []

    def _join(self, array: Node, given: list[Node], depth: int) -> list[Value]:
        if array.type != 'array':
            return []
        comma = [Value((Known(',', self._module.span(array), self._module),))]
        between = self.values(given[0], depth) if given else comma
        pieces: list[list[Value]] = []
        for element in elements(array)[:PARTS // 2]:
            pieces.extend([between, self.values(element, depth)])
        return _joined(pieces[1:])

    def _new(self, node: Node, depth: int) -> list[Value]:
        given = list(arguments(node))
        if not given or not self._is_url(node):
            return []
        paths = self.values(given[0], depth)
        if len(given) == 1:
            return paths
        bases = self.values(given[1], depth)
        return [_resolved(path, base) for path, base in islice(product(paths, bases), POSSIBILITIES)]

    def _texts(self, nodes: Iterable[Node], depth: int) -> Iterator[str]:
        for node in nodes:
            yield from filter(None, map(text, self.values(node, depth)))


def _transparent(node: Node) -> Node | None:
    if node.type in ('await_expression', 'sequence_expression') and node.named_children:
        return node.named_children[-1]
    return None


def operands(node: Node) -> list[Node]:
    """Return the operands of a chain of `+`, however long; the last PARTS of them."""
    found: list[Node] = []
    current: Node | None = node
    while current is not None and _is_sum(current) and len(found) < PARTS:
        right = current.child_by_field_name('right')
        found.extend([right] if right is not None else [])
        current = current.child_by_field_name('left')
    return [*([current] if current is not None else []), *reversed(found)]


def _is_sum(node: Node) -> bool:
    operator = node.child_by_field_name('operator') if node.type == 'binary_expression' else None
    return operator is not None and operator.type == '+'


def _is_text(value: Value, missing: tuple[str, ...]) -> bool:
    """Say whether a value only reads like one that is missing: `"null"`, `"0"`."""
    return value.type == 'string' and (text(value) != '' or '' not in missing)


def _joined(operands: list[list[Value]]) -> list[Value]:
    combinations = islice(product(*operands), POSSIBILITIES)
    return [Value(tuple(part for value in values for part in value.parts)[:PARTS + 1]) for values in combinations]


def _few(values: list[Value]) -> list[Value]:
    """Return the first different ones."""
    return list(dict.fromkeys(values))[:POSSIBILITIES]


def _strip(value: Value, start: bool, end: bool) -> Value:
    parts = list(value.parts)
    first, last = (parts[0], parts[-1]) if parts else (None, None)
    if start and isinstance(first, Known):
        parts[0] = first._replace(text=first.text.lstrip())
    if end and isinstance(last, Known):
        parts[-1] = last._replace(text=(parts[-1] if len(parts) == 1 else last).text.rstrip())  # type: ignore[union-attr]
    return value._replace(parts=tuple(parts))


def _resolved(path: Value, base: Value) -> Value:
    """Return a URL taken relative to another, by RFC 3986 as far as hosts and the start of paths go."""
    start = prefix(path)
    if not path.parts or isinstance(path.parts[0], Hole):
        return path._replace(type='unknown')
    if _scheme_end(start):
        return path
    known = prefix(base)
    scheme = _scheme_end(known)
    if start.startswith('//'):
        return Value((*_upto(base, scheme), *path.parts))
    host_end = known.find('/', scheme + 2) if known[scheme:scheme + 2] == '//' else -1
    if host_end < 0:
        return Value((*base.parts, *_slash(path, base), *path.parts))
    folder = known.rfind('/') + 1 if text(base) is not None else len(known)
    return Value((*_upto(base, host_end if start.startswith('/') else folder), *path.parts))


def _scheme_end(url: str) -> int:
    """Return the offset behind `scheme:`, 0 if there is none."""
    head, colon, _ = url.partition(':')
    if not colon or not head[:1].isalpha() or not head.replace('+', '').replace('-', '').replace('.', '').isalnum():
        return 0
    return len(head) + 1


def _slash(path: Value, base: Value) -> tuple[Known, ...]:
    last = base.parts[-1] if base.parts else None
    if prefix(path).startswith('/') or not isinstance(last, Known) or last.text.endswith('/'):
        return ()
    return (Known('/', last.span, last.module),)


def _upto(value: Value, length: int) -> Iterator[Known | Hole]:
    for part in value.parts:
        if isinstance(part, Hole) or length <= 0:
            return
        yield part._replace(text=part.text[:length])
        length -= len(part.text)
