"""YAML: workflows, pipelines, compose files, manifests and whatever else is written in it."""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from functools import cache
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.documents import scalars
from deno_ai_hooks.common.documents import shapes
from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Setting
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.shapes import DEPTH
from deno_ai_hooks.common.documents.shapes import LIST
from deno_ai_hooks.common.documents.shapes import MAP
from deno_ai_hooks.common.documents.shapes import SCALAR
from deno_ai_hooks.common.documents.shapes import Node
from deno_ai_hooks.common.source import BOM
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

EXPANDED = 20_000  # values that aliases may add to a document
NESTED = 200  # the scanner of tree-sitter-yaml 0.7.2 writes past its buffer at about 340 open collections
ENTRIES = pattern(rb'(?<![^ \t\r\n])[-?:][ \t\r\n]')
LINES = pattern(rb'(?:\A|[\r\n])([ \t]*+)[^ \t\r\n#][^\r\n]*')
SCALARS = frozenset('plain_scalar single_quote_scalar double_quote_scalar block_scalar'.split())
MAPS = frozenset('block_mapping flow_mapping'.split())
PAIRS = frozenset('block_mapping_pair flow_pair'.split())
LISTS = frozenset('block_sequence flow_sequence'.split())


class Yaml(Document):
    """A YAML file with all its documents."""

    kind = 'yaml'

    @cached_property
    def roots(self) -> tuple[Node, ...]:
        """Return the trees of the documents; what is broken is left out."""
        return () if self.too_deep else tuple(_trees(self.text))

    @cached_property
    def too_deep(self) -> bool:
        """Tell whether the file is nested deeper than any that people write; it is not read then."""
        return _nesting(self.text.data) > NESTED

    @property
    def refused(self) -> int | None:
        return self.text.start(0) if self.too_deep else None

    def parts(self) -> Iterable[Document]:
        for root in self.roots:
            yield from shapes.parts(self.path, root, self.place)

    def commands(self) -> Iterable[Command]:
        for root in self.roots:
            yield from shapes.commands(self.path, root, self.place)

    def variables(self) -> Iterable[Variable]:
        for root in self.roots:
            yield from shapes.variables(self.path, root, self.place)

    def settings(self) -> Iterable[Setting]:
        for root in self.roots:
            yield from shapes.settings(root)


@cache
def _parser() -> Parser:
    import tree_sitter_yaml
    from tree_sitter import Language
    from tree_sitter import Parser

    return Parser(Language(tree_sitter_yaml.language()))


def _nesting(data: bytes) -> int:
    """Return at least how many collections are open at once, seen from indentation and `- ` alone."""
    deepest, depth = 0, 0
    open_lines: list[tuple[int, int]] = []
    for line in LINES.finditer(data):
        column = len(line[1])
        while open_lines and open_lines[-1][0] > column:
            depth -= open_lines.pop()[1]
        entries = 1 + sum(1 for _ in ENTRIES.finditer(data, line.start(), line.end() + 1))
        if open_lines and open_lines[-1][0] == column:
            entries = max(entries, open_lines[-1][1])
            depth -= open_lines.pop()[1]
        open_lines.append((column, entries))
        depth += entries
        deepest = max(deepest, depth)
    return deepest


def _trees(text: Text) -> Iterator[Node]:
    if text.data.startswith(BOM):
        text = cut(text, len(BOM), len(text.data))
    root = _parser().parse(text.data).root_node
    documents = [child for child in root.children if child.type == 'document']
    # a file that is broken has pairs and values where documents should be
    for document in documents or [root]:
        yield _Builder(text).root(document)


class _Anchor(NamedTuple):
    node: Node
    size: int
    height: int


