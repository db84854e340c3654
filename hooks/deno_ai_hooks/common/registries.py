"""What registries of advisories say of packages right now: OSV's, and the one of npm that `deno audit` asks.

Sources: OSV's API, version 1; the bulk route of npm registries as deno 2.9.8 asks it.  Names and versions of
packages leave this machine, and nothing else: no credentials are sent.  A registry that does not answer, or not
in the form that it should, is an error: only an answer says that nothing is known.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from os import environ
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from deno_ai_hooks.common.advisories import LEVELS
from deno_ai_hooks.common.advisories import AdvisoriesError
from deno_ai_hooks.common.advisories import Advisory
from deno_ai_hooks.common.advisories import Range
from deno_ai_hooks.common.advisories import affects
from deno_ai_hooks.common.advisories import ascending
from deno_ai_hooks.common.advisories import is_version
from deno_ai_hooks.common.advisories import merged
from deno_ai_hooks.common.web import WebError
from deno_ai_hooks.common.web import answer
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.ranges import covered

if TYPE_CHECKING:
    from deno_ai_hooks.common.inventory import Dependency
    from deno_ai_hooks.common.osv import Entry

Kind = Literal['osv', 'npm']
Key = tuple[str, str, str]
"""Ecosystem, name and version of a package."""

SERVERS: dict[Kind, str] = {'osv': 'https://api.osv.dev', 'npm': 'https://registry.npmjs.org'}
ECOSYSTEMS = frozenset(('npm',))
"""Ecosystems that both know advisories of; OSV has none for JSR and deno.land (OSV schema 1.7)."""

CHUNK = 1000
"""Packages that one request is about: as many as OSV takes."""

TOGETHER = 4
"""Requests that are under way at a time."""

PAGES = 100
"""Pages of one answer that are asked for."""

ID = pattern(r'[A-Za-z0-9][\w.:-]{1,99}')
GITHUB = pattern(r'https://github\.com/advisories/(GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})')


def query(
    kind: Kind, dependencies: Iterable[Dependency], *, url: str | None = None,
) -> dict[Key, list[Advisory]]:
    """Return what a registry of advisories knows of each package, for those that it knows something of.

    `url` is the server to ask; without it the registry of npm is the one that NPM_CONFIG_REGISTRY names, as deno 2.9.8
    has it, else both are the public ones.  Packages whose version is not known, and those of
    ECOSYSTEMS that have no advisories, are not asked for.  Raises AdvisoriesError with one line that says why there
    is no answer.
    """
    keys = sorted({each.key for each in dependencies if each.ecosystem in ECOSYSTEMS and is_version(each.version)})
    server = (url or (environ.get('NPM_CONFIG_REGISTRY') if kind == 'npm' else None) or SERVERS[kind]).rstrip('/')
    found: dict[Key, list[Advisory]] = {}
    try:
        for start in range(0, len(keys), CHUNK):
            found |= {'osv': _osv, 'npm': _npm}[kind](server, keys[start:start + CHUNK])
    except WebError as e:
        raise AdvisoriesError(str(e)) from e
    return found


# npm


def _npm(server: str, keys: Sequence[Key]) -> dict[Key, list[Advisory]]:
    """Ask as `deno audit` does, and judge by the ranges that the registry tells."""
    asked: dict[str, list[str]] = {}
    for _, name, version in keys:
        asked.setdefault(name, []).append(version)
    url = f'{server}/-/npm/v1/security/advisories/bulk'
    told = _object(url, answer(url, asked))
    if not told.keys() <= asked.keys():
        raise _malformed(url)
    known = {name: [_bulk(url, name, each) for each in _list(url, told.get(name))] for name in asked}
    return {key: found for key in keys if (found := [each for each in known[key[1]] if affects(each, key[2])])}


def _bulk(url: str, name: str, told: object) -> Advisory:
    """Return an advisory as an npm registry tells it."""
    value = _object(url, told)
    vulnerable = value.get('vulnerable_versions')
    if not isinstance(vulnerable, str) or not (value.get('id') or value.get('url')):
        raise _malformed(url)
    page, severity, patched = (_text(value, key) for key in ('url', 'severity', 'patched_versions'))
    match = GITHUB.match(page)
    own = match[1] if match else str(value.get('id') or page)[:100]
    held = ranges(vulnerable)
    return Advisory(
        own, _aliases(value, own), 'npm', name, _text(value, 'title')[:200], severity if severity in LEVELS else '',
        _score(value), _fixed(held, patched), held, (), page if page.startswith('https://') else '',
    )


def ranges(text: str) -> tuple[Range, ...]:
    """Return a range of npm as those of OSV; one that cannot be read takes in every version, as deno 2.9.8 has it."""
    found = covered(text)
    if found is None:
        return (Range('0'),)
    return tuple(Range(first or '0', *(('', end) if inclusive else (end, ''))) for first, end, inclusive in found)


def _fixed(held: Iterable[Range], patched: str) -> tuple[str, ...]:
    """Return the versions that are told to mend an advisory, else those at which its ranges end."""
    told = [first for first, _, _ in covered(patched) or ()] if patched else [each.fixed for each in held]
    return ascending(version.removesuffix('-0') for version in told if version)


def _aliases(value: dict[str, Any], own: str) -> tuple[str, ...]:
    cves = value.get('cves')
    told = [each for each in cves if isinstance(each, str) and ID.fullmatch(each)] if isinstance(cves, list) else []
    return tuple(dict.fromkeys(each for each in told if each != own))


def _score(value: dict[str, Any]) -> float | None:
    cvss = value.get('cvss')
    score = cvss.get('score') if isinstance(cvss, dict) else None
    # 0 stands for none: the registry has no other word for it
    return float(score) if isinstance(score, (int, float)) and 0 < score <= 10 else None


# OSV


def _osv(server: str, keys: Sequence[Key]) -> dict[Key, list[Advisory]]:
    """Ask which entries speak of each version, then for those entries, each once."""
    ids = _ids(f'{server}/v1/querybatch', keys)
    entries = _entries(server, sorted({id for named in ids.values() for id in named}))
    found = {
        key: merged(each for id in named for each in entries[id] if (each.ecosystem, each.package) == key[:2])
        for key, named in ids.items()
    }
    return {key: advisories for key, advisories in found.items() if advisories}


def _ids(url: str, keys: Sequence[Key]) -> dict[Key, list[str]]:
    """Return the ids of the entries that speak of each version, page after page."""
    ids: dict[Key, list[str]] = {key: [] for key in keys}
    asked: list[tuple[Key, str]] = [(key, '') for key in keys]
    for _ in range(PAGES):
        told = _object(url, answer(url, {'queries': [_question(*each) for each in asked]}))
        results = _list(url, told.get('results'))
        if len(results) != len(asked):
            raise _malformed(url)
        further: list[tuple[Key, str]] = []
        for (key, _), each in zip(asked, results, strict=True):
            result = _object(url, each or {})
            ids[key] += [_id(url, named) for named in _list(url, result.get('vulns'))]
            if token := _text(result, 'next_page_token'):
                further.append((key, token))
        if not further:
            return ids
        asked = further
    raise AdvisoriesError(f'{url}: no end after {PAGES} pages')


def _question(key: Key, token: str) -> dict[str, object]:
    ecosystem, name, version = key
    question: dict[str, object] = {'package': {'ecosystem': ecosystem, 'name': name}, 'version': version}
    return question | ({'page_token': token} if token else {})


def _id(url: str, told: object) -> str:
    id = _object(url, told).get('id')
    if not isinstance(id, str) or not ID.fullmatch(id):
        raise _malformed(url)
    return id


def _entries(server: str, ids: Sequence[str]) -> dict[str, tuple[Advisory, ...]]:
    """Return what the entries tell, several asked for at a time."""
    from concurrent.futures import ThreadPoolExecutor
    from datetime import UTC
    from datetime import datetime

    from deno_ai_hooks.common import osv

    now = datetime.now(UTC)
    with ThreadPoolExecutor(TOGETHER) as pool:
        told = pool.map(lambda id: answer(f'{server}/v1/vulns/{id}'), ids)
        return {id: _entry(server, id, osv.entry(each, now)) for id, each in zip(ids, told, strict=True)}


def _entry(server: str, id: str, found: Entry) -> tuple[Advisory, ...]:
    if found.id != id:
        raise _malformed(f'{server}/v1/vulns/{id}')
    return found.advisories


# what is told


def _object(url: str, told: object) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise _malformed(url)
    return told


def _list(url: str, told: object) -> list[Any]:
    if told is None:
        return []
    if not isinstance(told, list):
        raise _malformed(url)
    return told


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ''


def _malformed(url: str) -> AdvisoriesError:
    return AdvisoriesError(f'{url}: the answer is not in the form that it should be')
