"""A report to read in a terminal: each finding with the lines it stands on, then one line that sums up."""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TextIO

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Place
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.frame import frame
from deno_ai_hooks.common.report.plain import printable
from deno_ai_hooks.common.report.plain import visible
from deno_ai_hooks.common.report.plain import visible_path

BOLD, RED, BLUE, CYAN = '1', '1;31', '1;34', '36'
NAMED = 3


class Style:
    """Puts the codes of a terminal around text, or leaves it alone."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, code: str) -> str:
        """Return `text` in the colour of `code`."""
        return f'\x1b[{code}m{text}\x1b[0m' if self._color and text else text


def write(outcome: Outcome, out: TextIO, color: bool = False) -> None:
    """Write `outcome` for a person; nothing when there is nothing to say."""
    style = Style(color)
    for diagnostic in outcome.diagnostics:
        out.write(printable('\n'.join(_diagnostic(diagnostic, style)) + '\n\n', out))
    for line in (*_skipped(outcome.skipped, style), *_summary(outcome.diagnostics)):
        out.write(printable(line + '\n', out))


def headline(diagnostic: Diagnostic) -> str:
    """Return the one line that says where and what: `path:line:column: message [rule]`."""
    line, column = diagnostic.start
    return f'{_where(diagnostic.path, line, column)} {visible(diagnostic.message)} [{visible(diagnostic.rule)}]'


def _diagnostic(diagnostic: Diagnostic, style: Style) -> Iterator[str]:
    line, column = diagnostic.start
    rule = style(f'[{visible(diagnostic.rule)}]', RED)
    yield f'{style(_where(diagnostic.path, line, column), BOLD)} {visible(diagnostic.message)} {rule}'
    rows = list(frame(diagnostic))
    gutter = max((len(number) for number, _, _ in rows), default=1)
    bar = style('|', BLUE)
    if rows:
        yield f'{" " * gutter} {bar}'
    for number, text, carets in rows:
        yield f'{style(number.rjust(gutter), BLUE)} {bar} {text}'.rstrip()
        if carets:
            yield f'{" " * gutter} {bar} {_carets(carets, style)}'
    yield from _notes(diagnostic, ' ' * gutter, style)


def _carets(carets: str, style: Style) -> str:
    blank = len(carets) - len(carets.lstrip())
    return carets[:blank] + style(carets[blank:], RED)


def _notes(diagnostic: Diagnostic, gutter: str, style: Style) -> Iterator[str]:
    for place in diagnostic.related:
        yield f'{gutter} {style("=", BLUE)} {style("note:", BOLD)} {_step(place)}'
    if diagnostic.is_fixable:
        yield f'{gutter} {style("=", BLUE)} {style("help:", CYAN)} fixable with --fix'


def _step(place: Place) -> str:
    return f'{_where(place.path, place.start.line, place.start.column)} {visible(place.message)}'


def _where(path: str, line: int, column: int) -> str:
    return f'{visible_path(path)}:{line}:{column}:'


def _skipped(skipped: Iterable[Skipped], style: Style) -> Iterator[str]:
    groups: dict[str, dict[str, None]] = {}
    for path, reason, broken, seen in dict.fromkeys(skipped):
        if broken or seen:
            yield f'{style(visible_path(path) + ":", BOLD)} {visible(reason)}'
        else:
            groups.setdefault(reason, {})[path] = None
    if groups:
        yield 'passed over: ' + '; '.join(f'{_names(list(paths))} ({visible(why)})' for why, paths in groups.items())


def _names(paths: list[str]) -> str:
    named = ', '.join(map(visible_path, paths[:NAMED]))
    return named if len(paths) <= NAMED else f'{named} and {len(paths) - NAMED} more'


def _summary(diagnostics: tuple[Diagnostic, ...]) -> Iterator[str]:
    if not diagnostics:
        return
    fixable = sum(1 for diagnostic in diagnostics if diagnostic.is_fixable)
    problems = _count(len(diagnostics), 'problem')
    files = _count(len({diagnostic.path for diagnostic in diagnostics}), 'file')
    yield f'Found {problems} in {files}' + (f' ({fixable} fixable with --fix).' if fixable else '.')


def _count(number: int, noun: str) -> str:
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'
