from __future__ import annotations

import time

import pytest
import yaml
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.yaml import Yaml
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from reading import assert_inside
from reading import lines
from reading import read
from reading import scripts
from reading import under
from reading import variables

WORKFLOW = '.github/workflows/ci.yml'


def document(source, path='x.yaml'):
    return read(Yaml, path, source)


def values(source):
    return [('.'.join(setting.keys), setting.value) for setting in document(source).settings()]


@pytest.mark.parametrize(
    ('source', 'expected'),
    (
        ('a: b', [('a', 'b')]),
        ('a: {b: [c, d]}', [('a.b.0', 'c'), ('a.b.1', 'd')]),
        ('- a\n- b: c\n  d:\n  - e\n', [('0', 'a'), ('1.b', 'c'), ('1.d.0', 'e')]),
        ('a: 1\nb: -1.5\nc: 0x1F\nd: true\ne: null\nf:\n', [
            ('a', 1), ('b', -1.5), ('c', 31), ('d', True), ('e', None), ('f', None),
        ]),
        ('a: "1"\nb: \'true\'\nc: !!str 1\nd: yes\n', [('a', '1'), ('b', 'true'), ('c', '1'), ('d', 'yes')]),
        ('"a b": c\n? d\n: e\n', [('a b', 'c'), ('d', 'e')]),
        ('a: b\n---\nc: d\n...\n', [('a', 'b'), ('c', 'd')]),
        ('\ufeffa: b\nc: d\n', [('a', 'b'), ('c', 'd')]),
        ('a: &x {b: c}\nd: *x\n', [('a.b', 'c'), ('d.b', 'c')]),
        ('a: &x {b: c, d: e}\nf: {<<: *x, b: g}\n', [('a.b', 'c'), ('a.d', 'e'), ('f.d', 'e'), ('f.b', 'g')]),
        ('a: &x {b: c}\nd: &y {b: e}\nf: {<<: [*x, *y]}\n', [('a.b', 'c'), ('d.b', 'e'), ('f.b', 'e'), ('f.b', 'c')]),
        # an alias of nothing, and of itself
        ('a: *x\nb: &b [*b]\n', [('a', None), ('b.0', None)]),
        # an anchor is gone in the next document
        ('a: &x b\n---\nc: *x\n', [('a', 'b'), ('c', None)]),
        ('', []),
        ('a', [('', 'a')]),
        # digits without end
        ('a: ' + '9' * 20, [('a', 1e20)]),
    ),
)
def test_settings(source, expected):
    assert values(source) == expected


@pytest.mark.parametrize(
    ('source', 'value', 'place'),
    (
        ('a: b c # d', 'b c', 'b c'),
        ('a: b\n  c\n\n  d\n', 'b c\nd', 'b\n  c\n\n  d'),
        ('a: "b\\tc\\u00e9\\x41"', 'b\tcéA', 'b\\tc\\u00e9\\x41'),
        ('a: "b\n  c \\\n  d"', 'b c d', 'b\n  c \\\n  d'),
        ("a: 'it''s\n  b'", "it's b", "it''s\n  b"),
        ('a: |\n  b\n   c\n\n  d\n\n', 'b\n c\n\nd\n', 'b\n   c\n\n  d'),
        ('a: |-\n  b\n\n', 'b', 'b'),
        ('a: |+\n  b\n\n', 'b\n\n', 'b'),
        ('a: |2\n   b\n', ' b\n', ' b'),
        ('a: >\n  b\n  c\n\n  d\n   e\n  f\n', 'b c\nd\n e\nf\n', 'b\n  c\n\n  d\n   e\n  f'),
        ('a: >- # note\n  b\n  c\n', 'b c', 'b\n  c'),
        ('a: |\r\n  b\r\n  c\r\n', 'b\nc\n', 'b\r\n  c'),
        ('a: ""', '', ''),
    ),
)
def test_scalars(source, value, place):
    found = document(source)
    (setting,) = found.settings()
    assert (setting.value, under(found, setting.span)) == (value, place)


