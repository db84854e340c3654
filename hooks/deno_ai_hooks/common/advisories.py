"""Advisories: which versions of a package are known to be vulnerable, and what is known of it.

Versions are compared as SemVer 2.0 orders them; what affects a version is what the OSV schema 1.7 says does.
A `Store` is the index that `deno-ai-hooks advisories update` writes: a file of SQLite with a row a package and
advisory, from which a process reads the few that it asks for.
"""
from __future__ import annotations

import os
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from semver import Version

LEVELS = ('low', 'moderate', 'high', 'critical')
"""How bad a vulnerability is, in the words of npm and GitHub, from the least to the worst."""

LONGEST = 256
"""Characters of a version that are looked at."""


class AdvisoriesError(ValueError):
    """Advisories that cannot be had or cannot be trusted; the message says which and why."""


class Range(NamedTuple):
    """Versions from `introduced` up to and without `fixed`, or up to and with `last`; all that follow without either.

    An `introduced` of `0` is before every version.
    """

    introduced: str
    fixed: str = ''
    last: str = ''


class Advisory(NamedTuple):
    """A vulnerability of one package; an advisory that names several packages is one of these for each.

    `aliases` are the ids that other databases know it by, without its own; `severity` is one of LEVELS or ''
    where nobody told, `score` a CVSS base score.  Affected are the versions in any of `ranges` and those that
    `versions` lists; `fixed` are the versions that are told to mend it, ascending.  `modified` is an ISO 8601 time.
    """

    id: str
    aliases: tuple[str, ...]
    ecosystem: str
    package: str
    summary: str
    severity: str
    score: float | None
    fixed: tuple[str, ...]
    ranges: tuple[Range, ...]
    versions: tuple[str, ...] = ()
    url: str = ''
    modified: str = ''

    @property
    def ids(self) -> tuple[str, ...]:
        """Return every id that it is known by, its own first."""
        return self.id, *self.aliases


# versions


@lru_cache(maxsize=4096)
def parsed(version: str) -> Version:
    """Return a version that compares; numbers that are left out are 0, and a `v` in front is none of it.

    Raises ValueError for what is no version.
    """
    from semver import Version

    if len(version) > LONGEST:
        raise ValueError('longer than any version')
    return Version.parse(version.removeprefix('v'), optional_minor_and_patch=True)


RELEASE = pattern(r'v?(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,14})')


@lru_cache(maxsize=4096)
def _release(version: str) -> tuple[int, ...] | None:
    """Return the numbers of a version that is nothing else, as most are: they compare without loading a library."""
    match = RELEASE.fullmatch(version)
    return tuple(map(int, match.groups())) if match else None


def _is_before(one: str, other: str) -> bool:
    first, second = _release(one), _release(other)
    if first is not None and second is not None:
        return first < second
    return bool(parsed(one) < parsed(other))


def is_version(text: str) -> bool:
    """Return whether ranges can be told of `text`."""
    try:
        return _release(text) is not None or parsed(text) is not None
    except ValueError:
        return False


def affects(advisory: Advisory, version: str) -> bool:
    """Return whether an advisory speaks of a version; of what is no version, only where it is listed."""
    return _affects(advisory.ranges, advisory.versions, version)


def _affects(ranges: Iterable[Sequence[str]], versions: Sequence[str], version: str) -> bool:
    return version in versions or (is_version(version) and any(_holds(found, version) for found in ranges))


def _holds(found: Sequence[str], version: str) -> bool:
    introduced, fixed, last = found
    if introduced != '0' and _is_before(version, introduced):
        return False
    if fixed:
        return _is_before(version, fixed)
    return not last or not _is_before(last, version)


def remedy(advisory: Advisory, version: str) -> str:
    """Return the first version above `version` that an advisory tells to be free of it, '' for none."""
    if not is_version(version):
        return ''
    later = (each for each in advisory.fixed if _is_before(version, each))
    return next((each for each in later if not affects(advisory, each)), '')


def ascending(versions: Iterable[str]) -> tuple[str, ...]:
    """Return versions without repetition, the lowest first; raises ValueError for what is none."""
    known = set(versions)
    return tuple(sorted(known, key=_release if all(map(_release, known)) else parsed))  # type: ignore[arg-type]


# aliases


