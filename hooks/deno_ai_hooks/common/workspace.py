"""The workspace around a file: its configurations, its members, its lock file."""
from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple
from weakref import WeakKeyDictionary

from deno_ai_hooks.common.project import CONFIGURATIONS
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.config import Json
    from deno_ai_hooks.common.documents.lockfile import Lockfile
    from deno_ai_hooks.common.documents.shapes import Node

MANIFEST = 'package.json'
LOCK = 'deno.lock'
GLOB = frozenset('*?[{!')
SHOWN = pattern(r'(?:^|/)_?(?:examples?|templates?|samples?|demos?|testdata|fixtures)/')
"""Folders of what is there to be read or copied: it is locked where it ends up."""

DEPTH = 40
"""Folders above a file that are looked into."""


class Member(NamedTuple):
    """A folder with a configuration of deno, a package.json, or both."""

    folder: str
    configuration: Json | None
    manifest: Json | None

    @property
    def files(self) -> tuple[Json, ...]:
        """Return the files that there are."""
        return tuple(filter(None, (self.configuration, self.manifest)))

    @property
    def is_library(self) -> bool:
        """Return whether it is published: who uses it locks it, its own lock file counts for nobody."""
        root = self.configuration.root if self.configuration else None
        return bool(root and root.string('name') and root.get('version') and root.get('exports'))


class Workspace(NamedTuple):
    """What deno takes together: the folder of the lock file, and those of the members.

    `complete` is whether all members are known: patterns stand for folders that were not listed.
    """

    root: Member
    members: tuple[Member, ...]
    complete: bool

    @property
    def all(self) -> tuple[Member, ...]:
        """Return the root and the members."""
        return (self.root, *self.members)

    @property
    def lock_path(self) -> str | None:
        """Return where the lock file is, or would be; None where the configuration wants none."""
        setting = self.root.configuration.root.get('lock') if self.root.configuration else None
        if setting is not None and setting.value is False:
            return None
        named = (setting.value if isinstance(setting.value, str) else setting.string('path')) if setting else ''
        return posixpath.normpath(posixpath.join(self.root.folder, named or LOCK))


def workspace(folder: str, project: Project) -> Workspace | None:
    """Return the workspace that deno finds from `folder`, None where there is no configuration."""
    found = list(_above(folder, project))
    if not found:
        return None
    own = found[0]
    root = next((each for each in found[1:] if _lists(each, own.folder)), own)
    listed, complete = _members(root)
    members = (_member(posixpath.normpath(posixpath.join(root.folder, name)), project) for name in listed)
    known = {each.folder: each for each in members if each and each.folder != root.folder}
    if own.folder != root.folder:
        known.setdefault(own.folder, own)
    return Workspace(root, tuple(known.values()), complete)


def _above(folder: str, project: Project) -> Iterator[Member]:
    folder = posixpath.normpath(folder or '.')
    for _ in range(DEPTH):
        if found := _member(folder, project):
            yield found
        if folder in ('.', '/') or folder.endswith('..'):
            return
        folder = posixpath.dirname(folder) or '.'


def _member(folder: str, project: Project) -> Member | None:
    named = (project.json(posixpath.join(folder, name)) for name in CONFIGURATIONS)
    configuration = next((each for each in named if each), None)
    manifest = project.json(posixpath.join(folder, MANIFEST))
    return Member(folder, configuration, manifest) if configuration or manifest else None


def _patterns(root: Member) -> list[str]:
    """Return what a configuration names as members of its workspace."""
    found: list[Node | None] = []
    if root.configuration:
        node = root.configuration.root.get('workspace')
        found.append(node.get('members') or node if node else None)
    if root.manifest:
        node = root.manifest.root.get('workspaces')
        found.append(node.get('packages') or node if node else None)
    return [str(item.value).strip('/') for node in found if node and node.kind == 'list' for _, item in node.items]


def _members(root: Member) -> tuple[list[str], bool]:
    named = _patterns(root)
    return [each for each in named if GLOB.isdisjoint(each)], all(GLOB.isdisjoint(each) for each in named)


def _lists(root: Member, folder: str) -> bool:
    from fnmatch import fnmatchcase

    below = posixpath.relpath(folder, root.folder)
    return any(fnmatchcase(below, posixpath.normpath(each)) for each in _patterns(root) if not each.startswith('!'))


_locks: WeakKeyDictionary[Project, dict[str, Lockfile | None]] = WeakKeyDictionary()


def lockfile(found: Workspace | None, project: Project) -> Lockfile | None:
    """Return the lock file of a workspace that others get too, None where there is none that deno could read."""
    path = found.lock_path if found else None
    if path is None:
        return None
    known = _locks.setdefault(project, {})
    if path not in known:
        known[path] = _read(path, project)
    return known[path]


def _read(path: str, project: Project) -> Lockfile | None:
    from deno_ai_hooks.common.documents.lockfile import Lockfile

    source = project.source(path)
    if source is None or (project.ignored(path) and not project.tracked(path)):
        return None
    lock = Lockfile(path, whole(source.data))
    return lock if lock.is_read else None
