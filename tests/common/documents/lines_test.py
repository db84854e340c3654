from __future__ import annotations

import json
import os
import shutil
import subprocess
import time

import pytest
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.lines import Crontab
from deno_ai_hooks.common.documents.lines import Dotenv
from deno_ai_hooks.common.documents.lines import Justfile
from deno_ai_hooks.common.documents.lines import Procfile
from deno_ai_hooks.common.documents.lines import Recipes
from deno_ai_hooks.common.documents.lines import Unit
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

KINDS = (Recipes, Justfile, Procfile, Unit, Crontab, Dotenv)


def read(kind, code, path='file'):
    return kind(path, whole(code.encode()))


def started(document):
    """Return every command with the name of its place, its words as they are known."""
    own = [(c.place.name, ' '.join(word.text or '-' for word in c.words)) for c in document.commands()]
    return own + [each for part in document.parts() for each in started(part)]


def assigned(kind, code):
    return [(v.name, v.value, code.encode()[v.span.start:v.span.end].decode()) for v in read(kind, code).variables()]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('run:\n\tdeno run -A main.ts\n', [('run', 'deno run -A main.ts')]),
        ('run: a b\n\t@deno a\n\t-@deno b\n\t+ deno c\n', [('run', 'deno a'), ('run', 'deno b'), ('run', 'deno c')]),
        ('run: a ; deno a\n\tdeno b\n', [('run', 'deno a'), ('run', 'deno b')]),
        ('run:\n\tdeno run \\\n\t  -A \\\n\t  x.ts\n', [('run', 'deno run -A x.ts')]),
        ('F := -A --x\nrun:\n\tdeno run $(F) ${F}\n', [('run', 'deno run -A --x -A --x')]),
        ('D = deno\nrun:\n\t$(D) run\n', [('run', 'deno run')]),
        ('run:\n\tdeno run $$X "$$Y" $(HOST) --x=$(HOST) $@ $(wildcard *)\n', [
            ('run', 'deno run - $Y - --x=${HOST} - -'),
        ]),
        ('F = 1\nF = 2\nG += 3\nH = $(F)\nrun:\n\tdeno $(F) $(G) $(H)\n', [('run', 'deno - - -')]),
        ('run:\n\techo $(shell deno a)\n', [('run', 'echo -'), ('run', 'deno a')]),
        ('a:\n\tK=1 deno a\n\n# c\nb: a\n\n\tdeno b\n', [('a', 'deno a'), ('b', 'deno b')]),
        ('a:\r\n\tdeno a\r\n', [('a', 'deno a')]),
        ('a:\n\tif x; then \\\n\t\tdeno a; \\\n\tfi\n', [('a', 'x'), ('a', 'deno a')]),
        # no recipes
        ('deno run -A\n  deno run -A\nX = deno run -A\n', []),
        ('a: deno run\n.PHONY: deno\ninclude deno\nX ::= a:b\n', []),
    ),
)
def test_makefile_recipes(code, expected):
    assert started(read(Recipes, code)) == expected


def test_makefile_variables():
    code = 'K = v w # c\nexport L ?= x\nM :=\nN = $(K)\na: b\n\tX = 1\n'
    assert assigned(Recipes, code) == [
        ('K', 'v w', 'v w'),
        ('L', 'x', 'x'),
        ('M', '', 'M :='),
        ('N', None, '$(K)'),
    ]


def test_makefile_recipes_know_their_place():
    code = 'F = -A\nrun: x\n\t@deno $(F) "$$X"\n'
    part = next(iter(read(Recipes, code).parts()))
    command = next(iter(part.commands()))
    assert part.place == Place('recipe', 'run')
    assert [code[s.start:s.end] for _, s in command.words] == ['deno', '$(F)', '"$$X"']
    assert part.text.escape('$X') == '$$X'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('run:\n  deno run -A\n', [('run', 'deno run -A')]),
        ('run *args: build\n    @deno a {{args}}\n    -deno b\n\nx y="z":\n\tdeno c\n', [
            ('run', 'deno a -'),
            ('run', 'deno b'),
            ('x', 'deno c'),
        ]),
        ('f := "-A --x"\nrun:\n  deno {{f}} {{ f }} --y={{g}}\n', [('run', 'deno -A --x -A --x --y={{g}}')]),
        ('f := \'-A\'\n@run:\n  deno {{f}} \\\n    x.ts\n', [('run', 'deno -A x.ts')]),
        ('f := `cat x`\nrun:\n  deno {{f}} {{{{f}}}}\n', [('run', 'deno - {{f}}}}')]),
        ('run:\n  #!/usr/bin/env bash\n  if x; then\n    deno a\n  fi\n', [('run', 'x'), ('run', 'deno a')]),
        # no recipes
        ('set shell := ["deno", "run"]\nalias b := build\nexport X := "deno run"\n# deno run\n', []),
        ('x := "a:b"\n  deno run\n', []),
    ),
)  # fmt: skip
def test_justfile_recipes(code, expected):
    assert started(read(Justfile, code)) == expected


