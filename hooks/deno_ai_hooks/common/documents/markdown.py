"""Markdown: the code that a manual shows, which its readers copy and run."""
from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.facts.patterns import pattern

DOCS = Place('docs')

LINE = pattern(rb'[^\n]*\n|[^\n]+')
FENCE = pattern(
    rb'(?P<quotes>(?:[ \t]{0,8}>)*)(?P<indent>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)'
    rb'(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})[ \t]*(?P<info>[^\n]*)',
    re.MULTILINE,
)
QUOTE = pattern(rb'[ \t]{0,8}>')
INFO = pattern(r'\{?\.?([\w#+-]*)(?:[:=]([\w./@-]+))?')
TITLE = pattern(r'(?:title|filename|file|name)\s*=\s*["\'{`]*([\w./@-]+)')
COMMENT = pattern(rb'\s*(?://|#|/\*|<!--)[ \t]*([\w./@-]{1,200})[ \t]*(?:\*/|-->)?\r?\n')
FILE_NAME = pattern(r'(?!.*\.\.)[\w./@-]*(?:\w\.\w+|\.env|Dockerfile|Containerfile)\Z')
COMMAND = pattern(
    rb'^[ \t]*(?:[$>%][ \t]+|\xe2\x9d\xaf[ \t]+)?(?:[A-Za-z_]\w*=\S*[ \t]+){0,8}'
    rb'(?:deno[ \t]+[a-z-]|(?:npm|npx|docker|curl|git|cd|sudo|pm2|export|supabase|deployctl|exec|env|nix)[ \t]+\S)',
    re.MULTILINE,
)
MANIFEST = pattern(rb'"(?:scripts|dependencies|devDependencies)"\s*:\s*\{')
CONFIGURATION = pattern(rb'"(?:tasks|imports|permissions)"\s*:\s*\{')

KINDS = {
    **dict.fromkeys(
        'sh bash shell zsh ksh console shell-session shellsession sh-session shellscript terminal fish'.split(),
        'sh',
    ),
    **dict.fromkeys('powershell ps1 pwsh ps'.split(), 'powershell'),
    **dict.fromkeys('bat cmd batch dos'.split(), 'batch'),
    **dict.fromkeys('ts typescript js javascript mjs mts cjs cts'.split(), 'ts'),
    **dict.fromkeys('tsx jsx'.split(), 'tsx'),
    **dict.fromkeys('json jsonc json5'.split(), 'json'),
    **dict.fromkeys('yaml yml'.split(), 'yaml'),
    **dict.fromkeys('dockerfile docker containerfile'.split(), 'containerfile'),
    'toml': 'toml',
    **dict.fromkeys('env dotenv'.split(), 'dotenv'),
}
UNNAMED = frozenset(('', 'text', 'txt', 'plaintext', 'plain'))


class Block(NamedTuple):
    """A fenced code block: its info string, and its content without what its list or quote puts before."""

    info: str
    text: Text


class Markdown(Document):
    """A Markdown document; what it holds are its fenced code blocks.

    Source: CommonMark 0.31, "Fenced code blocks", read line by line: lists and quotes are known by what
    they put before a fence, and a fence may be indented as deep as its list asks for.
    """

    kind = 'markdown'

    def parts(self) -> Iterator[Document]:
        """Yield the blocks in languages that other documents are written in."""
        for block in self.blocks():
            language, hint = _named(block)
            kind = KINDS.get(language)
            if language in UNNAMED and COMMAND.search(block.text.data):
                kind = 'sh'
            if kind:
                yield _document(kind, self._path(kind, hint, block), block.text)

    def blocks(self) -> Iterator[Block]:
        """Yield every fenced block."""
        data, opening, inner = self.text.data, None, list[tuple[int, int]]()
        for line in LINE.finditer(data):
            if opening is None:
                opening = FENCE.match(data, *line.span())
                inner = []
                continue
            start = _content(data, line.start(), line.end(), opening)
            if start < 0 or _closes(data[start:line.end()], opening['fence']):
                yield self._block(opening, inner)
                opening = None if start >= 0 else FENCE.match(data, *line.span())
                inner = []
            elif inner and inner[-1][1] == start:
                inner[-1] = (inner[-1][0], line.end())
            else:
                inner.append((start, line.end()))
        if opening is not None:
            yield self._block(opening, inner)

    def _block(self, opening: re.Match[bytes], inner: list[tuple[int, int]]) -> Block:
        builder = TextBuilder(self.text)
        for start, end in inner:
            builder.copy(start, end)
        return Block(opening['info'].decode(errors='replace').strip(), builder.build())

    def _path(self, kind: str, hint: str, block: Block) -> str:
        """Return the path of a file that would hold the block."""
        if kind == 'json' and not hint:
            if MANIFEST.search(block.text.data):
                hint = 'package.json'
            elif CONFIGURATION.search(block.text.data):
                hint = 'deno.json'
        if not hint:
            return self.path
        return posixpath.join(posixpath.dirname(self.path), hint.removeprefix('./').lstrip('/'))


def _content(data: bytes, start: int, end: int, opening: re.Match[bytes]) -> int:
    """Return where the content of a line begins, or -1 where the quote around the block has ended."""
    for _ in range(opening['quotes'].count(b'>')):
        quote = QUOTE.match(data, start, end)
        if not quote:
            return -1
        start = quote.end()
    width = len(opening['indent'])
    stop = min(end, start + width)
    while start < stop and data[start] in b' \t':
        start += 1
    return start


def _closes(line: bytes, fence: bytes) -> bool:
    mark = line.strip()
    return len(mark) >= len(fence) and not mark.strip(fence[:1])


def _named(block: Block) -> tuple[str, str]:
    """Return the language of a block and the name of the file that it shows, either may be empty."""
    match = INFO.match(block.info)
    language, hint = (match[1].lower(), match[2] or '') if match else ('', '')
    title = TITLE.search(block.info)
    comment = COMMENT.match(block.text.data)
    hints = (title[1] if title else '', hint, comment[1].decode() if comment else '')
    return language, next((hint for hint in hints if FILE_NAME.match(hint)), '')


def _document(kind: str, path: str, text: Text) -> Document:
    """Return the document of a kind, whose reader is loaded when the first one is found."""
    if kind in ('sh', 'powershell', 'batch'):
        from deno_ai_hooks.common.documents.shell import Shell

        return Shell(path, text, DOCS, dialect=kind)
    if kind in ('ts', 'tsx'):
        from deno_ai_hooks.common.documents.typescript import Module

        return Module(path, text, DOCS, dialect=kind)
    return _data(kind, path, text)


def _data(kind: str, path: str, text: Text) -> Document:
    if kind == 'json':
        from deno_ai_hooks.common.documents.config import Json

        return Json(path, text, DOCS)
    if kind == 'yaml':
        from deno_ai_hooks.common.documents.yaml import Yaml

        return Yaml(path, text, DOCS)
    if kind == 'containerfile':
        from deno_ai_hooks.common.documents.containerfile import Containerfile

        return Containerfile(path, text, DOCS)
    if kind == 'toml':
        from deno_ai_hooks.common.documents.toml import Toml

        return Toml(path, text, DOCS)
    from deno_ai_hooks.common.documents.lines import Dotenv

    return Dotenv(path, text, DOCS)