@pytest.mark.parametrize(
    'source',
    (
        'a: deno run\n  -A x',
        'a: "deno\\u0020run\\n-A x"',
        "a: 'don''t -A x'",
        'a: |\n  deno run \\\n    -A x\n',
        'a: >-\n  deno run\n  -A x\n',
    ),
)
def test_every_character_has_its_place(source):
    found = document(source)
    text = found.roots[0].get('a').text
    at = text.data.index(b'-A')
    assert under(found, text.span(at, at + 2)) == '-A'


@pytest.mark.parametrize(
    'source',
    (
        'a: "x old"',
        "a: 'x old'",
        'a: x old',
        'a: |\n   x old\n',
        'a: >-\n  x old\n',
        'a: ["x old"]',
        'b:\n- a: |\n    x old',
    ),
)
@pytest.mark.parametrize('new', ('new', 'it\'s', 'two\nlines', 'back\\slash'))
def test_escapes_what_is_written(source, new):
    found = document(source)
    ((_, text),) = [(setting, _text(found.roots[0])) for setting in found.settings()]
    edit = text.edit(2, 5, new)
    data = source.encode()
    changed = data[:edit.span.start] + edit.text.encode() + data[edit.span.end:]
    assert yaml.safe_load(changed) == _replaced(yaml.safe_load(source), new)


def _text(node):
    return node.text or _text(node.items[0][1])


def _replaced(value, new):
    if isinstance(value, str):
        return value.replace('old', new)
    if isinstance(value, list):
        return [_replaced(item, new) for item in value]
    return {key: _replaced(item, new) for key, item in value.items()}


PIECES = st.lists(st.sampled_from(
    ['a', 'b ', '  ', '\n', "'", '"', '\\', '#', ' #', ': ', 'ü', '\t', '\\n', '\\x41', '\\\n', '-', '{', '|', '\r\n'],
), max_size=8).map(''.join)
LINES = ['', ' ', '    ', '    a', '    b c', '      d', '    e  ', '    \tt', '  # c']


def is_indented(lines):
    """Return whether the empty lines at the start have no more blanks than the first other one: else, an error.

    YAML 1.2.2, 8.1.1.1.
    """
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    return first is None or all(len(line) <= len(lines[first]) - len(lines[first].lstrip()) for line in lines[:first])


BLOCKS = st.tuples(
    st.sampled_from('|>'),
    st.sampled_from(['', '-', '+']),
    st.lists(st.sampled_from(LINES), max_size=6).filter(is_indented),
).map(lambda parts: f'{parts[0]}{parts[1]}\n' + ''.join(line + '\n' for line in parts[2]))
SCALARS = BLOCKS | st.sampled_from(['1\n', '&x v\n', '[a, "b\\n", {c: d}]\n', 'a b\n    c\n\n    d\n']) | st.tuples(
    st.sampled_from(['"', "'", '']), PIECES,
).map(lambda parts: parts[0] + parts[1].replace('\n', '\n    ') + parts[0] + '\n')
FILES = st.lists(
    st.tuples(st.sampled_from(['', 'k:\n  ', '- ', '- k: ']), SCALARS), max_size=4,
).map(lambda parts: ''.join(f'k{index}:\n  {before}{scalar}' for index, (before, scalar) in enumerate(parts)))


@settings(max_examples=300, deadline=None)
@given(FILES)
def test_reads_as_pyyaml_does(source):
    found = document(source)
    assert_inside(found)
    try:
        expected = yaml.load(source, yaml.BaseLoader)
    except yaml.YAMLError:
        return
    if all(not root.has_error for root in [_syntax(source)]):
        assert [_plain(root) for root in found.roots] == [expected if source else {}]


def _syntax(source):
    from deno_ai_hooks.common.documents.yaml import _parser

    return _parser().parse(source.encode()).root_node


def _plain(node):
    if node.kind == 'scalar':
        return node.text.data.decode() if node.text else ''
    if node.kind == 'list':
        return [_plain(item) for _, item in node.items]
    return {key: _plain(item) for key, item in node.items}


