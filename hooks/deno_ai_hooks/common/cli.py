"""The command line: arguments in, reports out, and the exit code; the only place that prints.

Exit codes: 0 nothing to say, 1 something found or a file rewritten, 2 something could not be looked at.
"""
from __future__ import annotations

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TextIO

from deno_ai_hooks.common import catalog
from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.hook import Option
from deno_ai_hooks.common.runner import IGNORE
from deno_ai_hooks.common.runner import Job
from deno_ai_hooks.common.runner import Judge
from deno_ai_hooks.common.runner import run as judge_all
from deno_ai_hooks.common.walk import Files
from deno_ai_hooks.common.walk import find
from deno_ai_hooks.common.walk import top

if TYPE_CHECKING:
    from deno_ai_hooks.common.baseline import Baseline

CLEAN, FOUND, BROKEN = 0, 1, 2

FORMATS = ('text', 'json', 'sarif', 'github')

IGNORE_RULE = Rule(
    IGNORE, IGNORE, 'Comments that let findings stand say why, and let something stand',
    'A `deno-ai-hooks-ignore` comment names the hook or rule, gives a reason after `--`, and is removed '
    'when what it let stand is gone.', severity=2.0,
)


def run(hook: Hook, argv: Sequence[str] | None = None) -> int:
    """Run one hook over the files named in `argv`, as pre-commit does, and return the exit code."""
    return guarded(lambda: _run(hook, sys.argv[1:] if argv is None else argv), alone=argv is None)


class _Beyond:
    """What the repository's configuration lets a hook look at, read when it first matters.

    A hook that is run by itself is given the files that pre-commit chose, and does not know how.
    """

    def __init__(self, hook: Hook, values: dict[str, object]) -> None:
        self._hook = hook
        self._values = values
        self._applies: Callable[[str], bool] | None = None

    def __call__(self, path: str) -> bool:
        if self._applies is None:
            from deno_ai_hooks.common import chosen

            self._applies = chosen.applies(top(), self._hook, self._values)
        return self._applies(path)


def _run(hook: Hook, argv: Sequence[str]) -> int:
    made = parser(hook)
    arguments = made.parse_args(_told_apart(made, argv))
    values = options(hook, arguments)
    return execute([Job(hook, values, beyond=_Beyond(hook, values))], arguments)


def _told_apart(made: argparse.ArgumentParser, argv: Sequence[str]) -> list[str]:
    """Return `argv` with files whose name begins with `-` written as paths: pre-commit puts no `--` before them.

    Raises ValueError for a file that bears the name of an option, `--output=main.ts`: it may be either.
    """
    told = list(argv)
    for index, argument in enumerate(argv):
        if argument.startswith('-') and os.path.lexists(argument):
            if argument == '--' or argument.partition('=')[0] in made._option_string_actions:
                raise ValueError(f'{argument}: an option, and a file in this folder; rename the file')
            told[index] = f'./{argument}'
        elif argument == '--':
            break
    return told


def parser(hook: Hook) -> argparse.ArgumentParser:
    """Return the parser of a hook's command line."""
    made = argparse.ArgumentParser(
        prog=hook.id, description=hook.manual, formatter_class=formatter,
        allow_abbrev=False,
    )
    own = made.add_argument_group('what the hook looks for')
    for option in hook.options:
        if option.values == 'flag':
            own.add_argument(option.flag, action='store_true', help=option.help)
        elif option.values == 'many':
            own.add_argument(option.flag, action='append', default=[], metavar=option.metavar, help=option.help,
                             type=_reading(option))
        else:
            own.add_argument(option.flag, metavar=option.metavar, help=option.help, type=_reading(option))
    common(made)
    return made


def _reading(option: Option) -> Callable[[str], object]:
    """Return what makes a value of what was written; argparse tells what is wrong with it."""
    def read(text: str) -> object:
        try:
            return option.read(text) if option.read else text
        except ValueError as e:
            raise argparse.ArgumentTypeError(str(e)) from e
    return read


def options(hook: Hook, arguments: argparse.Namespace) -> dict[str, object]:
    """Return the values of a hook's own options."""
    return {option.name: getattr(arguments, option.name) for option in hook.options}


