from __future__ import annotations

import subprocess
import time

import pytest
from deno_ai_hooks.facts.ignore_files import ignores

PATTERNS = (
    '.env', '.env*', '*.env', '/.env', '/.env*', '.env.*', '.env/', '.*', '*', '**', '**/.env', 'api/.env', 'api/',
    'api', '/api/**', 'api/**/.env', '*.local', '.env.?ocal', '.env.[lp]ocal', '.env.[!x]ocal', '# .env', '\\.env',
    '.environment', 'env', '.env\n!.env', '.env*\n!.env.example', '*\n!.env', '!.env', 'node_modules', '  ', 'a/.env',
    '.env\r', '.env   ',
)
PATHS = ('.env', '.env.local', 'api/.env', 'api/v1/.env', '.env.example', 'prod.env')


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp('tree')
    subprocess.run(('git', 'init', '-q'), cwd=folder, check=True)
    return folder


@pytest.mark.parametrize('text', PATTERNS)
def test_says_what_git_says(text, tree):
    (tree / '.gitignore').write_text(text)
    asked = subprocess.run(
        ('git', '-c', 'core.excludesFile=/dev/null', 'check-ignore', '--no-index', *PATHS),
        cwd=tree, capture_output=True, text=True, check=False,
    )
    assert [path for path in PATHS if ignores(text, path)] == asked.stdout.split()


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('.env', True), ('.env*', True), ('**/.env', True), ('/.env', True), ('./.env', True), ('*', True),
        ('.*', True), ('**', True), ('*\n!src', True), ('# .env', False), ('.env\n!.env', False),
        ('.git\nnode_modules', False),
        ('.env.*', False), ('env', False), ('', False), ('*\n!.env', False), ('api/.env', False), ('!*', False),
    ),
)
def test_docker(text, expected):
    assert ignores(text, '.env', docker=True) == expected


def test_a_pattern_of_docker_is_a_path():
    assert not ignores('.env', 'api/.env', docker=True)
    assert ignores('**/.env', 'api/.env', docker=True)
    assert ignores('api', 'api/.env', docker=True)


def test_takes_linear_time():
    start = time.perf_counter()
    ignores('\n'.join(['*a' * 140] * 200), 'a' * 300 + '/' + 'b' * 300)
    assert time.perf_counter() - start < 2
