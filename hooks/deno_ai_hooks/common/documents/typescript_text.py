"""String literals and templates of TypeScript: what they stand for."""
from __future__ import annotations

import re
from collections.abc import Callable

from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.facts.patterns import pattern

ESCAPE = pattern(
    rb'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u\{[0-9a-fA-F]{1,8}\}|u[0-9a-fA-F]{4}'
    rb'|x[0-9a-fA-F]{2}|\r\n|[\x80-\xff]+|[\x00-\x7f]?)'
)
SIMPLE = {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', 'v': '\v', 'f': '\f', '0': '\0', '\n': '', '\r': ''}


def unescape(data: bytes) -> str:
    """Return the text that the inside of a string literal stands for."""
    if b'\\' not in data:
        return data.decode(errors='replace')
    return ESCAPE.sub(lambda found: _character(found[0]).encode(), data).decode(errors='replace')


def _character(escape: bytes) -> str:
    text = escape[1:].decode(errors='replace')
    if text[:1] in ('u', 'x') and len(text) > 1:
        units = [int(digits, 16) for digits in re.findall('[0-9a-fA-F]+', text.replace('x', ''))]
        return ''.join(map(_unit, [_pair(*units)] if len(units) == 2 else units))
    return '' if text in ('\r\n', '\u2028', '\u2029') else SIMPLE.get(text, text)


def _pair(high: int, low: int) -> int:
    return 0x10000 + (high - 0xd800) * 0x400 + low - 0xdc00


def _unit(number: int) -> str:
    return '\ufffd' if number > 0x10ffff or 0xd800 <= number < 0xe000 else chr(number)


def decode(builder: TextBuilder, data: bytes, start: int, end: int) -> None:
    for found in ESCAPE.finditer(data, start, end):
        builder.copy(start, found.start())
        builder.put(_character(found[0]).encode(), found.start(), found.end())
        start = found.end()
    builder.copy(start, end)


def escape_for(quote: str) -> Callable[[str], str]:
    def escape(text: str) -> str:
        text = text.replace('\\', '\\\\').replace(quote, '\\' + quote)
        return text.replace('${', '\\${') if quote == '`' else text.replace('\n', '\\n')

    return escape
