"""The instructions of a Dockerfile, read as BuildKit's Dockerfile parser reads them."""
from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.quoting import double_quoted
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.source import BOM
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.facts.patterns import pattern

# what Go's unicode.IsSpace takes for blank
BLANK = rb'(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)'
LEADING = pattern(BLANK + rb'*+')
TRAILING = pattern(BLANK + rb'\Z')
ITEM = pattern(rb'[^\t\v\f\r ]++')
GAP = pattern(rb'[\t\v\f\r ]++')
DIRECTIVE = pattern(rb'#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*([^\n]+)\Z')
TABS = pattern(rb'^\t+', re.MULTILINE)
LINE = pattern(rb'[^\n]+')
LONGEST_TERMINATOR = 200
DIRECTIVES = frozenset((b'syntax', b'escape', b'check'))
FLAG = pattern(rb'''--(?:'(?:\\.|[^'\\])*+'?|"(?:\\.|[^"\\])*+"?|\\.?|[^\t-\r '"\\])*+''', re.DOTALL)
QUOTES = pattern(rb'''\\(.?)|['"]''', re.DOTALL)
STRING = pattern(rb'"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+)"')
JSON_BLANK = pattern(rb'[ \t\r\n]*+')
PAIR = {
    token: pattern(
        rb'''BLANK++|(?P<word>(?:'[^']*+'?|"(?:TOKEN.|[^"TOKEN])*+(?:TOKEN?"|TOKEN)?|TOKEN.?|(?!BLANK)[^'"TOKEN])++)'''
        .replace(b'TOKEN', re.escape(token)).replace(b'BLANK', BLANK),
        re.DOTALL,
    )
    for token in (b'\\', b'`')
}
# a word as here-documents are looked for: blanks behind << belong to it (BuildKit 0.13)
SHELL_WORD = pattern(
    rb'''(?P<blank>\s++)|(?P<broken>['"]|\$\{)'''
    rb'''|(?:<<\s*+|'[^']*+'|"(?:\\.|[^"\\])*+"|\\.?|\$\{[^}]*+\}|\$(?!\{)|[^\s'"\\$<]|<)++''',
    re.DOTALL,
)
ALONE = pattern(rb'<<-?\s*(?:"[^"]*"|\'[^\']*\'|[^\s<>&|;]+)\Z')
HEREDOC = pattern(rb'[0-9]*<<(-?)\s*([^<]+)\Z')

EXEC = frozenset('RUN CMD ENTRYPOINT SHELL ADD COPY VOLUME'.split())
HEREDOCS = frozenset('RUN ADD COPY'.split())
HOLDERS = frozenset('ONBUILD HEALTHCHECK'.split())


class Heredoc(NamedTuple):
    """A here-document of an instruction: its lines without the terminator."""

    name: str
    text: Text


class Instruction(NamedTuple):
    """An instruction of a Dockerfile.

    `name` is in capitals; `value` is what follows the flags, its lines joined.  `words` are the items
    of the exec form, without their quotes, None for the shell form.  `inner` is the instruction that
    an ONBUILD or HEALTHCHECK holds.  `tail` is the text of the lines that its here-documents take.
    """

    name: str
    flags: tuple[Word, ...]
    value: Text
    words: tuple[Word, ...] | None
    span: Span
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None
    tail: Text | None = None

    @property
    def arguments(self) -> tuple[Word, ...]:
        """Return the items of the exec form, or else those that blanks separate."""
        if self.words is not None:
            return self.words
        return tuple(
            Word(match[0].decode(errors='replace'), self.value.span(*match.span()))
            for match in ITEM.finditer(self.value.data)
        )

    @property
    def alone(self) -> bool:
        """Return whether the value is a here-document and nothing else: its lines are the script."""
        return len(self.heredocs) == 1 and bool(ALONE.match(self.value.data))

    @property
    def script(self) -> Text:
        """Return what the shell form gives to the shell: the value with its here-documents, or one of them alone."""
        if self.alone:
            return self.heredocs[0].text
        return self.value if self.tail is None else _joined(self.value, self.tail)


def escape_token(data: bytes) -> str:
    """Return the character that continues lines: the backslash, unless a directive says otherwise."""
    position = len(BOM) if data.startswith(BOM) else 0
    while position < len(data):
        following = _next_line(data, position)
        position = _skip_blank(data, position, following)
        match = DIRECTIVE.match(data[position:following].strip())
        if not match or match[1].lower() not in DIRECTIVES:
            break
        if match[1].lower() == b'escape' and match[2] in (b'`', b'\\'):
            return match[2].decode()
        position = following
    return '\\'


