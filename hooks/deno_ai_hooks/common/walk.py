"""From paths to the files that are looked at, and the reasons for those that are not.

A named file is always looked at.  A folder is what git says belongs to it, or all that is in it
outside a work tree, less the trees that other programs write: those are passed over and named once.
Symbolic links in a folder are not followed; those that leave the tree are named, the others lead to
what is looked at where it stands.
"""
from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    import subprocess

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

LEAVES = 'a symbolic link that leaves the tree'
FOREIGN = 'a repository of its own'

WRITTEN = pattern(r'(?:.*\.(?:min|bundle)\.[cm]?js|lib\.(?:deno|dom|es\d+|webworker)[\w.]*\.d\.ts)\Z', re.DOTALL)
"""Names of files that other programs wrote: minified bundles, the declarations of Deno and TypeScript themselves."""

LIMIT = 64 * 1024 * 1024
"""Bytes of a file that are read at the most: no source is larger, and a parser needs many times as much."""

MINIFIED_SIZE = 16 * 1024
MINIFIED_LINE = 400
"""A script of that many bytes whose lines have that many on the average was written by a bundler."""

BUNDLE_SIZE = 1024 * 1024
"""So was a script of that many bytes, whatever its lines; it is a common limit of scanners (semgrep: 1 MB)."""


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
    skipped: dict[str, Skipped] = {}
    named: set[str] = set()
    folders: set[str] = set()
    for path in list(paths) or ['.']:
        clean = _clean(path)
        if os.path.isdir(clean):
            folders.add(clean)
            found.update(dict.fromkeys(_folder(clean, wanted, skipped)))
        elif wanted(clean) or not os.path.lexists(clean):
            found[clean] = None
            named.add(clean)
    passed = tuple(skip for path, skip in skipped.items() if path not in folders)
    return Files(tuple(found), frozenset(named), passed)


def listed(root: str) -> Iterator[str]:
    """Yield every file of the tree at `root` that is not passed over, its path relative to the working folder."""
    start = os.path.relpath(root)
    here = '' if start == '.' else f'{start}/{os.path.relpath(".", root)}/'
    for path in _folder(start, lambda path: True, {}):
        yield path.removeprefix(here)


