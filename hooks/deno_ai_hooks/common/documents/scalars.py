"""The strings of YAML 1.2 in their five notations, every character mapped to its place in the file."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from deno_ai_hooks.common.documents.quoting import ESCAPE
from deno_ai_hooks.common.documents.quoting import escape
from deno_ai_hooks.common.documents.quoting import unescape
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.facts.patterns import pattern

BREAKS = rb'(?:\r?\n[ \t]*+)++'
PLAIN = pattern(BREAKS)
SINGLE = pattern(rb"''|" + BREAKS)
DOUBLE = pattern(rb'\\' + BREAKS + b'|' + ESCAPE.pattern + b'|' + BREAKS, re.DOTALL)
HEADER = pattern(rb'([|>])([-+]?)([1-9]?)([-+]?)[^\n]*(?:\n|\Z)')
MARKER = pattern(rb'(?:---|\.\.\.)(?:\s|\Z)')

NULL = frozenset(('', '~', 'null', 'Null', 'NULL'))
TRUE = frozenset(('true', 'True', 'TRUE'))
FALSE = frozenset(('false', 'False', 'FALSE'))
NUMBER = pattern(r'[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?')
BASED = pattern(r'0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}')


def plain(outer: Text, start: int, end: int, indent: int) -> Text:
    """Return a plain scalar, its lines folded."""
    return _folded(outer, start, end, PLAIN, _lines(2, indent))


def single(outer: Text, start: int, end: int, indent: int) -> Text:
    """Return the string that stands between single quotes from `start` to `end`."""
    lines = _lines(2, indent)
    return _folded(outer, start, end, SINGLE, lambda text: lines(text.replace("'", "''")))


def double(outer: Text, start: int, end: int) -> Text:
    """Return the string that stands between double quotes from `start` to `end`."""
    return _folded(outer, start, end, DOUBLE, escape)


def value(text: str) -> str | bool | float | None:
    """Return what a plain scalar stands for in the core schema of YAML 1.2."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if NUMBER.fullmatch(text):
        return float(text) if len(text) > 15 or not text.lstrip('-+').isdecimal() else int(text)
    return int(text, 0) if BASED.fullmatch(text) else text


def _folded(outer: Text, start: int, end: int, pattern: re.Pattern[bytes], write: Callable[[str], str]) -> Text:
    builder, data = TextBuilder(outer), outer.data
    for match in pattern.finditer(data, start, end):
        stop = match.start()
        if match[0].startswith((b'\r', b'\n')):
            while stop > start and data[stop - 1:stop] in (b' ', b'\t'):
                stop -= 1
        builder.copy(start, stop)
        builder.put(_meaning(match), stop, match.end())
        start = match.end()
    builder.copy(start, end)
    return builder.build(write)


def _meaning(match: re.Match[bytes]) -> bytes:
    written = match[0]
    if written == b"''":
        return b"'"
    breaks = written.count(b'\n')
    if written.startswith(b'\\'):
        return b'\n' * (breaks - 1) if written[1:2] in (b'\r', b'\n') else unescape(match)
    return b'\n' * (breaks - 1) or b' '


def _lines(breaks: int, indent: int) -> Callable[[str], str]:
    """Return a function that begins every new line with `indent` blanks; a folded line ends with two breaks."""
    return lambda text: text.replace('\n', '\n' * breaks + ' ' * indent)


class Line(NamedTuple):
    """A line of a block scalar behind its indentation; `following` is where the next line begins."""

    start: int
    end: int
    following: int


def block(outer: Text, start: int, parent: int) -> Text:
    """Return the block scalar whose header stands at `start` in a collection indented by `parent`, -1 for none."""
    header = HEADER.match(outer.data, start)
    if not header:
        return TextBuilder(outer).build()
    folded, chomping = header[1] == b'>', header[2] or header[4]
    indent = max(parent, 0) + int(header[3]) if header[3] else _indent(outer.data, header.end(), parent)
    lines = _block_lines(outer.data, header.end(), indent)
    last = max((index for index, line in enumerate(lines) if line.start < line.end), default=-1)
    builder = TextBuilder(outer)
    for index, line in enumerate(lines[:last + 1]):
        builder.copy(line.start, line.end)
        if index < last:
            _break(builder, outer.data, line, _folding(outer.data, lines, index) if folded else b'\n')
        elif chomping != b'-':
            _break(builder, outer.data, line, b'\n')
    for line in lines[last + 1:] if chomping == b'+' else ():
        _break(builder, outer.data, line, b'\n')
    return builder.build(_lines(2 if folded else 1, indent))


def _break(builder: TextBuilder, data: bytes, line: Line, meaning: bytes) -> None:
    if line.following > line.end and meaning == data[line.end:line.following]:
        builder.copy(line.end, line.following)
    elif line.following > line.end:
        builder.put(meaning, line.end, line.following)


def _folding(data: bytes, lines: list[Line], index: int) -> bytes:
    """Return what the end of a line means in a folded scalar: nothing before empty lines, a blank between lines.

    Around lines that are indented further, every line end is kept.
    """
    line, following = lines[index], lines[index + 1]
    if line.start == line.end:
        return b'\n'
    if _is_further(data, line):
        return b'\n'
    if following.start < following.end:
        return b'\n' if _is_further(data, following) else b' '
    behind = next((other for other in lines[index + 1:] if other.start < other.end), None)
    return b'\n' if behind and _is_further(data, behind) else b''


def _is_further(data: bytes, line: Line) -> bool:
    return data[line.start:line.start + 1] in (b' ', b'\t')


def _indent(data: bytes, position: int, parent: int) -> int:
    """Return how far the first line that is not empty is indented, further than the parent."""
    longest = parent + 1
    while position < len(data):
        line = _line(data, position, len(data))
        if line.start < line.end:
            return line.start - position if line.start - position > parent else longest
        longest = max(longest, line.end - position)
        position = line.following
    return longest


def _block_lines(data: bytes, position: int, indent: int) -> list[Line]:
    lines = []
    while position < len(data):
        line = _line(data, position, indent)
        if line.start < line.end and (line.start - position < indent or (not indent and MARKER.match(data, position))):
            break
        lines.append(line)
        position = line.following
    return lines


def _line(data: bytes, position: int, indent: int) -> Line:
    following = data.find(b'\n', position) + 1 or len(data)
    end = following - 1 if data[following - 1:following] == b'\n' else following
    if end > position and data[end - 1:end] == b'\r':
        end -= 1
    start = position
    while start < min(end, position + indent) and data[start:start + 1] == b' ':
        start += 1
    return Line(start, end, following)
