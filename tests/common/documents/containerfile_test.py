from __future__ import annotations

import time

import pytest
from deno_ai_hooks.common.documents.containerfile import Containerfile
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from reading import assert_inside
from reading import lines
from reading import read
from reading import scripts
from reading import under
from reading import variables

ATOMS = r'''
FROM denoland/deno|FROM a AS b|FROM b AS c|FROM $X|CMD ["run", "-A"]|CMD deno run|ENTRYPOINT ["deno"]|ENTRYPOINT x
ARG X=1|ENV A=$X B="c"|ENV A $A$A$A|SHELL ["pwsh"]|RUN deno x|RUN <<EOF|EOF|ONBUILD CMD ["a"]
HEALTHCHECK CMD ["sh", "-c", "x"]
'''.strip().replace('\n', '|').split('|')


def dockerfile(source):
    return read(Containerfile, 'Dockerfile', source)


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('FROM a\nRUN deno x', [('container', '', 'deno x')]),
        ('FROM a AS build\nRUN a \\\n && deno x', [('container', 'build', 'a  && deno x')]),
        ('FROM a\nRUN <<EOF\ndeno x\nEOF', [('container', '', 'deno x\n')]),
        ('FROM a\nRUN <<EOF\n#!/bin/bash -e\ndeno x\nEOF', [('container', '', '#!/bin/bash -e\ndeno x\n')]),
        ('FROM a\nONBUILD RUN deno x', [('container', '', 'deno x')]),
        ('FROM a\nHEALTHCHECK CMD deno eval 1', [('container', '', 'deno eval 1')]),
        ('FROM a\nCMD deno x', [('entrypoint', '', 'deno x')]),
        ('FROM a\nENTRYPOINT deno x', [('entrypoint', '', 'deno x')]),
        ('FROM a\nCMD ["sh", "-c", "deno \\"x\\""]', [('entrypoint', '', 'deno "x"')]),
        ('FROM a\nCMD ["/tini", "--", "/bin/bash", "-lc", "deno x"]', [('entrypoint', '', 'deno x')]),
        ('FROM a\nRUN ["sh", "-euc", "deno x"]', [('container', '', 'deno x')]),
        ('FROM a\nCOPY <<EOF /run.sh\n#!/bin/sh\ndeno x\nEOF', [('container', '', '#!/bin/sh\ndeno x\n')]),
        # only the last one starts
        ('FROM a\nCMD deno x\nCMD deno y', [('entrypoint', '', 'deno y')]),
        ('FROM a\nRUN ["deno", "x"]\nCMD ["deno", "y"]', []),
        # no shell reads these
        ('FROM a\nRUN <<EOF\n#!/usr/bin/env python3\nx\nEOF', []),
        ('FROM a\nCOPY <<EOF /main.ts\nx\nEOF', []),
        ('FROM a\nSHELL ["python", "-c"]\nRUN x', []),
        ('FROM a\nCMD ["bash", "run.sh", "x"]', []),
        ('FROM a\nUSER x\nCOPY . .\nENTRYPOINT []', []),
    ),
)
def test_scripts(code, expected):
    assert scripts(dockerfile(code)) == expected


