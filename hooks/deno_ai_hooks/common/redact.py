"""Credentials kept out of all that is written: reports, differences, the names of findings.

Whatever a hook says of a line that holds a key, the key stays in the file.  A mask is made of a file's
bytes; text is covered with as many `*` as it had characters, so that columns and carets stay true.
"""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property

from deno_ai_hooks.common.finding import Span

PIECE = 8
"""Characters of a credential that are not to be seen in one piece."""

SHORT = 4
"""Characters of a password that is covered where the whole of it stands; a shorter one is a word."""

COVER = '*'


def redact(text: str) -> str:
    """Return `text` with every credential in it covered."""
    return Mask(text.encode(errors='surrogateescape')).cover(text)


class Mask:
    """The credentials of a file, looked for when somebody asks; a file without any costs one look.

    `known` are spans that hold one whatever it looks like.
    """

    def __init__(self, data: bytes, known: Iterable[Span] = ()) -> None:
        self._data = data
        self._known = tuple(known)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Return where the credentials stand, in order."""
        from deno_ai_hooks.facts.token_needs import suspicious

        if not suspicious(self._data):
            return _apart(self._known)
        from deno_ai_hooks.facts.tokens import find

        return _apart((*self._known, *(Span(token.start, token.end) for token in find(self._data))))

    @cached_property
    def _values(self) -> tuple[str, ...]:
        return tuple({self._data[start:end].decode(errors='replace'): None for start, end in self.spans})

    @cached_property
    def _pieces(self) -> frozenset[str]:
        return frozenset(
            value[at:at + PIECE] for value in self._values for at in range(max(1, len(value) - PIECE + 1))
            if not value[at:at + PIECE].isspace()
        )

    def read(self, start: int, end: int) -> str:
        """Return the text from `start` to `end` with credentials covered."""
        if not self.spans:
            return self._data[start:end].decode(errors='replace')
        parts = []
        for first, last in self._within(start, end):
            parts.append(self._data[start:first].decode(errors='replace'))
            parts.append(_covered(self._data[first:last].decode(errors='replace')))
            start = last
        return ''.join((*parts, self._data[start:end].decode(errors='replace')))

    def without(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` to `end`, nothing in them telling a credential or its length."""
        parts = []
        for first, last in self._within(start, end):
            parts.append(self._data[start:first] + COVER.encode())
            start = last
        return b''.join((*parts, self._data[start:end]))

    def cover(self, text: str) -> str:
        """Return `text`, said of the file, with credentials and pieces of them covered."""
        if not self.spans:
            return text
        for value in self._values:
            if SHORT <= len(value) < PIECE:
                text = text.replace(value, COVER * len(value))
        pieces = self._pieces
        hit = [at for at in range(len(text) - PIECE + 1) if text[at:at + PIECE] in pieces]
        hidden = {index for at in hit for index in range(at, at + PIECE)}
        return ''.join(_covered(char) if index in hidden else char for index, char in enumerate(text)) if hit else text

    def _within(self, start: int, end: int) -> list[Span]:
        at = bisect_right(self.spans, start, key=lambda span: span.end)
        found = []
        while at < len(self.spans) and self.spans[at].start < end:
            found.append(Span(max(self.spans[at].start, start), min(self.spans[at].end, end)))
            at += 1
        return found


def _apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that overlap made one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].end:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    return tuple(found)


def _covered(text: str) -> str:
    return ''.join(char if char in '\r\n\t' else COVER for char in text)
