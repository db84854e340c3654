"""The repository around a file: configuration, read when a check asks for it."""
from __future__ import annotations

import posixpath
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.text import whole

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.config import Json
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.import_map import Entry

CONFIGURATIONS = ('deno.json', 'deno.jsonc')
"""Names of Deno's configuration file, in the order in which deno 2.9.8 looks for them."""

MODULES = 64
"""Modules that are kept for whoever imports them next."""

LARGE = 500_000
"""Bytes of a module that is looked into for what it exports."""

WRITTEN = ('.ts', '.tsx', '.js', '.mjs', '/index.ts', '/mod.ts')
"""What bundlers and Node let an import leave out."""


def _untold(path: str) -> bool | None:
    return None


def _none() -> tuple[str, ...]:
    return ()


class Project:
    """The files of a repository, each read at most once.

    `load` returns a file's source, or why there is none; paths are as the walk gives them.  `tracked` and
    `ignored` ask version control, and return None where there is none.  `files` lists the repository.
    """

    def __init__(
        self,
        load: Callable[[str], Source | Skipped | None],
        tracked: Callable[[str], bool | None] = _untold,
        ignored: Callable[[str], bool | None] = _untold,
        files: Callable[[], Iterable[str]] = _none,
    ) -> None:
        self._load = load
        self._list = files
        self._files: tuple[str, ...] | None = None
        self.tracked = tracked
        self.ignored = ignored
        self._sources: dict[str, Source | None] = {}
        self._configurations: dict[str, Json | None] = {}
        self._modules: dict[str, Module | None] = {}
        self._entries: dict[str, tuple[Entry, ...]] = {}

    @property
    def files(self) -> tuple[str, ...]:
        """Return the paths of all files of the repository, as the walk gives them; what it passes over is not there.

        They are listed when first asked for: in a commit that names a few files, all others are there too.
        """
        if self._files is None:
            self._files = tuple(self._list())
        return self._files

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

    def above(self, path: str, name: str) -> str | None:
        """Return the path of the file `name` beside the one at `path`, or in the nearest folder above that has it."""
        folder = posixpath.dirname(posixpath.normpath(path))
        while True:
            if self.source(posixpath.join(folder, name)):
                return posixpath.join(folder, name)
            if folder in ('', '/') or folder.endswith('..'):
                return None
            folder = posixpath.dirname(folder)

    def module(self, path: str) -> Module | None:
        """Return the module at `path`, joined to the project, or None; a JSON file is one that exports its value."""
        path = posixpath.normpath(path)
        if path not in self._modules:
            if len(self._modules) >= MODULES:
                del self._modules[next(iter(self._modules))]
            self._modules[path] = self._parsed(path)
        return self._modules[path]

    def join(self, module: Module) -> None:
        """Let `module` know the project's import map, and the modules that it imports."""
        module.load = lambda specifier: self._imported(module.path, specifier)
        module.rename = lambda specifier: self._package(module.path, specifier)

    def _parsed(self, path: str) -> Module | None:
        from deno_ai_hooks.common import kinds
        from deno_ai_hooks.common.documents.typescript import Module
        from deno_ai_hooks.common.text import TextBuilder

        kind = kinds.named(path)
        loaded = self._load(path) if kind in ('typescript', 'json') else None
        if not isinstance(loaded, Source) or len(loaded.data) > LARGE:
            return None
        text = whole(loaded.data)
        if kind == 'json':
            builder = TextBuilder(text)
            builder.put(b'export default ', 0, 0)
            builder.copy(0, len(loaded.data))
            text = builder.build()
        module = Module(path, text)
        self.join(module)
        return module

    def _imported(self, path: str, specifier: str) -> Module | None:
        folder = posixpath.dirname(path)
        if specifier.startswith(('./', '../')):
            target = posixpath.join(folder, specifier)
        else:
            found = self._mapped(folder, specifier)
            if found is None or ':' in found:
                return None
            target = found
        return self.module(target) or self._unfinished(target)

    def _unfinished(self, path: str) -> Module | None:
        stem, extension = posixpath.splitext(path)
        tried = [f'{stem}.ts'] if extension in ('.js', '.mjs') else [path + end for end in WRITTEN if not extension]
        return next((found for each in tried if (found := self.module(each))), None)

    def _package(self, path: str, specifier: str) -> str:
        """Return the package that stands for a specifier in the import map, or the specifier itself."""
        if specifier.startswith(('.', '/')) or ':' in specifier:
            return specifier
        found = self._mapped(posixpath.dirname(path), specifier)
        return found if found is not None and ':' in found else specifier

    def _mapped(self, folder: str, specifier: str) -> str | None:
        from deno_ai_hooks.common import import_map

        if folder not in self._entries:
            self._entries[folder] = import_map.sorted_entries(self._imports(folder))
        return import_map.mapped(specifier, self._entries[folder])

    def _imports(self, folder: str) -> Iterator[Entry]:
        """Yield the entries that hold in `folder`: those of the configuration, then of the workspace above it."""
        from deno_ai_hooks.common import import_map

        configuration = self.configuration(folder)
        while configuration is not None:
            here = posixpath.dirname(configuration.path)
            yield from import_map.entries(here, configuration.root)
            other = configuration.root.string('importMap')
            if other and ':' not in other and (found := self.json(posixpath.join(here, other))):
                yield from import_map.entries(posixpath.dirname(found.path), found.root)
            above = self.configuration(posixpath.dirname(here)) if here not in ('', '/') else None
            configuration = above if above is not configuration else None
