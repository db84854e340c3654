"""Command lines of deno: how they are read and what they grant, against 260 lines that the real deno ran."""
from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import pytest
from deno_ai_hooks.facts.permissions import Grants
from deno_ai_hooks.facts.permissions import as_json
from deno_ai_hooks.facts.permissions import decide
from deno_ai_hooks.facts.permissions import grants
from deno_ai_hooks.facts.permissions import ineffective_denies
from deno_ai_hooks.facts.permissions import parse

ROWS = list(csv.reader(
    Path(__file__).with_name('deno-command-lines.tsv').read_text(encoding='utf-8').splitlines()[1:],
    delimiter='\t',
    quoting=csv.QUOTE_NONE,
))

# The configuration that the notes of the table speak of
CONFIG = {
    'permissions': {
        'default': {'read': ['./data'], 'env': ['OPENAI_API_KEY']},
        'api': {'net': ['api.openai.com:443'], 'env': {'allow': ['OPENAI_*'], 'deny': ['OPENAI_BASE_URL']}},
        'everything': {'all': True},
        'allbut': {'all': True, 'net': ['a.com']},
    },
    'test': {'permissions': 'api'},
    'bench': {'permissions': {'net': True}},
    'compile': {'permissions': 'everything'},
    'tasks': {
        'start': 'deno run --allow-net=api.openai.com:443 --allow-env=OPENAI_API_KEY main.ts',
        'bare': 'deno run',
        'all': 'deno run -A main.ts',
        'chain': 'FOO=1 deno run --allow-env=FOO main.ts && echo done',
        'quoted': """deno run '--allow-read=./data' "--allow-net=a.com" main.ts""",
        'withvar': 'P=--allow-net && deno run $P main.ts',
        # a program of a local package called by its name
        'p': 'deno run --ext=js -A npm:probe',
    },
}
FILES = {'main.ts', 'sub/main.ts', './sub/main.ts', 'server.ts', 'deno.json'}


def judge(words: list[str], config: dict | None = None) -> Grants:
    return grants(
        parse(words),
        words,
        config=config,
        exists=FILES.__contains__,
        resolves=lambda program: program != 'no-such-cmd',
        run_task=task,
    )


def task(name: str, extra: list[str]) -> Grants | None:
    """Just enough of a shell: assignments, `&&`, `$NAME`, and the command that starts with deno."""
    if name not in CONFIG['tasks']:
        return None
    variables: dict[str, str] = {}
    for command in CONFIG['tasks'][name].split(' && '):
        words = shlex.split(command)
        while words and re.match(r'[A-Z]+=', words[0]):
            key, _, value = words.pop(0).partition('=')
            variables[key] = value
        if words[:1] == ['deno']:
            last = [variables[word[1:]] if word[0] == '$' else word for word in words[1:]]
    return judge(last + extra, CONFIG)


def words_of(command: str, notes: str) -> list[str]:
    if command.startswith('./'):
        interpreter = SHEBANGS[command.split()[0]]
        return [*interpreter.split(' ')[1:], 'main.ts', *command.split()[1:]]
    return shlex.split(command.removesuffix(' < main.ts'))[1:]


# The table calls the bare form `run` where it stands in a shebang
SHEBANGS = {
    './net.sh.ts': 'deno run --allow-net=a.com --allow-env=FOO',
    './all.sh.ts': 'deno run -A',
    './bare.sh.ts': 'deno run',
    './crlf.sh.ts': 'deno run --allow-net\r',
}


@pytest.mark.parametrize(
    'row',
    # env refuses this one, deno never sees it
    [row for row in ROWS if row[0] != './nos.sh.ts'],
    ids=lambda row: row[0],
)
def test_agrees_with_deno(row):
    command, subcommand, verdict, permissions, notes = row
    config = CONFIG if 'deno.json described' in notes else None
    if 'npm package "probe"' in notes:
        config = {}
    shown = as_json(judge(words_of(command, notes), config))
    error = shown.pop('error', None)
    assert (shown.pop('subcommand'), shown.pop('accepted')) == (subcommand, verdict == 'accepted'), error
    assert (shown or None) == json.loads(permissions)