class _Builder:
    """Builds the tree of one document."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._anchors: dict[bytes, _Anchor] = {}
        self._expanded = 0
        self._size = 0

    def root(self, document: Syntax) -> Node:
        pairs = [pair for child in document.children if child.type in ('ERROR', *PAIRS) for pair in _pairs(child)]
        values = [child for child in document.children if child.type in ('block_node', 'flow_node')]
        if values and not pairs:
            return self._node(values[0], -1, 0)
        if not pairs and (document.type == 'ERROR'):
            pairs = _pairs(document)
        return self._map(document, pairs, 0, 0)

    def _node(self, syntax: Syntax | None, indent: int, depth: int, default: int = 0) -> Node:
        """Return the value of a block_node or flow_node; `indent` is that of the collection around it."""
        if syntax is None or depth > DEPTH:
            return self._null(default)
        before = self._size
        anchor = tag = content = None
        for child in syntax.children:
            if child.type == 'anchor':
                anchor = self._text.data[child.start_byte + 1:child.end_byte]
            elif child.type == 'tag':
                tag = self._text.data[child.start_byte:child.end_byte]
            elif child.type != 'comment':
                content = child
        node = self._content(content, tag, indent, depth) if content else self._null(syntax.end_byte)
        self._size += 1
        if anchor is not None:
            self._anchors[anchor] = _Anchor(node, self._size - before, _height(node))
        return node

    def _content(self, syntax: Syntax, tag: bytes | None, indent: int, depth: int) -> Node:
        if tag == b'!reference':  # GitLab: keys of another place
            return self._null(syntax.start_byte)
        if syntax.type in MAPS:
            return self._map(syntax, _pairs(syntax), syntax.start_point.column, depth)
        if syntax.type in LISTS:
            return self._list(syntax, depth)
        if syntax.type == 'alias':
            return self._alias(syntax, depth)
        if syntax.type in SCALARS:
            return self._scalar(syntax, tag, indent)
        return self._null(syntax.start_byte)

    def _null(self, position: int) -> Node:
        return Node(SCALAR, self._text.span(position, position))

    def _alias(self, syntax: Syntax, depth: int) -> Node:
        anchor = self._anchors.get(self._text.data[syntax.start_byte + 1:syntax.end_byte])
        if not anchor or self._expanded + anchor.size > EXPANDED or depth + anchor.height > DEPTH:
            return self._null(syntax.start_byte)
        self._expanded += anchor.size
        self._size += anchor.size
        return anchor.node

    def _map(self, syntax: Syntax, pairs: Iterable[Syntax], column: int, depth: int) -> Node:
        items: list[tuple[str, Node]] = []
        merged: list[tuple[str, Node]] = []
        for pair in pairs:
            key, value = pair.child_by_field_name('key'), pair.child_by_field_name('value')
            name = self._key(key)
            node = self._node(value, column, depth + 1, pair.end_byte)
            if name == '<<' and (more := _merged(node)):
                merged = more + merged
            else:
                items.append((name, node))
        own = {name for name, _ in items}
        span = self._text.span(syntax.start_byte, syntax.end_byte)
        return Node(MAP, span, (*(item for item in merged if item[0] not in own), *items))

    def _key(self, syntax: Syntax | None) -> str:
        if syntax is None:
            return ''
        content = next((child for child in syntax.children if child.type in SCALARS), None)
        if content is None:
            return self._text.read(syntax.start_byte, min(syntax.end_byte, syntax.start_byte + DEPTH))
        text = self._scalar(content, b'!!str', -1).text
        return text.data.decode(errors='replace') if text else ''

    def _list(self, syntax: Syntax, depth: int) -> Node:
        column, items = syntax.start_point.column, []
        for child in syntax.children:
            if child.type == 'block_sequence_item':
                value = next((item for item in child.children if item.type in ('block_node', 'flow_node')), None)
                items.append(self._node(value, column, depth + 1, child.end_byte))
            elif child.type == 'flow_node':
                items.append(self._node(child, column, depth + 1))
            elif child.type == 'flow_pair':
                items.append(self._map(child, [child], column, depth + 1))
        span = self._text.span(syntax.start_byte, syntax.end_byte)
        return Node(LIST, span, tuple((str(index), item) for index, item in enumerate(items)))

    def _scalar(self, syntax: Syntax, tag: bytes | None, indent: int) -> Node:
        start, end = syntax.start_byte, syntax.end_byte
        if syntax.type == 'block_scalar':
            text = scalars.block(self._text, start, indent)
            span = text.span(0, len(text.data.rstrip(b'\n'))) if text.data else self._text.span(start, end)
            return Node(SCALAR, span, value=text.data.decode(errors='replace'), text=text)
        quoted = syntax.type != 'plain_scalar'
        if quoted:
            start, end = start + 1, end - 1
        if syntax.type == 'double_quote_scalar':
            text = scalars.double(self._text, start, end)
        else:
            read = scalars.single if quoted else scalars.plain
            text = read(self._text, start, end, indent + 2)
        written = text.data.decode(errors='replace')
        value = written if quoted or tag in (b'!!str', b'!') else scalars.value(written)
        return Node(SCALAR, self._text.span(start, end), value=value, text=text)


def _pairs(syntax: Syntax) -> list[Syntax]:
    if syntax.type in PAIRS:
        return [syntax]
    found = []
    for child in syntax.children:
        if child.type in PAIRS:
            found.append(child)
        elif child.type == 'ERROR':
            found += [pair for pair in child.children if pair.type in PAIRS]
    return found


def _merged(node: Node) -> list[tuple[str, Node]]:
    """Return the items that a `<<` takes over; of several maps the first counts most."""
    maps = [item for _, item in reversed(node.items)] if node.kind == LIST else [node]
    return [item for source in maps if source.kind == MAP for item in source.items]


def _height(node: Node) -> int:
    return 1 + max((_height(item) for _, item in node.items), default=0)
