"""JSON files with comments and trailing commas, as deno 2.9.8 and editors read them.

An own reader: it needs no grammar to be loaded, keeps the place of every character of a string, and
goes on behind an error, as a task behind a stray comma still runs in nobody's eyes but the reader's.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator

from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Setting
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.shapes import DEPTH
from deno_ai_hooks.common.documents.shapes import LIST
from deno_ai_hooks.common.documents.shapes import MAP
from deno_ai_hooks.common.documents.shapes import SCALAR
from deno_ai_hooks.common.documents.shapes import Node
from deno_ai_hooks.common.documents.shapes import settings
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import cut

TOKEN = re.compile(
    rb'(?P<blank>(?:[\s,]|\xef\xbb\xbf|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))+)'
    rb'|"(?P<string>(?:[^"\\\n]|\\[^\n])*)"?'
    rb'|(?P<mark>[{}\[\]:])'
    rb'|(?P<bare>[^\s,{}\[\]:"/]+|/)',
)
ESCAPE = re.compile(rb'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)', re.DOTALL)
CONTROL = {b'b': b'\b', b'f': b'\f', b'n': b'\n', b'r': b'\r', b't': b'\t'}
CONSTANTS = {b'true': True, b'false': False}
CONFIGURATION = re.compile(r'(?:^|/)deno\.jsonc?$')
MANIFEST = re.compile(r'(?:^|/)package\.json$')
SHELL_KEYS = {'install': 'install', 'build': 'build', 'predeploy': 'predeploy'}


class Json(Document):
    """A JSON document: its tree, and the commands of those shapes that tools run."""

    kind = 'json'

    def __init__(self, path: str, text: Text, place: Place | None = None) -> None:
        super().__init__(path, text, place)
        self.root, self.error = _Reader(text).read()

    @property
    def refused(self) -> int | None:
        """Return where in the file a configuration that deno or npm must read has its first error, or None."""
        if self.error is None or self.place.carrier == 'docs' or not (self.is_configuration or self.is_manifest):
            return None
        return self.text.start(self.error)

    @property
    def is_configuration(self) -> bool:
        """Return whether this is Deno's own configuration."""
        return bool(CONFIGURATION.search(self.path))

    @property
    def is_manifest(self) -> bool:
        """Return whether this is a package.json."""
        return bool(MANIFEST.search(self.path))

    def parts(self) -> Iterable[Document]:
        from deno_ai_hooks.common.documents.shell import Shell

        for place, text in self.scripts():
            yield Shell(self.path, text, self._placed(place))

    def scripts(self) -> Iterator[tuple[Place, Text]]:
        """Yield the shell command strings with who runs them."""
        if self.is_manifest:
            yield from _strings(self.root.get('scripts'), 'script')
            yield from _tasks(self.root.get('deno', 'tasks'))
        elif self.is_configuration or (self.root.get('tasks') and self.root.get('tasks', 'tasks') is None):
            yield from _tasks(self.root.get('tasks'))
            yield from _strings(self.root.get('deploy'), 'hook', SHELL_KEYS)
        if self.path.endswith('devcontainer.json'):
            for key, node in self.root.items:
                if key.endswith('Command') and node.text and isinstance(node.value, str):
                    yield Place('hook', key), node.text

    def commands(self) -> Iterator[Command]:
        for keys, node in _maps(self.root):
            program = next(filter(None, map(node.get, ('command', 'runtimeExecutable', 'cmd'))), None)
            arguments = next(filter(None, map(node.get, ('args', 'runtimeArgs'))), None)
            if program is None or arguments is None or arguments.kind != LIST or not isinstance(program.value, str):
                continue
            words = [Word(program.value, program.span)]
            words += [
                Word(item.value if isinstance(item.value, str) else None, item.span) for _, item in arguments.items
            ]
            served = any('servers' in key.lower() for key in keys)
            place = self._placed(Place('service' if served else 'hook', keys[-1] if keys else ''))
            yield Command(tuple(words), node.span, place, program.text or self.text)

    def variables(self) -> Iterator[Variable]:
        for keys, node in _maps(self.root):
            if keys and keys[-1] in ('env', 'environment') and not keys[0].endswith('ermissions'):
                for name, item in node.items:
                    if item.kind == SCALAR:
                        yield Variable(name, item.value if isinstance(item.value, str) else None, item.span)

    def settings(self) -> Iterator[Setting]:
        return settings(self.root)

    def _placed(self, place: Place) -> Place:
        return Place('docs', place.name) if self.place.carrier == 'docs' else place


def _tasks(tasks: Node | None) -> Iterator[tuple[Place, Text]]:
    for name, task in tasks.items if tasks and tasks.kind == MAP else ():
        command = task.get('command') if task.kind == MAP else task
        if command and command.text and isinstance(command.value, str):
            yield Place('task', name), command.text


def _strings(node: Node | None, carrier: str, keys: Iterable[str] | None = None) -> Iterator[tuple[Place, Text]]:
    for name, item in node.items if node and node.kind == MAP else ():
        if item.text and isinstance(item.value, str) and (keys is None or name in keys):
            yield Place(carrier, name), item.text