def instructions(text: Text) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile."""
    return _Reader(text).instructions()


def assignments(instruction: Instruction, escape: str) -> Iterator[tuple[str, Text]]:
    """Yield the names that an ENV, LABEL or ARG sets, with their values as they are written."""
    value = instruction.value
    for match in words(value.data, escape):
        name, equals, _ = match[0].partition(b'=')
        if equals:
            yield name.decode(errors='replace'), cut(value, match.start() + len(name) + 1, match.end())
        elif instruction.name != 'ARG':
            gap = GAP.search(value.data)
            if gap and not match.start():
                yield value.data[:gap.start()].decode(errors='replace'), cut(value, gap.end(), len(value.data))
            break


def words(data: bytes, escape: str) -> Iterator[re.Match[bytes]]:
    """Yield the words of an ENV, LABEL or ARG, with their quotes."""
    return (match for match in PAIR[escape.encode()].finditer(data) if match.lastgroup)


def strings(value: Text) -> tuple[tuple[Text, Span], ...] | None:
    """Return the items of a JSON array of strings, and where they stand without their quotes; None if it is none."""
    data, found = value.data, []
    if not data.startswith(b'['):
        return None
    position = _skip(data, 1)
    if data.startswith(b']', position):
        return () if _skip(data, position + 1) == len(data) else None
    while match := STRING.match(data, position):
        found.append((double_quoted(value, *match.span(1)), value.span(*match.span(1))))
        position = _skip(data, match.end())
        if not data.startswith(b',', position):
            closed = data.startswith(b']', position) and _skip(data, position + 1) == len(data)
            return tuple(found) if closed else None
        position = _skip(data, position + 1)
    return None


class _Reader:
    def __init__(self, text: Text) -> None:
        self._text = text
        self._data = text.data
        self._escape = escape_token(text.data).encode()

    def instructions(self) -> Iterator[Instruction]:
        position = len(BOM) if self._data.startswith(BOM) else 0
        while position < len(self._data):
            start, end, position = self._line(position)
            if start < end and not self._data.startswith(b'#', start):
                joined, position = self._join(start, end, position)
                if instruction := self._instruction(joined):
                    instruction, position = self._with_heredocs(instruction, joined, position)
                    yield instruction._replace(span=self._text.span(start, self._before_newline(position)))

    def _line(self, position: int) -> tuple[int, int, int]:
        """Return where a line begins behind its leading blanks, where it ends, and where the next begins."""
        following = end = _next_line(self._data, position)
        while end > position and self._data[end - 1:end] in (b'\n', b'\r'):
            end -= 1
        return _skip_blank(self._data, position, end), end, following

    def _join(self, start: int, end: int, position: int) -> tuple[Text, int]:
        """Return an instruction's lines as one; comments and empty lines between them are none of it."""
        builder = TextBuilder(self._text)
        stop = self._continuation(start, end)
        builder.copy(start, end if stop is None else stop)
        while stop is not None and position < len(self._data):
            begin = position
            start, end, position = self._line(position)
            if start < end and not self._data.startswith(b'#', start):
                stop = self._continuation(begin, end)
                builder.copy(begin, end if stop is None else stop)
        return builder.build(), position

    def _continuation(self, start: int, end: int) -> int | None:
        """Return where the character stands that continues a line, None where it ends."""
        while end > start and self._data[end - 1:end] in (b' ', b'\t'):
            end -= 1
        single = self._data[max(start, end - 2):end].endswith(self._escape)
        double = end - start > 1 and self._data[end - 2:end] == self._escape * 2
        return end - 1 if single and not double else None

    def _instruction(self, joined: Text, holders: tuple[str, ...] = ()) -> Instruction | None:
        data = joined.data
        start, end = _skip_blank(data, 0, len(data)), _end(data)
        if start >= end:
            return None
        gap = GAP.search(data, start, end)
        name = data[start:gap.start() if gap else end].decode(errors='replace').upper()
        position = gap.end() if gap else end
        # what a HEALTHCHECK runs has no flags of its own
        flags, position = _flags(joined, position, end) if holders[-1:] != ('HEALTHCHECK',) else ((), position)
        value = cut(joined, position, end)
        held = name in HOLDERS and name not in holders
        inner = self._instruction(value, (*holders, name)) if held else None
        items = strings(value) if name in EXEC else None
        exec_form = None if items is None else tuple(Word(_decode(text.data), span) for text, span in items)
        return Instruction(name, flags, value, exec_form, joined.span(start, end), inner=inner)

    def _with_heredocs(self, found: Instruction, joined: Text, position: int) -> tuple[Instruction, int]:
        target = found.inner if found.name == 'ONBUILD' and found.inner else found
        if target.name not in HEREDOCS or target.words is not None or b'<<' not in joined.data:
            return found, position
        heredocs, end = self._heredocs(joined.data, position)
        if not heredocs:
            return found, position
        tail = cut(self._text, position - 1, self._before_newline(end))
        whole = target._replace(heredocs=tuple(heredocs), tail=tail)
        return (whole if target is found else found._replace(inner=whole)), end

    def _heredocs(self, line: bytes, position: int) -> tuple[list[Heredoc], int]:
        """Return the here-documents that a line announces and where they end; none if one of them does not end."""
        found, end = [], position
        for word in _shell_words(line):
            match = HEREDOC.match(word)
            if not match or not (name := QUOTES.sub(rb'\1', match[2])):
                continue
            stop = self._terminator(name, bool(match[1]), end)
            if stop is None:
                return [], position
            found.append(Heredoc(_decode(name), self._content(end, stop, bool(match[1]))))
            end = _next_line(self._data, stop)
        return found, end

    def _content(self, start: int, end: int, without_tabs: bool) -> Text:
        builder = TextBuilder(self._text)
        for tabs in TABS.finditer(self._data, start, end) if without_tabs else ():
            builder.copy(start, tabs.start())
            start = tabs.end()
        builder.copy(start, end)
        return builder.build()

    def _terminator(self, name: bytes, without_tabs: bool, position: int) -> int | None:
        lines = self._terminators[without_tabs].get(name, [])
        index = bisect_left(lines, position)
        return lines[index] if index < len(lines) else None

    @cached_property
    def _terminators(self) -> tuple[dict[bytes, list[int]], dict[bytes, list[int]]]:
        """Where each short line begins, as it is written and without leading tabs."""
        written: dict[bytes, list[int]] = {}
        bare: dict[bytes, list[int]] = {}
        for line in LINE.finditer(self._data):
            if line.end() - line.start() < LONGEST_TERMINATOR:
                name = line[0].rstrip(b'\r')
                written.setdefault(name, []).append(line.start())
                bare.setdefault(name.lstrip(b'\t'), []).append(line.start())
        return written, bare

    def _before_newline(self, position: int) -> int:
        newline = self._data[max(0, position - 2):position]
        return position - (2 if newline == b'\r\n' else 1 if newline.endswith(b'\n') else 0)


