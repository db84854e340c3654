"""From paths to the files that are looked at, and the reasons for those that are not.

A named file is always looked at.  A folder is what git says belongs to it, or all that is in it
outside a work tree, less the trees that other programs write: those are passed over and named once.
Symbolic links are not followed out of the tree.
"""
from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from collections.abc import Iterable
from typing import NamedTuple

from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.source import Source

GENERATED = {
    '.astro': 'generated',
    '.next': 'generated',
    '.nuxt': 'generated',
    '.output': 'generated',
    '.svelte-kit': 'generated',
    '.terraform': 'generated',
    '.tox': 'vendored',
    '.venv': 'vendored',
    '.yarn': 'vendored',
    '__pycache__': 'generated',
    '_fresh': 'generated',
    'bower_components': 'vendored',
    'dist': 'generated',
    'node_modules': 'vendored',
    'site-packages': 'vendored',
    'third_party': 'vendored',
    'vendor': 'vendored',
}
"""Folders that hold what other programs wrote, and why they are passed over."""

STORES = frozenset(('.git', '.hg', '.svn', '.jj'))
"""Folders of version control itself: not part of the tree, never named."""

WRITTEN = re.compile(r'\.(?:min|bundle)\.[cm]?js$|(?:^|/)lib\.(?:deno|dom|es\d+|webworker)[\w.]*\.d\.ts$')
"""Files that other programs wrote: minified bundles, the declarations of Deno and TypeScript themselves."""

LIMIT = 64 * 1024 * 1024
"""Bytes of a file that are read at the most: no source is larger, and a parser needs many times as much."""

MINIFIED_SIZE = 16 * 1024
MINIFIED_LINE = 400
"""A script of that many bytes whose lines have that many on the average was written by a bundler."""


class Files(NamedTuple):
    """Paths to look at, in the order they were found, and what was passed over.

    `named` are those that were given one by one: nothing about them is taken for generated.
    """

    paths: tuple[str, ...]
    named: frozenset[str]
    skipped: tuple[Skipped, ...]


def find(paths: Iterable[str], wanted: Callable[[str], bool]) -> Files:
    """Return the files under `paths` whose name is `wanted`; without paths, those of the git work tree."""
    found: dict[str, None] = {}
    named: set[str] = set()
    skipped: list[Skipped] = []
    given = list(paths)
    for path in given or ['.']:
        clean = _clean(path)
        if os.path.isdir(clean):
            found.update(dict.fromkeys(filter(wanted, _folder(clean, skipped))))
        elif wanted(clean) or not os.path.lexists(clean):
            found[clean] = None
            named.add(clean)
    return Files(tuple(found), frozenset(named), tuple(_once(skipped)))


