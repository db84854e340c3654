"""Import maps: what the names in a project's imports stand for."""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.shapes import Node

PACKAGES = ('npm:', 'jsr:')

Entry = tuple[str, str]
"""What an import begins with, and what stands for it."""


def entries(folder: str, root: Node) -> Iterator[Entry]:
    """Yield the `imports` of a configuration or import map in `folder`; what is relative is so to the repository.

    A package is also the beginning of its sub-paths, as deno 2.9.8 expands it.
    """
    for name, node in (imports.items if (imports := root.get('imports')) else ()):
        target = node.value
        if isinstance(target, str):
            if target.startswith('.'):
                target = posixpath.normpath(posixpath.join(folder, target)) + '/' * target.endswith('/')
            yield name, target
            if target.startswith(PACKAGES) and not name.endswith('/'):
                yield f'{name}/', f'{target}/'


def paths(folder: str, root: Node) -> Iterator[Entry]:
    """Yield the `paths` of a tsconfig.json in `folder`: the first target of each, with `*` at both ends or at none."""
    base = root.string('compilerOptions', 'baseUrl')
    for name, node in (found.items if (found := root.get('compilerOptions', 'paths')) else ()):
        target = next((item.value for _, item in node.items), None)
        if isinstance(target, str) and name.endswith('*') == target.endswith('*'):
            whole = posixpath.normpath(posixpath.join(folder, base, target.removesuffix('*')))
            yield name.removesuffix('*'), whole + '/' * target.endswith('/*')


LONGEST = 2000
"""Characters of a specifier that are looked up."""


def table(found: Iterable[Entry]) -> dict[str, str]:
    """Return what stands for each name; for the same name, the first."""
    return dict(reversed(list(found)))


def mapped(specifier: str, table: Mapping[str, str]) -> str | None:
    """Return what `specifier` stands for by the entry that says most of it, None where no entry is about it."""
    if specifier in table:
        return table[specifier]
    end = specifier.rfind('/') + 1 if len(specifier) <= LONGEST else 0
    while end:
        if specifier[:end] in table:
            return table[specifier[:end]] + specifier[end:]
        end = specifier.rfind('/', 0, end - 1) + 1
    return None
