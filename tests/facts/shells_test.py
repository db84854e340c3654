from __future__ import annotations

import pytest
from deno_ai_hooks.facts.shells import dialect
from deno_ai_hooks.facts.shells import script_at


@pytest.mark.parametrize(
    ('program', 'expected'),
    (
        ('sh', 'sh'),
        ('/bin/bash', 'sh'),
        ('/usr/bin/zsh', 'sh'),
        ('pwsh', 'powershell'),
        ('C:\\Windows\\powershell.exe', 'powershell'),
        ('CMD.EXE', 'batch'),
        ('python', None),
        ('fish', None),
        ('bash/x', None),
        ('run.sh', None),
        ('', None),
    ),
)
def test_dialect(program, expected):
    assert dialect(program) == expected


@pytest.mark.parametrize(
    ('line', 'expected'),
    (
        (('sh', '-c', 'x'), (2, 'sh')),
        (('/bin/bash', '-e', '-o', '-lc', 'x'), (4, 'sh')),
        (('tini', '--', 'sh', '-c', 'x'), (4, 'sh')),
        (('env', 'sh', '-euxc', 'x', 'y'), (3, 'sh')),
        (('pwsh', '-NoProfile', '-Command', 'x'), (3, 'powershell')),
        (('cmd', '/S', '/C', 'x'), (3, 'batch')),
        (('sh', 'run.sh', '-c', 'x'), None),
        (('sh', '-c'), None),
        (('deno', '-c', 'deno.json'), None),
        (('x', None, '-c', 'y'), None),
        ((), None),
    ),
)
def test_script_at(line, expected):
    assert script_at(line) == expected
