"""Whether somebody sees what a repository's program and its models do, and which of its endpoints asks a model first.

All files are looked into once, for words; few are read closely, and modules are parsed only up to the first endpoint.
"""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from weakref import WeakKeyDictionary

from deno_ai_hooks.common import entries
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common import openings
from deno_ai_hooks.common import reach
from deno_ai_hooks.common.commands import PROGRAM
from deno_ai_hooks.common.commands import SHOWN
from deno_ai_hooks.common.commands import STARTING
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.commands import invocations
from deno_ai_hooks.common.commands import purpose
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.facts import monitoring as facts
from deno_ai_hooks.facts.frameworks import REQUEST
from deno_ai_hooks.facts.frameworks import SERVING
from deno_ai_hooks.facts.models import TEXT

if TYPE_CHECKING:
    from deno_ai_hooks.common.commands import Invocation
    from deno_ai_hooks.common.documents.base import Document
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.entries import Entry
    from deno_ai_hooks.common.reach import Reached

STARTS = (r'\bdeno\b', r'--allow-|[\s"\']-[A-Za-z]*[ANRWE]')
"""What a file holds, both, that starts deno with wide permissions."""

BROAD = ('allow-net', 'allow-read', 'allow-write', 'allow-run', 'allow-env', 'allow-ffi')
DEPTH = 4            # documents within documents
FIRST = 200          # modules in which the first endpoint is looked for


class Endpoint(NamedTuple):
    """Where a handler of requests is registered that asks models at the owner's expense."""

    module: Module
    entry: Entry
    calls: tuple[Reached, ...]

    @property
    def is_asking(self) -> bool:
        """Return whether any of the calls is paid for by the length of what is asked and answered."""
        return any(each.call.kind == TEXT for each in self.calls)


class Seen(NamedTuple):
    """What the files of a repository tell: `signs` (facts/monitoring.py), and in which one may look further.

    `serving` are modules in which requests may come in, `starting` files that may start deno with wide permissions.
    """

    signs: frozenset[str]
    serving: tuple[str, ...]
    starting: tuple[str, ...]


_known: WeakKeyDictionary[Project, Seen] = WeakKeyDictionary()
_first: WeakKeyDictionary[Project, str | None] = WeakKeyDictionary()
_patterns: list[Any] = []


def seen(project: Project) -> Seen:
    """Return what the files of the repository tell, each looked into once."""
    if project not in _known:
        _known[project] = _looked(project)
    return _known[project]


def _looked(project: Project) -> Seen:
    signs: set[str] = set()
    serving, starting = [], []
    for path in sorted(project.files):
        kind = kinds.named(path)
        if (kind is None and kinds.binary(path)) or kind == 'lockfile' or TESTS.search(path):
            continue
        data = project.looked_into(path)
        found = _present(data)
        if found & NEEDED:
            signs |= facts.signs(kind or kinds.TEXT, data, sorted(found & NEEDED))
        if found & SERVED and kind == 'typescript' and not SHOWN.search(path):
            serving.append(path)
        if found >= STARTED and kind in STARTING and kind != 'markdown':
            starting.append(path)
    return Seen(frozenset(signs), tuple(serving), tuple(starting))


ALL = (*facts.NEEDS, *SERVING, *STARTS)
NEEDED = frozenset(range(len(facts.NEEDS)))
SERVED = frozenset(range(len(facts.NEEDS), len(ALL) - len(STARTS)))
STARTED = frozenset(range(len(ALL) - len(STARTS), len(ALL)))


def _present(data: bytes) -> frozenset[int]:
    """Return which of ALL stand in `data`, told in one pass."""
    if not _patterns:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        made = re2.Set.SearchSet(options)
        for each in ALL:
            made.Add(each)
        made.Compile()
        _patterns.append(made)
    return frozenset(_patterns[0].Match(data) or ())


# the first endpoint


def endpoint(module: Module) -> Endpoint | None:
    """Return the first handler that a module registers through which others come to a model at the owner's expense."""
    found = (each for each in entries.entries(module) if each.site.path == module.path)
    for entry in sorted(found, key=lambda each: each.place.start_byte):
        if entry.kind == REQUEST and not entry.loopback and entry.method not in openings.ASIDE:
            calls = tuple(each for each in reach.reached(entry.module, entry.function) if openings.is_paid(each))
            if calls:
                return Endpoint(module, entry, calls)
    return None


def is_first(project: Project, path: str) -> bool:
    """Return whether the first module, in the order of paths, that registers such a handler is the one at `path`.

    Where the first FIRST modules in which requests come in do not, each is the first: one finding is reported.
    """
    if project not in _first:
        paths = seen(project).serving[:FIRST]
        _first[project] = next((each for each in paths if _registers(project, each)), None)
    return _first[project] in (None, path)


def _registers(project: Project, path: str) -> bool:
    module = project.module(path)
    return module is not None and endpoint(module) is not None


# what runs with wide permissions


def wide(project: Project) -> Step | None:
    """Return the first place that starts a program which may do more than anyone has named."""
    for path in seen(project).starting:
        data = project.looked_into(path)
        for document in _opened(kinds.document(kinds.named(path) or kinds.TEXT, path, whole(data))):
            for found in invocations(document):
                if purpose(found) == PROGRAM and _is_wide(found):
                    return Step(path, found.deno.span, 'a program starts with wide permissions')
    return None


def _is_wide(found: Invocation) -> bool:
    line = found.line
    return line.has('allow-all') or any(line.items(flag) == () for flag in BROAD)


def _opened(document: Document, depth: int = DEPTH) -> Iterator[Document]:
    yield document
    for part in document.parts() if depth else ():
        yield from _opened(part, depth - 1)