def test_workflow():
    found = document('''
on: push
env: {A: b}
defaults: {run: {working-directory: app}}
jobs:
  test:
    runs-on: ubuntu-latest
    env: {KEY: "${{ secrets.KEY }}", MODE: "x-${{ github.ref }}"}
    container: {image: x, env: {C: d}}
    services: {db: {image: y, env: {E: f}}}
    steps:
    - uses: actions/checkout@v5
      with: {run: deno run no}
    - name: Unit tests
      run: deno test -A
    - id: many
      working-directory: lib
      run: |
        deno fmt
        deno lint
      env: {G: 1}
    - run: print(1)
      shell: python
    - {run: deno x, shell: "bash -e {0}"}
''', WORKFLOW)
    assert scripts(found) == [
        ('workflow', 'test / Unit tests', 'deno test -A'),
        ('workflow', 'test / many', 'deno fmt\ndeno lint\n'),
        ('workflow', 'test', 'deno x'),
    ]
    assert [part.place.folder for part in found.parts()] == ['app', 'lib', 'app']
    assert variables(found) == [
        ('A', 'b'), ('KEY', None), ('MODE', 'x-${{ github.ref }}'), ('C', 'd'), ('E', 'f'), ('G', '1'),
    ]
    assert lines(found) == []


@pytest.mark.parametrize(
    ('shell', 'expected'),
    (
        ('runs-on: x\n    steps: [{run: a=1, shell: pwsh}]', []),
        ('runs-on: windows-latest\n    steps: [{run: a=1}]', []),
        ('runs-on: windows-latest\n    steps: [{run: a=1, shell: bash}]', [('a', '1')]),
        ('runs-on: x\n    defaults: {run: {shell: pwsh}}\n    steps: [{run: a=1}]', []),
        ('runs-on: x\n    steps: [{run: a=1}]', [('a', '1')]),
    ),
)
def test_shells_of_steps(shell, expected):
    found = document(f'on: push\njobs:\n  x:\n    {shell}', WORKFLOW)
    (part,) = found.parts()
    assert variables(part) == expected


def test_action():
    source = 'name: Set up\nruns:\n  using: composite\n  steps:\n  - {run: deno x, shell: bash}\n'
    assert scripts(document(source, 'a/action.yml')) == [('workflow', 'Set up', 'deno x')]


def test_gitlab():
    found = document('''
variables: {A: b}
before_script: [deno a]
job:
  script:
  - deno b
  - [deno c]
  - !reference [.x, script]
  after_script: deno d
  variables: {C: {value: d, description: e}}
include: {script: no}
''', '.gitlab-ci.yml')
    assert [(name, script) for _, name, script in scripts(found)] == [
        ('', 'deno a'), ('job', 'deno b'), ('job', 'deno c'), ('job', 'deno d'),
    ]
    assert variables(found) == [('A', 'b'), ('C', 'd')]


@pytest.mark.parametrize(
    ('service', 'expected'),
    (
        ('command: deno run -A "a b"', ['deno', 'run', '-A', 'a b']),
        ("command: deno run -A 'a b' c\\ d", ['deno', 'run', '-A', 'a b', 'c d']),
        ('command: [deno, run, "a b"]', ['deno', 'run', 'a b']),
        ('command: deno run $FLAGS --allow-net=$HOST', ['deno', 'run', None, '--allow-net=$HOST']),
        ('command: >-\n      deno run\n      -A', ['deno', 'run', '-A']),
        ('entrypoint: [deno, run]\n    command: -A x', ['deno', 'run', '-A', 'x']),
        ('image: denoland/deno:2\n    command: run x', ['deno', 'run', 'x']),
        ('image: "denoland/deno:${V:-2}"\n    command: run x', ['deno', 'run', 'x']),
        ('image: "${I:-denoland/deno}"\n    command: run x', ['deno', 'run', 'x']),
        ('image: denoland/deno\n    command: [x.ts]', ['x.ts']),
        ('image: denoland/deno\n    entrypoint: deno\n    command: run', ['deno', 'run']),
        ('image: denoland/deno\n    entrypoint: []\n    command: run', ['run']),
        ('image: denoland/deno\n    entrypoint:\n    command: run', ['deno', 'run']),
        ('image: node\n    command: run', ['run']),
        ('image: denoland/deno', None),
        ('image: denoland/deno\n    command: null', None),
        ('image: denoland/deno\n    command: []', None),
    ),
)
def test_compose(service, expected):
    found = document(f'services:\n  api:\n    {service}\n', 'compose.yaml')
    assert lines(found) == ([] if expected is None else [('service', 'api', expected)])
    assert_inside(found)


