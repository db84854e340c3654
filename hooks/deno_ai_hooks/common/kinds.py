"""Which kind of document a file is, by its name or its first line.

The table is all that the walk, the screen and the manifest know of kinds; a document's module is
imported when the first file of its kind is parsed.
"""
from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.base import Document
    from deno_ai_hooks.common.text import Text

SHEBANG_LIMIT = 256
"""Bytes of a first line that are looked at; Linux reads as many (execve(2), BINPRM_BUF_SIZE)."""


class Kind(NamedTuple):
    """A kind of document: the file names it goes by, the class that reads it, the kinds that may stand inside.

    `names` are whole file names, `stems` names that may go on after a dot (`Dockerfile.prod`);
    `shebang` matches the first line of scripts whose name says nothing.  `bearing` are RE2 patterns, one
    of which a file must hold for anything to stand inside it; none: it may always.
    """

    document: str
    extensions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    shebang: re.Pattern[bytes] | None = None
    holds: tuple[str, ...] = ()
    bearing: tuple[str, ...] = ()


KINDS = {
    'typescript': Kind(
        'typescript:Module',
        ('ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs'),
        shebang=re.compile(rb'#!.*\b(?:deno|node|bun|tsx)\b'),
        holds=('shell',),
        bearing=(
            r'\A(?:\xef\xbb\xbf)?#!', r'\bchild_process\b', r'\bCommand\b', r'\b(?:dax|zx|execa|bun)\b',
            r'\bDeno\.(?:run|spawn)',
        ),
    ),
    'shell': Kind(
        'shell:Shell',
        ('sh', 'bash', 'zsh', 'ksh', 'bats'),
        ('.envrc', '.bashrc', '.zshrc', '.profile', '.bash_profile'),
        shebang=re.compile(rb'#!.*\b(?:ba|z|k|da|a)?sh\b'),
        holds=('shell', 'unit'),
    ),
    'powershell': Kind('shell:Shell', ('ps1', 'psm1'), holds=('shell',)),
    'batch': Kind('shell:Shell', ('bat', 'cmd'), holds=('shell',)),
    'json': Kind(
        'config:Json',
        ('json', 'jsonc', 'json5', 'code-workspace'),
        holds=('shell',),
    ),
    'lockfile': Kind('lockfile:Lockfile', names=('deno.lock',)),
    'npmrc': Kind('npmrc:Npmrc', names=('.npmrc',)),
    'yaml': Kind('yaml:Yaml', ('yml', 'yaml'), holds=('shell',)),
    'containerfile': Kind(
        'containerfile:Containerfile',
        ('dockerfile', 'containerfile', 'Dockerfile', 'Containerfile'),
        stems=('Dockerfile', 'Containerfile', 'dockerfile', 'containerfile'),
        holds=('shell',),
    ),
    'toml': Kind('toml:Toml', ('toml',), holds=('shell',)),
    'make': Kind('lines:Recipes', ('mk', 'mak'), ('Makefile', 'makefile', 'GNUmakefile'), holds=('shell',)),
    'just': Kind('lines:Justfile', ('just',), ('justfile', 'Justfile', '.justfile'), holds=('shell',)),
    'procfile': Kind('lines:Procfile', stems=('Procfile',), holds=('shell',)),
    'unit': Kind('lines:Unit', ('service',)),
    'crontab': Kind('lines:Crontab', ('cron', 'crontab'), ('crontab',), holds=('shell',)),
    'dotenv': Kind('lines:Dotenv', ('env',), ('.dev.vars',), ('.env',)),
    'markdown': Kind(
        'markdown:Markdown',
        ('md', 'mdx', 'markdown'),
        holds=('shell', 'typescript', 'json', 'yaml', 'containerfile', 'toml', 'dotenv'),
    ),
}
TEXT = 'text'
"""Any file that is none of the KINDS; checks that want it are shown the bare text of every file, of those too."""

BINARY = frozenset(
    '3gp 7z a aac ai avi avif bin blend bmp br bz2 class cur dat db deb dll dmg dylib eot eps exe flac gguf gif '
    'glb gz heic icns ico img iso jar jpeg jpg jxl lz4 m4a mkv mov mp3 mp4 mpeg mpg node npy o odp ods odt ogg '
    'onnx otf parquet pack pdf pkl png ppt pptx psd pt pyc rar rpm safetensors so sqlite sqlite3 swf tar tgz tif '
    'tiff ttf wasm wav webm webp woff woff2 xls xlsx xz zip zst'.split()
)
"""Extensions of files that hold no text."""

