"""Annotations of a GitHub workflow run: one `::error` command a finding.

The escapes are those of `@actions/core`: `%`, CR and LF in data; `:` and `,` too in properties.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TextIO

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.plain import printable
from deno_ai_hooks.common.report.plain import visible
from deno_ai_hooks.common.report.text import headline


def write(outcome: Outcome, out: TextIO) -> None:
    """Write `outcome` as workflow commands; a file that could not be looked at is an error as well."""
    for diagnostic in outcome.diagnostics:
        out.write(printable(_command(_properties(diagnostic), headline(diagnostic)), out))
    for skipped in outcome.skipped:
        if skipped.broken:
            out.write(printable(_broken(skipped), out))


def _properties(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    """Yield where the annotation goes; GitHub takes columns only where it begins and ends on one line."""
    start, end = diagnostic.start, diagnostic.end
    yield 'file', diagnostic.path
    yield 'line', str(start.line)
    if start.line == end.line:
        yield 'col', str(start.column)
    yield 'endLine', str(end.line)
    if start.line == end.line:
        yield 'endColumn', str(end.column)
    yield 'title', diagnostic.rule


def _broken(skipped: Skipped) -> str:
    message = f'{visible(skipped.path)}: {visible(skipped.reason)}'
    return _command((('file', skipped.path), ('title', 'not checked')), message)


def _command(properties: Iterable[tuple[str, str]], message: str) -> str:
    stated = ','.join(f'{name}={_property(value)}' for name, value in properties)
    return f'::error {stated}::{_data(message)}\n'


def _data(text: str) -> str:
    return visible(text.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A'))


def _property(text: str) -> str:
    return _data(text).replace(':', '%3A').replace(',', '%2C')
