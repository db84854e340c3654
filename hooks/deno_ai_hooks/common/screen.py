"""Which checks can matter to a file, told in linear time from its bytes.

Parsing costs a hundred times what looking for a few words costs.  All words that the chosen checks
need are compiled into a few RE2 sets; a file in which none occurs is never parsed.

A word is found however it is written, as long as it is written in one piece: with escapes, over two
lines, with quotes within it, or as two literals with a `+` between them.  What only a value tells is
not looked for: a word that is put together from variables (`${DE}no`, `['de', 'no'].join('')`), or
that holds an escape of a letter which needs none (`d\\eno` in shells, d`eno in PowerShell, `d^eno` in
batch files, at the end of a line too).  Nobody writes so by accident, and all files that might would
have to be parsed.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.common.hook import Check
from deno_ai_hooks.common.kinds import KINDS
from deno_ai_hooks.common.kinds import TEXT
from deno_ai_hooks.common.kinds import holding
from deno_ai_hooks.facts.patterns import pattern

LETTER = '[0-9A-Za-z:/._-]'
HIDDEN = (
    # \x64, \u0064, \u{64}, \144: a letter, digit, colon, slash, dot or hyphen that need not be escaped
    r'\\(?:x|u00|u\{0*)(?:[46][1-9A-Fa-f]|[57][0-9Aa]|3[0-9Aa]|2[DEFdef])\}?',
    r'\\[01][0-7][0-7]',
    # a word that goes on in the next line
    LETTER + r'\\\r?\n' + LETTER,
    # de''no, d"en"o, de"no", "de"no, and the same inside a string: d\"en\"o
    LETTER + r"""\\?["'][0-9A-Za-z]*\\?["'][0-9A-Za-z]""",
    r"""[a-z](?:'[a-z]+'|"[a-z]+")|(?:'[a-z]+'|"[a-z]+")[a-z]""",
    # "de" + "no"
    LETTER + r"""["'`]\s*\+\s*["'`]""" + LETTER,
)
"""Spellings under which a needed word may hide; a file that holds one is looked at again without them."""

DISGUISED = 'disguised'
ROUNDS = 3  # one spelling may begin where another ends

PROSE = ('markdown',)
"""Kinds that only checks which ask for documentation look into."""


ESCAPE = pattern(rb'\\(?:x|u00|u\{0*)([0-9A-Fa-f]{2})\}?|\\([01][0-7][0-7])')

COUNTED = pattern(r'\{\d')
"""What makes a pattern many states: repetitions that are counted."""

MEMORY = 64 * 1024 * 1024
"""Bytes that the states of one pass may take before RE2 forgets them and slows down."""


def looks_into(check: Check) -> tuple[str, ...]:
    """Return the kinds of files that `check` looks into."""
    return tuple(kind for kind in holding(check.kinds) if kind not in PROSE or check.docs or TEXT in check.kinds)


class Pass(NamedTuple):
    """Patterns that are looked for at once, and whose each of them is: a check's or the name of a kind."""

    patterns: Any
    owners: list[list[object]]


class Screen:
    """The checks of one run by kind of file, and the words they need."""

    def __init__(self, checks: Iterable[Check], *, on: bool = True) -> None:
        self._on = on
        self._checks: dict[str, list[Check]] = {}
        self._passes: list[Pass] | None = None
        for check in checks:
            for kind in looks_into(check):
                self._checks.setdefault(kind, []).append(check)

    def wants(self, kind: str) -> bool:
        """Return whether any check looks into files of this kind."""
        return kind in self._checks

    def survivors(self, kind: str, data: bytes) -> list[Check]:
        """Return the checks that may have something to say about `data`."""
        checks = self._checks.get(kind, [])
        if not self._on:
            return checks
        found = self._found(data)
        texts = [data]
        if DISGUISED in found:
            texts.append(undisguised(data))
            found |= self._found(texts[1])
        bears = kind in found or not (kind in KINDS and KINDS[kind].bearing)
        return [
            check for check in checks
            if (not check.needs or check in found)
            and (bears or kind in check.kinds or TEXT in check.kinds)
            and (check.candidate is None or any(map(check.candidate, texts)))
        ]

    def _found(self, data: bytes) -> set[object]:
        """Return the checks that need, and the kinds that bear, what `data` holds."""
        if self._passes is None:
            self._passes = _compiled({check for checks in self._checks.values() for check in checks})
        return {
            owner for patterns, owners in self._passes
            for index in patterns.Match(data) or () for owner in owners[index]
        }


def undisguised(data: bytes) -> bytes:
    """Return `data` with the spellings of HIDDEN as the words they stand for."""
    import re2

    hidden = re2.compile('|'.join(HIDDEN).encode())
    for _ in range(ROUNDS):
        pieces: list[bytes] = []
        at = 0
        for match in hidden.finditer(data):
            pieces += data[at:match.start()], _meant(match[0])
            at = match.end()
        if not pieces:
            break
        data = b''.join((*pieces, data[at:]))
    return data


def _meant(spelling: bytes) -> bytes:
    escape = ESCAPE.fullmatch(spelling)
    if escape:
        return bytes((int(escape[1], 16) if escape[1] else int(escape[2], 8),))
    return spelling.translate(None, b'\\"\'`+ \t\r\n')


def _compiled(checks: Iterable[Check]) -> list[Pass]:
    """Return the passes over a file: one for all plain words, and one for each hook with patterns that are not."""
    plain: dict[str, list[object]] = {spelling: [DISGUISED] for spelling in HIDDEN}
    others: dict[str, dict[str, list[object]]] = {}
    for check in checks:
        for need in check.needs:
            owners = others.setdefault(check.hook.id, {}) if COUNTED.search(need) else plain
            owners.setdefault(need, []).append(check)
    for name, kind in KINDS.items():
        for bearing in kind.bearing:
            plain.setdefault(bearing, []).append(name)
    return [_pass(owners) for owners in (plain, *others.values())]


def _pass(owners: Mapping[str, list[object]]) -> Pass:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = MEMORY
    patterns = re2.Set.SearchSet(options)
    for need in owners:
        patterns.Add(need)
    patterns.Compile()
    return Pass(patterns, list(owners.values()))
