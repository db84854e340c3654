"""Findings that are known and let stand: a name for each that outlives moved lines, and the file they are kept in."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Sequence
from typing import NamedTuple

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.facts.patterns import pattern

VERSION = 1
FINGERPRINT = pattern('[0-9a-f]{32}')
BOM = '\ufeff'


class BaselineError(ValueError):
    """The file is no baseline that this version reads."""


class Entry(NamedTuple):
    """A finding that is let stand.  `message` is there for whoever reviews the file."""

    path: str
    rule: str
    message: str
    fingerprint: str


class Baseline(NamedTuple):
    """The findings that are let stand."""

    entries: tuple[Entry, ...] = ()


class Compared(NamedTuple):
    """Diagnostics that are new and known, and the entries that none of them is.

    An entry is stale only if its file was looked at, by its hook: who ran less leaves `stale` alone.
    """

    new: tuple[Diagnostic, ...]
    known: tuple[Diagnostic, ...]
    stale: tuple[Entry, ...]


def fingerprint(hook: str, rule: str, path: str, message: str, context: str, nth: int) -> str:
    """Return the name of a finding: the same as long as its file, what is said and its surroundings stay.

    `context` is the finding's line without the finding, white space folded, and empty where nothing of
    it may be guessed from the name; `nth` tells findings apart that are alike in all else.
    """
    from hashlib import sha256

    return sha256(ascii((hook, rule, path, message, context, nth)).encode()).hexdigest()[:32]


def load(path: str) -> Baseline:
    """Return the baseline in the file at `path`.

    Raises OSError when it cannot be read and BaselineError when it is malformed.
    """
    with open(path, 'rb') as file:
        data = file.read()
    try:
        return _parsed(data)
    except BaselineError as e:
        raise BaselineError(f'{path}: {e}') from None


def save(path: str, diagnostics: Iterable[Diagnostic]) -> None:
    """Write the baseline of `diagnostics` to `path` in one step, one line a finding, always in the same order.

    There are no line numbers in it, so that it changes only when a finding comes or goes.
    """
    from deno_ai_hooks.common.fix import write

    entries = sorted(_entry(diagnostic) for diagnostic in diagnostics)
    write(path, _written(entries).encode())


def known(diagnostics: Sequence[Diagnostic], baseline: Baseline) -> Compared:
    """Part `diagnostics` into new and known; each entry lets one finding stand."""
    left = Counter((entry.path, entry.fingerprint) for entry in baseline.entries)
    new: list[Diagnostic] = []
    found: list[Diagnostic] = []
    for diagnostic in diagnostics:
        key = diagnostic.path, diagnostic.fingerprint
        (found if left[key] > 0 else new).append(diagnostic)
        left[key] -= 1
    return Compared(tuple(new), tuple(found), tuple(_stale(baseline, left)))


def _stale(baseline: Baseline, left: Counter[tuple[str, str]]) -> Iterable[Entry]:
    for entry in baseline.entries:
        key = entry.path, entry.fingerprint
        if left[key] > 0:
            left[key] -= 1
            yield entry


def _entry(diagnostic: Diagnostic) -> Entry:
    return Entry(diagnostic.path, diagnostic.rule, diagnostic.message, diagnostic.fingerprint)


def _written(entries: Iterable[Entry]) -> str:
    from json import dumps

    # ASCII: whoever reviews the file sees every character of it
    rows = ',\n'.join(f'    {dumps(entry._asdict())}' for entry in entries)
    return f'{{\n  "version": {VERSION},\n  "findings": [{_between(rows)}]\n}}\n'


def _between(rows: str) -> str:
    return f'\n{rows}\n  ' if rows else ''


def _parsed(data: bytes) -> Baseline:
    value = _json(data)
    if not isinstance(value, dict) or 'version' not in value:
        raise BaselineError('no baseline: an object with "version" and "findings" was expected')
    if value['version'] is True or value['version'] != VERSION:
        raise BaselineError(f'version {str(value["version"])[:20]} of the format; this program reads {VERSION}')
    findings = value.get('findings')
    if not isinstance(findings, list):
        raise BaselineError('"findings" is no list')
    return Baseline(tuple(_read(number, item) for number, item in enumerate(findings, 1)))


def _json(data: bytes) -> object:
    from json import JSONDecodeError
    from json import loads

    try:
        value: object = loads(data.decode().removeprefix(BOM))
    except UnicodeDecodeError as e:
        raise BaselineError(f'not UTF-8 at byte {e.start}') from None
    except JSONDecodeError as e:
        raise BaselineError(f'not JSON at line {e.lineno}, column {e.colno}: {e.msg}') from None
    except (RecursionError, ValueError):
        raise BaselineError('no baseline: nested too deep, or a number too long') from None
    return value


def _read(number: int, item: object) -> Entry:
    if not isinstance(item, dict):
        raise BaselineError(f'finding {number} is no object')
    stated = {'message': '', **item}
    for field in Entry._fields:
        if not isinstance(stated.get(field), str):
            raise BaselineError(f'finding {number} has no text for "{field}"')
    entry = Entry(*(stated[field] for field in Entry._fields))
    if not FINGERPRINT.fullmatch(entry.fingerprint):
        raise BaselineError(f'finding {number}: "fingerprint" is not 32 hexadecimal digits')
    return entry