# Reading


def flags(command: str) -> list[tuple[str, str | None, int]]:
    return [tuple(flag) for flag in parse(command.split()).flags]


@pytest.mark.parametrize(
    ('command', 'expected'),
    (
        ('run -A main.ts', [('allow-all', None, 1)]),
        ('run -RN=a.com main.ts', [('allow-read', None, 1), ('allow-net', 'a.com', 1)]),
        ('run -Papi main.ts', [('permission-set', 'api', 1)]),
        # a word that another flag took is no script
        ('run -c deno.json -A main.ts', [('config', 'deno.json', 1), ('allow-all', None, 3)]),
        ('run --allow-net=a,b --allow-net', [('allow-net', 'a,b', 1), ('allow-net', None, 2)]),
        ('i -gArf -n tool main.ts --allow-net', [
            ('global', None, 1), ('allow-all', None, 1), ('reload', None, 1), ('force', None, 1),
            ('name', 'tool', 2), ('allow-net', None, 5),
        ]),
        # aliases are told by the long name
        ('run --importmap=m.json --unsafe-proto x.ts', [
            ('import-map', 'm.json', 1), ('unstable-unsafe-proto', None, 2),
        ]),
        # bundle's --external takes words up to the next flag
        ('bundle --external a b -o x', [('external', 'a', 1), ('external', 'b', 1), ('output', 'x', 4)]),
        # nothing behind the script counts
        ('run main.ts -A', []),
        ('eval code -A', []),
        ('x pkg -A', []),
        ('task build -A', []),
        ('deploy --allow-net x', []),
        ('test a_test.ts -- -A', []),
    ),
)
def test_reads_flags(command, expected):
    assert flags(command) == expected


@pytest.mark.parametrize(
    ('command', 'subcommand', 'script', 'arguments'),
    (
        ('run main.ts a -- b', 'run', 1, (2, 3, 4)),
        ('run -- main.ts -- a', 'run', 2, (3, 4)),
        ('main.ts a', 'run', 0, (1,)),
        ('eval code -- a -- b', 'eval', 1, (3, 4, 5)),
        ('x -y pkg a -- b', 'x', 2, (3, 5)),
        ('rm npm:a npm:b', 'remove', 1, (2,)),
        ('test a.ts --filter x b.ts -- c', 'test', 1, (4, 6)),
        ('-q -L info run main.ts', 'run', 4, ()),
        ('--env-file=.env run main.ts', 'run', 2, ()),
        ('repl', 'repl', None, ()),
        ('sandbox run -A', 'sandbox', None, (1, 2)),
    ),
)
def test_reads_positions(command, subcommand, script, arguments):
    line = parse(command.split())
    assert (line.subcommand, line.script, line.arguments, line.error) == (subcommand, script, arguments, None)


@pytest.mark.parametrize(
    ('command', 'error'),
    (
        ('run --config', "a value is required for '--config' but none was supplied"),
        ('run -c', "a value is required for '-c' but none was supplied"),
        ('run -A=false x.ts', "unexpected argument '-=' found"),
        ('serve --port=99999 x.ts', "invalid value '99999' for '--port'"),
        ('run --no-config -c x.json x.ts', "the argument '--no-config' cannot be used with '--config <config>'"),
        ('run --no-clear-screen x.ts', 'the following required arguments were not provided: --watch'),
        ('add', 'the following required arguments were not provided: packages'),
        ('info a b', "unexpected argument 'b'"),
        ('-A list', "unexpected argument '--allow-all' found"),
        ('-- run x.ts', "unrecognized subcommand 'run'"),
        ('run --allow-scripts=npm:a@latest x.ts', 'Tags are not supported in --allow-scripts: npm:a@latest'),
        ('run --deny-sys=bogus x.ts', "unknown sys descriptor: 'bogus'"),
        ('run --location=ftp://x x.ts', 'Expected protocol "http" or "https"'),
        ('test --shard=3/2', "invalid value '3/2' for '--shard': expected INDEX/COUNT with 1 <= INDEX <= COUNT"),
        ('run --watch -', '--watch and --watch-hmr cannot be used while reading from stdin.'),
        ('--no-lock', '[SCRIPT_ARG] may only be omitted with --v8-flags=--help'),
    ),
)
def test_refuses(command, error):
    assert parse(command.split()).error == error


