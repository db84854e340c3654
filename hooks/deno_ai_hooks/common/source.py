"""A file's path and bytes, and where in it an offset stands."""
from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from deno_ai_hooks.common.finding import Span

BOM = b'\xef\xbb\xbf'
FAR = 500            # bytes between places of a line that are worth remembering
LATER = bytes(range(0x80, 0xc0))  # the bytes of a character in UTF-8 behind its first


class Position(NamedTuple):
    """A place as people read it: line and column from 1, the column in characters."""

    line: int
    column: int


class Source(NamedTuple):
    """A file: its path as it was given, with `/`, and its bytes."""

    path: str
    data: bytes

    def read(self, span: Span) -> str:
        """Return the text under `span`."""
        return self.data[span.start:span.end].decode(errors='replace')

    def position(self, offset: int) -> Position:
        """Return the line and column of the byte at `offset`; a byte order mark takes no column."""
        start = self.data.rfind(b'\n', 0, offset) + 1
        before = self.data[start:offset]
        if start == 0:
            before = before.removeprefix(BOM)
        return Position(self.data.count(b'\n', 0, offset) + 1, _characters(before) + 1)

    def line_at(self, offset: int) -> Span:
        """Return the span of the line that holds the byte at `offset`, without its line end."""
        start = self.data.rfind(b'\n', 0, offset) + 1
        end = self.data.find(b'\n', offset)
        end = len(self.data) if end < 0 else end
        if end > start and self.data[end - 1:end] == b'\r':
            end -= 1
        return Span(start, max(start, end))


class Lines:
    """The lines of a file, for many positions in it: as quick on one line of a million characters as on short ones."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._starts = [0, *(match.end() for match in re.finditer(b'\n', data))]
        self._known: list[tuple[int, int]] = []

    def position(self, offset: int) -> Position:
        """Return the line and column of the byte at `offset`, as `Source.position` does."""
        line = bisect_right(self._starts, offset)
        start = self._starts[line - 1]
        at = bisect_right(self._known, (offset, offset))
        near, column = self._known[at - 1] if at and self._known[at - 1][0] >= start else (start, 1)
        before = self._data[near:offset]
        column += _characters(before if near else before.removeprefix(BOM))
        if len(before) > FAR:
            self._known.insert(at, (offset, column))
        return Position(line, column)

    def span(self, line: int) -> Span:
        """Return the span of a line, which must be one of the file's, without its line end."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self._data)
        return Span(start, end - 1 if end > start and self._data[end - 1:end] == b'\r' else end)


def _characters(data: bytes) -> int:
    return len(data.translate(None, LATER))
