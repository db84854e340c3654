"""The words that tests of hooks are written in."""
from __future__ import annotations

import posixpath

from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.runner import Job
from deno_ai_hooks.common.runner import Judge
from deno_ai_hooks.common.source import Source

OPEN, CLOSE = '«', '»'


def judged(hook: Hook, code: str, path: str, *, screen: bool = True, files: dict[str, str] | None = None, **options):
    """Return the diagnostics of `hook` for `code`; `files` are others of the same repository."""
    values = {option.name: {'flag': False, 'one': None, 'many': ()}[option.values] for option in hook.options}
    assert not options.keys() - values.keys(), 'no such option'
    judge = Judge([Job(hook, values | options)], '/', screen=screen)
    others = {path: code, **(files or {})}
    judge.project = Project(lambda name: _source(others, posixpath.normpath(name)), files=lambda: others)
    diagnostics, skipped = judge.source(Source(path, code.encode()))
    assert not [s for s in skipped if 'failed' in s.reason or 'could not be read' in s.reason], skipped
    return diagnostics


def _source(files, name):
    return Source(name, files[name].encode()) if name in files else None


def assert_findings(
    hook: Hook, marked: str, path: str, *, rule: str | None = None, files: dict[str, str] | None = None, **options,
) -> None:
    """Hold that `hook` points at exactly what «marks» show, in all files, with the screen on and off."""
    expected = {path: marked, **(files or {})}
    plain = {name: text.replace(OPEN, '').replace(CLOSE, '') for name, text in expected.items()}
    for screen in (True, False):
        found = judged(hook, plain[path], path, screen=screen, files=plain, **options)
        seen = {name: _marked(plain[name], {d.span for d in found if d.path == name}) for name in expected}
        assert seen == expected, [(d.path, d.rule, d.message) for d in found]
        assert rule is None or {d.rule for d in found} <= {rule}


def _marked(code, spans):
    data = bytearray(code.encode())
    marks = [mark for start, end in spans for mark in ((start, OPEN), (end, CLOSE))]
    for offset, mark in sorted(marks, reverse=True):
        data[offset:offset] = mark.encode()
    return data.decode()


def messages(hook: Hook, code: str, path: str, **options) -> list[str]:
    """Return what `hook` says of `code`, in order."""
    return [d.message for d in judged(hook, code, path, **options)]


def fixed(hook: Hook, code: str, path: str, **options) -> str:
    """Return `code` with all attached edits applied."""
    from deno_ai_hooks.common.fix import apply

    edits: list[tuple[Edit, ...]] = [d.fix for d in judged(hook, code, path, **options) if d.fix]
    return apply(edits, code.encode()).decode()