@pytest.mark.parametrize('command', (
    'run --allow-net=${HOST} main.ts',
    'run --allow-net=$HOST:443,a.com main.ts',
    'run --allow-env=${NAME}=x main.ts',
    'serve --port=$PORT main.ts',
    'run --ext=$EXT main.ts',
    'run --allow-sys=`kinds` main.ts',
    'run --node-modules-dir=${{ inputs.mode }} main.ts',
    'run --allow-scripts=$PACKAGES main.ts',
))
def test_leaves_opaque_values_alone(command):
    assert parse(command.split()).error is None


@pytest.mark.parametrize(
    ('words', 'script'),
    (
        (['run', None, 'main.ts'], 2),
        (['run', '--config', None, 'main.ts'], 3),
        ([None, 'run', 'main.ts'], 2),
        (['add', None], None),
        (['create', None], None),
    ),
)
def test_passes_over_unknown_words(words, script):
    line = parse(words)
    assert (line.script, line.error) == (script, None)


def test_help_is_no_error():
    for command in ('-V', 'run -Shostname main.ts', 'run --check --no-check -h', 'help run', 'run -v x.ts'):
        line = parse(command.split())
        assert line.help and line.error is None, command


def test_a_long_line_takes_no_time():
    assert parse(['run', '-' + 'R' * 300_000, 'main.ts']).script == 2
    assert parse(['run', '--allow-net=' + 'a,' * 300_000 + 'a', 'main.ts']).error is None
    assert parse(['run', '--allow-net=' + 'a' * 1_000_000 + '.', 'main.ts']).error is not None


# Decisions


def granted(command: str) -> Grants:
    return judge(command.split())


@pytest.mark.parametrize(
    ('flags', 'kind', 'wanted', 'state'),
    (
        ('', 'net', 'a.com', 'prompt'),
        ('-A', 'ffi', None, 'granted'),
        ('-A --deny-net=a.com', 'net', 'a.com:443', 'denied'),
        ('--allow-read=/a/b --deny-read=/a', 'read', '/a/b/c', 'granted'),
        ('--allow-read=/a/b --deny-read=/a', 'read', '/a/bc', 'denied'),
        ('--allow-read=. --deny-read=./secret', 'read', 'x/../secret/key', 'denied'),
        ('--allow-net=*.a.com', 'net', 'a.com', 'granted'),
        ('--allow-net=a.com', 'net', 'x.a.com', 'prompt'),
        ('--allow-net=10.0.0.0/8', 'net', '10.9.8.7:1', 'granted'),
        ('--allow-net=10.0.0.0/8', 'net', '11.0.0.1', 'prompt'),
        ('--allow-net=[0:0::1]', 'net', '[::1]:80', 'granted'),
        ('--allow-env=AWS_*', 'env', 'AWS_KEY', 'granted'),
        ('--allow-env=*', 'env', None, 'prompt'),
        ('--allow-env --ignore-env=K', 'env', 'K', 'denied'),
        ('', 'import', 'esm.sh:443', 'granted'),
        ('--allow-import=a.com', 'import', 'esm.sh:443', 'prompt'),
        ('--deny-import', 'import', 'esm.sh:443', 'granted'),
        ('--allow-run=ls --deny-run=ls', 'run', 'ls', 'granted'),
        ('--allow-run=/bin/ls --deny-run=/bin/ls', 'run', '/bin/ls', 'denied'),
        # the name without its suffix is what a denial looks at
        ('--allow-run --deny-run=tool', 'run', './tool.sh', 'denied'),
        ('--allow-run --deny-run=tool.sh', 'run', './tool.sh', 'granted'),
        ('--allow-run=/bin/ls -W', 'write', '/bin/ls', 'denied'),
        ('--allow-sys=username', 'sys', 'userInfo', 'granted'),
    ),
)
def test_decides(flags, kind, wanted, state):
    assert decide(granted(f'run {flags} main.ts'), kind, wanted) == state


