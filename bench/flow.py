"""How flows are followed: time and memory as code grows, and all of it beside semgrep.

    pip install . semgrep && python bench/flow.py [--runs N] [--modules N] [--packages N] [--each]

Grown are the sources of packages from the npm registry, unpacked anew in folder after folder, and modules put together
here: more modules, more handlers in one, longer chains of helpers, each in a file of its own.  What is asked for in a
handler does harm at the end of its chain, or is made harmless there, so what there is to find is known.  Growth is
told by the time of processors, which others on the machine change less.

semgrep runs the rules of flow-rules.yaml, the nearest to ours, offline; what its free engine does not look for is
flows from one file to another.  Counted are the ends of chains that are reported, those that do harm and the others.
"""
from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from shutil import copytree
from statistics import median
from typing import NamedTuple

from timing import Run
from timing import compare
from timing import once
from timing import program
from timing import table
from tree import unpacked

HERE = os.path.dirname(os.path.abspath(__file__))
HOOKS = ('validated-input', 'caged-model-output', 'guarded-model-access', 'no-browser-keys', 'no-swallowed-errors')
GROWN = ('hono', 'langchain')
SIZES = (1, 2, 4, 8)
SCRIPTS = ('.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs')
FIRST = 'import { Hono } from "npm:hono@4";\nimport OpenAI from "npm:openai@6";\n'


class Shape(NamedTuple):
    """How many modules of how many handlers, and through how many helpers each goes; apart, if these have files."""

    modules: int
    handlers: int
    helpers: int
    apart: bool = True


ENDS = (
    ('new Deno.Command("sh", { args: ["-c", value] }).output()', 'new Deno.Command("ls", { args: ["-l"] }).output()'),
    ('eval(value)', 'JSON.parse(value)'),
    ('Deno.readTextFile(value)', 'Deno.readTextFile("notes.txt")'),
    ('fetch(value)', 'fetch("https://api.example.com/?q=" + encodeURIComponent(value))'),
    ('db.query("SELECT * FROM t WHERE n = \'" + value + "\'")', 'db.query("SELECT * FROM t WHERE n = $1", [value])'),
)
"""What a chain ends with: what does harm, and what does none."""

ASKED = (
    '  const messages = [{ role: "user", content: value }];\n'
    '  const answer = await ai.chat.completions.create({ model: "gpt-4o-mini", max_tokens: 9, messages });\n'
    '  const written = answer.choices[0].message.content;\n'
)
"""A model stands between what is asked and the end of every third chain."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--modules', type=int, default=20, help='modules of the smallest tree')
    parser.add_argument('--packages', type=int, default=1, help='copies of the packages in the smallest tree')
    parser.add_argument('--each', action='store_true', help='each hook alone, too')
    arguments = parser.parse_args()
    print(f'{len(os.sched_getaffinity(0))} processors, {arguments.runs} runs, medians')
    with tempfile.TemporaryDirectory() as folder:
        packages = unpacked(folder)
        chosen = [_hooks()] + ([(hook,) for hook in _hooks()] if arguments.each else [])
        for hooks in chosen:
            _growth(folder, packages, hooks, arguments)
        _beside(folder, packages, arguments)


def _hooks() -> tuple[str, ...]:
    """Return the hooks that follow flows, as far as they are installed."""
    return tuple(hook for hook in HOOKS if program(hook))


# as code grows


def _growth(folder: str, packages: str, hooks: Sequence[str], arguments: argparse.Namespace) -> None:
    print(f'\n{", ".join(hooks)}')
    print(f'{"":34} {"scripts":>8} {"MB":>7} {"wall ms":>9} {"cpu ms":>9} {"MiB":>7} {"× cpu":>7} {"× code":>7}')
    for name, trees in _series(folder, packages, arguments):
        before: tuple[float, float] | None = None
        for size, tree in zip(SIZES, trees, strict=True):
            count, code = _measured(tree)
            runs = _runs(_ours(hooks), tree, arguments.runs)
            cpu = median(run.cpu for run in runs)
            wall, memory = median(run.wall for run in runs), max(run.memory for run in runs)
            ratios = f'{cpu / before[0]:7.2f} {code / before[1]:7.2f}' if before else ''
            print(f'{name + f", {size} ×":34} {count:8} {code / 1e6:7.2f} {wall * 1000:9.0f} {cpu * 1000:9.0f} '
                  f'{memory:7.0f} {ratios}', flush=True)
            before = cpu, code


def _series(folder: str, packages: str, arguments: argparse.Namespace) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield what grows, and its trees, each made when it is asked for."""
    modules = arguments.modules
    yield 'npm packages', (_copied(folder, packages, arguments.packages * size) for size in SIZES)
    yield 'modules', (_written(folder, Shape(modules * size, 6, 3)) for size in SIZES)
    yield 'handlers in a module', (_written(folder, Shape(2, modules * size, 3)) for size in SIZES)
    yield 'helpers in a chain', (_written(folder, Shape(modules, 6, 2 * size)) for size in SIZES)