def formatter(prog: str) -> argparse.HelpFormatter:
    """Return what lays out a command's help; told the width, it does not load what finds it out."""
    try:
        width = os.get_terminal_size().columns
    except OSError:
        width = 80
    return argparse.RawDescriptionHelpFormatter(prog, width=width - 2)


def common(made: argparse.ArgumentParser) -> None:
    """Add what every command that looks for something takes."""
    made.add_argument('paths', nargs='*', metavar='PATH', help='files and folders; without any the git work tree')
    made.add_argument('--strict', action='store_true', help='report also what is right less often')
    made.add_argument('--fix', action='store_true', help='apply the edits that keep meaning')
    made.add_argument('--diff', action='store_true', help='print what --fix would change, and change nothing')
    made.add_argument('--format', choices=FORMATS, default='text', help='form of the report (default: text)')
    made.add_argument('--output', metavar='FILE', help='write the report to FILE')
    made.add_argument('--baseline', metavar='FILE', help='leave out the findings that FILE knows')
    made.add_argument('--no-screen', action='store_true', help='parse every file, even where no check can speak')


def guarded(work: Callable[[], int], *, alone: bool = False) -> int:
    """Return the exit code of `work`, with what the world did to it told in one line.

    `alone` says that the process is there for this work only: it ends here, and neither looks for
    garbage on the way nor takes its modules apart at the end, which would take as long as the work.
    """
    if not alone:
        return _guarded(work)
    gc.disable()
    code = _guarded(work)
    sys.stderr.flush()
    os._exit(code)