def test_compose_places():
    source = 'services:\n  a:\n    image: denoland/deno\n    command: run "-A" x\n'
    found = document(source, 'docker-compose.prod.yml')
    (command,) = found.commands()
    assert [under(found, word.span) for word in command.words] == ['', 'run', '"-A"', 'x']
    assert under(found, command.span) == 'run "-A" x'


def test_compose_besides():
    found = document('''
x-env: &env {A: "1", B: "${B}"}
services:
  a:
    command: sh -c "deno run 'x y'"
    environment: {<<: *env, C: 2, D: }
    healthcheck: {test: [CMD-SHELL, deno eval 1]}
  b:
    environment: [E=f, "G=h i", J]
    healthcheck: {test: [CMD, deno, eval]}
''', 'compose.yml')
    assert scripts(found) == [('service', 'a', "deno run 'x y'"), ('service', 'a', 'deno eval 1')]
    assert lines(found)[1:] == [('service', 'b', ['deno', 'eval'])]
    assert variables(found) == [('A', '1'), ('B', None), ('C', '2'), ('E', 'f'), ('G', 'h i')]
    assert [under(found, variable.span) for variable in found.variables()] == ['1', '${B}', '2', 'f', 'h i']


def test_kubernetes():
    found = document('''
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
      - name: web
        image: denoland/deno:2
        args: [run, -A, x]
        env: [{name: A, value: "1"}, {name: B, valueFrom: {}}]
        livenessProbe: {exec: {command: [deno, eval]}}
      initContainers:
      - {command: [sh, -c], args: [deno cache x]}
---
apiVersion: v1
kind: ConfigMap
data: {command: deno run no}
''')
    assert lines(found) == [
        ('service', 'web', ['deno', 'run', '-A', 'x']),
        ('service', 'web', ['deno', 'eval']),
        ('service', '', ['sh', '-c', 'deno cache x']),
    ]
    assert scripts(found) == [('service', '', 'deno cache x')]
    assert variables(found) == [('A', '1')]


def test_pre_commit():
    source = 'repos:\n- repo: local\n  hooks:\n  - {id: x, entry: deno run -A x, args: [--y]}\n  - {id: z}\n'
    assert lines(document(source, '.pre-commit-config.yaml')) == [('hook', 'x', ['deno', 'run', '-A', 'x', '--y'])]


@pytest.mark.parametrize(
    ('path', 'source', 'expected'),
    (
        ('Taskfile.yml', 'tasks: {a: deno a, b: {cmds: [deno b, {cmd: deno c}, {task: a}], dir: d}}', [
            ('recipe', 'a', 'deno a'), ('recipe', 'b', 'deno b'), ('recipe', 'b', 'deno c'),
        ]),
        ('render.yaml', 'services: [{name: x, startCommand: deno run x}]', [('service', 'services', 'deno run x')]),
        ('x.yml', 'a: {run: deno run x}', [('recipe', 'a', 'deno run x')]),
        ('x.yml', 'a: {script: [ls, cd x && deno test]}', [('recipe', 'a', 'cd x && deno test')]),
        ('azure-pipelines.yml', 'steps: [{script: npm ci}, {bash: x}]', [
            ('workflow', 'steps', 'npm ci'), ('workflow', 'steps', 'x'),
        ]),
        ('.circleci/config.yml', 'jobs: {a: {steps: [{run: deno a}, {run: {command: deno b}}]}}', [
            ('workflow', 'steps', 'deno a'), ('workflow', 'run', 'deno b'),
        ]),
        # known by their keys, as in documents
        ('README.md', 'on: push\njobs: {a: {runs-on: x, steps: [{run: ls}]}}', [('workflow', 'a', 'ls')]),
        # nothing that runs deno
        ('x.yml', 'a: {run: my-deno run}', []),
        ('x.yml', 'a: {run: denoland}', []),
        ('x.yml', 'description: deno run -A x', []),
        ('x.yml', 'run: {deno run: x}', []),
        ('x.yml', 'run: true', []),
    ),
)
def test_others(path, source, expected):
    assert scripts(document(source, path)) == expected


