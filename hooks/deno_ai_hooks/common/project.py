"""The repository around a file: configuration, read when a check asks for it."""
from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.text import whole

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.config import Json

CONFIGURATIONS = ('deno.json', 'deno.jsonc')
"""Names of Deno's configuration file, in the order in which deno 2.9.8 looks for them."""


def _untold(path: str) -> bool | None:
    return None


class Project:
    """The files of a repository, each read at most once.

    `load` returns a file's source, or why there is none; paths are as the walk gives them.  `tracked` and
    `ignored` ask version control, and return None where there is none.
    """

    def __init__(
        self,
        load: Callable[[str], Source | Skipped | None],
        tracked: Callable[[str], bool | None] = _untold,
        ignored: Callable[[str], bool | None] = _untold,
    ) -> None:
        self._load = load
        self.tracked = tracked
        self.ignored = ignored
        self._sources: dict[str, Source | None] = {}
        self._configurations: dict[str, Json | None] = {}

    def source(self, path: str) -> Source | None:
        """Return the file at `path`, or None where there is none that can be read."""
        path = posixpath.normpath(path)
        if path not in self._sources:
            loaded = self._load(path)
            self._sources[path] = loaded if isinstance(loaded, Source) else None
        return self._sources[path]

    def configuration(self, folder: str) -> Json | None:
        """Return the deno.json(c) that holds for `folder`: its own, or the next one above it.

        A nearer package.json stops the climb (deno 2.9.8).
        """
        folder = posixpath.normpath(folder or '.')
        while True:
            for name in CONFIGURATIONS:
                if found := self.json(posixpath.join(folder, name)):
                    return found
            if folder in ('.', '/', '') or folder.endswith('..') or self.source(posixpath.join(folder, 'package.json')):
                return None
            folder = posixpath.dirname(folder) or '.'

    def json(self, path: str) -> Json | None:
        """Return the JSON document at `path`, or None."""
        from deno_ai_hooks.common.documents.config import Json

        if path not in self._configurations:
            source = self.source(path)
            self._configurations[path] = Json(path, whole(source.data)) if source else None
        return self._configurations[path]