def _copied(folder: str, packages: str, times: int) -> str:
    """Return a folder with so many copies of some packages."""
    tree = os.path.join(folder, f'packages-{times}')
    for number in range(0 if os.path.exists(tree) else times):
        for name in GROWN:
            copytree(os.path.join(packages, name), os.path.join(tree, str(number), name))
    return tree


def _measured(tree: str) -> tuple[int, int]:
    """Return how many scripts a folder holds, and their bytes."""
    paths = [os.path.join(at, name) for at, _, names in os.walk(tree) for name in names if name.endswith(SCRIPTS)]
    return len(paths), sum(map(os.path.getsize, paths))


def _runs(command: Sequence[str], tree: str, count: int) -> list[Run]:
    found = [once(command, tree) for _ in range(count)]
    if broken := [run.status for run in found if run.status not in (0, 1)]:
        raise SystemExit(f'{" ".join(command)} ended with {broken[0]}')
    return found


# what is put together


def _written(folder: str, shape: Shape) -> str:
    """Return a folder with modules of a shape; every other chain does harm at its end."""
    tree = os.path.join(folder, '-'.join(map(str, shape)))
    if not os.path.exists(tree):
        os.mkdir(tree)
        for module in range(shape.modules):
            for name, text in _module(f'part{module}', shape):
                with open(os.path.join(tree, name), 'w') as file:
                    file.write(text)
    return tree


