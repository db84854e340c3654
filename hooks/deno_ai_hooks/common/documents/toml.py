"""TOML: mise tasks, fly.toml, netlify.toml and whatever else is written in it."""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from functools import cache
from functools import cached_property
from typing import TYPE_CHECKING

from deno_ai_hooks.common.documents import shapes
from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Setting
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.quoting import ESCAPE
from deno_ai_hooks.common.documents.quoting import escape
from deno_ai_hooks.common.documents.quoting import unescape
from deno_ai_hooks.common.documents.shapes import DEPTH
from deno_ai_hooks.common.documents.shapes import LIST
from deno_ai_hooks.common.documents.shapes import MAP
from deno_ai_hooks.common.documents.shapes import SCALAR
from deno_ai_hooks.common.documents.shapes import Node
from deno_ai_hooks.common.source import BOM
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import as_is
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax
    from tree_sitter import Parser

BASIC = pattern(rb'\\[ \t]*+\r?\n\s*+|' + ESCAPE.pattern, re.DOTALL)
KEYS = frozenset('bare_key quoted_key dotted_key'.split())
TABLES = frozenset('table table_array_element'.split())


class _Table:
    """A table while it is read: a later header may add to it."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.items: dict[str, _Table | _Array | Node] = {}


class _Array:
    """An array of tables while it is read."""

    def __init__(self, first: _Table) -> None:
        self.tables = [first]


class Toml(Document):
    """A TOML file."""

    kind = 'toml'

    @cached_property
    def root(self) -> Node:
        """Return the tree; what is broken is left out."""
        text = self.text
        if text.data.startswith(BOM):
            text = cut(text, len(BOM), len(text.data))
        return _Builder(text).root(_parser().parse(text.data).root_node)

    def parts(self) -> Iterable[Document]:
        return shapes.parts(self.path, self.root, self.place)

    def commands(self) -> Iterable[Command]:
        return shapes.commands(self.path, self.root, self.place)

    def variables(self) -> Iterable[Variable]:
        return shapes.variables(self.path, self.root, self.place)

    def settings(self) -> Iterable[Setting]:
        return shapes.settings(self.root)


@cache
def _parser() -> Parser:
    import tree_sitter_toml
    from tree_sitter import Language
    from tree_sitter import Parser

    return Parser(Language(tree_sitter_toml.language()))


class _Builder:
    def __init__(self, text: Text) -> None:
        self._text = text

    def root(self, syntax: Syntax) -> Node:
        top = _Table(syntax)
        for child in syntax.children:
            if child.type == 'pair':
                self._pair(top, child)
            elif child.type in TABLES:
                table = self._table(top, child)
                for pair in child.children if table else ():
                    if table and pair.type == 'pair':
                        self._pair(table, pair)
        return self._frozen(top)

    def _table(self, top: _Table, syntax: Syntax) -> _Table | None:
        """Return the table that a header opens, None when there is something else in its place."""
        keys = self._keys(next((child for child in syntax.children if child.type in KEYS), None))
        parent = self._inside(top, keys[:-1], syntax) if keys and len(keys) < DEPTH else None
        if not parent:
            return None
        table = _Table(syntax)
        known = parent.items.setdefault(keys[-1], _Array(table) if syntax.type != 'table' else table)
        if isinstance(known, _Array) and syntax.type != 'table':
            if known.tables[-1] is not table:
                known.tables.append(table)
            return table
        return known if isinstance(known, _Table) else None

    def _pair(self, table: _Table, pair: Syntax, depth: int = 0) -> None:
        if len(pair.children) < 3:
            return
        keys = self._keys(pair.children[0])
        parent = self._inside(table, keys[:-1], pair) if keys and depth + len(keys) < DEPTH else None
        if parent:
            parent.items[keys[-1]] = self._value(pair.children[2], depth + len(keys))

    def _inside(self, table: _Table, keys: Iterable[str], syntax: Syntax) -> _Table | None:
        """Return the table under `keys`, made where there is none; of an array the last."""
        for key in keys:
            found = table.items.setdefault(key, _Table(syntax))
            if isinstance(found, Node):
                return None
            table = found.tables[-1] if isinstance(found, _Array) else found
        return table

    def _keys(self, syntax: Syntax | None) -> list[str]:
        """Return the parts of a key; a dotted key's grammar nests to the left."""
        keys: list[str] = []
        while syntax is not None and syntax.type == 'dotted_key' and len(keys) < DEPTH:
            keys.append(self._key(syntax.children[-1]))
            syntax = syntax.children[0]
        if syntax is not None:
            keys.append(self._key(syntax))
        return keys[::-1]

    def _key(self, syntax: Syntax) -> str:
        if syntax.type != 'quoted_key':
            return self._text.read(syntax.start_byte, syntax.end_byte)
        return self._string(syntax).data.decode(errors='replace')

    def _value(self, syntax: Syntax, depth: int) -> Node:
        start, end = syntax.start_byte, syntax.end_byte
        span = self._text.span(start, end)
        if depth >= DEPTH:
            return Node(SCALAR, span)
        if syntax.type == 'array':
            values = [child for child in syntax.children if child.is_named and child.type not in ('comment', 'ERROR')]
            items = (self._value(value, depth + 1) for value in values)
            return Node(LIST, span, tuple((str(index), item) for index, item in enumerate(items)))
        if syntax.type == 'inline_table':
            table = _Table(syntax)
            for child in syntax.children:
                if child.type == 'pair':
                    self._pair(table, child, depth + 1)
            return self._frozen(table)
        if syntax.type == 'string':
            text = self._string(syntax)
            inside = self._text.span(*_inside_quotes(self._text.data, start, end))
            return Node(SCALAR, inside, value=text.data.decode(errors='replace'), text=text)
        text = cut(self._text, start, end)
        return Node(SCALAR, span, value=_plain(syntax.type, text.data.decode(errors='replace')), text=text)

    def _string(self, syntax: Syntax) -> Text:
        data = self._text.data
        start, end = _inside_quotes(data, syntax.start_byte, syntax.end_byte)
        builder = TextBuilder(self._text)
        basic = data.startswith(b'"', syntax.start_byte)
        for match in BASIC.finditer(data, start, end) if basic else ():
            builder.copy(start, match.start())
            continued = match[0][1:2] in (b' ', b'\t', b'\r', b'\n')
            builder.put(b'' if continued else unescape(match), *match.span())
            start = match.end()
        builder.copy(start, end)
        write: Callable[[str], str] = escape if basic else as_is
        return builder.build(write)

    def _frozen(self, table: _Table) -> Node:
        span = self._text.span(table.syntax.start_byte, table.syntax.end_byte)
        return Node(MAP, span, tuple((key, self._item(item)) for key, item in table.items.items()))

    def _item(self, item: _Table | _Array | Node) -> Node:
        if isinstance(item, _Table):
            return self._frozen(item)
        if isinstance(item, Node):
            return item
        tables = tuple((str(index), self._frozen(table)) for index, table in enumerate(item.tables))
        return Node(LIST, tables[0][1].span, tables)


def _inside_quotes(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where a string begins and ends without its quotes and the line end behind three of them."""
    if end - start < 6 or data[start:start + 3] not in (b'"""', b"'''"):
        return start + 1, max(start + 1, end - 1)
    start += 3
    start += 2 if data.startswith(b'\r\n', start) else data.startswith(b'\n', start)
    return start, max(start, end - 3)


def _plain(kind: str, written: str) -> str | bool | float | None:
    if kind == 'boolean':
        return written == 'true'
    if kind not in ('integer', 'float'):
        return written if kind.endswith(('date', 'time')) else None
    try:
        digits = written.replace('_', '')
        return int(digits, 0) if kind == 'integer' and len(digits) < 70 else float(digits)
    except ValueError:
        return None