def merged(advisories: Iterable[Advisory]) -> list[Advisory]:
    """Return advisories of one package with those that are aliases of each other made into one.

    It goes by the id that people look for, GitHub's before others and a CVE number last, and is as bad as the worst.
    """
    told = list(advisories)
    named: dict[str, list[int]] = {}
    for index, advisory in enumerate(told):
        for name in advisory.ids:
            named.setdefault(name, []).append(index)
    seen: set[int] = set()
    return [_one(_group(index, told, named, seen)) for index in range(len(told)) if index not in seen]


def _group(start: int, told: list[Advisory], named: dict[str, list[int]], seen: set[int]) -> list[Advisory]:
    """Return the advisories that share ids with the one at `start`, at first or second hand, and mark them as seen."""
    group, todo = [], [start]
    seen.add(start)
    while todo:
        advisory = told[todo.pop()]
        group.append(advisory)
        others = [index for name in advisory.ids for index in named.pop(name, ()) if index not in seen]
        seen.update(others)
        todo += dict.fromkeys(others)
    return group


def _one(group: list[Advisory]) -> Advisory:
    if len(group) == 1:
        return group[0]
    first, *others = sorted(group, key=lambda each: (_rank(each.id), each.id))
    ids = {name: None for each in (first, *others) for name in each.ids if name != first.id}
    return first._replace(
        aliases=tuple(ids),
        summary=first.summary or next((each.summary for each in others if each.summary), ''),
        severity=max((each.severity for each in group), key=lambda level: LEVELS.index(level) if level else -1),
        score=max((each.score for each in group if each.score is not None), default=None),
        fixed=ascending(version for each in group for version in each.fixed),
        ranges=tuple(dict.fromkeys(found for each in (first, *others) for found in each.ranges)),
        versions=tuple(dict.fromkeys(version for each in (first, *others) for version in each.versions)),
        modified=max(each.modified for each in group),
    )


def _rank(id: str) -> int:
    return 0 if id.startswith('GHSA-') else 2 if id.startswith('CVE-') else 1


# the index

FILE = 'advisories.sqlite'
FORM = '1'
"""What the index says of its own form; another one is written by another version of this program."""

SCHEMA = '''
    CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE advisory (
        package TEXT, id TEXT, modified TEXT NOT NULL, affected TEXT NOT NULL, told TEXT NOT NULL,
        PRIMARY KEY (package, id)
    ) WITHOUT ROWID;
'''
TOLD = ('aliases', 'summary', 'severity', 'score', 'fixed', 'url')
"""What is only read of the advisories that affect a version."""

MANY = 500
"""Packages that are read at once; SQLite takes 999 (SQLITE_MAX_VARIABLE_NUMBER before 3.32)."""

ABOUT = ('form', 'made', 'newest', 'advisories', 'ecosystems', 'sources')


Row = tuple[str, str, str, str, str]


def row(advisory: Advisory) -> Row:
    """Return an advisory as the index holds it."""
    from json import dumps

    affected, told = (
        dumps([getattr(advisory, field) for field in fields], separators=(',', ':'))
        for fields in (('ranges', 'versions'), TOLD)
    )
    return f'{advisory.ecosystem}:{advisory.package}', advisory.id, advisory.modified, affected, told


def _advisory(row: Row) -> Advisory:
    from json import loads

    package, id, modified, affected, told = row
    aliases, summary, severity, score, fixed, url = loads(told)
    ranges, versions = loads(affected)
    ecosystem, _, name = package.partition(':')
    return Advisory(
        id, tuple(aliases), ecosystem, name, summary, severity, score, tuple(fixed),
        tuple(Range(*found) for found in ranges), tuple(versions), url, modified,
    )