def _flags(joined: Text, position: int, end: int) -> tuple[tuple[Word, ...], int]:
    data, flags = joined.data, []
    while match := FLAG.match(data, position, end):
        gap = GAP.match(data, match.end(), end)
        position = gap.end() if gap else match.end()
        flag = QUOTES.sub(rb'\1', match[0])
        if flag == b'--':
            break
        flags.append(Word(_decode(flag), joined.span(*match.span())))
    return tuple(flags), _skip_blank(data, position, end)


def _shell_words(line: bytes) -> list[bytes]:
    found = []
    for match in SHELL_WORD.finditer(line):
        if match.lastgroup == 'broken':
            return []
        if not match.lastgroup:
            found.append(match[0])
    return found


def _joined(first: Text, second: Text) -> Text:
    moved = (piece._replace(at=piece.at + len(first.data)) for piece in second.pieces)
    return Text(first.data + second.data, (*first.pieces, *moved), first.escape)


def _next_line(data: bytes, position: int) -> int:
    return data.find(b'\n', position) + 1 or len(data)


def _skip_blank(data: bytes, position: int, end: int) -> int:
    blank = LEADING.match(data, position, end)
    return blank.end() if blank else position


def _skip(data: bytes, position: int) -> int:
    blank = JSON_BLANK.match(data, position)
    return blank.end() if blank else position


def _end(data: bytes) -> int:
    end = len(data)
    while blank := TRAILING.search(data, max(0, end - 3), end):
        end = blank.start()
    return end


def _decode(data: bytes) -> str:
    return data.decode(errors='replace')
