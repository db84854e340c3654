"""Random command lines, judged by us and by the real deno: every verdict and every permission must agree.

    python tests/facts/permissions_oracle_test.py --seed 7 --count 20000

Seed 15 with 3000 lines shows the one known difference, the order of paths that `decide` speaks of.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from deno_ai_hooks.facts.command_line import NUMBERS
from deno_ai_hooks.facts.command_line import Option
from deno_ai_hooks.facts.command_line import table
from deno_ai_hooks.facts.flags import COMMANDS
from deno_ai_hooks.facts.permissions import KINDS
from deno_ai_hooks.facts.permissions import Grants
from deno_ai_hooks.facts.permissions import decide
from deno_ai_hooks.facts.permissions import grants
from deno_ai_hooks.facts.permissions import parse

LINES = 500
SEED = 20_008

LS = shutil.which('ls') or '/bin/ls'

# What the probe asks for, kind by kind; None is the whole kind
WANTED: dict[str, tuple[str | None, ...]] = {
    'read': (None, '.', './data', './data/x', './data/x/y', './other', '/etc', '/etc/hosts', '/', '/tmp', '../up'),
    'write': (None, '.', './data', './data/x', '/etc/hosts', '/', '/tmp', '/tmp/a/b', './tool.sh', LS),
    'net': (
        None, 'a.com', 'a.com:443', 'A.com:80', 'x.a.com', 'x.a.com:443', 'y.x.a.com', 'ba.com', 'b.com:80',
        '10.1.2.3', '10.1.2.3:443', '10.200.0.1', '127.0.0.1', '127.0.0.1:8000', '0.0.0.0:8000', 'localhost:8000',
        'localhost:9000', '[::1]:8000', '[0:0::1]', '[::]:9000', 'unix:/run/a.sock', 'vsock:1:2', '169.254.169.254:80',
    ),
    'env': (None, 'FOO', 'FOO_BAR', 'FOO_BAZ', 'foo', 'AWS_KEY', 'HOME', 'A*B', 'F'),
    'run': (None, 'ls', 'cat', '/etc/ls', './tool.sh', 'tool.sh', 'nosuch', './nosuch'),
    'sys': (None, 'hostname', 'osRelease', 'userInfo', 'username', 'uid', 'inspector', 'umask'),
    'ffi': (None, '.', './data', './data/x', '/etc', '/'),
    'import': (
        None, 'esm.sh:443', 'esm.sh', 'esm.sh:80', 'deno.land:443', 'a.com', 'a.com:443', 'unpkg.com:443',
        'x.a.com:443', '10.1.2.3:443',
    ),
}
FIELDS = {
    'read': 'path', 'write': 'path', 'net': 'host', 'env': 'variable', 'run': 'command', 'sys': 'kind', 'ffi': 'path',
    'import': 'host',
}
QUERIES = [(kind, item) for kind in KINDS for item in WANTED[kind]]
# `deno repl` reads line by line
ASKED = json.dumps([{'name': kind} | ({} if item is None else {FIELDS[kind]: item}) for kind, item in QUERIES])
STATE = 'Function("q", "return Deno.permissions.querySync(q).state")'
PROBE = f'console.log("PROBE" + JSON.stringify(JSON.parse({ASKED!r}).map({STATE})) + "END")'


class Case(NamedTuple):
    """A line to compare: the words after `deno` and the configuration around it."""

    words: list[str]
    config: dict | None


def find_deno() -> str | None:
    found = shutil.which('deno')
    if found is None:
        deno = pytest.importorskip('deno')
        found = deno.find_deno_bin()
    return found


# Lines


VALUES: dict[str, tuple[str, ...]] = {
    'read': ('./data', '/etc', '/', '.', './data/x', '../up', '/tmp', 'data/../data/x', '/etc/', './data,/tmp', ''),
    'net': (
        'a.com', 'a.com:443', '*.a.com', '*.a.com:443', 'A.COM.', 'b.com', '10.0.0.0/8', '10.1.0.0/16:443',
        '10.1.2.3', '127.0.0.1', '[::1]', '[::1]:8000', '[0::1]', ':8000', 'localhost:9000', 'unix:/run/a.sock',
        'vsock:1:2', 'x.a.com', '0.0.0.0/0', 'a.com:0443', '10.1.2.3:443', '*.x.a.com', '*.com',
        '', '*', '::1', 'https://a.com', 'a.com/v1', 'a.com:', 'a.com:99999', 'unix:sock', ' b.com', ':99999', '[::1',
    ),
    'env': ('FOO', 'FOO_*', 'FOO_B*', 'FOO_BAR', '*', 'AWS_*', 'foo', 'A*B', 'F*', '', 'FOO=1'),
    'run': ('ls', 'cat', './tool.sh', 'nosuch', '/etc/ls', './nosuch', 'tool.sh', 'tool', ''),
    'sys': ('hostname', 'osRelease', 'uid', 'username', 'userInfo', 'inspector', '', 'bogus'),
    'import': ('esm.sh', 'esm.sh:443', 'unpkg.com:443', '*.a.com', 'a.com', '10.0.0.0/8', '', ':80', 'http://a.com'),
}
VALUES['write'] = VALUES['ffi'] = VALUES['read']
VALID = {kind: tuple(value for value in values if value) for kind, values in VALUES.items()}
SHORT = {
    'allow-read': 'R', 'allow-write': 'W', 'allow-net': 'N', 'allow-env': 'E', 'allow-sys': 'S', 'allow-import': 'I',
}
SETS = ('default', 'api', 'narrow')

# Flags beside the permissions, harmless to run
OTHERS = (
    '--no-prompt', '--no-prompt=false', '--cached-only', '--no-lock', '--no-remote', '--no-npm', '--no-config',
    '-q', '--quiet', '-L=info', '-L debug', '--log-level=bogus', '--seed 7', '--seed=x', '--v8-flags=--expose-gc',
    '--unstable-kv', '--unsafe-proto', '--location=http://localhost', '--location file:///x',
    '--frozen=false', '--frozen=1', '--node-modules-dir=none', '--node-modules-dir=x', '--check', '--no-check',
    '--check=all', '--unsafely-ignore-certificate-errors', '--unsafely-ignore-certificate-errors=https://a',
    '--allow-hrtime', '--ext js', '--ext=foo', '--lock=l.json', '--lock', '-c deno.json', '--config', '--reload=npm:x',
    '--reload=./x', '--min-dep-age=bogus', '--conditions a,b', '--preload ./empty.js', '--import=./empty.js',
    '--require ./empty.js', '--allow-scripts', '--allow-scripts=x', '--allow-scripts=npm:x', '--bogus', '--allow-none',
    '--ignore-net', '-a', '-f', '-g', '-D', '-p', '-y', '-h', '-V', '--help', '--version', '--env-file', '--env=e.env',
    '--env-file=e.env', '--port=9000', '--port x', '--host=127.0.0.1', '--host=a.com', '--host=0.0.0.0', '--parallel',
    '--inspect=127.0.0.1:0', '--inspect=a:b', '--no-clear-screen', '--vendor=false', '--vendor=x', '--allow-all=false',
    '--linker=isolated', '--linker x', '-A=false', '--filter=x', '--shuffle', '--fail-fast=0', '--ignore=x', '--json',
)

SCRIPTS = {
    'run': ('main.js', 'main.js', 'main.js', './main.js', 'absent.js', 'sub/main.js', 'start'),
    'bare': ('main.js', 'main.js', 'main.js', './main.js', 'absent.js', 'start'),
    'serve': ('main.js',),
    'test': ('main_test.js',),
    'bench': ('main_bench.js',),
    'eval': (PROBE,),
    'x': ('npm:probe',),
    'install': ('main.js',),
    'task': ('start', 'tail'),
    'check': ('main.js',),
    'cache': ('main.js',),
    'info': ('main.js',),
    'doc': ('main.js',),
    'types': (),
    'repl': (),
}
WEIGHTS = {
    'run': 30, 'bare': 15, 'serve': 8, 'test': 10, 'bench': 6, 'eval': 4, 'repl': 6, 'x': 8, 'install': 4, 'task': 4,
    'check': 1, 'cache': 1, 'info': 1, 'doc': 1, 'types': 1,
}


# What would make the world part of the answer: the registry, a script taken for a lock file, output kept back
NONE = re.compile('(?!)')
UNFIT = {
    'x': re.compile('--no-config|-p|--no-npm|--config|--node-modules-dir=none'),
    'eval': re.compile('--lock'),
    'test': re.compile(r'--lock|--quiet|-\w*q\S*'),
    'bench': re.compile('--lock'),
    'repl': re.compile('--json'),
    # members of a workspace
    'task': re.compile('-f|--filter=x'),
}


def permission_flag(rng: random.Random) -> str:
    """A permission flag in one of the many ways to write it."""
    roll = rng.random()
    if roll < 0.08:
        return rng.choice(('-A', '--allow-all'))
    if roll < 0.16:
        names = ('', '', '=api', '=narrow', '=absent')
        return rng.choice(('-P', '--permission-set', '-P')) + rng.choice(names) if rng.random() < 0.8 else '-Papi'
    if roll < 0.24:
        return cluster(rng)
    return long_flag(rng)


def long_flag(rng: random.Random) -> str:
    kind = rng.choice(KINDS)
    verb = rng.choice(('allow', 'allow', 'allow', 'deny', 'deny', 'ignore'))
    if verb == 'ignore' and kind not in ('read', 'env'):
        verb = 'allow'
    flag = f'{verb}-{kind}'
    if rng.random() < 0.2:
        return f'-{SHORT[flag]}' if flag in SHORT and rng.random() < 0.4 else f'--{flag}'
    pool = VALUES[kind] if rng.random() < 0.06 else VALID[kind][:24]
    value = ','.join(rng.choice(pool) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    if flag in SHORT and rng.random() < 0.3:
        return f'-{SHORT[flag]}{rng.choice(("=", ""))}{value}'
    return f'--{flag}={value}'


def cluster(rng: random.Random) -> str:
    letters = ''.join(rng.sample('RWNESI' + rng.choice(('', '', 'P', 'q', 'h', 'A', 'f', 'r', 'v')), rng.randint(2, 4)))
    return f'-{letters}' + rng.choice(('', '', '=a.com', '=/tmp', 'FOO', './data'))


def flags(rng: random.Random) -> list[str]:
    found = [permission_flag(rng) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4)))]
    if rng.random() < 0.35:
        found += rng.sample(OTHERS, rng.choice((1, 1, 2)))
    rng.shuffle(found)
    return [word for flag in found for word in (flag.split(' ') if flag in OTHERS else [flag])]


def case(rng: random.Random) -> Case:
    form = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
    scripts = SCRIPTS[form]
    script = [rng.choice(scripts)] if scripts and (form in ('x', 'install', 'eval') or rng.random() < 0.97) else []
    before = [] if form == 'bare' else [form]
    if form == 'install':
        before += ['-g', '-f', '-n', 'tool', '--root', 'root']
    if before and rng.random() < 0.05:
        before = rng.choice(('-q', '--quiet', '-A', '--env-file', '--env-file=e.env', '-L info')).split() + before
    more = [] if COMMANDS.get(form, COMMANDS['run']).shape == 'many' else ['more']
    after = rng.choice(([], [], more, ['-A'], ['--', '-A'], flags(rng)))
    dashes = ['--'] if rng.random() < 0.04 else []
    words = [*before, *flags(rng), *dashes, *script, *after]
    words = [word for word in words if not UNFIT.get(form, NONE).fullmatch(word)]
    return Case([word + '\r' if rng.random() < 0.01 else word for word in words], configuration(rng))


def configuration(rng: random.Random) -> dict | None:
    if rng.random() < 0.35:
        return None
    config: dict = {'permissions': {name: permission_set(rng) for name in SETS if rng.random() < 0.9}}
    for name in ('test', 'bench', 'compile'):
        if rng.random() < 0.3:
            config[name] = {'permissions': rng.choice((permission_set(rng), {}, 'api', 'absent'))}
    config['tasks'] = {
        'start': shlex.join(['deno', 'run', *harmless(rng), 'main.js']),
        'tail': shlex.join(['deno', 'run', *harmless(rng)]),
    }
    return config


def harmless(rng: random.Random) -> list[str]:
    return [permission_flag(rng) for _ in range(rng.randint(0, 2))]


def permission_set(rng: random.Random) -> object:
    if rng.random() < 0.04:
        return rng.choice((True, None, 'api', [], {'nett': True}, {'all': 'yes'}, {'net': 'a.com'}, {'net': [1]}))
    found: dict = {'all': rng.choice((True, True, False))} if rng.random() < 0.2 else {}
    for kind in rng.sample(KINDS, rng.randint(0, 4)):
        found[kind] = rule(rng, kind)
    return found


def rule(rng: random.Random, kind: str) -> object:
    pool = VALUES[kind] if rng.random() < 0.05 else VALID[kind][:24]
    pool = tuple(value for value in pool if ',' not in value)

    def some() -> object:
        return rng.choice((True, False, None, [], *([rng.sample(pool, rng.choice((1, 1, 2)))] * 6)))

    if rng.random() < 0.6:
        return some() if rng.random() < 0.9 else None
    keys = ('allow', 'deny', 'ignore') if kind in ('read', 'env') or rng.random() < 0.05 else ('allow', 'deny')
    return {key: some() for key in rng.sample(keys, rng.randint(0, 2))}


# Both answers


class Answer(NamedTuple):
    """What happens: refused, nothing to probe, or a state for each query."""

    verdict: str
    states: tuple[str, ...]
    detail: str


def prepare(folder: Path, given: Case) -> None:
    """The files that lines speak of."""
    for name in ('main.js', 'sub/main.js', 'main_test.js', 'main_bench.js', 'node_modules/probe/cli.js'):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        stop = '' if 'test' in name or 'bench' in name else '\nDeno.exit(0);'
        path.write_text(f'#!/usr/bin/env node\n{PROBE}{stop}\n')
    (folder / 'empty.js').write_text('')
    (folder / 'e.env').write_text('X=1\n')
    (folder / 'tool.sh').write_text('#!/bin/sh\n')
    (folder / 'tool.sh').chmod(0o755)
    package = {'name': 'probe', 'version': '1.0.0', 'bin': {'probe': 'cli.js'}, 'type': 'module'}
    (folder / 'node_modules/probe/package.json').write_text(json.dumps(package))
    (folder / 'node_modules/.bin').mkdir()
    (folder / 'node_modules/.bin/probe').symlink_to('../probe/cli.js')
    (folder / 'node_modules/probe/cli.js').chmod(0o755)
    if 'npm:probe' in ' '.join(given.words):
        (folder / 'package.json').write_text(json.dumps({'dependencies': {'probe': '1.0.0'}}))
    if given.config is not None:
        (folder / 'deno.json').write_text(json.dumps(given.config))


def ours(given: Case, folder: Path) -> Answer:
    whole = judged(given.words, given.config, folder)
    named = parse(given.words).value('config')
    absent = named is not None and (named != 'deno.json' or given.config is None)
    if absent and whole.accepted and not parse(given.words).help:
        return Answer('refused', (), 'no such configuration')
    if not whole.accepted:
        return Answer('refused', (), whole.error or '')
    if not whole.runs:
        return Answer('nothing', (), '')

    def which(program: str) -> str:
        return shutil.which(program) or program

    states = tuple(decide(whole, kind, item, cwd=str(folder), which=which) for kind, item in QUERIES)
    return Answer('runs', states, str(whole))


def judged(words: list[str], config: dict | None, folder: Path) -> Grants:
    def task(name: str, extra: list[str]) -> Grants | None:
        if config is None or name not in config['tasks']:
            return None
        return judged([*shlex.split(config['tasks'][name])[1:], *extra], config, folder)

    return grants(
        parse(words),
        words,
        config=config,
        exists=lambda path: (folder / path).exists(),
        resolves=lambda program: '/' in program or shutil.which(program) is not None,
        run_task=task,
    )


def theirs(given: Case, folder: Path, deno: str) -> Answer:
    result = start([deno, *given.words], folder, deno)
    launchers = list((folder / 'root/bin').glob('[a-z]*'))
    if launchers and result.returncode == 0:
        result = start(['/bin/sh', str(launchers[0])], folder, deno)
    found = re.search(r'PROBE(\[.*?\])END', result.stdout)
    if found:
        return Answer('runs', tuple(json.loads(found[1])), '')
    if 'install' in given.words and not launchers and re.search(r'--quiet|-\w*q', ' '.join(given.words)):
        # a quiet installation fails without a word and without a status
        return Answer('unsaid', (), '')
    verdict = 'refused' if result.returncode or re.search(r'^error: ', result.stderr, re.M) else 'nothing'
    return Answer(verdict, (), result.stderr[:300])


def start(words: list[str], folder: Path, deno: str) -> subprocess.CompletedProcess[str]:
    kept = {'HOME': str(folder), 'PATH': f'{Path(deno).parent}:{os.environ["PATH"]}'}
    environment = {**kept, 'DENO_DIR': str(folder.parent / 'cache'), 'DENO_NO_UPDATE_CHECK': '1', 'NO_COLOR': '1'}
    return subprocess.run(
        words, cwd=folder, env=environment, input=f'{PROBE};Deno.exit(0)\n', capture_output=True, text=True, timeout=60,
        check=False,
    )


def difference(given: Case, folder: Path, deno: str) -> str | None:
    """What differs, in words; None if we agree."""
    prepare(folder, given)
    us, them = ours(given, folder), theirs(given, folder, deno)
    shutil.rmtree(folder)
    shown = f'deno {shlex.join(given.words)}\n  config {json.dumps(given.config)}'.replace(shlex.quote(PROBE), 'PROBE')
    if them.verdict == 'unsaid' and us.verdict != 'runs':
        return None
    if us.verdict != them.verdict:
        return f'{shown}\n  we say {us.verdict} {us.detail}\n  deno {them.verdict} {them.detail}'
    wrong = [
        f'{kind} {item}: we {we}, deno {they}'
        for (kind, item), we, they in zip(QUERIES, us.states, them.states, strict=False)
        if we != they
    ]
    return f'{shown}\n  {us.detail}\n  ' + '\n  '.join(wrong) if wrong else None


def differences(seed: int, count: int, deno: str) -> list[str]:
    rng = random.Random(seed)
    cases = [case(rng) for _ in range(count)]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool:
        folders = [Path(scratch).resolve() / str(i) for i in range(count)]
        return [text for text in pool.map(difference, cases, folders, [deno] * count) if text]


# How the help of deno shows each kind of value
HELP = re.compile(r'^ +(?:-\w, )?--([\w-]+)(\S*| <VALUE>| \[\S+\])(?:$|  )', re.M)
SHOWN = {'': '', '[=<VALUE>]': '=?', '[=VALUE...]': '=,', ' <VALUE>': ':', ' [<VALUE>]': '?', ' [VALUE...]': '*'}


def test_knows_how_values_are_written():
    deno = find_deno()
    assert deno
    with tempfile.TemporaryDirectory() as scratch:
        for name in COMMANDS:
            shown = start([deno, 'help', name], Path(scratch), deno).stdout.partition('Permission options')[0]
            for flag, value in HELP.findall(shown):
                assert table(name).long[flag].mode == SHOWN[value.replace('CONTEXT', 'VALUE')], (name, flag, value)


def fitting(option: Option) -> str:
    """A value that the flag accepts."""
    if option.values in NUMBERS:
        return '1'
    return {'bool': 'true', 'shard': '1/2'}.get(option.values) or option.values.split('|')[0] or 'x'


def test_agrees_with_deno():
    deno = find_deno()
    assert deno
    assert differences(SEED, LINES, deno) == []


def test_knows_every_flag_of_deno():
    """A line of all flags of a sub-command we know prints its help, and deno shows none that we do not know."""
    deno = find_deno()
    assert deno
    with tempfile.TemporaryDirectory() as scratch:
        reference = json.loads(start([deno, 'json_reference'], Path(scratch), deno).stdout)
        shown = {command['name']: command for command in reference['subcommands']}
        assert set(shown) <= set(COMMANDS)
        for name in COMMANDS:
            known = table(name)
            if COMMANDS[name].shape == 'raw':
                continue
            words = [f'--{flag}={fitting(known.long[flag])}' for flag in known.long if flag not in ('help', 'version')]
            result = start([deno, name, *words, '--help'], Path(scratch), deno)
            assert result.returncode == 0, (name, result.stderr)
            visible = {arg['long'] for arg in shown.get(name, {'args': ()})['args'] if arg['long']}
            assert visible <= set(known.long)
            letters = {arg['short'] for arg in shown.get(name, {'args': ()})['args'] if arg['short']}
            assert letters <= set(known.short)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seed', type=int, default=SEED)
    parser.add_argument('--count', type=int, default=LINES)
    args = parser.parse_args()
    found = differences(args.seed, args.count, find_deno() or 'deno')
    print(*found, f'{len(found)} of {args.count} lines differ', sep='\n')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
