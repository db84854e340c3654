"""Which files a build of an image is not given, as `.dockerignore` says and Docker reads it.

Sources: "Dockerignore files" in Docker's manual of build contexts; moby/patternmatcher as of BuildKit.
What differs from `.gitignore`: a pattern stands for a path from the context on, `**/` for any folders;
a line whose first character is `#` is a comment, one with blanks before it is none; `[!a]` holds the
character `!`; a file inside a folder that is left out can be taken back in.
"""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.patterns import pattern

NAME = '.dockerignore'
LONGEST = 300
"""Characters of a pattern or a path that are looked at."""

MOST = 5000
"""Patterns of one file that are read."""

TOKEN = pattern(r'\*\*/?|\*|\?|\\.|[\[\]^-]|.')
WILD = pattern(r'[*?\[\]\\]')


def leaves_out(text: str, path: str) -> bool:
    """Return whether a `.dockerignore` with this text leaves the file `path`, relative to the context, out.

    The last line that speaks of it counts; what names a folder names all that is in it.
    """
    names = list(_with_folders(posixpath.normpath(path)[:LONGEST]))
    out = False
    for count, (name, back) in enumerate(_patterns(text)):
        if count == MOST:
            break
        if back == out and any(_matches(name, each) for each in names):
            out = not back
    return out


def files(dockerfile: str, contexts: Iterable[str], project: Project) -> Iterator[str]:
    """Yield the texts of the ignore files that may hold for a Dockerfile built in one of `contexts`.

    `Dockerfile.dockerignore` beside it takes the place of all others.
    """
    own = project.source(f'{dockerfile}{NAME}')
    sources = [own] if own else [project.source(posixpath.join(context, NAME)) for context in dict.fromkeys(contexts)]
    return (source.data.decode(errors='replace') for source in sources if source)


def _patterns(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the patterns with whether they take a file back in."""
    for line in text.removeprefix('\ufeff').split('\n'):
        name = line.strip()
        if line.startswith('#') or not name or len(name) > LONGEST:
            continue
        back = name.startswith('!')
        name = name[1:].strip() if back else name
        if name:
            yield posixpath.normpath(name).lstrip('/'), back


def _with_folders(path: str) -> Iterator[str]:
    parts = path.split('/')
    return ('/'.join(parts[:length]) for length in range(1, len(parts) + 1))


def _matches(name: str, path: str) -> bool:
    if not WILD.search(name):
        return path == name
    end = name[2:]
    if name.startswith('**') and not WILD.search(end):
        return path.endswith(end) or path == end.removeprefix('/')
    compiled = _compiled(name)
    return compiled is not None and compiled.fullmatch(path) is not None


@lru_cache(maxsize=512)
def _compiled(name: str) -> Any:
    """Return an RE2 pattern, which takes linear time whatever somebody wrote; None for one that Docker refuses."""
    import re2

    options = re2.Options()
    options.log_errors = False
    tokens = TOKEN.findall(name)
    said = ''.join(_translated(token, last=index == len(tokens) - 1) for index, token in enumerate(tokens))
    try:
        return re2.compile(said, options)
    except re2.error:
        return None


def _translated(token: str, *, last: bool) -> str:
    import re

    if token.startswith('**'):
        return '.*' if last else '(?:.*/)?'
    if token in ('*', '?'):
        return '[^/]*' if token == '*' else '[^/]'
    if token in ('[', ']', '^', '-'):
        return token
    return re.escape(token[-1])
