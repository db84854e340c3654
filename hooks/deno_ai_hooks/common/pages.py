"""Which modules of a repository become part of a page that browsers load.

A module does by where it stands, by what it says of itself, or because a page or another such module imports it.
What a framework keeps on the server passes nothing on, nor does a module that is part of both.
"""
from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from typing import NamedTuple
from weakref import WeakKeyDictionary

from deno_ai_hooks.common import kinds
from deno_ai_hooks.common.graph import specifiers
from deno_ai_hooks.facts.browsers import BROWSER
from deno_ai_hooks.facts.browsers import BUNDLER
from deno_ai_hooks.facts.browsers import FRESH_ENTRY
from deno_ai_hooks.facts.browsers import SERVER
from deno_ai_hooks.facts.browsers import is_split
from deno_ai_hooks.facts.browsers import kind
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.project import Project

SCRIPT = pattern(rb'<script\b[^>]{0,400}?\bsrc\s{0,9}=\s{0,9}["\']?([^"\'\s>]{1,400})')
MARKUP = ('.html', '.htm')
FILES = 200
"""Pages that are looked into for the scripts that they load."""


class Page(NamedTuple):
    """Why a module becomes part of a page: `by` is what loads it, or the module itself where nothing needs to."""

    by: str


class Pages:
    """The modules of a project that become part of a page."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._kinds: dict[str, str] = {}
        self._found: dict[str, Page] | None = None
        self._loaded: dict[str, str] | None = None

    def page(self, path: str) -> Page | None:
        """Return why the module at `path` becomes part of a page, None where it does not."""
        own = self._by_itself(path)
        if own is not None or self._kind(path) == SERVER:
            return own
        if self._found is None:
            self._found = self._reached()
        return self._found.get(path)

    def _reached(self) -> dict[str, Page]:
        """Return the modules that become part of a page, from those that do by themselves to all that they import."""
        modules = (path for path in self._project.files if kinds.named(path) == 'typescript')
        found = {path: page for path in modules if (page := self._by_itself(path))}
        level = list(found)
        while level:
            following = []
            for path in level:
                split = is_split(self._project.looked_into(path))
                for other in () if split else self._project.imports(path):
                    if other not in found and self._kind(other) != SERVER:
                        found[other] = Page(found[path].by)
                        following.append(other)
            level = following
        return found

    def is_browser(self, path: str) -> bool:
        """Return whether the module at `path` becomes part of a page by itself."""
        return self._kind(path) == BROWSER

    def is_server(self, path: str) -> bool:
        """Return whether the module at `path` never becomes part of a page."""
        return self._kind(path) == SERVER

    def _by_itself(self, path: str) -> Page | None:
        if self._kind(path) == BROWSER or (FRESH_ENTRY.search(path) and self._is_built(path)):
            return Page(path)
        if self._kind(path) == SERVER or path not in self._scripts():
            return None
        return Page(self._scripts()[path])

    def _is_built(self, path: str) -> bool:
        return any(self._project.source(posixpath.join(posixpath.dirname(path), name)) for name in BUNDLER)

    def _kind(self, path: str) -> str:
        if path not in self._kinds:
            self._kinds[path] = kind(path, self._project.looked_into(path))
        return self._kinds[path]

    def _scripts(self) -> dict[str, str]:
        """Return the scripts that markup loads, each with the file that does."""
        if self._loaded is None:
            self._loaded = {}
            for path in [each for each in self._project.files if each.endswith(MARKUP)][:FILES]:
                source = self._project.source(path)
                data = source.data if source else b''
                for name in [match[1].decode(errors='replace') for match in SCRIPT.finditer(data)] + sorted(
                    specifiers(data),
                ):
                    if ':' not in name and not name.startswith('//'):
                        target = posixpath.join(posixpath.dirname(path), name.lstrip('/').partition('?')[0])
                        self._loaded.setdefault(posixpath.normpath(target), path)
        return self._loaded


_known: WeakKeyDictionary[Project, Pages] = WeakKeyDictionary()


def pages(project: Project) -> Pages:
    """Return the pages of a project, found once."""
    if project not in _known:
        _known[project] = Pages(project)
    return _known[project]
