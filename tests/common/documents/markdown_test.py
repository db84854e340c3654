from __future__ import annotations

import time

import pytest
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.markdown import Markdown
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st


def parts(code, path='README.md'):
    return list(Markdown(path, whole(code.encode())).parts())


def fenced(info, body, fence='```'):
    return f'{fence}{info}\n{body}\n{fence}\n'


@pytest.mark.parametrize(
    ('info', 'kind'),
    (
        *((info, 'shell') for info in 'sh bash Bash shell zsh console shell-session terminal fish'.split()),
        *((info, 'shell') for info in ('powershell', 'ps1', 'bat', 'cmd')),
        *((info, 'shell') for info in ('sh -e', '{.sh .numberLines}', 'bash title="x"')),
        *((info, 'typescript') for info in 'ts tsx js jsx typescript javascript mjs ts,ignore'.split()),
        ('json', 'json'),
        ('jsonc', 'json'),
        ('yaml', 'yaml'),
        ('yml', 'yaml'),
        ('dockerfile', 'containerfile'),
        ('Dockerfile', 'containerfile'),
        ('docker', 'containerfile'),
        ('toml', 'toml'),
        ('env', 'dotenv'),
        ('dotenv', 'dotenv'),
    ),
)
def test_languages(info, kind):
    part, = parts(fenced(info, 'x'))
    assert part.kind == kind
    assert part.place == Place('docs')
    assert part.text.data == b'x\n'


@pytest.mark.parametrize('info', ('diff', 'python', 'html', 'mermaid', 'shellcheck', 'md', 'log', 'output', 'rust'))
def test_other_languages(info):
    assert parts(fenced(info, 'deno run -A main.ts')) == []


@pytest.mark.parametrize(
    'body',
    (
        'deno run -A main.ts',
        '$ deno task dev',
        '> deno eval 1',
        'K=v deno run main.ts',
        '# start\nnpx x',
        'docker run x',
        'export K=v',
    ),
)
def test_commands_without_a_language(body):
    part, = parts(fenced('', body))
    assert part.kind == 'shell'


@pytest.mark.parametrize(
    'body',
    ('some text', 'deno', 'src/\n  deno.json\n', 'error: deno run failed', '{"deno": 1}', 'The deno run command'),
)
def test_texts_without_a_language(body):
    assert parts(fenced('', body)) == []


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('```sh\na\n```\n```sh\nb\n```', ['a\n', 'b\n']),
        ('~~~sh\n```\n~~~~\n', ['```\n']),
        ('````sh\na\n```\n````', ['a\n```\n']),
        ('```sh\na', ['a']),
        ('```sh\r\na\r\n```\r\nb', ['a\r\n']),
        ('```sh\n```', ['']),
        ('  ```sh\n  a\n    b\n c\n  ```', ['a\n  b\nc\n']),
        ('- x\n\n  ```sh\n  a\n\n  b\n  ```', ['a\n\nb\n']),
        ('1. ```sh\n   a\n   ```', ['a\n']),
        ('> ```sh\n> a\n>b\n> ```', [' a\nb\n']),
        ('> > ```sh\n> > a\n> > ```', [' a\n']),
        ('> ```sh\n> a\nafter', [' a\n']),
        ('> ```sh\n> a\n```sh\nb\n```', [' a\n', 'b\n']),
        # no fences
        ('``sh\na\n``', []),
        ('```sh a`b\na', []),
        ('text ```sh\na\n', []),
        ('````md\n```sh\na\n```\n````\n', []),
        ('`deno run -A`', []),
    ),
)
def test_fences(code, expected):
    found = [part.text.data.decode() for part in parts(code) if part.kind == 'shell']
    assert [text.strip(' ') for text in found] == [text.strip(' ') for text in expected]


def test_spans_stand_in_the_document():
    code = '- x\n  > ```sh\n  > deno \\\n  >   run\n  > ```\n'
    part, = parts(code)
    command, = part.commands()
    assert [(w.text, code[w.span.start:w.span.end]) for w in command.words] == [('deno', 'deno'), ('run', 'run')]


@pytest.mark.parametrize(
    ('code', 'path'),
    (
        (fenced('json title="deno.json"', '{}'), 'docs/deno.json'),
        (fenced('json filename=deno.jsonc', '{}'), 'docs/deno.jsonc'),
        (fenced('json:package.json', '{}'), 'docs/package.json'),
        (fenced('jsonc', '// deno.json\n{}'), 'docs/deno.json'),
        (fenced('json', '{"tasks": {"a": "b"}}'), 'docs/deno.json'),
        (fenced('json', '{"imports": {"a": "npm:a"}}'), 'docs/deno.json'),
        (fenced('json', '{"scripts": {"a": "b"}}'), 'docs/package.json'),
        (fenced('ts', '// ./src/main_test.ts\nx'), 'docs/src/main_test.ts'),
        (fenced('yaml', '# .github/workflows/ci.yml\nx: y'), 'docs/.github/workflows/ci.yml'),
        (fenced('dockerfile', '# Dockerfile\nFROM x'), 'docs/Dockerfile'),
        (fenced('json', '{"a": {"b": 1}}'), 'docs/README.md'),
        # VS Code has tasks, too
        (fenced('json', '{"version": "2.0.0", "tasks": []}'), 'docs/README.md'),
        (fenced('json title="Example"', '{}'), 'docs/README.md'),
        (fenced('ts title="../../x.ts"', 'x'), 'docs/README.md'),
        (fenced('ts', '// some words here.\nx'), 'docs/README.md'),
    ),
)
def test_paths(code, path):
    part, = parts(code, 'docs/README.md')
    assert part.path == path


def test_tasks_of_a_shown_configuration():
    part, = parts(fenced('json', '{"tasks": {"dev": "deno run -A main.ts"}}'))
    command, = next(iter(part.parts())).commands()
    assert [word.text for word in command.words] == ['deno', 'run', '-A', 'main.ts']


@pytest.mark.parametrize(
    ('info', 'code', 'expected'),
    (
        ('powershell', 'deno run `\n  -A', ['deno', 'run', '-A']),
        ('cmd', 'deno run ^\n  -A', ['deno', 'run', '-A']),
        ('sh', 'deno run \\\n  -A', ['deno', 'run', '-A']),
    ),
)
def test_dialects(info, code, expected):
    command, = next(iter(parts(fenced(info, code)))).commands()
    assert [word.text for word in command.words] == expected


PIECES = '```|~~~|````|\n|> |- |1. |  |\t|sh|json|ts|deno run -A|"|\r\n|// a.ts|title="a.json"|{"tasks": {'

TEXTS = st.lists(st.sampled_from(PIECES.split('|'))).map(lambda pieces: ''.join(pieces).encode())


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=60), TEXTS))
def test_never_raises_and_stays_inside(data):
    for part in Markdown('x.md', whole(data)).parts():
        assert len(part.text.data) <= len(data)
        span = part.text.span(0, len(part.text.data))
        assert 0 <= span.start <= span.end <= len(data)


@pytest.mark.parametrize('piece', '`|```\n|```sh\n|> |>|- |-    | |\t|~|1. |a.|name |a=b |\n'.split('|'))
def test_time_grows_with_length_only(piece):
    before = time.process_time()
    for start in ('', '```', '```sh\n', '```\n// ', '> ```sh\n'):
        parts(start + piece * (100_000 // len(piece)))
    assert time.process_time() - before < 5
