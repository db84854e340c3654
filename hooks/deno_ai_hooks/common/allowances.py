"""What other secret scanners let stand: their comments, and the baseline of detect-secrets.

A repository that has judged a value once need not judge it again for us.  The baseline is read as plain
JSON and never written: an entry is the SHA-1 of a value in a file, whatever its type or line.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.facts.patterns import pattern

BASELINE = '.secrets.baseline'

HERE = pattern(
    rb'(?i)pragma: ?(?:allow|white)list[ -]secret|(?:gitleaks|betterleaks):allow|(?:trufflehog|kingfisher):ignore|'
    rb'secretlint-disable-line'
)
NEXT = pattern(rb'(?i)pragma: ?allowlist[ -]nextline[ -]secret|secretlint-disable-next-line')
WHOLE = pattern(rb'secretlint-disable(?!-)')
AGAIN = pattern(rb'secretlint-enable(?!-)')
MARKS = (b'pragma', b'PRAGMA', b'leaks:allow', b':ignore', b'secretlint-disable')

FILTERS = 'detect_secrets.filters.regex.should_exclude_'
TIMEOUT = 0.5
"""Seconds that one pattern of a repository may take on one text."""


class Known(NamedTuple):
    """What a `.secrets.baseline` lets stand: hashes by file, and patterns of what is not to be looked at."""

    hashes: Mapping[str, frozenset[str]]
    files: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


class Allowances:
    """What is let stand in one file."""

    def __init__(self, path: str, data: bytes, project: Project) -> None:
        self._path = path
        self._source = Source(path, data)
        self._marked = any(mark in data for mark in MARKS)
        source = project.source(BASELINE)
        self._known = parsed(source.data) if source else Known({})
        self._excluded = any(_found(pattern, path) for pattern in self._known.files)

    def cover(self, span: Span) -> bool:
        """Return whether the value under `span` is let stand."""
        if self._excluded:
            return True
        return (self._marked and self._is_marked(span)) or self._is_known(span)

    def _is_marked(self, span: Span) -> bool:
        data = self._source.data
        first, last = self._source.line_at(span.start), self._source.line_at(max(span.start, span.end - 1))
        if HERE.search(data, first.start, first.end) or HERE.search(data, last.start, last.end):
            return True
        before = self._source.line_at(max(0, first.start - 1))
        if first.start and NEXT.search(data, before.start, before.end):
            return True
        return _is_off(data[:span.start])

    def _is_known(self, span: Span) -> bool:
        value = self._source.read(span)
        if self._known.hashes and not _hashes(value).isdisjoint(self._known.hashes.get(self._path, ())):
            return True
        line = self._source.read(self._source.line_at(span.start))
        return any(_found(pattern, value) for pattern in self._known.secrets) or any(
            _found(pattern, line) for pattern in self._known.lines
        )


def _is_off(before: bytes) -> bool:
    """Return whether secretlint was turned off and not on again."""
    off = before.rfind(b'secretlint-disable')
    while off >= 0 and not WHOLE.match(before, off):
        off = before.rfind(b'secretlint-disable', 0, off)
    return off >= 0 and AGAIN.search(before, off) is None


def _hashes(value: str) -> frozenset[str]:
    """Return the SHA-1 of what detect-secrets would take `value` for: itself, or the head of a private key."""
    from hashlib import sha1

    head = re.match('-----(BEGIN [A-Z0-9 ]+)-----', value)
    stated = (value, head[1]) if head else (value,)
    return frozenset(sha1(text.encode(errors='replace'), usedforsecurity=False).hexdigest() for text in stated)


def parsed(data: bytes) -> Known:
    """Return what a baseline says; one that cannot be read says nothing."""
    from json import loads

    try:
        value = loads(data)
    except (ValueError, RecursionError):
        return Known({})
    if not isinstance(value, dict):
        return Known({})
    results = value.get('results')
    hashes = {
        str(path).removeprefix('./'): frozenset(_entries(entries))
        for path, entries in (results.items() if isinstance(results, dict) else ())
    }
    stated = {kind: tuple(_patterns(value.get('filters_used'), kind)) for kind in ('file', 'line', 'secret')}
    return Known(hashes, stated['file'], stated['line'], stated['secret'])


def _entries(entries: object) -> Iterable[str]:
    for entry in _objects(entries):
        # a value that an audit called a secret is none that was let stand
        if isinstance(entry.get('hashed_secret'), str) and entry.get('is_secret') is not True:
            yield entry['hashed_secret']


def _patterns(filters: object, kind: str) -> Iterable[str]:
    for entry in _objects(filters):
        if entry.get('path') == f'{FILTERS}{kind}' and isinstance(entry.get('pattern'), list):
            yield from (pattern for pattern in entry['pattern'] if isinstance(pattern, str))


def _objects(value: object) -> Iterable[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _found(pattern: str, text: str) -> bool:
    """Search with a pattern of the repository; one that is broken or takes too long finds nothing."""
    import regex

    search: Callable[..., object] = regex.search
    try:
        return search(pattern, text, timeout=TIMEOUT) is not None
    except (regex.error, TimeoutError):
        return False
