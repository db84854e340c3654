"""Ranges of versions, as npm and deno read them, and the one way in which deno writes them into a lock file.

Sources: lock files that deno 2.9.8 wrote for the ranges of tests/facts/ranges_test.py; for what a range covers,
node-semver's `includePrerelease`, which `npm audit` sets.
"""
from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    import re

NUMBERS = r'(?:v|=)?\s*(\d{1,15}|[xX*])(?:\.(\d{1,15}|[xX*]))?(?:\.(\d{1,15}|[xX*]))?'
LABELS = r'(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?'
PARTIAL = pattern(NUMBERS + LABELS)
COMPARATOR = pattern(rf'(\^|~>?|[<>]=?|)\s*{NUMBERS}{LABELS}\s*')
HYPHEN = pattern(r'(\S+)\s+-\s+(\S+)')
EXACT = pattern(r'\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?')
STRICT = pattern(rf'[\^~]?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){{0,2}}{LABELS}')
TAG = pattern(r'[A-Za-z][\w.-]*')
LONGEST = 256
LONGEST_OF_ALL = 8192
"""Characters of the ranges that advisories tell: some list what is vulnerable of each major version."""


class Version(NamedTuple):
    """A version: its numbers, and what stands behind `-` and `+` with that sign."""

    numbers: tuple[int, int, int]
    pre: str = ''
    build: str = ''

    def __str__(self) -> str:
        return '.'.join(map(str, self.numbers)) + self.pre + self.build


class Bound(NamedTuple):
    """An end of a range, and whether it belongs to it.

    A `whole` one has numbers that were left out, so that it stands before the first prerelease of its version.
    """

    version: Version
    inclusive: bool
    whole: bool = False


Range = tuple[Bound | None, Bound | None]


def is_exact(text: str) -> bool:
    """Return whether `text` names one version and no other."""
    return bool(EXACT.fullmatch(text))


def is_tag(text: str) -> bool:
    """Return whether `text` is a name that a package's author moves from version to version, such as `latest`."""
    return bool(TAG.fullmatch(text)) and not PARTIAL.fullmatch(text)


def written(text: str | None) -> str | None:
    """Return the version part of an npm: or jsr: specifier as the lock file has it, None for one deno refuses."""
    if text is None:
        return '*'
    if len(text) > LONGEST:
        return None
    return normal(text) if STRICT.fullmatch(text) else text if TAG.fullmatch(text) else None


def normal(text: str) -> str:
    """Return a range of a package.json as the lock file has it; what is no range stays as it is."""
    if len(text) > LONGEST:
        return text
    alternatives = [_range(each.strip()) for each in text.split('||')]
    found = [_shown(each) for each in alternatives if each is not None]
    return ' || '.join(found) if len(found) == len(alternatives) else text.strip()


def covered(text: str) -> tuple[tuple[str, str, bool], ...] | None:
    """Return what a range of npm covers, prereleases and all: None for what is no range.

    Each alternative is a first version, '' for none below it, and an end, '' for none, that belongs to it or not.
    """
    if len(text) > LONGEST_OF_ALL:
        return None
    alternatives = [_range(each.replace(',', ' ').strip()) for each in text.split('||')]
    known = filter(None, alternatives)
    found = [(_first(low), _last(high), high is not None and high.inclusive) for low, high in known]
    return tuple(found) if len(found) == len(alternatives) else None


def _first(low: Bound | None) -> str:
    """Return the first version of a range: behind one that does not belong to it comes a prerelease of the next."""
    if low is None or low.inclusive:
        return _last(low)
    version = low.version
    return f'{version._replace(build="")}.0' if version.pre else str(_next(version, 2)._replace(pre='-0'))


def _last(bound: Bound | None) -> str:
    if bound is None:
        return ''
    return str(bound.version._replace(build='', pre='-0' if bound.whole else bound.version.pre))


def _range(text: str) -> Range | None:
    """Return the range of one alternative, None where it is none."""
    if hyphen := HYPHEN.fullmatch(text):
        first, last = (PARTIAL.fullmatch(each) for each in hyphen.groups())
        return (_span('>=', first)[0], _span('<=', last)[1]) if first and last else None
    whole: Range = (None, None)
    at = 0
    while at < len(text):
        match = COMPARATOR.match(text, at)
        if match is None:
            return None
        whole = _both(whole, _span(match[1], match, 1))
        at = match.end()
    return whole


def _both(one: Range, other: Range) -> Range:
    lows = [each for each in (one[0], other[0]) if each]
    highs = [each for each in (one[1], other[1]) if each]
    return (
        max(lows, key=lambda bound: bound.version.numbers) if lows else None,
        min(highs, key=lambda bound: bound.version.numbers) if highs else None,
    )


def _span(sign: str, match: re.Match[str], group: int = 0) -> Range:
    """Return what a comparator covers; `match` holds its numbers behind `group`."""
    parts = match.groups()[group:]
    numbers: list[int] = []
    for part in parts[:3]:
        if part is None or part in 'xX*':
            break
        numbers.append(int(part))
    if not numbers:
        return None, None
    low = Version(_padded(numbers), parts[3] or '', parts[4] or '')
    return _compared(sign, low, len(numbers))


def _compared(sign: str, low: Version, given: int) -> Range:
    """Return the range from `low`, of whose numbers so many are `given`."""
    exact = given == 3
    start, behind = Bound(low, True, not exact), Bound(_next(low, given - 1), False, True)
    match sign:
        case '>=':
            return start, None
        case '<':
            return None, Bound(low, False, not exact)
        case '>':
            return (Bound(low, False) if exact else behind._replace(inclusive=True)), None
        case '<=':
            return None, (Bound(low, True) if exact else behind)
        case '^':
            first = next((index for index, number in enumerate(low.numbers[:given]) if number), given - 1)
            return start, Bound(_next(low, first), False, True)
        case '~' | '~>':
            return start, Bound(_next(low, min(1, given - 1)), False, True)
    return (start, start) if exact else (start, behind)


def _padded(numbers: list[int]) -> tuple[int, int, int]:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return major, minor, patch


def _next(version: Version, place: int) -> Version:
    numbers = [*version.numbers[:place], version.numbers[place] + 1]
    return Version(_padded(numbers))


def _shown(found: Range) -> str:
    low, high = found
    if low is None or high is None:
        return next((f'{sign}{"=" * bound.inclusive}{bound.version}' for sign, bound in (('>', low), ('<', high))
                     if bound), '*')
    if low == high:
        return str(low.version)
    return (low.inclusive and not high.inclusive and _short(low.version, high.version)) or (
        f'>{"=" * low.inclusive}{low.version} <{"=" * high.inclusive}{high.version}'
    )


def _short(low: Version, high: Version) -> str:
    """Return the range from `low` up to and without `high` with as few signs as deno uses, or nothing."""
    major, minor, patch = low.numbers
    plain = not low.pre and not low.build and not patch
    if high == _next(low, 0) and plain and not minor:
        return str(major)
    if high == _next(low, 1):
        return f'{major}.{minor}' if plain else f'~{low}'
    first = next((index for index, number in enumerate(low.numbers) if number), 2)
    return f'^{low}' if high == _next(low, first) else ''
