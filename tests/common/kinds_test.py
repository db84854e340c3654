from __future__ import annotations

import os
import re

import pytest
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.text import whole
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

EXTENSIONS = sorted({extension for kind in kinds.KINDS.values() for extension in kind.extensions})
NAMES = sorted({name for kind in kinds.KINDS.values() for name in (*kind.names, *kind.stems)})


@pytest.mark.parametrize(
    ('path', 'expected'),
    (
        ('main.ts', 'typescript'),
        # declarations run nothing
        ('a/b.d.mts', None),
        ('deno.json', 'json'),
        ('.github/workflows/ci.yml', 'yaml'),
        ('MAIN.TS', 'typescript'),
        ('Readme.MD', 'markdown'),
        ('Dockerfile', 'containerfile'),
        ('web/Dockerfile.prod', 'containerfile'),
        ('Dockerfile.a.b', 'containerfile'),
        ('prod.Dockerfile', 'containerfile'),
        ('prod.dockerfile', 'containerfile'),
        ('Makefile', 'make'),
        ('.env', 'dotenv'),
        ('.env.local', 'dotenv'),
        ('prod.env', 'dotenv'),
        ('.dev.vars', 'dotenv'),
        ('.bashrc', 'shell'),
        ('.justfile', 'just'),
        ('Procfile.dev', 'procfile'),
        ('app.service', 'unit'),
        # the extension tells more than the stem
        ('dockerfile.ts', 'typescript'),
        ('Dockerfile.md', 'markdown'),
        ('.env.json', 'json'),
        ('Procfile.test.ts', 'typescript'),
        # but these are names of stages and hosts
        ('Dockerfile.service', 'containerfile'),
        ('Dockerfile.cron', 'containerfile'),
        # nothing is known of these
        ('LICENSE', None),
        ('image.png', None),
        ('ts', None),
        ('.ts.bak', None),
        ('Dockerfiles', None),
        ('Dockerfilex.prod', None),
        ('.environment', None),
        ('Makefile.am', None),
        ('a.ts/b', None),
        ('', None),
        ('.', None),
        ('..', None),
        ('a.', None),
    ),
)
def test_names(path, expected):
    assert kinds.named(path) == expected


@pytest.mark.parametrize(
    ('line', 'expected'),
    (
        (b'#!/usr/bin/env -S deno run -A\nx', 'typescript'),
        (b'#!/usr/bin/node', 'typescript'),
        (b'#!/bin/sh\n', 'shell'),
        (b'#!/usr/bin/env bash\r\n', 'shell'),
        (b'#! /bin/dash -e\n', 'shell'),
        (b'#!/usr/bin/env -S deno run --allow-run=bash\n', 'typescript'),
        (b'#!/usr/bin/python3\n', None),
        (b'#!/usr/bin/fish\n', None),
        (b'#!\n/bin/sh\n', None),
        (b'# !/bin/sh\n', None),
        (b' #!/bin/sh\n', None),
        (b'', None),
        # the kernel reads no further
        (b'#!' + b' ' * 300 + b'/bin/sh\n', None),
    ),
)
def test_shebangs(line, expected):
    assert kinds.shebang(line) == expected


@pytest.mark.parametrize(
    ('path', 'expected'),
    (('run', True), ('bin/run', True), ('a.b/run', True), ('a.b', False), ('.hidden', False), ('a/.hidden', False)),
)
def test_names_that_tell_nothing(path, expected):
    assert kinds.unnamed(path) is expected


@pytest.mark.parametrize('path', ('a.png', 'b/c.WASM', 'model.safetensors'))
def test_binary(path):
    assert kinds.binary(path)
    assert kinds.named(path) is None


def test_no_kind_is_binary():
    assert not {extension.lower() for extension in EXTENSIONS} & kinds.BINARY


@pytest.mark.parametrize('name', kinds.KINDS)
def test_every_kind_can_be_read(name):
    document = kinds.document(name, 'x', whole(b''))
    assert isinstance(document, Document)
    assert list(document.parts()) == []
    # what a check asks for is what it is shown
    assert document.kind == (name if name not in kinds.DIALECTS else 'shell')


