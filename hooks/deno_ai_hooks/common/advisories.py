"""Advisories: which versions of a package are known to be vulnerable, and what is known of it."""
from __future__ import annotations

from typing import NamedTuple

LEVELS = ('low', 'moderate', 'high', 'critical')
"""How bad a vulnerability is, in the words of npm and GitHub, from the least to the worst."""


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
