from __future__ import annotations

import posixpath
import time

import pytest
from deno_ai_hooks.common.documents.shell import Shell
from deno_ai_hooks.common.launches import Follower
from deno_ai_hooks.common.launches import followed
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.text import whole


def launches(line, files, folder='/'):
    """Return what a command line leads to, in a container that holds `files`: their words, and the way there."""
    def load(name):
        name = posixpath.normpath(name)
        return Source(name, files[name].encode()) if name in files else None

    def locate(path):
        return (path.lstrip('/'),)

    follower = Follower(Project(load), locate)
    (command,) = Shell('start', whole(line.encode())).commands()
    return [
        ([word.text for word in each.found.words], [step.path for step in each.steps])
        for each in follower.follow(command, 'start', folder)
    ]


TASKS = """{"tasks": {
  "a": "deno run a.ts", "b": {"command": "deno task a x", "dependencies": ["c"]}, "c": "deno run c.ts"
}}"""


@pytest.mark.parametrize(
    ('line', 'files', 'expected'),
    (
        ('deno run m.ts', {}, [(['run', 'm.ts'], [])]),
        ('deno task a', {'deno.json': TASKS}, [(['run', 'a.ts'], ['deno.json'])]),
        ('deno task a --x y', {'deno.json': TASKS}, [(['run', 'a.ts', '--x', 'y'], ['deno.json'])]),
        ('deno task b y', {'deno.json': TASKS}, [
            (['run', 'c.ts'], ['deno.json', 'deno.json']), (['run', 'a.ts', 'x', 'y'], ['deno.json', 'deno.json']),
        ]),
        ('deno run a', {'deno.json': TASKS}, [(['run', 'a.ts'], ['deno.json'])]),
        ('deno run a.ts', {'deno.json': TASKS}, [(['run', 'a.ts'], [])]),
        ('deno task x', {'deno.json': TASKS}, []),
        ('deno task --eval "deno run -A a.ts"', {'deno.json': TASKS}, []),
        ('deno task a', {'deno.jsonc': TASKS}, [(['run', 'a.ts'], ['deno.jsonc'])]),
        ('deno task a', {'package.json': '{"scripts": {"a": "deno run p.ts"}}'}, [(['run', 'p.ts'], ['package.json'])]),
        ('deno task --no-config a', {'deno.json': TASKS}, []),
        ('./e.sh -A m.ts', {'e.sh': 'deno run "$@"'}, [(['run', '-A', 'm.ts'], ['e.sh'])]),
        ('./e.sh', {'e.sh': 'deno run $* m.ts'}, [(['run', 'm.ts'], ['e.sh'])]),
        ('. e.sh', {'e.sh': 'deno run m.ts'}, [(['run', 'm.ts'], ['e.sh'])]),
        ('sh -eu e.sh', {'e.sh': 'deno run m.ts'}, [(['run', 'm.ts'], ['e.sh'])]),
        ('sh -c e.sh', {'e.sh': 'deno run m.ts'}, []),
        ('e.sh', {'usr/local/bin/e.sh': 'deno run m.ts'}, [(['run', 'm.ts'], ['usr/local/bin/e.sh'])]),
        ('./a.sh', {'a.sh': 'exec ./b.sh', 'b.sh': 'deno run m.ts'}, [(['run', 'm.ts'], ['a.sh', 'b.sh'])]),
        ('./a.sh', {'a.sh': 'exec ./a.sh'}, []),
        ('./a.sh', {'a.sh': 'cd /x && deno task a', 'x/deno.json': TASKS}, [
            (['run', 'a.ts'], ['a.sh', 'x/deno.json']),
        ]),
        ('./m.ts x', {'m.ts': '#!/usr/bin/env -S deno run -R\n'}, [(['run', '-R', './m.ts', 'x'], ['m.ts'])]),
        ('./a', {'a': '#!/bin/sh\ndeno run m.ts'}, [(['run', 'm.ts'], ['a'])]),
        ('./a', {'a': 'deno run m.ts'}, []),
        ('./a.py', {'a.py': 'deno run m.ts'}, []),
        ('node m.js', {'m.js': '#!/usr/bin/env -S deno run -A\n'}, []),
        ('./e.sh', {}, []),
    ),
)
def test_launches(line, files, expected):
    assert launches(line, files) == expected


@pytest.mark.parametrize(
    ('line', 'word'),
    (
        ('deno task start', 'start'), ('deno', 'deno'), ('exec deno run -A m.ts', 'm.ts'), ('sh ./e.sh x', './e.sh'),
        ('tini -- ./e.sh', './e.sh'), ('node m.js', None), ('sh -c x', None),
    ),
)
def test_followed(line, word):
    (command,) = Shell('start', whole(line.encode())).commands()
    found = followed(command)
    assert (found and found.text) == word


def test_ends():
    tasks = ', '.join(f'"t{n}": {{"dependencies": ["t{n + 1}", "t{n + 2}", "u{n}"]}}' for n in range(500))
    others = ', '.join(f'"u{n}": "deno task t{n + 1} & deno task t{n + 3} x{n}"' for n in range(500))
    scripts = {f's{n}.sh': ''.join(f'./s{m}.sh "$@" "$@" a{m}\n' for m in range(40)) for n in range(40)}
    for line, files in (
        ('deno task t0', {'deno.json': f'{{"tasks": {{{tasks}, {others}}}}}'}), ('./s0.sh a b', scripts),
        ('./a.sh x', {'a.sh': 'deno run ' + '"$@" ' * 30_000}),
    ):
        start = time.perf_counter()
        launches(line, files)
        assert time.perf_counter() - start < 3
