"""A report for programs: one JSON object, its form promised by `version`."""
from __future__ import annotations

from typing import TextIO

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Place
from deno_ai_hooks.common.diagnostic import Skipped

VERSION = 1


def write(outcome: Outcome, out: TextIO) -> None:
    """Write `outcome` as JSON in ASCII.  Lines and columns count from 1, an end is the first place after."""
    import json

    report: dict[str, object] = {
        'version': VERSION,
        'diagnostics': [_diagnostic(diagnostic) for diagnostic in outcome.diagnostics],
        'skipped': [_skipped(skipped) for skipped in outcome.skipped if not skipped.seen],
    }
    if seen := [_skipped(skipped) for skipped in outcome.skipped if skipped.seen]:
        report['seen'] = seen
    out.write(json.dumps(report) + '\n')


def whole(text: str) -> str:
    """Return `text` with lone surrogates (a path's stray bytes) as escapes: many parsers refuse them."""
    return text.encode('utf-8', 'backslashreplace').decode()


def _skipped(skipped: Skipped) -> dict[str, str]:
    return {'path': whole(skipped.path), 'reason': whole(skipped.reason)}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    entry: dict[str, object] = {
        'hook': diagnostic.hook,
        'rule': diagnostic.rule,
        **_place(Place(diagnostic.path, diagnostic.start, diagnostic.end, diagnostic.message)),
        'fixable': diagnostic.is_fixable,
        'fingerprint': diagnostic.fingerprint,
    }
    if diagnostic.related:
        entry['related'] = [_place(place) for place in diagnostic.related]
    return entry


def _place(place: Place) -> dict[str, object]:
    return {
        'path': whole(place.path),
        'line': place.start.line,
        'column': place.start.column,
        'end_line': place.end.line,
        'end_column': place.end.column,
        'message': whole(place.message),
    }
