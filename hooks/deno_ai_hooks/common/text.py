"""Text as a program reads it, each byte of it knowing where it stands in its file.

A task in `deno.json` is a JSON string that holds a shell command; a `RUN` instruction is joined from
several lines; a Markdown block is indented by its list.  What runs is the text without those layers;
what a reader edits is the file.  A `Text` keeps both.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Span


class Piece(NamedTuple):
    """`length` bytes of text at `at` that stand in `width` bytes of the file at `start`.

    Equal length and width: byte for byte the same.  Otherwise the piece is one whole, such as the
    `\\n` of a JSON string; several pieces may stand in the same bytes of the file.
    """

    at: int
    start: int
    length: int
    width: int


def as_is(text: str) -> str:
    """Return `text`: a file of its own needs no escapes."""
    return text


class Text(NamedTuple):
    """Bytes, the pieces of the file they come from (ascending, without gaps), and how new text is written there.

    A text without bytes has a piece too: it tells where it stands.
    """

    data: bytes
    pieces: tuple[Piece, ...]
    escape: Callable[[str], str] = as_is

    @property
    def is_as_it_stands(self) -> bool:
        """Return whether the text stands in the file byte for byte."""
        return len(self.pieces) == 1 and self.pieces[0].length == self.pieces[0].width

    def span(self, start: int, end: int) -> Span:
        """Return the bytes of the file that hold the text from `start` to `end`."""
        if self.is_as_it_stands:
            before = self.pieces[0].start
            return Span(before + start, before + max(start, end))
        first = self.start(start)
        return Span(first, self._end(end) if end > start else first)

    def start(self, offset: int) -> int:
        """Return where in the file the byte at `offset` begins."""
        if not self.pieces:
            return 0
        at, start, length, width = self.pieces[self._piece(offset)]
        if length == width or offset == at:
            return start + offset - at
        return start + width if offset >= at + length else start

    def _end(self, offset: int) -> int:
        at, start, length, width = self.pieces[self._piece(offset - 1)]
        return start + (offset - at if length == width else width)

    def _piece(self, offset: int) -> int:
        return max(0, bisect_right(self.pieces, offset, key=lambda piece: piece.at) - 1)

    def read(self, start: int, end: int) -> str:
        """Return the text from `start` to `end`."""
        return self.data[start:end].decode(errors='replace')

    def edit(self, start: int, end: int, text: str) -> Edit:
        """Return the edit of the file that puts `text` in place of the text from `start` to `end`."""
        return Edit(self.span(start, end), self.escape(text))


def whole(data: bytes) -> Text:
    """Return a file's bytes as text."""
    return Text(data, (Piece(0, 0, len(data), len(data)),))


class TextBuilder:
    """Puts together the text that stands inside `outer`, piece by piece in the order it is read."""

    def __init__(self, outer: Text) -> None:
        self._outer = outer
        self._chunks: list[bytes] = []
        self._pieces: list[Piece] = []
        self._length = 0
        self._last = 0

    def copy(self, start: int, end: int) -> None:
        """Take over the bytes of `outer` from `start` to `end` as they are."""
        self._last = start
        if end <= start:
            return
        self._chunks.append(self._outer.data[start:end])
        index = self._outer._piece(start)
        while index < len(self._outer.pieces) and self._outer.pieces[index].at < end:
            self._take(self._outer.pieces[index], start, end)
            index += 1
        self._length += end - start

    def put(self, text: bytes, start: int, end: int) -> None:
        """Add `text`, which the bytes of `outer` from `start` to `end` stand for."""
        self._last = start
        if not text:
            return
        span = self._outer.span(start, end)
        self._whole(self._length, span.start, len(text), span.end - span.start)
        self._chunks.append(text)
        self._length += len(text)

    def build(self, escape: Callable[[str], str] = as_is) -> Text:
        """Return the text; `escape` writes new text in its notation, before that of `outer`."""
        if not self._pieces:
            self._pieces.append(Piece(0, self._outer.start(self._last), 0, 0))
        return Text(b''.join(self._chunks), tuple(self._pieces), _within(self._outer.escape, escape))

    def _take(self, piece: Piece, start: int, end: int) -> None:
        begin, stop = max(start, piece.at), min(end, piece.at + piece.length)
        if begin >= stop:
            return
        at = self._length + begin - start
        if piece.length == piece.width:
            self._pieces.append(Piece(at, piece.start + begin - piece.at, stop - begin, stop - begin))
        else:
            self._whole(at, piece.start, stop - begin, piece.width)

    def _whole(self, at: int, start: int, length: int, width: int) -> None:
        """Add a piece that is one whole, byte for byte where it would pass for one that is the same."""
        if 1 < length == width:
            self._pieces += [Piece(at + index, start, 1, width) for index in range(length)]
        else:
            self._pieces.append(Piece(at, start, length, width))


def cut(outer: Text, start: int, end: int, escape: Callable[[str], str] = as_is) -> Text:
    """Return the part of `outer` from `start` to `end`; `escape` as for `TextBuilder.build`."""
    if outer.is_as_it_stands and start <= end:
        data = outer.data[start:end]
        piece = Piece(0, outer.pieces[0].start + start, len(data), len(data))
        return Text(data, (piece,), _within(outer.escape, escape))
    builder = TextBuilder(outer)
    builder.copy(start, end)
    return builder.build(escape)


def _within(outer: Callable[[str], str], inner: Callable[[str], str]) -> Callable[[str], str]:
    """Return how text is written in the notation `inner` inside the notation `outer`."""
    if outer is as_is or inner is as_is:
        return inner if outer is as_is else outer
    return lambda text: outer(inner(text))