def _guarded(work: Callable[[], int]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    try:
        code = work()
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader of our output has seen enough; nothing is left to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except OSError as e:
        complain(f'{e.filename}: {e.strerror}' if e.filename else str(e))
    except ValueError as e:
        complain(str(e))
    except KeyboardInterrupt:
        complain('interrupted')
    return BROKEN


def complain(message: str) -> None:
    """Print an error as one line."""
    from deno_ai_hooks.common.report.plain import visible

    print(f'error: {visible(message)}', file=sys.stderr)


class Layer(NamedTuple):
    """Jobs of different hooks that are judged together, their rules, and the findings that each lets stand."""

    jobs: tuple[Job, ...]
    rules: tuple[Rule, ...]
    judge: Judge
    baselines: tuple[tuple[frozenset[str] | None, Baseline], ...]

    def takes(self, path: str) -> bool:
        """Return whether any hook looks at the file at `path`, judged by its name and the repository's patterns."""
        return self.judge.wants(path) and any(job.applies is None or job.applies(path) for job in self.jobs)


class Session:
    """The jobs of one run with the rules they are judged by and the baselines they know.

    A repository may choose a hook twice, with different options for different folders: the second is
    judged in a layer of its own.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        strict: bool = False,
        only: Collection[str] = (),
        skip: Collection[str] = (),
        baseline: str | None = None,
        screen: bool = True,
    ) -> None:
        root = top()
        self._layers = []
        wanted = [job for job in jobs if chosen(job, strict=strict, only=only, skip=skip)]
        for layer in _layers(wanted):
            rules = tuple(rule for job in layer for rule in chosen(job, strict=strict, only=only, skip=skip))
            judge = Judge(layer, root, rules={rule.id for rule in rules}, known=catalog.known, screen=screen)
            self._layers.append(Layer(tuple(layer), rules, judge, tuple(_baselines(layer, baseline))))
        self.rules = tuple(dict.fromkeys(rule for layer in self._layers for rule in layer.rules))
        self._without = frozenset(skip) & {IGNORE}

    def judged(self, paths: Sequence[str], *, alone: bool = False) -> tuple[list[Diagnostic], list[Skipped]]:
        """Return what is to be said of the files under `paths`, and unless `alone` of what imports them."""
        files = find(paths, lambda path: any(layer.takes(path) for layer in self._layers))
        diagnostics: dict[Diagnostic, None] = {}
        skipped: dict[Skipped, None] = {}
        for layer in self._layers:
            found, passed = judge_all(
                layer.judge, self._share(files, layer), len(os.sched_getaffinity(0)), alone=alone,
            )
            diagnostics.update(dict.fromkeys(_new(found, layer.baselines)))
            skipped.update(dict.fromkeys(passed))
        left = (diagnostic for diagnostic in diagnostics if diagnostic.rule not in self._without)
        return sorted(left, key=_place), list(skipped)

    def forget(self) -> None:
        """Forget what was read of the repository: its files were rewritten."""
        for layer in self._layers:
            layer.judge.forget()

    def _share(self, files: Files, layer: Layer) -> Files:
        """Return the files that a layer looks at; a named path that leads to nothing is told of by every one."""
        if len(self._layers) == 1:
            return files
        return files._replace(paths=tuple(p for p in files.paths if layer.takes(p) or not os.path.lexists(p)))


def _place(diagnostic: Diagnostic) -> tuple[object, ...]:
    return diagnostic.path, diagnostic.span, diagnostic.rule


def _layers(jobs: Iterable[Job]) -> list[list[Job]]:
    layers: list[list[Job]] = [[]]
    for job in jobs:
        free = next((layer for layer in layers if job.hook.id not in (other.hook.id for other in layer)), None)
        if free is None:
            layers.append([job])
        else:
            free.append(job)
    return layers


def _new(
    diagnostics: list[Diagnostic], baselines: Iterable[tuple[frozenset[str] | None, Baseline]],
) -> list[Diagnostic]:
    for hooks, known in baselines:
        from deno_ai_hooks.common import baseline

        mine = [d for d in diagnostics if hooks is None or d.hook in hooks]
        new = set(baseline.known(mine, known).new)
        diagnostics = [d for d in diagnostics if d in new or (hooks is not None and d.hook not in hooks)]
    return diagnostics


def chosen(job: Job, *, strict: bool, only: Collection[str], skip: Collection[str]) -> list[Rule]:
    """Return the rules of a job to judge by: all, less the strict ones, or those that `only` and `skip` leave.

    A strict rule that `only` names by its own id is judged by.
    """
    return [
        rule for rule in job.hook.rules
        if (not only or rule.id in only or rule.hook in only)
        and rule.id not in skip and rule.hook not in skip
        and (strict or job.strict or not rule.strict or rule.id in only)
    ]


def _baselines(jobs: Sequence[Job], path: str | None) -> list[tuple[frozenset[str] | None, Baseline]]:
    """Return the baselines, each with the hooks it is for: the one of the command line is for all."""
    wanted = [(frozenset((job.hook.id,)), job.baseline) for job in jobs if job.baseline]
    named: list[tuple[frozenset[str] | None, str]] = [*wanted, *([(None, path)] if path else [])]
    if not named:
        return []
    from deno_ai_hooks.common import baseline

    return [(hooks, baseline.load(path)) for hooks, path in named]


def execute(
    jobs: Sequence[Job],
    arguments: argparse.Namespace,
    only: Collection[str] = (),
    skip: Collection[str] = (),
) -> int:
    """Run `jobs` as `arguments` say, report, and return the exit code."""
    session = Session(
        jobs, strict=arguments.strict, only=only, skip=skip, baseline=arguments.baseline,
        screen=not arguments.no_screen,
    )
    diagnostics, skipped = session.judged(arguments.paths)
    rewritten: list[str] = []
    if arguments.diff:
        _print_diff(diagnostics)
    elif arguments.fix:
        rewritten, refused = _fix(diagnostics)
        skipped += refused
    if rewritten:
        diagnostics, skipped = _again(session, diagnostics, skipped, rewritten)
    outcome = Outcome(tuple(diagnostics), tuple(skipped), (*session.rules, IGNORE_RULE))
    # A diff is there to be piped into a program: nothing else stands between its lines.
    _report(outcome, arguments.format, arguments.output, sys.stderr if arguments.diff else sys.stdout)
    return code(outcome, rewritten, arguments.format)


def code(outcome: Outcome, rewritten: Collection[str], form: str) -> int:
    """Return the exit code that an outcome stands for; a written SARIF file is a success of its own."""
    if any(skipped.broken for skipped in outcome.skipped):
        return BROKEN
    if form == 'sarif':
        return CLEAN
    return FOUND if outcome.diagnostics or rewritten else CLEAN


def _again(
    session: Session, before: Sequence[Diagnostic], skipped: Sequence[Skipped], rewritten: Sequence[str],
) -> tuple[list[Diagnostic], list[Skipped]]:
    """Return what is to be said with the rewritten files looked at anew, as they are now."""
    session.forget()
    again = {*rewritten, *(d.path for d in before if any(line.path in rewritten for line in d.added))}
    after, passed = session.judged(sorted(again), alone=True)
    fixed = sum(d.path in again for d in before) - len(after)
    print(f'fixed {fixed} in {", ".join(map(_visible, rewritten))}', file=sys.stderr)
    if any(d.fix and d.hidden and d.path in rewritten for d in before):
        print('rotate the keys that stood there: the history keeps them', file=sys.stderr)
    diagnostics = sorted([*(d for d in before if d.path not in again), *after], key=_place)
    return diagnostics, [*(s for s in skipped if s.path not in again), *passed]


def _fixes(diagnostics: Iterable[Diagnostic]) -> dict[str, list[Diagnostic]]:
    """Return the findings that are mended, by the files that this changes: their own, and those that get a line."""
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if diagnostic.is_fixable:
            own = (diagnostic.path,) if diagnostic.fix else ()
            for path in dict.fromkeys((*own, *(line.path for line in diagnostic.added))):
                by_path.setdefault(path, []).append(diagnostic)
    return by_path


def _mended(path: str, found: Sequence[Diagnostic], before: bytes) -> bytes:
    from deno_ai_hooks.common import fix

    after = fix.apply([d.fix for d in found if d.path == path], before)
    return fix.with_lines((line.text for d in found for line in d.added if line.path == path), after)


def _fix(diagnostics: Iterable[Diagnostic]) -> tuple[list[str], list[Skipped]]:
    """Apply the edits, and return the files that were rewritten and those that could not be."""
    rewritten, refused = [], []
    for path, found in _fixes(diagnostics).items():
        try:
            if _rewrite(path, found):
                rewritten.append(path)
        except OSError as e:
            refused.append(Skipped(path, f'could not be fixed: {(e.strerror or str(e)).lower()}', broken=True))
    return rewritten, refused


def _rewrite(path: str, found: Sequence[Diagnostic]) -> bool:
    from deno_ai_hooks.common import fix

    before = _before(path, found)
    after = _mended(path, found, before or b'')
    if after != (before or b''):
        fix.write(path, after, before)
    return after != (before or b'')


def _print_diff(diagnostics: Iterable[Diagnostic]) -> None:
    """Print what `--fix` would change; a credential in it is covered, here as everywhere."""
    from deno_ai_hooks.common import fix
    from deno_ai_hooks.common.redact import Mask

    for path, found in _fixes(diagnostics).items():
        before = _before(path, found)
        after = _mended(path, found, before or b'')
        hidden = Mask(before or b'', (span for d in found if d.path == path for span in d.hidden))
        text = Mask(after).cover(hidden.cover(fix.diff(path, before, after)))
        sys.stdout.write(_visible_lines(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def _before(path: str, found: Iterable[Diagnostic]) -> bytes | None:
    """Return what the file holds; None for one that there is not yet and that only gets lines."""
    try:
        return _bytes(path)
    except FileNotFoundError:
        if any(d.path == path for d in found):
            raise
        return None


def _bytes(path: str) -> bytes:
    with open(path, 'rb') as file:
        return file.read()


def _report(outcome: Outcome, form: str, output: str | None, out: TextIO) -> None:
    if output is None:
        write(outcome, form, out)
        out.flush()
        return
    from deno_ai_hooks.common import fix

    text = io.StringIO()
    write(outcome, form, text)
    fix.write(output, text.getvalue().encode(errors='backslashreplace'))


def write(outcome: Outcome, form: str, out: TextIO) -> None:
    """Write the report in one of FORMATS."""
    if form == 'text':
        if not outcome.diagnostics and not outcome.skipped:
            return
        from deno_ai_hooks.common.report import plain
        from deno_ai_hooks.common.report import text

        text.write(outcome, out, color=plain.wants_color(out, os.environ))
    elif form == 'json':
        from deno_ai_hooks.common.report import as_json

        as_json.write(outcome, out)
    elif form == 'sarif':
        from deno_ai_hooks.common.report import sarif

        sarif.write(outcome, out)
    else:
        from deno_ai_hooks.common.report import github

        github.write(outcome, out)


def _visible(text: str) -> str:
    from deno_ai_hooks.common.report.plain import visible

    return visible(text)


def _visible_lines(text: str) -> str:
    from deno_ai_hooks.common.report.plain import visible_lines

    return visible_lines(text)
