"""Credentials that are cut into pieces or encoded: `"sk-" + "…"`, `["…", "…"].join("")`, `atob("…")`."""
from __future__ import annotations

import re
from collections.abc import Iterator

from deno_ai_hooks.facts.checksums import decoded
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.token_needs import ENCODED
from deno_ai_hooks.facts.token_needs import JOINED
from deno_ai_hooks.facts.token_needs import scanner
from deno_ai_hooks.facts.tokens import Token

PIECE = r'["\'`][A-Za-z0-9_+/=.~|:@?&%-]{1,400}["\'`]'
CHAIN = pattern(rf'{PIECE}(?:\s{{0,40}}\+\s{{0,40}}{PIECE}){{1,20}}')
LIST = pattern(
    rf'\[\s{{0,40}}({PIECE}(?:\s{{0,40}},\s{{0,40}}{PIECE}){{1,20}})\s{{0,8}},?\s{{0,8}}\]\s{{0,8}}'
    r'\.join\(\s{0,8}(["\'`])([^"\'`]{0,3})\2\s{0,8}\)',
)
PIECES = pattern(r'["\'`]([A-Za-z0-9_+/=.~|:@?&%-]{1,400})["\'`]')
LINK = pattern(r'\s{0,40}\+\s{0,40}["\'`][A-Za-z0-9_+/=.~|:@?&%-]{1,400}["\'`]')
BASE64 = pattern(r'["\'`]([A-Za-z0-9+/_-]{20,8000}={0,2})["\'`]')
BACK = 2000
"""Bytes in which the pieces before a join stand."""


def find(data: bytes, text: str) -> Iterator[Token]:
    """Yield the credentials that pieces make together, where they stand from the first to the last."""
    done = 0
    for hit in scanner(JOINED).finditer(data):
        if hit.start() >= done:
            done, token = _joined(text, hit.start(), hit.end(), done)
            yield from (token,) if token else ()
    for hit in scanner(ENCODED).finditer(data):
        if match := BASE64.search(text, hit.start(), hit.end() + 8000):
            yield from _decoded(match, hit.start())


def _joined(text: str, start: int, end: int, done: int) -> tuple[int, Token | None]:
    """Return how far the pieces around a join were looked at, and the credential that they make."""
    if 'join' in text[start:end]:
        begin = text.rfind('[', max(done, start - BACK), start)
        match = LIST.match(text, begin, end + 8) if begin >= 0 else None
        return (match.end(), _together(match, match[1], match[3])) if match else (done, None)
    match = CHAIN.match(text, _first_quote(text, start, done))
    return (match.end(), _together(match, match[0], '')) if match and match.end() > start else (done, None)


def _first_quote(text: str, end: int, done: int) -> int:
    """Return where the first of the literals begins that the one with the end quote at `end` is joined to."""
    begin = max(text.rfind(text[end], max(done, end - 402), end), 0)
    behind = text[max(done, begin - BACK):begin][::-1]
    at = 0
    while match := LINK.match(behind, at):
        at = match.end()
    return begin - at


def _together(match: re.Match[str], pieces: str, between: str) -> Token | None:
    from deno_ai_hooks.facts.tokens import classify
    from deno_ai_hooks.facts.tokens import name_before

    text, start = match.string, match.start()
    value = between.join(PIECES.findall(pieces))
    token = classify(value, name_before(text, start), text[max(0, start - 200):start])
    return token._replace(start=start, end=match.end(), source='pieces') if token else None


def _decoded(match: re.Match[str], call: int) -> Iterator[Token]:
    from deno_ai_hooks.facts.tokens import classify
    from deno_ai_hooks.facts.tokens import name_before

    text, inner = match.string, decoded(match[1])
    before = text[max(0, call - 200):call]
    token = classify(inner.decode('latin-1'), name_before(text, call), before) if inner else None
    if token:
        yield token._replace(start=match.start(1), end=match.end(1), source='pieces')
