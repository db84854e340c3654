"""What a repository is made of: each package and version once, with every place that names it.

Documentation is left out, which shows how packages may be used, and so are the packages that the repository itself is.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import cast

from deno_ai_hooks.common import kinds
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.inventory import PAGES
from deno_ai_hooks.common.inventory import URL
from deno_ai_hooks.common.inventory import Dependency
from deno_ai_hooks.common.inventory import imported
from deno_ai_hooks.common.inventory import locked
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Lines
from deno_ai_hooks.common.source import Position
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.common.walk import bundled
from deno_ai_hooks.common.walk import find
from deno_ai_hooks.common.walk import ignored
from deno_ai_hooks.common.walk import read
from deno_ai_hooks.common.walk import top
from deno_ai_hooks.common.walk import tracked
from deno_ai_hooks.common.walk import unreadable
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.base import Document
    from deno_ai_hooks.common.documents.config import Json
    from deno_ai_hooks.common.documents.lockfile import Lockfile
    from deno_ai_hooks.common.documents.typescript import Module

KINDS = frozenset((*kinds.KINDS, kinds.TEXT)) - {'markdown', 'npmrc', 'dotenv'}
DEPTH = 4
"""Documents within documents that are opened."""

NAMING = pattern(rb'npm:|jsr:|https?:|@|\\[ux0-7\r\n]')
"""What a module holds that names a package, or a letter that hides one."""


class Place(NamedTuple):
    """Where a package is named, how, and what an import map calls it there."""

    path: str
    start: Position
    through: str
    alias: str


class Component(NamedTuple):
    """A package, or a module that is of no registry, of one version; '' where nothing tells it."""

    ecosystem: str
    name: str
    version: str
    places: tuple[Place, ...]


class Inventory(NamedTuple):
    """What was found, in order, and what was not looked at."""

    components: tuple[Component, ...]
    skipped: tuple[Skipped, ...]


def inventory(paths: Sequence[str]) -> Inventory:
    """Return what the files under `paths` are made of; without paths, those of the git work tree."""
    root = top()
    project = Project(lambda path: read(path, root, named=True), tracked, ignored)
    files = find(paths, lambda path: _kind(path) in KINDS or kinds.unnamed(path))
    places: dict[tuple[str, str, str], dict[Place, None]] = {}
    own: set[str] = set()
    skipped = list(files.skipped)
    for path in files.paths:
        source = read(path, root, named=path in files.named, script=_kind(path) is None)
        if isinstance(source, Source):
            for key, place in _looked_at(source, project, own, skipped, named=path in files.named):
                places.setdefault(key, {})[place] = None
        elif source is not None:
            skipped.append(source)
    return Inventory(tuple(_components(places, own)), tuple(skipped))


def _kind(path: str) -> str | None:
    """Return the kind that a file's name tells; pages of HTML are text of which the scripts count."""
    return kinds.TEXT if path.lower().endswith(PAGES) else kinds.named(path)


def _components(places: dict[tuple[str, str, str], dict[Place, None]], own: set[str]) -> Iterator[Component]:
    for (ecosystem, name, version), found in sorted(places.items()):
        if version or ecosystem == URL or name not in own:
            yield Component(ecosystem, name, version, tuple(sorted(found)))


Found = tuple[tuple[str, str, str], Place]


def _looked_at(
    source: Source, project: Project, own: set[str], skipped: list[Skipped], *, named: bool,
) -> Iterator[Found]:
    """Yield what a file names; add what the repository is called to `own`, and why it was not read to `skipped`."""
    kind = _kind(source.path) or kinds.shebang(source.data)
    if kind not in KINDS or (kind == 'typescript' and not NAMING.search(source.data)):
        return
    reason = unreadable(source.data)
    if reason is None and not named and bundled(source.path, source.data):
        reason = Skipped('', 'generated')
    if reason is not None:
        skipped.append(reason._replace(path=source.path))
        return
    document = kinds.document(kind, source.path, whole(source.data))
    if kind == 'json' and (name := cast('Json', document).root.string('name')):
        own.add(name)
    if broken := _broken(document, source):
        skipped.append(broken)
    lines = Lines(source.data)
    for each in sorted(_dependencies(document, project), key=lambda each: each.span):
        yield each.key, Place(each.path, lines.position(each.span.start), each.through, each.alias)


def _broken(document: Document, source: Source) -> Skipped | None:
    """Return what is wrong with a file of which deno would read nothing, so that something may be missing here."""
    if document.refused is not None:
        line, column = source.position(document.refused)
        return Skipped(source.path, f'syntax error at {line}:{column}', broken=True)
    if document.kind == 'lockfile' and not cast('Lockfile', document).is_read:
        version = cast('Lockfile', document).version[:20]
        return Skipped(source.path, f'a lock file of version {version}, which is not known', broken=True)
    return None


def _dependencies(document: Document, project: Project) -> Iterator[Dependency]:
    if document.kind == 'lockfile':
        yield from locked(cast('Lockfile', document))
        return
    for each in _opened(document):
        if each.kind == 'typescript':
            project.join(cast('Module', each))
        yield from imported(each, project)


def _opened(document: Document, depth: int = DEPTH) -> Iterable[Document]:
    yield document
    if depth:
        for part in document.parts():
            yield from _opened(part, depth - 1)
