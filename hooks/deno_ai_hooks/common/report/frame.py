"""The lines a finding stands on, with a line number before each and carets under the finding."""
from __future__ import annotations

from collections.abc import Iterator

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.report.plain import visible

WIDTH = 120
LEAD = 24
MOST = 6
TAB = '    '
CUT = '…'


def frame(diagnostic: Diagnostic) -> Iterator[tuple[str, str, str]]:
    """Yield for each line of the finding its number, its text and the carets under it.

    Tabs take four columns, wide characters two; of a long line the part around the finding is
    kept.  An empty number stands for lines left out.
    """
    start, end = diagnostic.start, diagnostic.end
    for number, line in enumerate(diagnostic.lines[:MOST], start.line):
        if number == 1:
            line = line.removeprefix('\ufeff')
        first = start.column - 1 if number == start.line else _indentation(line)
        last = end.column - 1 if number == end.line else len(line)
        text, carets = mark(line, first, last)
        yield str(number), text, carets
    if start.line + min(len(diagnostic.lines), MOST) <= end.line:
        yield '', CUT, ''


def mark(line: str, first: int, last: int) -> tuple[str, str]:
    """Return `line` as it is shown and the carets under its characters from `first` up to `last`."""
    first = min(first, len(line))
    begin = _begin(line, first, max(first + 1, last))
    cells = list(_cells(line[begin:begin + WIDTH + 1]))
    shown = _shown(cells)
    before = CUT if begin else ''
    after = CUT if begin + shown < len(line) else ''
    blank = ' ' * (len(before) + sum(width for _, width in cells[:first - begin]))
    under = sum(width for _, width in cells[first - begin:min(last - begin, shown)])
    text = before + ''.join(text for text, _ in cells[:shown]) + after
    return text.rstrip(), blank + '^' * max(1, under)


def _begin(line: str, first: int, last: int) -> int:
    """Return where to begin: at the start of the line, as near its end as need be, or a little before the finding."""
    near = max(0, first - LEAD)
    for begin in (0, max(0, len(line) - WIDTH)):
        if begin <= near and last - begin <= WIDTH and sum(width for _, width in _cells(line[begin:last])) <= WIDTH:
            return begin
    return near


def _shown(cells: list[tuple[str, int]]) -> int:
    room = WIDTH
    for count, (_, width) in enumerate(cells):
        room -= width
        if room < 0:
            return count
    return min(len(cells), WIDTH)


def _cells(line: str) -> Iterator[tuple[str, int]]:
    """Yield how each character is shown and the columns it takes."""
    if line.isascii() and line.isprintable():
        yield from ((character, 1) for character in line)
        return
    for character in line:
        shown = TAB if character == '\t' else visible(character)
        yield shown, len(shown) if shown.isascii() else _width(character)


def _width(character: str) -> int:
    from unicodedata import category
    from unicodedata import east_asian_width

    if category(character) in ('Mn', 'Me', 'Cf'):
        return 0
    return 2 if east_asian_width(character) in 'WF' else 1


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