class Store:
    """Advisories on this machine, in the index that stands in a folder.

    `made` is when the index was written, `age` when the newest advisory in it was last changed: of data that
    somebody keeps up to date, a day ago.
    """

    def __init__(self, path: str, connection: sqlite3.Connection, about: dict[str, str]) -> None:
        self.path = path
        self._connection = connection
        self._about = about
        self._rows: dict[str, list[Row]] = {}

    @classmethod
    def load(cls, path: str) -> Store:
        """Return the index at `path`, a folder or the file itself; raises AdvisoriesError unless it is whole."""
        file = os.path.join(path, FILE) if os.path.isdir(path) else path
        if not os.path.isfile(file):
            raise AdvisoriesError(f'{path}: no advisories are here; `deno-ai-hooks advisories update {path} --from …` '
                                  'writes them')
        return cls(path, *_opened(file))

    @property
    def age(self) -> datetime:
        """Return when the newest advisory was last changed."""
        return _time(self._about['newest'])

    @property
    def made(self) -> datetime:
        """Return when the index was written."""
        return _time(self._about['made'])

    @property
    def count(self) -> int:
        """Return how many advisories there are."""
        return int(self._about['advisories'])

    @property
    def ecosystems(self) -> frozenset[str]:
        """Return the ecosystems that it holds advisories of."""
        return frozenset(self._about['ecosystems'].split())

    def load_all(self, packages: Iterable[tuple[str, str]]) -> None:
        """Read what there is of packages, ecosystem and name, that will be asked for."""
        keys = [key for key in dict.fromkeys(map(':'.join, packages)) if key not in self._rows]
        self._rows |= {key: [] for key in keys}
        for start in range(0, len(keys), MANY):
            some = keys[start:start + MANY]
            query = f'SELECT * FROM advisory WHERE package IN ({", ".join("?" * len(some))}) ORDER BY package, id'
            for found in _guarded(self.path, lambda: self._connection.execute(query, some).fetchall()):  # noqa: B023
                self._rows[found[0]].append(found)

    def known(self, ecosystem: str, name: str) -> tuple[Advisory, ...]:
        """Return all advisories of a package, whatever version they speak of."""
        rows = self._package(ecosystem, name)
        return tuple(_guarded(self.path, lambda: list(map(_advisory, rows))))

    def knows(self, ecosystem: str, name: str) -> bool:
        """Return whether any advisory speaks of a package."""
        return bool(self._package(ecosystem, name))

    def find(self, ecosystem: str, name: str, version: str) -> list[Advisory]:
        """Return the advisories that speak of a version of a package, those that are aliases of each other as one."""
        rows = self._package(ecosystem, name)
        return merged(_guarded(self.path, lambda: list(_read(rows, version)))) if rows else []

    def _package(self, ecosystem: str, name: str) -> list[Row]:
        key = f'{ecosystem}:{name}'
        if key not in self._rows:
            self.load_all([(ecosystem, name)])
        return self._rows[key]


def _read(rows: Iterable[Row], version: str) -> Iterator[Advisory]:
    """Yield the advisories that affect a version; of the others nothing else is read."""
    from json import loads

    for found in rows:
        ranges, versions = loads(found[3])
        if _affects(ranges, versions, version):
            yield _advisory(found)


def _opened(file: str) -> tuple[sqlite3.Connection, dict[str, str]]:
    """Open an index for reading alone, and return what it says of itself."""
    import sqlite3

    name = os.path.abspath(file).replace('%', '%25').replace('?', '%3f').replace('#', '%23')

    def read() -> tuple[sqlite3.Connection, dict[str, str]]:
        connection = sqlite3.connect(f'file:{name}?mode=ro&immutable=1', uri=True)
        connection.execute('PRAGMA trusted_schema = OFF')
        (pages,), (size,) = (connection.execute(f'PRAGMA {told}').fetchone() for told in ('page_count', 'page_size'))
        about: dict[str, str] = dict(connection.execute('SELECT name, value FROM about').fetchall())
        if about.get('form') != FORM:
            raise AdvisoriesError(f'{file}: of a form that this version does not read; write it anew with '
                                  '`deno-ai-hooks advisories update`')
        if pages * size != os.path.getsize(file) or not about.keys() >= set(ABOUT):
            raise sqlite3.DatabaseError('not as long as it was written')
        return connection, about

    return _guarded(file, read)  # type: ignore[no-any-return]


def _guarded(path: str, work: Any) -> Any:
    """Return what `work` reads from the index; what is wrong with that is told in one line."""
    import sqlite3

    try:
        return work()
    except AdvisoriesError:
        raise
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as e:
        raise AdvisoriesError(f'{path}: the advisories are damaged ({str(e)[:80]}); write them anew with '
                              '`deno-ai-hooks advisories update`') from e


def _time(text: str) -> datetime:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text)
    except ValueError as e:
        raise AdvisoriesError(f'{text[:40]}: no time; write the advisories anew') from e
