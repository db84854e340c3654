"""What `.gitignore` and `.dockerignore` name, judged by their text.

Sources: gitignore(5) and wildmatch.c of git 2.47; "Dockerignore files" in Docker's manual of build contexts and
moby/patternmatcher as of BuildKit.  In one of Docker's a pattern stands for a path from the context on, `**/` for any
folders; a line whose first character is `#` is a comment, one with blanks before it is none; `[!a]` holds the
character `!`; a file inside a folder that is left out can be taken back in.  Git does not look into such a folder.
"""
from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

LONGEST = 300
"""Characters of a pattern or a path that are looked at."""

MOST = 5000
"""Patterns of one file that are read."""

WILD = pattern(r'[*?\[\]\\]')


class Pattern(NamedTuple):
    """A line of an ignore file: `back` takes files back in, `folders` means that it names folders only."""

    text: str
    back: bool
    folders: bool = False


def ignores(text: str, path: str, *, docker: bool = False) -> bool:
    """Return whether an ignore file names `path`, relative to its own folder, by the last line that speaks of it.

    What names a folder names all that is in it.
    """
    places = list(_with_folders(posixpath.normpath(path)[:LONGEST]))
    patterns = list(islice(_dockers(text) if docker else _gits(text), MOST))
    matches = _docker_matches if docker else _git_matches
    if docker:
        return _last(patterns, places, matches)
    return any(_last(patterns, [place], matches) for place in places)


Place = tuple[str, bool]
"""A path, and whether it is that of a folder."""


def _with_folders(path: str) -> Iterator[Place]:
    parts = path.split('/')
    return (('/'.join(parts[:length]), length < len(parts)) for length in range(1, len(parts) + 1))


def _last(patterns: list[Pattern], places: list[Place], matches: Callable[[str, str], bool]) -> bool:
    out = False
    for text, back, folders in patterns:
        if back == out and any((is_folder or not folders) and matches(text, name) for name, is_folder in places):
            out = not back
    return out


def _compile(said: str) -> Any:
    """Return an RE2 pattern, which takes linear time whatever somebody wrote; None for one that nothing matches."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(said, options)
    except re2.error:
        return None


# git

GIT_TOKEN = pattern(
    r'(?:\A|(?<=/))\*\*/|(?<=/)\*\*\Z|\*+|\?|\[[!^]?\]?(?:\[:\w+:\]|\\.|\[(?!:)|[^\]\\\[])*\]|\\.|.', re.DOTALL,
)
MEMBER = pattern(r'\[:(\w+):\]|(\\?.)-(\\?[^\]])|(\\?.)', re.DOTALL)
BLANKS = pattern(r'(?<!\\) +\Z')
BEFORE_SLASH, BEHIND_SLASH = chr(ord('/') - 1), chr(ord('/') + 1)
CLASSES = frozenset('alnum alpha blank cntrl digit graph lower print punct space upper xdigit'.split())


def _gits(text: str) -> Iterator[Pattern]:
    for line in text.removeprefix('\ufeff').split('\n'):
        line = BLANKS.sub('', line.removesuffix('\r'))
        back = line.startswith('!')
        name = line[back:]
        if name and not line.startswith('#') and len(name) <= LONGEST:
            yield Pattern(name.removesuffix('/'), back, name.endswith('/'))


def _git_matches(text: str, name: str) -> bool:
    compiled = _git_pattern(text)
    return compiled is not None and compiled.fullmatch(name) is not None


@lru_cache(maxsize=512)
def _git_pattern(text: str) -> Any:
    if not text:
        return None
    bare = text.removeprefix('/')
    said = ''.join(_git_said(match[0], match.start()) for match in GIT_TOKEN.finditer(bare))
    return _compile(said if '/' in text else f'(?:.*/)?{said}')


def _git_said(token: str, at: int) -> str:
    if token == '**/':
        return '(?:.*/)?'
    if token.startswith('*'):
        return '[^/]*'
    if token == '?':
        return '[^/]'
    return _git_class(token) if token.startswith('[') and len(token) > 1 else _literal(token)


def _literal(token: str) -> str:
    # a backslash at the end, and a bracket that nothing closes, fit nothing
    return '[^\\s\\S]' if token in ('\\', '[') else re.escape(token[-1])


def _git_class(token: str) -> str:
    inner, negated = token[1:-1], token[1] in '!^'
    said = []
    for name, low, high, one in MEMBER.findall(inner[negated:]):
        if name:
            said.append(f'[:{name}:]' if name in CLASSES else '')
        else:
            said += _range((low or one)[-1], (high or one)[-1])
    if negated:
        return f'[^/{"".join(said)}]'
    return f'[{"".join(said)}]' if any(said) else '[^\\s\\S]'


def _range(low: str, high: str) -> Iterator[str]:
    """Yield the members of a range; its first is one even where the last comes before it, and a slash never is."""
    for first, last in ((low, low), (low, min(high, BEFORE_SLASH)), (max(low, BEHIND_SLASH), high)):
        if first <= last and '/' not in (first, last):
            yield f'\\x{{{ord(first):x}}}-\\x{{{ord(last):x}}}'


# Docker

DOCKER_TOKEN = pattern(r'\*\*/?|\*|\?|\\.|[\[\]^-]|.')


def _dockers(text: str) -> Iterator[Pattern]:
    for line in text.removeprefix('\ufeff').split('\n'):
        name = line.strip()
        back = name.startswith('!')
        name = name[1:].strip() if back else name
        if name and not line.startswith('#') and len(name) <= LONGEST:
            yield Pattern(posixpath.normpath(name).lstrip('/'), back)


def _docker_matches(text: str, name: str) -> bool:
    if not WILD.search(text):
        return name == text
    end = text[2:]
    if text.startswith('**') and not WILD.search(end):
        return name.endswith(end) or name == end.removeprefix('/')
    compiled = _docker_pattern(text)
    return compiled is not None and compiled.fullmatch(name) is not None


@lru_cache(maxsize=512)
def _docker_pattern(text: str) -> Any:
    """Return what a pattern stands for, None for one that Docker refuses."""
    tokens = DOCKER_TOKEN.findall(text)
    return _compile(''.join(_docker_said(token, last=index == len(tokens) - 1) for index, token in enumerate(tokens)))


def _docker_said(token: str, *, last: bool) -> str:
    if token.startswith('**'):
        return '.*' if last else '(?:.*/)?'
    if token in ('*', '?'):
        return '[^/]*' if token == '*' else '[^/]'
    if token in ('[', ']', '^', '-'):
        return token
    return re.escape(token[-1])