def read(path: str, root: str, *, named: bool) -> Source | Skipped:
    """Return the file at `path`, or why it is not looked at.

    `root` is the real path of the tree that symbolic links may not leave.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        if os.path.islink(path) and not os.path.exists(path):
            return Skipped(path, 'a symbolic link to nothing', broken=named)
        return Skipped(path, (e.strerror or str(e)).lower(), broken=True)
    try:
        return _load(path, descriptor, root, named=named)
    except OSError as e:
        return Skipped(path, (e.strerror or str(e)).lower(), broken=True)
    finally:
        os.close(descriptor)


def _load(path: str, descriptor: int, root: str, *, named: bool) -> Source | Skipped:
    status = os.fstat(descriptor)
    if stat.S_ISDIR(status.st_mode):
        return Skipped(path, 'a folder where a file should be', broken=True)
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, 'not a regular file', broken=named)
    if named and leaves(path, root):
        return Skipped(path, 'a symbolic link that leaves the tree')
    if status.st_size > LIMIT:
        size = status.st_size // 1024 ** 2
        return Skipped(path, f'{size} MiB, more than the {LIMIT // 1024 ** 2} MiB that are read', broken=True)
    chunks = []
    while chunk := os.read(descriptor, status.st_size + 1):
        chunks.append(chunk)
    return Source(path, b''.join(chunks))


def unreadable(data: bytes) -> Skipped | None:
    """Return why `data` is no text that can be looked at, or None; the path is left to the caller."""
    if data.isascii() and b'\0' not in data:
        return None
    if data.startswith((b'\xff\xfe', b'\xfe\xff')):
        return Skipped('', 'UTF-16 text; save it as UTF-8', broken=True)
    if b'\0' in data[:8192]:
        return Skipped('', 'binary')
    try:
        data.decode()
    except UnicodeDecodeError as e:
        line = data.count(b'\n', 0, e.start) + 1
        return Skipped('', f'not UTF-8 (line {line}); save it as UTF-8', broken=True)
    return None


def minified(path: str, data: bytes) -> bool:
    """Return whether a script was written by a bundler, judged by its lines."""
    return (
        len(data) > MINIFIED_SIZE
        and path.endswith(('js', 'ts'))
        and len(data) > MINIFIED_LINE * (data.count(b'\n') + 1)
    )


def leaves(path: str, root: str) -> bool:
    """Return whether a symbolic link on the way to `path` leads out of the tree at the real path `root`.

    A path that was given outside the tree from the start leaves nothing, unless it is itself a link.
    """
    inside = _within(os.path.abspath(path), root)
    if inside:
        return not _within(os.path.realpath(path), root)
    return os.path.islink(path)


def top(path: str = '.') -> str:
    """Return the real path of the work tree that holds `path`, or else of the folder itself."""
    start = folder = os.path.realpath(path)
    while True:
        if os.path.exists(os.path.join(folder, '.git')):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return start
        folder = parent


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip('/') + '/')


def _clean(path: str) -> str:
    """Return `path` without `.` and `..`, relative to the working folder where it lies below it."""
    if not path:
        return path
    path = os.path.normpath(path)
    here = os.getcwd()
    if os.path.isabs(path) and _within(path, here):
        return os.path.relpath(path, here)
    return path


def _folder(folder: str, skipped: list[Skipped]) -> list[str]:
    listed = _git(folder)
    if listed is None:
        return list(_scan(folder, skipped))
    prefix = '' if folder == '.' else folder.rstrip('/') + '/'
    return list(_sieve(prefix, listed, skipped))


def _sieve(prefix: str, listed: list[str], skipped: list[Skipped]) -> Iterable[str]:
    for name in listed:
        path = prefix + name
        generated = _generated(name)
        if generated:
            cut, reason = generated
            skipped.append(Skipped(prefix + cut, reason))
        elif name.endswith('/') or (os.path.isdir(path) and not os.path.islink(path)):
            skipped.append(Skipped(path.rstrip('/'), 'a repository of its own'))
        elif os.path.islink(path):
            if leaves(path, os.path.realpath(prefix or '.')):
                skipped.append(Skipped(path, 'a symbolic link that leaves the tree'))
        elif os.path.lexists(path):
            yield path


def _generated(name: str) -> tuple[str, str] | None:
    """Return the folder or file of `name` that another program wrote, and why it is passed over."""
    folders = name.split('/')[:-1]
    for depth, part in enumerate(folders, 1):
        if part in GENERATED:
            return '/'.join(folders[:depth]), GENERATED[part]
    if WRITTEN.search(name):
        return name, 'generated'
    return None


def _git(folder: str) -> list[str] | None:
    """Return what git tracks or would track under `folder`, or None where it cannot say."""
    if not os.path.exists(os.path.join(top(folder), '.git')):
        return None
    import subprocess

    # Nothing that a repository's own configuration names is run: no monitor, no hooks.
    command = [
        'git', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-C', folder,
        'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate',
    ]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return None
    names = [os.fsdecode(name) for name in listed.stdout.split(b'\0') if name]
    # A folder that git ignores as a whole was named for its own sake.
    return names or None


def _scan(folder: str, skipped: list[Skipped]) -> Iterable[str]:
    root = os.path.realpath(folder)
    todo = ['' if folder == '.' else folder.rstrip('/') + '/']
    while todo:
        prefix = todo.pop()
        try:
            entries = sorted(os.scandir(prefix or '.'), key=lambda entry: entry.name)
        except OSError as e:
            skipped.append(Skipped(prefix.rstrip('/'), (e.strerror or str(e)).lower(), broken=True))
            continue
        for entry in entries:
            path = prefix + entry.name
            if entry.is_symlink():
                if leaves(path, root):
                    skipped.append(Skipped(path, 'a symbolic link that leaves the tree'))
            elif entry.is_dir():
                if entry.name in GENERATED:
                    skipped.append(Skipped(path, GENERATED[entry.name]))
                elif entry.name not in STORES:
                    todo.append(path + '/')
            elif WRITTEN.search(path):
                skipped.append(Skipped(path, 'generated'))
            else:
                yield path


def _once(skipped: Iterable[Skipped]) -> Iterable[Skipped]:
    return dict.fromkeys(skipped)
