"""Strings between double quotes, whose escapes JSON, YAML and TOML share."""
from __future__ import annotations

import re

from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.facts.patterns import pattern

ESCAPES = {
    b'b': b'\b', b't': b'\t', b'n': b'\n', b'f': b'\f', b'r': b'\r', b'"': b'"', b'\\': b'\\', b'/': b'/',
    # YAML 1.2 and TOML 1.1 only
    b'0': b'\0', b'a': b'\a', b'v': b'\v', b'e': b'\x1b', b' ': b' ', b'\t': b'\t',
    b'N': b'\xc2\x85', b'_': b'\xc2\xa0', b'L': b'\xe2\x80\xa8', b'P': b'\xe2\x80\xa9',
}
ESCAPE = pattern(
    rb'\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})'
    rb'|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2})|.)',
    re.DOTALL,
)
_UNSAFE = pattern(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]')
_NAMED = {'"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t'}


def escape(text: str) -> str:
    """Return `text` as it is written between double quotes in JSON, YAML and TOML."""
    return _UNSAFE.sub(lambda match: _NAMED.get(match[0]) or f'\\u{ord(match[0]):04x}', text)


def unescape(match: re.Match[bytes]) -> bytes:
    """Return what an escape stands for; one that has no meaning stands for itself."""
    high, low, *codes = match.groups()
    if high and low:
        return chr(0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)).encode()
    code = next((int(digits, 16) for digits in codes if digits), None)
    if code is None:
        return ESCAPES.get(match[0][1:], match[0])
    broken = code > 0x10FFFF or 0xD800 <= code < 0xE000
    return chr(0xFFFD if broken else code).encode()


def resolve(builder: TextBuilder, data: bytes, start: int, end: int) -> None:
    """Add the bytes of `data`, the builder's outer text, from `start` to `end` with their escapes resolved."""
    for match in ESCAPE.finditer(data, start, end):
        builder.copy(start, match.start())
        builder.put(unescape(match), match.start(), match.end())
        start = match.end()
    builder.copy(start, end)


def double_quoted(outer: Text, start: int, end: int) -> Text:
    """Return the string whose characters, without its quotes, stand from `start` to `end` in `outer`."""
    builder = TextBuilder(outer)
    resolve(builder, outer.data, start, end)
    return builder.build(escape)