def test_each_script_once():
    source = 'on: push\njobs:\n  a: &a {runs-on: x, steps: [{run: deno x}]}\n  b: *a\n'
    assert len(scripts(document(source, WORKFLOW))) == 1


def test_place_of_documents():
    source = 'services: {a: {image: denoland/deno, command: run x, entrypoint: [sh, -c]}}'
    found = Yaml('README.md', whole(source.encode()), Place('docs'))
    assert {command.place for command in found.commands()} == {Place('docs', 'a')}
    assert {part.place for part in found.parts()} == {Place('docs', 'a')}


@pytest.mark.parametrize(
    ('source', 'expected'),
    (
        ('a: b\nc: "d\n', [('a', 'b')]),
        ('a: b\n{{ if x }}\nc: d\n', [('a', 'b'), ('c', 'd')]),
    ),
)
def test_broken(source, expected):
    assert values(source) == expected


def test_laughs_end():
    laughs = 'a0: &a0 [ha, ha]\n' + ''.join(
        f'a{n}: &a{n} [' + ', '.join([f'*a{n - 1}'] * 9) + ']\n' for n in range(1, 60)
    )
    assert len(values(laughs)) < 50_000


@pytest.mark.parametrize(
    'source',
    (
        '- ' * 500,
        '? ' * 500,
        ': ' * 500,
        ''.join(' ' * n + 'a:\n' for n in range(500)),
        ''.join(' ' * n + 'a:\r' for n in range(500)),
    ),
)
def test_refuses_what_is_too_deep(source):
    found = document(source)
    assert found.refused == 0
    assert list(found.settings()) == []


@pytest.mark.parametrize('source', ['a: ' + '1 - ' * 100, '- ' * 90 + 'a', '[' * 500, 'a: "' + '- ' * 150 + '"', ''])
def test_refuses_nothing_else(source):
    assert document(source).refused is None


@pytest.mark.parametrize(
    'source',
    (
        'a: ' + 'x' * 1_000_000,
        'a: x' + ' ' * 1_000_000 + 'y',
        'a: "' + '\\n' * 100_000 + '"',
        'a: |\n' + '  x\n' * 30_000,
        'a: [' + '*b, ' * 50_000 + ']',
        '[' * 100_000,
        'a: &a {x: 1}\n' + ''.join(f'b{n}: &b{n} {{<<: *b{n - 1}}}\n' for n in range(3_000)),
        'services: {a: {command: "' + "'x' " * 100_000 + '"}}',
    ),
)
def test_takes_no_time(source):
    began = time.process_time()
    assert_inside(document(source))
    assert time.process_time() - began < 10


KEYS = """
on: push|jobs:|a:|run: deno x|steps:|- run: x|services:|command: a|image: denoland/deno|env: {A: b}|&a|<<: *a|[|{|"
""".strip()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=100) | st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from(KEYS.split('|'))), max_size=12,
).map(lambda rows: '\n'.join(' ' * indent + row for indent, row in rows).encode()))
def test_takes_anything(data):
    assert_inside(document(data, 'compose.yml'))
    assert_inside(document(data, WORKFLOW))
