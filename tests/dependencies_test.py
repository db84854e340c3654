"""`deno-ai-hooks dependencies`, run as a program."""
from __future__ import annotations

import json

import pytest
from repositories import repository

FILES = {
    'deno.json': '{"imports": {"zod": "npm:zod@3.22.4"}}',
    'main.ts': 'import "zod";\nimport "https://esm.sh/react@18.2.0?deps=scheduler@0.23.0";\n',
}
TEXT = '''\
npm:react@18.2.0  main.ts:2 (esm.sh)
npm:scheduler@0.23.0  main.ts:2 (esm.sh)
npm:zod@3.22.4  deno.json:1 (import)
'''


def dependencies(folder, *words, **files):
    return repository(folder, FILES | files).run('deno-ai-hooks', 'dependencies', *words)


def test_text(tmp_path):
    assert dependencies(tmp_path) == (0, TEXT, '')


def test_paths(tmp_path):
    assert dependencies(tmp_path, 'deno.json') == (0, TEXT.splitlines(keepends=True)[2], '')


def test_json(tmp_path):
    ended = dependencies(tmp_path, '--format', 'json')
    assert (ended.code, ended.err) == (0, '')
    assert [each['name'] for each in json.loads(ended.out)['dependencies']] == ['react', 'scheduler', 'zod']


def test_cyclonedx(tmp_path):
    ended = dependencies(tmp_path, '--format', 'cyclonedx', '--output', 'bill.json')
    assert ended == (0, '', '')
    told = json.loads((tmp_path / 'bill.json').read_text())
    assert [each['purl'] for each in told['components']] == [
        'pkg:npm/react@18.2.0', 'pkg:npm/scheduler@0.23.0', 'pkg:npm/zod@3.22.4',
    ]


@pytest.mark.parametrize('form', ('text', 'json', 'cyclonedx'))
def test_a_file_that_cannot_be_read(tmp_path, form):
    repo = repository(tmp_path, FILES | {'deno.lock': '{"version": "5", "npm": {'})
    ended = repo.run('deno-ai-hooks', 'dependencies', '--format', form)
    assert ended.code == 2
    assert ended.err == 'error: deno.lock: syntax error at 1:26\n'
    # what could be read is told all the same
    assert 'scheduler' in ended.out


def test_a_repository_without_any(tmp_path):
    repo = repository(tmp_path, {'main.ts': 'console.log("npm:zod@3.22.4");\n'})
    assert repo.run('deno-ai-hooks', 'dependencies') == (0, '', '')