def test_shell_reaches_the_stages_built_on_it():
    code = 'FROM w AS base\nSHELL ["pwsh", "-Command"]\nRUN $a = "deno"\nFROM base\nRUN a=1\nFROM w\nRUN a=1'
    found = [variables(part) for part in dockerfile(code).parts()]
    assert found == [[('a', 'deno')], [], [('a', '1')]]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('FROM a\nRUN ["deno", "x"]', [('container', '', ['deno', 'x'])]),
        ('FROM a\nONBUILD CMD ["deno", "x"]', [('entrypoint', '', ['deno', 'x'])]),
        ('FROM a\nHEALTHCHECK CMD ["deno", "x"]', [('container', '', ['deno', 'x'])]),
        ('FROM a\nCMD ["deno", "x"]', [('entrypoint', '', ['deno', 'x'])]),
        ('FROM a\nENTRYPOINT ["deno"]\nCMD ["x"]', [('entrypoint', '', ['deno', 'x'])]),
        ('FROM a\nCMD ["x"]\nENTRYPOINT ["deno"]', [('entrypoint', '', ['deno', 'x'])]),
        ('FROM a\nCMD ["x"]\nCMD ["y"]', [('entrypoint', '', ['y'])]),
        # a shell's CMD cannot be joined with words
        ('FROM a\nENTRYPOINT ["deno", "run"]\nCMD x', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM a\nENTRYPOINT deno run\nCMD ["x"]', []),
        # the entry point of an earlier stage
        (
            'FROM a AS b\nENTRYPOINT ["deno"]\nFROM B AS c\nCMD ["x"]',
            [('entrypoint', 'b', ['deno']), ('entrypoint', 'c', ['deno', 'x'])],
        ),
        # the official image supplies deno
        ('FROM denoland/deno\nCMD ["run", "x"]', [('entrypoint', '', ['deno', 'run', 'x'])]),
        ('FROM denoland/deno:alpine-2.1\nCMD ["-A", "x"]', [('entrypoint', '', ['deno', '-A', 'x'])]),
        ('FROM ghcr.io/denoland/deno:2@sha256:0\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM mirror.example:5000/denoland/deno\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM denoland/deno AS b\nFROM b AS c\nFROM c\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('ARG V=2\nFROM denoland/deno:$V\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('ARG I=denoland/deno\nFROM ${I}\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM ${I:-denoland/deno}\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM denoland/deno:$V\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM denoland/deno:distroless\nCMD ["x.ts"]', [('entrypoint', '', ['deno', 'x.ts'])]),
        (
            'FROM denoland/deno\nENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]\nCMD ["run"]',
            [('entrypoint', '', ['/tini', '--', 'docker-entrypoint.sh', 'deno', 'run'])],
        ),
        # its entry script does not know these
        ('FROM denoland/deno\nCMD ["deno", "run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM denoland/deno\nCMD ["x.ts"]', [('entrypoint', '', ['x.ts'])]),
        ('FROM denoland/deno\nCMD ["watch", "x"]', [('entrypoint', '', ['watch', 'x'])]),
        # it is not there any more, or never was
        ('FROM denoland/deno\nENTRYPOINT []\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM denoland/deno\nENTRYPOINT ["deno"]\nCMD ["run"]', [('entrypoint', '', ['deno', 'run'])]),
        ('FROM denoland/deno:bin\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM x/deno\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM notdenoland/deno\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM denoland/deno-lambda\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM denoland/deno AS b\nFROM scratch\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('FROM $I\nCMD ["run"]', [('entrypoint', '', ['run'])]),
        ('CMD ["run"]', []),
        ('FROM denoland/deno', []),
    ),
)
def test_commands(code, expected):
    assert lines(dockerfile(code)) == expected


def test_places_of_words():
    code = 'FROM denoland/deno\nENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]\nCMD ["run", "\\u002dA"]\n'
    document = dockerfile(code)
    (command,) = document.commands()
    assert [under(document, word.span) for word in command.words] == [
        '/tini', '--', 'docker-entrypoint.sh', '', 'run', '\\u002dA',
    ]
    assert command.words[3].span.start == command.words[4].span.start
    assert under(document, command.span) == '["run", "\\u002dA"]'
    assert command.text.escape('--x="y"') == '--x=\\"y\\"'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('FROM a\nENV A=b C="d e"', [('A', 'b'), ('C', 'd e')]),
        ('FROM a\nENV A b c', [('A', 'b c')]),
        ('FROM a\nENV A=b\\ c', [('A', 'b c')]),
        ("FROM a\nENV A='$B'", [('A', '$B')]),
        ('FROM a\nENV A=', [('A', '')]),
        ('ARG A=b\nFROM a\nARG A\nENV B=$A', [('A', 'b'), ('B', 'b')]),
        # a global argument is not known in a stage that does not ask for it
        ('ARG A=b\nFROM a\nENV B=$A', [('A', 'b'), ('B', None)]),
        ('FROM a\nARG A\nENV B=$A C=x$A D=${A:-d} E=${A:+e}', [('B', None), ('C', 'x$A'), ('D', 'd'), ('E', '')]),
        ('FROM a AS b\nENV A=1\nFROM b\nENV B=${A}2', [('A', '1'), ('B', '12')]),
        ('FROM a AS b\nARG A=1\nFROM b\nENV B=$A', [('A', '1'), ('B', None)]),
        ('FROM a\nENV A=1\nARG A=2\nENV B=$A', [('A', '1'), ('A', '2'), ('B', '1')]),
        ('FROM a\nONBUILD ENV A=b', [('A', 'b')]),
        ('FROM a\nLABEL A=b\nARG C\nRUN D=e x', []),
    ),
)
def test_variables(code, expected):
    assert variables(dockerfile(code)) == expected


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('ENV A="b c"', 'b c'),
        ("ENV A='b'", 'b'),
        ('ENV A=b\\ c', 'b\\ c'),
        ('ENV A="b"c', '"b"c'),
        ('ENV A=', 'ENV A='),
        ('ENV A b c', 'b c'),
        ('ENV A=b \\\n  B=1', 'b'),
    ),
)
def test_places_of_variables(code, expected):
    document = dockerfile(f'FROM x\n{code}\n')
    assert under(document, document.variables()[0].span) == expected


def test_stages():
    code = 'ARG V=2\nFROM denoland/deno:$V AS Base\nUSER $X\nFROM base\nARG U=deno\nUSER $U:$U\nFROM $Y AS z\n'
    document = dockerfile(code)
    stages = document.stages()
    assert [(s.base, s.name, s.parent, document.image(s)) for s in stages] == [
        ('denoland/deno:2', 'Base', None, 'denoland/deno:2'),
        ('base', '', 0, 'denoland/deno:2'),
        (None, 'z', None, None),
    ]
    assert stages[1].values == ('base', 'U=deno', 'deno:deno')
    assert stages[0].last['USER'].arguments[0].text == '$X'
    assert [found.name for found in document.instructions()] == 'ARG FROM USER FROM ARG USER FROM'.split()


def test_values_do_not_grow():
    code = 'FROM a\nENV A=aaaaaaaaaaaaaaaaaaaa\n' + 'ENV A=$A$A$A$A$A$A$A$A\n' * 300
    assert max(len(value or '') for _, value in variables(dockerfile(code))) < 1100


@pytest.mark.parametrize(
    'code',
    (
        'FROM a AS b\n' + 'FROM b AS b\nCMD ["x"]\n' * 5_000,
        'FROM a\n' + ''.join(f'RUN <<E{n}\n' for n in range(10_000)),
        'FROM a\nENV A=' + '${A:-' * 30_000,
        'FROM a\nRUN x' + ' ' * 1_000_000 + '\\',
        'FROM a\nCMD [' + '"a",' * 30_000,
        'FROM a\n' + 'ONBUILD ' * 30_000,
    ),
)
def test_takes_no_time(code):
    began = time.process_time()
    assert_inside(dockerfile(code))
    assert time.process_time() - began < 10


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100) | st.lists(st.sampled_from(ATOMS), max_size=12).map(lambda a: '\n'.join(a).encode()))
def test_takes_anything(data):
    document = dockerfile(data)
    assert_inside(document)
    assert len(document.stages()) <= len(document.instructions())