def test_justfile_recipes_in_typescript():
    code = 'run:\n  #!/usr/bin/env -S deno run -A\n  console.log(1);\n'
    module = next(iter(read(Justfile, code).parts()))
    assert module.kind == 'typescript'
    assert module.text.data == b'#!/usr/bin/env -S deno run -A\nconsole.log(1);\n'
    assert module.text.span(30, 37) == (39, 46)


def test_justfile_variables():
    code = 'a := "x y"\nexport B := \'z\'\nc := `d`\ne := ""\n'
    assert assigned(Justfile, code) == [
        ('a', 'x y', 'x y'),
        ('B', 'z', 'z'),
        ('c', None, 'c := `d`'),
        ('e', '', 'e := ""'),
    ]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('web: deno run -A main.ts\n', [('web', 'deno run -A main.ts')]),
        ('web: K=1 deno a && deno b\r\nb-1:deno c', [('web', 'deno a'), ('web', 'deno b'), ('b-1', 'deno c')]),
        ('# web: deno run\n web: deno\nweb:\n', []),
    ),
)
def test_procfile(code, expected):
    document = read(Procfile, code)
    assert started(document) == expected
    assert all(part.place.carrier == 'service' for part in document.parts())


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('*/5 * * * * deno run -A x.ts >> log 2>&1\n', ['deno run -A x.ts']),
        ('@reboot deno a\n0 0 1-5 jan MON-FRI cd /x && deno b\n', ['deno a', 'cd /x', 'deno b']),
        ('@daily deno a \\% b %deno c\n', ['deno a % b']),
        ('# 1 2 3 4 5 deno\n1 2 3 deno run\nK=deno\n', []),
    ),
)
def test_crontab(code, expected):
    assert [line for _, line in started(read(Crontab, code))] == expected


def test_crontab_of_the_system_names_a_user():
    code = '@daily root deno run\n'
    assert started(read(Crontab, code, '/etc/cron.d/app')) == [('', 'deno run')]
    assert started(read(Crontab, code, 'crontab')) == [('', 'root deno run')]


def test_crontab_variables():
    code = 'K=v w\nL = "x y"\n# M=1\n* * * * * N=1 deno\n'
    assert assigned(Crontab, code) == [('K', 'v w', 'v w'), ('L', 'x y', 'x y')]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('ExecStart=/usr/bin/deno run -A main.ts\n', ['/usr/bin/deno run -A main.ts']),
        ('ExecStart=-@!/bin/deno a\nExecStartPre=+deno b\nExecReload = deno c\n', ['/bin/deno a', 'deno b', 'deno c']),
        ('ExecStart=deno \\\n  run \\\n# comment\n; another\n  -A\n', ['deno run -A']),
        ('ExecStart=deno "a b" \'c d\' e\\ f "g\\"h" i"j k"\n', ['deno a b c d e f g"h ij k']),
        ('Environment=F=-A "G=x y"\nEnvironment=H=z\nExecStart=deno $F ${G} --x=${H} $U ${U} $$I\n', [
            'deno -A x y --x=z - ${U} $I',
        ]),
        ('Type=oneshot\nExecStart=deno a ; deno b\n', ['deno a', 'deno b']),
        # a shell of its own
        ('ExecStart=/bin/bash -lc "deno run \\"a b\\" && deno c"\n', [
            '/bin/bash -lc deno run "a b" && deno c',
            'deno run a b',
            'deno c',
        ]),
        # no shell: these are words
        ('ExecStart=deno a && b | c > d\n', ['deno a && b | c > d']),
        ('Description=deno run -A\n#ExecStart=deno run\nExecStart=\n[ExecStart]\n', []),
    ),
)  # fmt: skip
def test_unit(code, expected):
    assert [line for _, line in started(read(Unit, code))] == expected


def test_unit_knows_its_place_and_environment():
    code = '[Service]\nEnvironment=K=v\nExecStart=deno "run" -A\n'
    command = next(iter(read(Unit, code, 'etc/app.service').commands()))
    assert command.place == Place('service', 'app')
    assert [(v.name, v.value) for v in command.environment] == [('K', 'v')]
    assert [code[s.start:s.end] for _, s in command.words] == ['deno', '"run"', '-A']
    assert code[command.span.start:command.span.end] == 'deno "run" -A'


def test_unit_variables():
    code = 'Environment="A=b c" D=e\nEnvironment=F= G\nEnvironmentFile=H=i\n'
    assert assigned(Unit, code) == [('A', 'b c', 'b c'), ('D', 'e', 'e'), ('F', '', 'F=')]