def _module(name: str, shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield the files of one module: its handlers, and the helpers that they call."""
    numbers = range(shape.handlers)
    files = [[_helper(number, level, shape) for number in numbers] for level in range(shape.helpers)]
    handlers = [_handler(number, shape) for number in numbers]
    if not shape.apart:
        yield f'{name}.ts', '\n'.join((_head(), *handlers, *(text for file in files for text in file)))
        return
    yield f'{name}.ts', '\n'.join((_imports(name, 0, shape), _head(), *handlers))
    for level, texts in enumerate(files):
        last = level + 1 == shape.helpers
        yield f'{name}_{level}.ts', '\n'.join((_head() if last else _imports(name, level + 1, shape), *texts))


def _head() -> str:
    return f'{FIRST}const app = new Hono();\nconst ai = new OpenAI();\n'


def _imports(name: str, level: int, shape: Shape) -> str:
    if shape.helpers <= level:
        return ''
    names = ', '.join(f'step{number}_{level}' for number in range(shape.handlers))
    return f'import {{ {names} }} from "./{name}_{level}.ts";\n'


def _handler(number: int, shape: Shape) -> str:
    """Return a handler that hands on one field of what is sent to it."""
    called = f'  return c.json(await step{number}_0(value));\n' if shape.helpers else _end(number)
    return (f'app.post("/run/{number}", async (c) => {{\n  const body = await c.req.json();\n'
            f'  let value = body.name;\n{called}}});\n')


def _helper(number: int, level: int, shape: Shape) -> str:
    last = level + 1 == shape.helpers
    body = _end(number) if last else f'  return await step{number}_{level + 1}(value.trim());\n'
    return f'export async function step{number}_{level}(value: string) {{\n{body}}}\n'


def _end(number: int) -> str:
    """Return the last statements of a chain; what is odd is sound."""
    does_harm = number % 2 == 0
    end = ENDS[number // 2 % len(ENDS)][0 if does_harm else 1]
    asked = ''
    if number % 3 == 0:
        asked, end = ASKED, end.replace('value', 'written')
    return f'{asked}  return await {end}; // {"harm" if does_harm else "sound"}\n'


# beside a peer


def _beside(folder: str, packages: str, arguments: argparse.Namespace) -> None:
    count = arguments.modules
    trees = {
        'in the handler': _written(folder, Shape(count, 20, 0, apart=False)),
        'helpers of the same module': _written(folder, Shape(count, 20, 3, apart=False)),
        'helpers in other files': _written(folder, Shape(count, 20, 3)),
        f'npm packages ({", ".join(GROWN)})': _copied(folder, packages, arguments.packages),
    }
    commands = _peers()
    for name, tree in trees.items():
        scripts, code = _measured(tree)
        print(f'\n{name}: {scripts} scripts, {code / 1e6:.2f} MB')
        for tool, command in commands.items():
            print(f'{tool:34} {_found(command, tree)}', flush=True)
        print(table(compare(commands, tree, arguments.runs), 'deno-ai-hooks'), flush=True)


def _ours(hooks: Sequence[str]) -> list[str]:
    ours = program('deno-ai-hooks')
    if ours is None:
        raise SystemExit('deno-ai-hooks is not installed: pip install .')
    return [ours, 'check', '.', '--no-config', '--format', 'json', '--only', ','.join(hooks)]


def _peers() -> dict[str, list[str]]:
    flows = [hook for hook in _hooks() if hook in ('validated-input', 'caged-model-output', 'no-swallowed-errors')]
    commands = {'deno-ai-hooks': _ours(flows)}
    if peer := program('semgrep'):
        commands['semgrep'] = [peer, 'scan', '--metrics=off', '--disable-version-check', '--quiet', '--json',
                               '--no-git-ignore', '--config', os.path.join(HERE, 'flow-rules.yaml'), '.']
    else:
        print('semgrep is not installed and not compared', file=sys.stderr)
    return commands


def _found(command: Sequence[str], tree: str) -> str:
    """Return what a tool reports, in words: ends of chains that do harm, others, and all its findings."""
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    report = json.loads(done.stdout)
    if 'diagnostics' in report:
        places = [(each['path'], each['line']) for each in report['diagnostics']]
    else:
        places = [(each['path'], each['start']['line']) for each in report['results']]
    ends = dict(_ends(tree))
    reported = {ends[path, line] + f' {path} {line}' for path, line in places if (path, line) in ends}
    counts = ', '.join(
        f'{sum(each.startswith(kind) for each in reported)} of {list(ends.values()).count(kind)} that {says}'
        for kind, says in (('harm', 'do harm'), ('sound', 'do none'))
    )
    return f'{len(places)} findings' + (f'; of ends of chains {counts}' if ends else '')


def _ends(tree: str) -> Iterator[tuple[tuple[str, int], str]]:
    """Yield where chains end, and whether they do harm there."""
    for name in sorted(os.listdir(tree)):
        path = os.path.join(tree, name)
        if os.path.isfile(path):
            with open(path) as file:
                for number, line in enumerate(file, 1):
                    code, mark, kind = line.rstrip().rpartition('; // ')
                    if mark and code:
                        yield (name, number), kind


if __name__ == '__main__':
    main()