DIALECTS = {'powershell': 'powershell', 'batch': 'batch'}

TELLING = frozenset(('typescript', 'shell', 'json', 'yaml', 'toml', 'markdown'))
"""Kinds whose extension tells more than the stem: `Dockerfile.ts` is a module, `Dockerfile.service` a Dockerfile."""

BY_EXTENSION = {extension: name for name, kind in KINDS.items() for extension in kind.extensions}
BY_NAME = {file: name for name, kind in KINDS.items() for file in (*kind.names, *kind.stems)}
BY_STEM = {stem: name for name, kind in KINDS.items() for stem in kind.stems}


def named(path: str) -> str | None:
    """Return the kind that the name of the file at `path` tells, or None; what only declares (`x.d.ts`) has none."""
    name = path[path.rfind('/') + 1:]
    dot = name.rfind('.') + 1
    if not dot or name in BY_NAME:
        return BY_NAME.get(name)
    kind = None
    if not name.endswith('.d', 0, dot - 1):
        kind = BY_EXTENSION.get(name[dot:]) or BY_EXTENSION.get(name[dot:].lower())
    if kind in TELLING:
        return kind
    return BY_STEM.get(name[:name.find('.', 1)]) or kind


def unnamed(path: str) -> bool:
    """Return whether the name tells nothing, so that a first line `#!…` may."""
    return '.' not in path.rpartition('/')[2]


def binary(path: str) -> bool:
    """Return whether the name tells that the file at `path` holds no text."""
    return path[path.rfind('.') + 1:].lower() in BINARY


def shebang(data: bytes) -> str | None:
    """Return the kind that the first line of a script tells, or None."""
    if not data.startswith(b'#!'):
        return None
    line = data[:SHEBANG_LIMIT].partition(b'\n')[0]
    for name, kind in KINDS.items():
        if kind.shebang and kind.shebang.match(line):
            return name
    return None


@cache
def within(name: str) -> frozenset[str]:
    """Return the kinds of documents that may stand inside one of the kind `name`."""
    found: set[str] = set()
    todo = [name]
    while todo:
        more = set(KINDS[todo.pop()].holds) - found
        found |= more
        todo += more
    return frozenset(found)


def holding(names: Collection[str]) -> tuple[str, ...]:
    """Return the kinds of files in which a document of one of the kinds `names` may stand."""
    if TEXT in names:
        return (*KINDS, TEXT)
    return tuple(name for name in KINDS if name in names or not within(name).isdisjoint(names))


def document(name: str, path: str, text: Text) -> Document:
    """Return the document of kind `name` that `text` is."""
    module, _, title = KINDS[name].document.partition(':') if name in KINDS else ('plain', '', 'Plain')
    read = getattr(import_module(f'deno_ai_hooks.common.documents.{module}'), title)
    if name in DIALECTS:
        return read(path, text, dialect=DIALECTS[name])  # type: ignore[no-any-return]
    return read(path, text)  # type: ignore[no-any-return]


def pattern(names: Collection[str]) -> str:
    """Return the regular expression of all paths of the kinds `names`, as pre-commit's `files` takes it."""
    if TEXT in names:
        return rf'^(?!(?s:.*)\.(?i:{"|".join(sorted(BINARY))})\Z)'
    chosen = [KINDS[name] for name in names]
    extensions = sorted({e.lower() for kind in chosen for e in kind.extensions})
    whole = sorted({n for kind in chosen for n in kind.names})
    stems = sorted({n for kind in chosen for n in kind.stems})
    parts = []
    if extensions:
        parts.append(rf'(?<!\.d)\.(?i:{"|".join(extensions)})$')
    if whole:
        parts.append(rf'(^|/)({"|".join(map(re.escape, whole))})$')
    if stems:
        parts.append(rf'(^|/)({"|".join(map(re.escape, stems))})(\.[^/]*)?$')
    if any(kind.shebang for kind in chosen):
        parts.append('(^|/)[^./]+$')
    return '|'.join(parts)