def read(path: str, root: str, *, named: bool, script: bool = False) -> Source | Skipped | None:
    """Return the file at `path`, or why it is not looked at; None when there is nothing to look at.

    `root` is the real path of the tree that symbolic links may not leave.  A file that was not `named`
    may be gone by now; with `script` only one that begins with `#!` is read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as e:
        if e.errno == errno.ENOENT and not named:
            return None
        if e.errno == errno.ENOENT and os.path.islink(path):
            return Skipped(path, 'a symbolic link to nothing', broken=True)
        return _failed(path, e)
    try:
        return _load(path, descriptor, root, named=named, script=script)
    except OSError as e:
        return _failed(path, e)
    finally:
        os.close(descriptor)


def _load(path: str, descriptor: int, root: str, *, named: bool, script: bool) -> Source | Skipped | None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        return _special(path, status.st_mode, broken=named)
    if named and leaves(path, root):
        return Skipped(path, LEAVES)
    start = os.read(descriptor, 2) if script else b''
    if script and start != b'#!':
        return None
    if status.st_size > LIMIT:
        size = status.st_size // 1024 ** 2
        return Skipped(path, f'{size} MiB, more than the {LIMIT // 1024 ** 2} MiB that are read', broken=True)
    return Source(path, start + _rest(descriptor, status.st_size - len(start)))


def _rest(descriptor: int, size: int) -> bytes:
    """Return the rest of a file, of which `size` bytes are known; it may have grown, but not without end."""
    chunk = os.read(descriptor, size + 1)
    if len(chunk) == size:
        return chunk
    chunks: list[bytes] = []
    while chunk and sum(len(known) for known in chunks) <= LIMIT:
        chunks.append(chunk)
        chunk = os.read(descriptor, LIMIT)
    return b''.join(chunks)


def _special(path: str, mode: int, *, broken: bool) -> Skipped:
    if stat.S_ISDIR(mode):
        return Skipped(path, 'a folder where a file should be', broken=True)
    return Skipped(path, 'not a regular file', broken=broken)


def _failed(path: str, e: OSError) -> Skipped:
    return Skipped(path, (e.strerror or str(e)).lower(), broken=True)


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


def bundled(path: str, data: bytes) -> bool:
    """Return whether a script was written by a bundler, judged by its size and its lines."""
    return path.endswith(('js', 'ts')) and (
        len(data) > BUNDLE_SIZE
        or (len(data) > MINIFIED_SIZE and len(data) > MINIFIED_LINE * (data.count(b'\n') + 1))
    )


def leaves(path: str, root: str) -> bool:
    """Return whether a symbolic link on the way to `path` leads out of the tree at the real path `root`.

    A path that was given outside the tree from the start leaves nothing, unless it is itself a link.
    """
    link = os.path.islink(path)
    absolute = os.path.abspath(path)
    if not _within(absolute, root):
        return link
    return not _within(os.path.realpath(path) if link else _real(os.path.dirname(absolute)), root)


_real = lru_cache(maxsize=4096)(os.path.realpath)


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
    if path.startswith(('/', '..')) and _within(os.path.abspath(path), here := os.getcwd()):
        return os.path.relpath(path, here)
    return path


# Folders


Skips = dict[str, Skipped]


def _folder(folder: str, wanted: Callable[[str], bool], skipped: Skips) -> Iterator[str]:
    """Yield the files of a folder whose name is `wanted`, and add what is passed over to `skipped`."""
    prefix = '' if folder == '.' else folder.rstrip('/') + '/'
    root = top(folder)
    passed: dict[str, bool] = {}
    for name in _names(folder, prefix, skipped):
        path = prefix + name
        within, _, base = name.rpartition('/')
        if base and not wanted(path):
            continue
        if within not in passed:
            passed[within] = _is_passed(prefix, within, root, skipped)
        if passed[within]:
            continue
        if not base:
            skipped[prefix + within] = Skipped(prefix + within, FOREIGN)
        elif WRITTEN.match(base):
            skipped[path] = Skipped(path, 'generated')
        elif _is_file(path, root, skipped):
            yield path


def _names(folder: str, prefix: str, skipped: Skips) -> Iterable[str]:
    """Return what belongs to a folder, below it: files, links, and with a `/` at the end folders to pass over."""
    listed = _git(folder)
    return _scan(prefix, skipped) if listed is None else listed


def _is_passed(prefix: str, folder: str, root: str, skipped: Skips) -> bool:
    """Return whether a folder is passed over, as it is or as part of another one; that one is named."""
    parts = folder.split('/') if folder else []
    for depth, part in enumerate(parts, 1):
        path = prefix + '/'.join(parts[:depth])
        if part in GENERATED:
            skipped[path] = Skipped(path, GENERATED[part])
            return True
        if path in skipped:
            return True
        if os.path.islink(path) and leaves(path, root):
            skipped[path] = Skipped(path, LEAVES)
            return True
    return False


def _is_file(path: str, root: str, skipped: Skips) -> bool:
    """Return whether `path` is a file to look at; what is passed over is named, what is gone is not."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as e:
        skipped[path] = _failed(path, e)
        return False
    if stat.S_ISREG(mode):
        return True
    if stat.S_ISDIR(mode):
        skipped[path] = Skipped(path, FOREIGN)
    elif not stat.S_ISLNK(mode):
        skipped[path] = _special(path, mode, broken=False)
    elif leaves(path, root):
        skipped[path] = Skipped(path, LEAVES)
    return False


# What a work tree holds, as git tells


ENVIRONMENT = frozenset('''
    GIT_COMMON_DIR GIT_DIR GIT_INDEX_FILE GIT_NAMESPACE GIT_OBJECT_DIRECTORY GIT_PREFIX GIT_WORK_TREE
'''.split())
"""Variables that git sets for its hooks, and that would lead it to another work tree."""

