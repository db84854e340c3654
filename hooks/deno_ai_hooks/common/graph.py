"""Which modules of a repository import which, told from their bytes.

Nothing is parsed: what stands in the place of a specifier is taken for one, in comments and strings too.
So an import may be told of that nobody makes, and none is left out that is written in one piece.  What is
imported as a type alone loads nothing and is no import.  What markup loads (`<script src>`, Vue, Svelte)
is not seen.
"""
from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

DEPTH = 8
"""Imports on the way from a module to one that depends on it."""

MODULES = 300
"""Modules that are told to depend on others."""

STRING = rb"""(?:/\*[^*]*+\*/\s*+)?+["'`]([^"'`\n\\$]++)["'`]"""

# Each begins with a word, which `re` finds fast, and goes over no byte twice.
LOADS = (
    pattern(rb'from\b\s*+' + STRING),
    pattern(rb'import\b(?:\.meta\.resolve\b)?+\s*+\(?+\s*+' + STRING),
    pattern(rb'require\b\s*+\(\s*+' + STRING),
    pattern(rb'new\s++(?:URL|Worker)\b\s*+\(\s*+' + STRING),
)
TYPES = (
    pattern(rb"""port\s++type\s++(?:\{[^{}"'`;]*+\}|\*(?:\s*+as\s++\w++)?+|\w++)\s*+from\b"""),
    pattern(rb'import\s*+\{\s*+(?:type\s++\w++(?:\s++as\s++\w++)?+\s*+,?+\s*+)++\}\s*+from\b'),
)
"""Imports and exports of which every name is a type, up to the string; nothing of them is left in the program."""


class Dependents(NamedTuple):
    """Modules that import others, those that do so directly first, and those that were left out at the bounds."""

    paths: tuple[str, ...]
    left: tuple[str, ...]


def specifiers(data: bytes) -> set[str]:
    """Return the specifiers of what a module seems to load."""
    erased = {match.end() for each in TYPES for match in each.finditer(data)}
    return {
        match[1].decode(errors='replace')
        for each in LOADS for match in each.finditer(data) if not erased or match.start() + len('from') not in erased
    }


def importers(
    paths: Iterable[str], read: Callable[[str], bytes], resolve: Callable[[str, str], str | None],
) -> Mapping[str, tuple[str, ...]]:
    """Return for every file that one of the modules at `paths` imports those that do, in the order of `paths`.

    `resolve` tells which file a specifier means to the modules in a folder.
    """
    found: dict[str, dict[str, None]] = {}
    targets: dict[tuple[str, str], str | None] = {}
    for path in paths:
        folder = path.rpartition('/')[0]
        for specifier in specifiers(read(path)):
            if (folder, specifier) not in targets:
                targets[folder, specifier] = resolve(folder, specifier)
            target = targets[folder, specifier]
            if target is not None:
                found.setdefault(target, {})[path] = None
    return {target: tuple(modules) for target, modules in found.items()}


def turned(graph: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Return what leads from each path the other way round."""
    found: dict[str, list[str]] = {}
    for start, ends in graph.items():
        for end in ends:
            found.setdefault(end, []).append(start)
    return {end: tuple(starts) for end, starts in found.items()}


def dependents(
    paths: Iterable[str], importers: Callable[[str], Iterable[str]], *, depth: int = DEPTH, modules: int = MODULES,
) -> Dependents:
    """Return the modules that import what is at `paths`, directly or by way of others.

    With the files that modules import for `importers`, those on which `paths` depend.
    """
    known = dict.fromkeys(paths)
    given, level = len(known), list(known)
    for step in range(depth + 1):
        level = [path for path in dict.fromkeys(chain.from_iterable(map(importers, level))) if path not in known]
        room = given + modules - len(known) if step < depth else 0
        known.update(dict.fromkeys(level[:room]))
        if not level or len(level) > room:
            break
    return Dependents(tuple(known)[given:], tuple(path for path in level if path not in known))