DOTENV = (
    ('A=1', '1', '1'),
    ('export A=1', '1', '1'),
    ('  export   A = two words  # c', 'two words', 'two words'),
    ('A=x#y', 'x', 'x'),
    ('A="x # y" # c', 'x # y', 'x # y'),
    ("A='$B \\n'", '$B \\n', '$B \\n'),
    ('A="x\\ny"', 'x\ny', 'x\\ny'),
    ('A="x\ny"', 'x\ny', 'x\ny'),
    ("A='x\ny' # c", 'x\ny', 'x\ny'),
    ('A=`x\ny`', 'x\ny', 'x\ny'),
    ('A="x" y', 'x', 'x'),
    ('A="x" "y"', 'x" "y', 'x" "y'),
    ('A="x"B="y"', 'x"B="y', 'x"B="y'),
    ('A="a\nb" "c"', 'a\nb" "c', 'a\nb" "c'),
    ('A="unterminated # c', '"unterminated # c', '"unterminated # c'),
    ('A="a\\"b"', 'a\\"b', 'a\\"b'),
    ("A=it's", "it's", "it's"),
    ('A=', '', 'A='),
    ('A=""', '', 'A="'),
    ('A=#c', '', 'A='),
    ('A==1', '=1', '=1'),
    ('A=\\$x', '$x', '\\$x'),
    ('A=1\r', '1', '1'),
    ('A="x\r\ny"\r', 'x\ny', 'x\r\ny'),
    ('A=a\\ b', 'a\\ b', 'a\\ b'),
    ('A=http://x.example/?y=z', 'http://x.example/?y=z', 'http://x.example/?y=z'),
)


@pytest.mark.parametrize(('code', 'value', 'written'), DOTENV)
def test_dotenv(code, value, written):
    assert assigned(Dotenv, code + '\nZ=last\n') == [('A', value, written), ('Z', 'last', 'last')]


@pytest.mark.skipif(not shutil.which('deno'), reason='needs deno')
def test_dotenv_reads_as_deno_does(tmp_path):
    lines = [code.replace('A', f'A{index}', 1) for index, (code, *_) in enumerate(DOTENV) if 'unterm' not in code]
    code = '\n'.join([*lines, 'B=1', 'C=$B-${B}', 'A99="unterminated # c', ''])
    (tmp_path / '.env').write_bytes(code.encode())
    (tmp_path / 'main.ts').write_text('console.log(JSON.stringify(Deno.env.toObject()))')
    run = subprocess.run(
        ('deno', 'run', '--no-prompt', '--allow-env', '--env-file=.env', 'main.ts'),
        cwd=tmp_path,
        env={'PATH': os.environ['PATH'], 'HOME': str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(run.stdout)
    ours = {v.name: v.value for v in read(Dotenv, code).variables()}
    assert {name: seen[name] for name in ours} == ours
    assert len(ours) == len(DOTENV) + 2


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('B=1\nA="$B ${B}"', [('B', '1'), ('A', '1 1')]),
        # a password, not a reference
        ('A=pa$$word', [('A', 'pa$$word')]),
        ('\N{BYTE ORDER MARK}A=1', [('A', '1')]),
        ('#A=1\n  # B=1\nC\n=2\n\nD.x-y=3', [('D.x-y', '3')]),
    ),
)
def test_dotenv_names_and_references(code, expected):
    assert [(name, value) for name, value, _ in assigned(Dotenv, code)] == expected


def test_dotenv_values_that_grow_end():
    code = 'A=' + 'x' * 4000 + '\n' + 'B=$A\n' * 20_000
    assert sum(len(value) for _, value, _ in assigned(Dotenv, code)) < 10_000_000


PIECES = (
    '\t|\n|a:|A=|$(A)|${A}|$|{{a}}|a := "b"|ExecStart=|Environment=|"|\'|`|\\|;|#|* * * * * |@daily |web: |[S]|deno '
    '|export | |\r'
)
TEXTS = st.lists(st.sampled_from(PIECES.split('|'))).map(lambda pieces: ''.join(pieces).encode())


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=60), TEXTS),
    kind=st.sampled_from(KINDS),
)
def test_never_raises_and_stays_inside(data, kind):
    todo = [kind('file', whole(data))]
    while todo:
        document = todo.pop()
        todo.extend(document.parts())
        spans = [variable.span for variable in document.variables()]
        for command in document.commands():
            spans += [command.span, *(word.span for word in command.words)]
        assert all(0 <= start <= end <= len(data) for start, end in spans)


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize(
    'piece',
    ' |\t|\\|\\\n|"|\'|=|$|$(|$(A)|{{|:|- |A="x" |A="\n|A=$A$A\n|\ta\n| a\n|a:\n|*|* |%|@|x\r'.split('|'),
)
def test_time_grows_with_length_only(kind, piece):
    before = time.process_time()
    for start in ('', 'x:\n\t', '[S]\nExecStart=', '* * * * * ', 'A="'):
        document = read(kind, start + piece * (20_000 // len(piece)))
        list(document.variables())
        list(document.commands())
        list(document.parts())
    assert time.process_time() - before < 5