UNREACHED = {'GIT_ALLOW_PROTOCOL': 'none', 'GIT_NO_LAZY_FETCH': '1', 'GIT_NO_REPLACE_OBJECTS': '1'}
"""What keeps git from fetching what a partial clone lacks, by a program that the repository names."""

# Nothing that a repository's own configuration names is run: no monitor, no hooks.
GIT = ('git', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null')
LISTED = ('ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate')
IGNORED = ('check-ignore', '--quiet', '.')


def _git(folder: str) -> list[str] | None:
    """Return what git tracks or would track under `folder`, or None where it cannot say.

    A folder that git ignores as a whole was named for its own sake: of that git has nothing to say.
    """
    if not os.path.exists(os.path.join(top(folder), '.git')):
        return None
    try:
        listed = _ask(folder, *LISTED)
        ignored = not listed.stdout and not _ask(folder, *IGNORED).returncode
    except OSError:
        return None
    if listed.returncode or ignored:
        return None
    return [os.fsdecode(name) for name in listed.stdout.split(b'\0') if name]


def tracked(path: str) -> bool | None:
    """Return whether the file at `path` is in git's index; None where there is no work tree to ask."""
    return _answer(path, '--literal-pathspecs', 'ls-files', '--error-unmatch', '--')


def ignored(path: str) -> bool | None:
    """Return whether the work tree's own ignore files name `path`, which need not exist; None where there is none.

    What only this user ignores does not count: others have no such file.
    """
    return _answer(path, '-c', 'core.excludesFile=/dev/null', 'check-ignore', '--quiet', '--no-index', '--')


def committed(path: str) -> bytes | None:
    """Return what the file at `path` was before the changes that are looked at; None where nobody can say.

    That is what the last commit holds, as it is stored, or the commit that pre-commit was told to start from.
    """
    root, name = _placed(path)
    below = os.path.relpath(name, root)
    answer = _told(root, 'cat-file', 'blob', f'{_base()}:{below}') if not below.startswith('..') else None
    return answer.stdout if answer and not answer.returncode else None


def _base() -> str:
    named = os.environ.get('PRE_COMMIT_FROM_REF', '')
    return 'HEAD' if not named or named.startswith('-') else named


def _answer(path: str, *question: str) -> bool | None:
    """Return what git says of a path by its exit code, 0 for yes and 1 for no."""
    root, name = _placed(path)
    answer = _told(root, *question, name)
    return answer.returncode == 0 if answer and answer.returncode in (0, 1) else None


def _placed(path: str) -> tuple[str, str]:
    """Return the work tree of a path, and the path in it without symbolic links on the way."""
    folder, name = os.path.split(os.path.abspath(path))
    return top(folder), os.path.join(os.path.realpath(folder), name)


def _told(root: str, *question: str) -> subprocess.CompletedProcess[bytes] | None:
    if not os.path.exists(os.path.join(root, '.git')):
        return None
    try:
        return _ask(root, *question)
    except OSError:
        return None


def _ask(folder: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    import subprocess

    environment = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT} | UNREACHED
    return subprocess.run(
        (*GIT, '-C', folder, *words), capture_output=True, stdin=subprocess.DEVNULL, env=environment,
    )


def _scan(start: str, skipped: Skips) -> Iterator[str]:
    """Yield what stands below the folder `start`, which is empty or ends in `/`."""
    todo = ['']
    while todo:
        folder = todo.pop()
        try:
            entries = sorted(os.scandir(start + folder or '.'), key=lambda entry: entry.name)
        except OSError as e:
            path = (start + folder).rstrip('/')
            skipped[path] = _failed(path, e)
            continue
        listed = _git(start + folder) if folder and any(entry.name == '.git' for entry in entries) else None
        if listed is not None:
            yield from (folder + name for name in listed)
            continue
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield folder + entry.name
            elif entry.name in GENERATED:
                yield f'{folder}{entry.name}/'
            elif entry.name not in STORES:
                todo.append(f'{folder}{entry.name}/')
