"""Edits put into bytes, bytes compared, bytes put on disk."""
from __future__ import annotations

import os
from bisect import bisect_left
from bisect import insort
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Span

CONTEXT = 3
TANGLED = 1_000_000


class ChangedError(OSError):
    """The file on disk is no longer the one that was checked."""


class Change(NamedTuple):
    """Lines of one text, from `start` up to `end`, that became lines of another."""

    start: int
    end: int
    new_start: int
    new_end: int


def apply(fixes: Iterable[Sequence[Edit]], data: bytes) -> bytes:
    """Return `data` with the edits of `fixes` made, each fix as a whole or not at all.

    Of fixes that overlap the first in the file is made; edits that agree to the letter do not overlap.
    """
    chunks: list[bytes] = []
    at = 0
    for (start, end), text in _landing(fixes, len(data)):
        chunks += data[at:start], text.encode()
        at = end
    return b''.join((*chunks, data[at:]))


def with_lines(texts: Iterable[str], data: bytes) -> bytes:
    """Return `data` with a line for each of `texts` at its end, unless one begins so, behind `export` or not."""
    end = b'\r\n' if b'\r\n' in data else b'\n'
    there = [line.strip().removeprefix(b'export ').lstrip() for line in data.splitlines()]
    new = [text.encode() for text in dict.fromkeys(texts) if not any(line.startswith(text.encode()) for line in there)]
    gap = end if new and data and not data.endswith(b'\n') else b''
    return data + gap + b''.join(line + end for line in new)


def _landing(fixes: Iterable[Sequence[Edit]], size: int) -> list[Edit]:
    taken: list[Edit] = []
    for fix in sorted(sorted(fix, key=_span) for fix in fixes):
        if _sound(fix, size) and not any(_clashes(edit, taken) for edit in fix):
            for edit in [edit for edit in fix if not _has(taken, edit)]:
                insort(taken, edit, key=_span)
    return taken


def _span(edit: Edit) -> Span:
    return edit.span


def _sound(fix: Sequence[Edit], size: int) -> bool:
    """Tell whether the edits of `fix`, in order, stay inside the file and off each other."""
    at = 0
    for (start, end), _ in fix:
        if not at <= start <= end <= size:
            return False
        at = end
    return True


def _clashes(edit: Edit, taken: list[Edit]) -> bool:
    """Tell whether an edit already taken, all of them apart and in order, disagrees with `edit`."""
    if _has(taken, edit):
        return False
    at = bisect_left(taken, edit.span, key=_span)
    return any(_overlap(edit, other) for other in taken[max(0, at - 1):at + 1])


def _has(taken: list[Edit], edit: Edit) -> bool:
    at = bisect_left(taken, edit.span, key=_span)
    while at < len(taken) and taken[at].span == edit.span:
        if taken[at] == edit:
            return True
        at += 1
    return False


def _overlap(one: Edit, other: Edit) -> bool:
    (start, end), (begin, stop) = one.span, other.span
    return one.span == other.span or (start < stop and begin < end)


def diff(path: str, before: bytes | None, after: bytes) -> str:
    """Return what `git apply` and `patch -p1` take to turn `before` into `after`; nothing when they are the same.

    Without `before` the file is a new one.

    The text is the file's own: whoever prints it to a terminal makes it visible first.
    """
    from deno_ai_hooks.common.report.plain import visible

    old, new = _lines(before or b''), _lines(after)
    hunks = list(_hunks(_changes(old, new)))
    if not hunks:
        return ''
    name = visible(path) + ('\t' if ' ' in path else '')
    rows = ['--- /dev/null\n' if before is None else f'--- a/{name}\n', f'+++ b/{name}\n']
    for hunk in hunks:
        rows += _hunk(hunk, old, new)
    return ''.join(rows)


def _lines(data: bytes) -> list[bytes]:
    return [line + b'\n' for line in data.split(b'\n')[:-1]] + [line for line in data.split(b'\n')[-1:] if line]


