"""What `.gitignore` and `.dockerignore` name, judged by their text.

Sources: gitignore(5); "dockerignore file" in Docker's documentation of build contexts.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

LONGEST = 300
"""Characters of a pattern or a path that are looked at."""


def ignores(text: str, path: str, *, docker: bool = False) -> bool:
    """Return whether an ignore file names `path`, relative to its own folder, by the last line that speaks of it.

    In one of docker's every pattern stands for a path from the folder on, not for a name anywhere below it.
    """
    patterns = [(line.startswith('!'), _compiled(line.removeprefix('!'), docker)) for line in _patterns(text)]
    places = list(_with_folders(path))
    # git does not look into a folder that it passes over; docker takes a file out of it again
    return _last(patterns, places) if docker else any(_last(patterns, [place]) for place in places)


def _last(patterns: list[tuple[bool, Any]], places: list[str]) -> bool:
    verdict = False
    for negated, pattern in patterns:
        if verdict == negated and any(pattern.fullmatch(place) for place in places):
            verdict = not negated
    return verdict


def _patterns(text: str) -> Iterator[str]:
    for line in text.removeprefix('\ufeff').splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith('#') and len(pattern) <= LONGEST:
            yield pattern


def _with_folders(path: str) -> Iterator[str]:
    """Yield `path` and the folders that hold it: what names a folder names all that is in it."""
    parts = path[:LONGEST].split('/')
    for length in range(1, len(parts) + 1):
        yield '/'.join(parts[:length]) + ('' if length == len(parts) else '/')


TOKEN = re.compile(r'\*\*/|/\*\*\Z|\*\*|\*|\?|\[!?[^\]/]+\]|\\.|.', re.DOTALL)


@lru_cache(maxsize=256)
def _compiled(pattern: str, docker: bool) -> Any:
    """Return an RE2 pattern: whatever somebody wrote, it takes linear time."""
    import re2

    folder = pattern.endswith('/')
    bare = pattern.strip('/') if docker else pattern.rstrip('/')
    anchored = docker or '/' in bare
    said = ''.join(map(_translated, TOKEN.findall(bare.lstrip('/').removeprefix('./'))))
    options = re2.Options()
    options.log_errors = False
    end = '/' if folder and not docker else '/?'
    try:
        return re2.compile(('' if anchored else '(?:.*/)?') + said + end, options)
    except re2.error:
        return re2.compile(r'[^\s\S]')


def _translated(token: str) -> str:
    match token:
        case '**/':
            return '(?:.*/)?'
        case '/**':
            return '/.*'
        case '**':
            return '.*'
        case '*':
            return '[^/]*'
        case '?':
            return '[^/]'
    if token.startswith('[') and len(token) > 2:
        return token.replace('[!', '[^', 1).replace('\\', '\\\\')
    return re.escape(token[-1])
