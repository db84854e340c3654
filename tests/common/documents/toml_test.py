from __future__ import annotations

import time
import tomllib

import pytest
from deno_ai_hooks.common.documents.config import plain
from deno_ai_hooks.common.documents.toml import Toml
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from reading import assert_inside
from reading import lines
from reading import read
from reading import scripts
from reading import under
from reading import variables

MULTI = '"""\na \\\n   b"""'
KEYS = st.sampled_from(['a', 'b', 'c', '"d e"', "'f'", 'a.b', 'b . c.d', 'x-y'])
VALUES = st.recursive(
    st.sampled_from([
        '"a\\n\\u00e9"', "'a\\b'", MULTI, "'''\na\\\nb'''", '1_000', '-1', '0x1f', '1.5', '1e3', 'true', 'false', '""',
    ]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f'[{", ".join(items)}]')
    | st.lists(inner, max_size=3).map(lambda items: '{' + ', '.join(f'k{n} = {i}' for n, i in enumerate(items)) + '}'),
    max_leaves=5,
)
ROWS = (
    st.tuples(KEYS, VALUES).map(lambda row: f'{row[0]} = {row[1]} # c')
    | KEYS.map(lambda key: f'[{key}]')
    | KEYS.map(lambda key: f'[[{key}]]')
)
FILES = st.lists(ROWS, max_size=7).map('\n'.join)


def document(source, path='x.toml'):
    return read(Toml, path, source)


@pytest.mark.parametrize(
    ('source', 'value', 'place'),
    (
        ('a = "b\\tc"', 'b\tc', 'b\\tc'),
        ("a = 'b\\tc'", 'b\\tc', 'b\\tc'),
        (f'a = {MULTI}', 'a b', 'a \\\n   b'),
        ("a = '''\nb\n'''", 'b\n', 'b\n'),
        ('a = """\r\nb"""', 'b', 'b'),
        ('a = ""', '', ''),
        ('a = 1_0', 10, '1_0'),
        ('a = 0o17', 15, '0o17'),
        ('a = 1e3', 1000.0, '1e3'),
        ('a = true', True, 'true'),
        ('a = 1979-05-27', '1979-05-27', '1979-05-27'),
        ('\ufeffa = "b"', 'b', 'b'),
    ),
)
def test_values(source, value, place):
    found = document(source)
    (setting,) = found.settings()
    assert setting.keys == ('a',)
    assert (setting.value, type(setting.value)) == (value, type(value))
    assert under(found, setting.span) == place


@pytest.mark.parametrize(
    ('source', 'expected'),
    (
        ('a.b = 1\n[c]\nd = 2\n[c.e]\nf = 3', ['a.b', 'c.d', 'c.e.f']),
        ('[[a]]\nb = 1\n[[a]]\nb = 2\n[a.c]\nd = 3', ['a.0.b', 'a.1.b', 'a.1.c.d']),
        ('a = {b = 1, c.d = [2, {e = 3}]}', ['a.b', 'a.c.d.0', 'a.c.d.1.e']),
        ('"a b" = 1', ['a b']),
        # broken lines are passed over
        ('a = \nb = 1', ['b']),
        ('a = 1\n[a.b]\nc = 2', ['a']),
        ('[a]\n[[a]]\nb = 1', ['a.b']),
    ),
)
def test_keys(source, expected):
    assert ['.'.join(setting.keys) for setting in document(source).settings()] == expected


@settings(max_examples=300, deadline=None)
@given(FILES)
def test_reads_as_tomllib_does(source):
    found = document(source)
    assert_inside(found)
    try:
        expected = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return
    assert plain(found.root) == expected


@pytest.mark.parametrize('path', ['mise.toml', '.mise.toml', '.mise/config.toml', 'a/.config/mise.toml', 'mise.x.toml'])
def test_mise(path):
    found = document('''
[env]
A = "b"
_.file = ".env"
[tasks]
a = "deno a"
b.run = ["deno b", 'deno c']
[tasks."d e"]
run = """
deno d \\
  -A
"""
dir = "app"
depends = ["a"]
[tasks.f]
run = "$x"
shell = "python -c"
[tools]
deno = "2"
''', path)
    assert scripts(found) == [
        ('recipe', 'a', 'deno a'),
        ('recipe', 'b', 'deno b'),
        ('recipe', 'b', 'deno c'),
        ('recipe', 'd e', 'deno d -A\n'),
    ]
    assert [part.place.folder for part in found.parts()] == ['', '', '', 'app']
    assert variables(found) == [('A', 'b')]


def test_place_inside_a_task():
    found = document('[tasks]\na = "deno \\"x\\" \\u002dA"\n', 'mise.toml')
    (part,) = found.parts()
    at = part.text.data.index(b'-A')
    assert under(found, part.text.span(at, at + 2)) == '\\u002dA'
    assert part.text.escape('"\n') == '\\"\\n'


def test_fly():
    found = document('''
app = "x"
[build]
image = "denoland/deno:2"
[env]
PORT = "8080"
[processes]
web = "run -A main.ts"
cron = "sh -c 'deno run x'"
[deploy]
release_command = "task migrate"
''', 'fly.toml')
    assert lines(found) == [
        ('service', 'web', ['deno', 'run', '-A', 'main.ts']),
        ('service', 'cron', ['sh', '-c', 'deno run x']),
        ('service', 'release_command', ['deno', 'task', 'migrate']),
    ]
    assert scripts(found) == [('service', 'cron', 'deno run x')]
    assert variables(found) == [('PORT', '8080')]


def test_netlify():
    found = document('[build]\ncommand = "deno task b"\n[build.environment]\nA = "b"\n', 'netlify.toml')
    assert scripts(found) == [('hook', 'build', 'deno task b')]
    assert variables(found) == [('A', 'b')]


@pytest.mark.parametrize(
    ('path', 'source'),
    (
        ('Cargo.toml', '[package]\nname = "deno run"\n'),
        ('x.toml', '[tasks]\na = "deno run"\n'),
        ('x.toml', 'run = "my-deno run"\n'),
        ('fly.toml', 'app = "deno run x"\n'),
        ('mise.toml', '[tools]\nrun = "deno run x"\n'),
    ),
)
def test_harmless(path, source):
    assert scripts(document(source, path)) == []
    assert lines(document(source, path)) == []


@pytest.mark.parametrize(
    'source',
    (
        'a = "' + 'x' * 1_000_000 + '"',
        'a = "' + '\\n' * 100_000 + '"',
        'a = ' + '[' * 100_000,
        'a = ' + '{a = ' * 50_000,
        'a.' * 50_000 + 'b = 1',
        '[' + 'a.' * 50_000 + 'b]\nc = 1',
        '[[a]]\nb = 1\n' * 10_000,
        'a = ' + '[' * 90 + '1' + ']' * 90,
    ),
)
def test_takes_no_time(source):
    began = time.process_time()
    assert_inside(document(source))
    assert time.process_time() - began < 10


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100) | FILES.map(str.encode))
def test_takes_anything(data):
    assert_inside(document(data, 'mise.toml'))
