"""`$NAME` and `${NAME:-default}` as Dockerfiles and compose files fill them in."""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator

from deno_ai_hooks.facts.patterns import pattern

LIMIT = 1000  # characters filled into one value: values made of values could grow without end
DEPTH = 8  # defaults inside defaults

Lookup = Callable[[str], str | None]

_NAME = pattern(r'[A-Za-z_]\w*')
_BRACES = pattern(r'\$\{|\}|\\.', re.DOTALL)
_SPECIAL = {token: pattern(rf'[$\'"{re.escape(token)}]') for token in '\\`'}
_ALONE = pattern(r'"?\$(?:\w+|\{\w+\})"?')


def unknown(_name: str) -> str | None:
    """Know of no variable."""
    return None


def expand(text: str, lookup: Lookup, escape: str = '\\') -> str | None:
    """Return a Dockerfile's word with its variables filled in, without quotes and escapes.

    What `lookup` does not know stays as it is written; None when that is all there is.
    """
    return _whole(text, ''.join(_Expansion(lookup, _SPECIAL[escape], escape).chunks(text, 0)))


def interpolate(text: str, lookup: Lookup = unknown) -> str | None:
    """Return a compose file's string with its variables filled in; `$$` stands for `$`.

    What `lookup` does not know stays as it is written; None when that is all there is.
    """
    return _whole(text, ''.join(_Expansion(lookup, re.compile(r'\$'), '').chunks(text, 0)))


def _whole(text: str, result: str) -> str | None:
    return None if _ALONE.fullmatch(text) and result == text.strip('"') else result


class _Expansion:
    def __init__(self, lookup: Lookup, special: re.Pattern[str], escape: str) -> None:
        self._lookup = lookup
        self._special = special
        self._escape = escape
        self._left = LIMIT

    def chunks(self, text: str, depth: int) -> Iterator[str]:
        position, quoted = 0, False
        while match := self._special.search(text, position):
            yield text[position:match.start()]
            if match[0] == '$':
                chunk, position = self._variable(text, match.start(), depth)
            elif match[0] == self._escape:
                chunk, position = self._escaped(text, match.start(), quoted)
            elif match[0] == '"':
                chunk, position, quoted = '', match.end(), not quoted
            else:
                chunk, position = _apostrophe(text, match.start(), quoted)
            yield chunk
        yield text[position:]

    def _escaped(self, text: str, start: int, quoted: bool) -> tuple[str, int]:
        follower = text[start + 1:start + 2]
        if quoted and follower not in ('"', '$', self._escape):
            return self._escape, start + 1
        return follower, start + 2

    def _variable(self, text: str, start: int, depth: int) -> tuple[str, int]:
        if text.startswith('$$', start) and not self._escape:
            return '$', start + 2
        braced = text.startswith('${', start)
        name = _NAME.match(text, start + 1 + braced)
        end = _closing(text, start) if braced else (name.end() if name else start + 1)
        if end < 0:
            return text[start:], len(text)
        written = text[start:end]
        if not name:
            return written, end
        value = self._value(name[0], text[name.end():end - 1] if braced else '', depth)
        return (written if value is None else value), end

    def _value(self, name: str, operation: str, depth: int) -> str | None:
        value = self._lookup(name)
        operator = operation[:2] if operation[:1] == ':' else operation[:1]
        given = value is not None if operator in ('-', '+') else bool(value)
        if operator in (':+', '+'):
            value = self._word(operation[len(operator):], depth) if given else ''
        elif operator in (':-', '-') and not given:
            value = self._word(operation[len(operator):], depth)
        elif operator not in ('', ':-', '-', ':?', '?'):
            return None
        if value is None or len(value) > self._left:
            return None
        self._left -= len(value)
        return value

    def _word(self, word: str, depth: int) -> str | None:
        return ''.join(self.chunks(word, depth + 1)) if depth < DEPTH else None


def _apostrophe(text: str, start: int, quoted: bool) -> tuple[str, int]:
    if quoted:
        return "'", start + 1
    end = text.find("'", start + 1)
    end = len(text) if end < 0 else end
    return text[start + 1:end], end + 1


def _closing(text: str, start: int) -> int:
    depth = 0
    for match in _BRACES.finditer(text, start):
        if match[0] == '${':
            depth += 1
        elif match[0] == '}':
            depth -= 1
            if not depth:
                return match.end()
    return -1
