"""Text from files made fit to print: nothing in it moves a cursor, hides a line or turns the reading order."""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TextIO

from deno_ai_hooks.facts.patterns import pattern

# control characters, marks that turn the reading order, line separators, interlinear annotations,
# lone surrogates (bytes of a path that are no UTF-8) and the invisible tag characters
UNSAFE = pattern(
    '[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb'
    '\ud800-\udfff\U000e0000-\U000e007f]'
)


def visible(text: str) -> str:
    """Return `text` on one line, each character that a reader would not see written as `\\x1b` or `\\u202e`."""
    return text if text.isascii() and text.isprintable() else UNSAFE.sub(_escape, text)


def visible_lines(text: str) -> str:
    """Return `text` as `visible` does, but with its tabs and line ends: a diff, a manual."""
    return '\n'.join('\t'.join(visible(part) for part in line.split('\t')) for line in text.split('\n'))


def visible_path(path: str) -> str:
    """Return `path` as `visible` does; one that begins with `:` cannot pass for a workflow command."""
    return visible(f'./{path}' if path.startswith(':') else path)


def printable(text: str, out: TextIO) -> str:
    """Return `text` with what the encoding of `out` lacks written as escapes."""
    encoding = getattr(out, 'encoding', None) or 'utf-8'
    return text.encode(encoding, 'backslashreplace').decode(encoding)


def wants_color(out: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether to write colour: `NO_COLOR`, then `FORCE_COLOR`, then whether `out` is a terminal."""
    if environ.get('NO_COLOR'):
        return False
    if environ.get('FORCE_COLOR', '0') not in ('', '0'):
        return True
    return environ.get('TERM') != 'dumb' and out.isatty()


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xdc80 <= code <= 0xdcff:
        code -= 0xdc00  # the byte that Python's surrogateescape stands for
    if code < 0x100:
        return f'\\x{code:02x}'
    return f'\\u{code:04x}' if code < 0x10000 else f'\\U{code:08x}'