def _maps(root: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    todo: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while todo:
        keys, node = todo.pop()
        if node.kind == MAP:
            yield keys, node
        if node.kind != SCALAR:
            todo += [((*keys, key), item) for key, item in reversed(node.items)]


def plain(node: Node | None) -> object:
    """Return the tree as Python's own dicts, lists and scalars."""
    if node is None or node.kind == SCALAR:
        return node.value if node else None
    if node.kind == LIST:
        return [plain(item) for _, item in node.items]
    return {key: plain(item) for key, item in node.items}


class _Open:
    """A map or list whose end has not been read yet."""

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = start
        self.key: str | None = None
        self.colon = False
        self.items: list[tuple[str, Node]] = []

    def add(self, node: Node) -> bool:
        """Take `node` as key or value, and return whether it fits where it stands."""
        if self.kind == LIST:
            self.items.append((str(len(self.items)), node))
        elif self.key is None:
            self.key = node.value if isinstance(node.value, str) else ''
            return isinstance(node.value, str)
        else:
            self.items.append((self.key, node))
            fits, self.key, self.colon = self.colon, None, False
            return fits
        return True


class _Reader:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._error: int | None = None
        self._open = [_Open(LIST, 0)]
        self._deep = 0

    def read(self) -> tuple[Node, int | None]:
        """Return the document's tree and where its first error stands."""
        at = 0
        while match := TOKEN.match(self._text.data, at):
            if match.lastgroup != 'blank':
                self._token(match)
            at = match.end()
        if len(self._open) > 1 or self._deep:
            self._fail(len(self._text.data))
        while len(self._open) > 1:
            self._close(len(self._text.data))
        items = self._open[0].items
        if len(items) != 1:
            self._fail(0)
        return items[0][1] if items else Node(MAP, self._text.span(0, 0)), self._error

    def _token(self, match: re.Match[bytes]) -> None:
        if match.lastgroup == 'string':
            self._string(match)
        elif match.lastgroup == 'bare':
            self._bare(match)
        elif match['mark'] in b'{[':
            self._begin(match)
        elif match['mark'] in b'}]':
            self._finish(match)
        elif self._open[-1].kind != MAP or self._open[-1].key is None or self._open[-1].colon:
            self._fail(match.start())
        else:
            self._open[-1].colon = True

    def _begin(self, match: re.Match[bytes]) -> None:
        if len(self._open) > DEPTH:
            self._deep += 1
        else:
            self._open.append(_Open(MAP if match['mark'] == b'{' else LIST, match.start()))

    def _finish(self, match: re.Match[bytes]) -> None:
        if self._deep:
            self._deep -= 1
            return
        wanted = b'}' if self._open[-1].kind == MAP else b']'
        if len(self._open) == 1 or match['mark'] != wanted:
            self._fail(match.start())
        else:
            self._close(match.end())

    def _close(self, end: int) -> None:
        closed = self._open.pop()
        if closed.key is not None:
            self._fail(end)
        self._add(Node(closed.kind, self._text.span(closed.start, end), tuple(closed.items)), closed.start)

    def _string(self, match: re.Match[bytes]) -> None:
        start, end = match.span('string')
        if not match[0].endswith(b'"') or match.end() == end:
            self._fail(match.start())
        if self._deep:
            return
        text = string(self._text, start, end)
        self._add(Node(SCALAR, self._text.span(start, end), (), text.data.decode(errors='replace'), text), start)

    def _bare(self, match: re.Match[bytes]) -> None:
        word, (start, end) = match[0], match.span()
        value = CONSTANTS.get(word)
        if value is None and word != b'null':
            value = _number(word)
            if value is None:
                self._fail(start)
        if not self._deep:
            self._add(Node(SCALAR, self._text.span(start, end), (), value, cut(self._text, start, end)), start)

    def _add(self, node: Node, start: int) -> None:
        if not self._open[-1].add(node):
            self._fail(start)

    def _fail(self, at: int) -> None:
        if self._error is None:
            self._error = at


def string(outer: Text, start: int, end: int) -> Text:
    """Return the characters of the JSON string whose inside stands in `outer` from `start` to `end`."""
    builder = TextBuilder(outer)
    at = start
    for match in ESCAPE.finditer(outer.data, start, end):
        builder.copy(at, match.start())
        builder.put(_decoded(match[0]), *match.span())
        at = match.end()
    builder.copy(at, end)
    return builder.build(quoted)


def quoted(text: str) -> str:
    """Return `text` as it stands between the quotes of a JSON string (RFC 8259, section 7)."""
    import json

    return json.dumps(text, ensure_ascii=False)[1:-1]


def _decoded(escape: bytes) -> bytes:
    if escape[1:2] != b'u' or len(escape) < 6:
        return CONTROL.get(escape[1:2], escape[1:2])
    units = b''.join(bytes.fromhex(unit.decode()) for unit in escape.split(b'\\u')[1:])
    return units.decode('utf-16-be', errors='replace').encode()


def _number(word: bytes) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None