@pytest.mark.parametrize(
    ('command', 'expected'),
    (
        ('run --allow-read=/a/b --deny-read=/a main.ts', [('read', '/a', '/a/b')]),
        ('run --allow-read=./data --deny-read main.ts', [('read', None, './data')]),
        ('run --allow-net=a.com:443 --deny-net=a.com main.ts', [('net', 'a.com', 'a.com:443')]),
        ('run --allow-net=x.a.com --deny-net=*.a.com main.ts', [('net', '*.a.com', 'x.a.com')]),
        ('run --allow-env=AWS_KEY --deny-env=AWS_* main.ts', [('env', 'AWS_*', 'AWS_KEY')]),
        ('run --allow-run=ls --deny-run=ls main.ts', [('run', 'ls', 'ls')]),
        ('run --deny-import=esm.sh main.ts', [('import', 'esm.sh', 'esm.sh:443')]),
        # deno 2.9.8 loses these on the way
        ('run -W --deny-write --allow-run=ls main.ts', [('write', None, None)]),
        ('x -A --deny-net=a.com npm:probe', [('net', 'a.com', None)]),
        ('install -g -A --deny-read main.ts', [('read', None, None)]),
        # these hold
        ('run --allow-read=/a --deny-read=/a/b main.ts', []),
        ('run --allow-read=/a --deny-read=/a main.ts', []),
        ('run --allow-read=/ab --deny-read=/a main.ts', []),
        ('run -A --deny-net main.ts', []),
        ('run --allow-env=AWS_* --deny-env=AWS_KEY main.ts', []),
        ('run --deny-import=esm.sh:443 main.ts', []),
        # asked again after DNS
        ('run --allow-net=a.com --deny-net main.ts', []),
        ('run --allow-net=127.0.0.1:80 --deny-net=127.0.0.1 main.ts', []),
        ('run -W --deny-write=/tmp --allow-run=ls main.ts', []),
        ('run -W --deny-write --allow-run main.ts', []),
    ),
)
def test_finds_ineffective_denies(command, expected):
    assert list(ineffective_denies(granted(command))) == expected


# Permission sets


@pytest.mark.parametrize(
    ('chosen', 'expected'),
    (
        ({'all': True, 'net': {'deny': ['a.com']}}, {'all': True, 'deny': {'net': ['a.com']}}),
        ({'net': {'allow': True, 'deny': []}}, {'all': False, 'net': True}),
        ({'net': False, 'read': []}, {'all': False}),
        ({'env': {'ignore': ['K'], 'allow': None}}, {'all': False, 'ignore': {'env': ['K']}}),
        ({'net': ['A.COM:0443']}, {'all': False, 'net': ['a.com:443']}),
        # deno reads what it cannot use as if it were a name
        ({'env': ['FOO=x']}, {'all': False, 'env': ['FOO=x']}),
    ),
)
def test_reads_permission_sets(chosen, expected):
    words = ['run', '-P', 'main.ts']
    shown = as_json(grants(parse(words), words, config={'permissions': {'default': chosen}}))
    assert shown == {'accepted': True, 'subcommand': 'run', **expected}


@pytest.mark.parametrize('chosen', (
    True, None, 'api', {'nett': True}, {'all': 'yes'}, {'net': 'a.com'}, {'net': [1]}, {'net': None},
    {'write': {'ignore': []}}, {'net': [':8080']}, {'net': ['*']}, {'read': ['']}, {'sys': ['bogus']},
))
def test_refuses_malformed_sets_when_used(chosen):
    config = {'permissions': {'default': chosen}}
    assert not grants(parse(['run', '-P', 'x.ts']), ['run', '-P', 'x.ts'], config=config).accepted
    assert grants(parse(['run', 'x.ts']), ['run', 'x.ts'], config=config).accepted