def _changes(old: list[bytes], new: list[bytes]) -> Iterator[Change]:
    """Yield the lines that differ.  Where too many lie between the first and the last, they are told less finely."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    end, stop = len(old) - tail, len(new) - tail
    if (end - head) * (stop - head) <= TANGLED:
        yield from _matched(old[head:end], new[head:stop], head)
    elif len(old) == len(new):
        yield from (Change(n, n + 1, n, n + 1) for n in range(head, end) if old[n] != new[n])
    else:
        yield Change(head, end, head, stop)


def _matched(old: list[bytes], new: list[bytes], head: int) -> Iterator[Change]:
    from difflib import SequenceMatcher

    for tag, start, end, begin, stop in SequenceMatcher(None, old, new).get_opcodes():
        if tag != 'equal':
            yield Change(head + start, head + end, head + begin, head + stop)


def _common(old: list[bytes], new: list[bytes]) -> int:
    return next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _hunks(changes: Iterable[Change]) -> Iterator[list[Change]]:
    hunk: list[Change] = []
    for change in changes:
        if hunk and change.start - hunk[-1].end > 2 * CONTEXT:
            yield hunk
            hunk = []
        hunk.append(change)
    if hunk:
        yield hunk


def _hunk(hunk: list[Change], old: list[bytes], new: list[bytes]) -> Iterator[str]:
    first, last = hunk[0], hunk[-1]
    start, end = max(0, first.start - CONTEXT), min(len(old), last.end + CONTEXT)
    begin, stop = first.new_start - (first.start - start), last.new_end + (end - last.end)
    yield f'@@ -{_range(start, end)} +{_range(begin, stop)} @@\n'
    for change in hunk:
        yield from _marked(' ', old[start:change.start])
        yield from _marked('-', old[change.start:change.end])
        yield from _marked('+', new[change.new_start:change.new_end])
        start = change.end
    yield from _marked(' ', old[start:end])


def _range(start: int, end: int) -> str:
    """Return lines as a hunk names them; an empty range stands after the line it names."""
    count = end - start
    return f'{start + 1}' if count == 1 else f'{start + (count > 0)},{count}'


def _marked(mark: str, lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        text = line.decode(errors='replace')
        yield mark + text if line.endswith(b'\n') else f'{mark}{text}\n\\ No newline at end of file\n'


def write(path: str, data: bytes, before: bytes | None = None) -> None:
    """Put `data` into the file at `path` in one step, its mode and owner kept; of a link, into what it points to.

    Raises `ChangedError` when the file no longer holds `before`, and OSError when it cannot be written.
    """
    target = os.path.realpath(path)
    kept = _kept(path, target, required=before is not None)
    handle, name = _beside(path, target, kept)
    try:
        _fill(handle, data, kept)
        if before is not None:
            _compare(path, target, before)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _kept(path: str, target: str, required: bool) -> os.stat_result | None:
    """Return what is known of the file to be replaced, None for a new one; raises OSError unless it may be written."""
    import errno
    from stat import S_ISREG

    try:
        found = os.stat(target)
    except FileNotFoundError:
        if required:
            raise
        return None
    if not S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, 'is no regular file', path)
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return found


def _beside(path: str, target: str, kept: os.stat_result | None) -> tuple[int, str]:
    """Open a new file in the folder of `target`; nobody else reads it before it takes over the mode that is kept."""
    name = os.path.join(os.path.dirname(target), f'.{os.urandom(8).hex()}.tmp')
    try:
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if kept is None else 0o600), name
    except OSError as e:
        e.filename = path
        raise


def _fill(handle: int, data: bytes, kept: os.stat_result | None) -> None:
    with open(handle, 'wb') as file:
        file.write(data)
        file.flush()
        if kept is not None:
            _keep(handle, kept)
        os.fsync(handle)


def _keep(handle: int, kept: os.stat_result) -> None:
    from stat import S_IMODE

    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (kept.st_uid, kept.st_gid):
        with suppress(PermissionError):  # only the owner of the machine may give files away
            os.fchown(handle, kept.st_uid, kept.st_gid)
    os.fchmod(handle, S_IMODE(kept.st_mode))


def _compare(path: str, target: str, before: bytes) -> None:
    import errno

    with open(target, 'rb') as file:
        if file.read() != before:
            raise ChangedError(errno.EBUSY, 'changed while it was being checked; run again', path)
