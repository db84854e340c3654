"""A file's path and bytes, and where in it an offset stands."""
from __future__ import annotations

from typing import NamedTuple

from deno_ai_hooks.common.finding import Span

BOM = b'\xef\xbb\xbf'


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
        return Position(self.data.count(b'\n', 0, offset) + 1, len(before.decode(errors='replace')) + 1)

    def line_at(self, offset: int) -> Span:
        """Return the span of the line that holds the byte at `offset`, without its line end."""
        start = self.data.rfind(b'\n', 0, offset) + 1
        end = self.data.find(b'\n', offset)
        end = len(self.data) if end < 0 else end
        if end > start and self.data[end - 1:end] == b'\r':
            end -= 1
        return Span(start, max(start, end))
