"""Import maps: what the names in a project's imports stand for."""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
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


def sorted_entries(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries with those that say most first; of the same name, the first."""
    return tuple(sorted(dict(reversed(list(found))).items(), key=lambda entry: -len(entry[0])))


def mapped(specifier: str, found: Iterable[Entry]) -> str | None:
    """Return what `specifier` stands for, None where no entry is about it."""
    for name, target in found:
        if specifier == name:
            return target
        if name.endswith('/') and specifier.startswith(name):
            return target + specifier[len(name):]
    return None