def test_holding():
    assert 'typescript' in kinds.holding({'shell'})
    assert 'markdown' in kinds.holding({'json'})
    assert kinds.holding({'unit'}) != ()
    assert 'yaml' not in kinds.holding({'typescript'})
    for name in kinds.KINDS:
        assert name in kinds.holding({name})


@pytest.mark.parametrize('name', kinds.KINDS)
def test_what_stands_inside_is_declared(name):
    """A part of a kind that is not declared would be lost when only that kind is asked for."""
    path, sample = SAMPLES[name]
    found = list(_parts(kinds.document(name, path, whole(sample.encode()))))
    assert {part.kind for part in found} <= kinds.within(name)
    assert bool(found) is bool(sample)


SAMPLES = {
    'typescript': ('a.ts', 'import { exec } from "node:child_process";\nexec("deno run -A x.ts");'),
    'shell': ('a.sh', 'sh -c "deno run -A x.ts"'),
    'powershell': ('a.ps1', 'sh -c "deno run -A x.ts"'),
    'batch': ('a.bat', 'cmd /c "deno run -A x.ts"'),
    'json': ('deno.json', '{"tasks": {"a": "deno run -A x.ts"}}'),
    'yaml': ('compose.yaml', 'services: {a: {image: x, command: [sh, -c, deno run -A x.ts]}}'),
    'containerfile': ('Dockerfile', 'FROM x\nRUN deno cache x.ts\n'),
    'toml': ('mise.toml', '[tasks]\na = "deno run -A x.ts"\n'),
    'make': ('Makefile', 'a:\n\tdeno run -A x.ts\n'),
    'just': ('justfile', 'a:\n  deno run -A x.ts\n'),
    'procfile': ('Procfile', 'web: deno run -A x.ts\n'),
    'unit': ('a.service', ''),
    'lockfile': ('deno.lock', ''),
    'npmrc': ('.npmrc', ''),
    'crontab': ('crontab', '* * * * * deno run -A x.ts\n'),
    'dotenv': ('.env', ''),
    'markdown': ('README.md', '```sh\nsh -c "deno run -A x.ts"\n```\n```json\n{"tasks": {"a": "b"}}\n```\n'),
}


def _parts(document, depth=4):
    for part in document.parts():
        yield part
        if depth:
            yield from _parts(part, depth - 1)


names = st.one_of(
    st.sampled_from(NAMES),
    st.builds('{}.{}'.format, st.text('aB.-_', max_size=5), st.sampled_from(EXTENSIONS)),
    st.builds('{}.{}'.format, st.sampled_from(NAMES), st.text('aB.tsmd', max_size=5)),
    st.text('aB./Dockerfile', max_size=12),
)


@given(names, st.sampled_from(('', 'a/', 'a.ts/', './')), st.booleans())
@example('Dockerfile.TS', '', False)
def test_the_pattern_names_every_file_of_a_kind(name, folder, upper):
    """What pre-commit hands over is all that a hook may look into: a name it leaves out is never seen."""
    path = folder + (name.upper() if upper else name)
    kind = kinds.named(path)
    if kind is not None and '/' not in name:
        assert re.search(kinds.pattern([kind]), path)


@pytest.mark.parametrize('name', kinds.KINDS)
def test_the_pattern_leaves_others_out(name):
    pattern = re.compile(kinds.pattern([name]))
    for path in ('a.png', 'b.lock', 'a.tsv', 'a.ts.bak', 'Dockerfiles.x', 'envs/a.b', '.gitignore'):
        assert not pattern.search(path)
    scripts = kinds.KINDS[name].shebang is not None
    assert bool(pattern.search('bin/run')) is scripts


def test_names_are_bytes_that_git_may_hold():
    assert kinds.named(os.fsdecode(b'\xff.ts')) == 'typescript'
    assert kinds.named('a\nb.ts') == 'typescript'
