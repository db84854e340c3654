from __future__ import annotations

import posixpath
import time

import pytest
from deno_ai_hooks.common.dockerignore import files
from deno_ai_hooks.common.dockerignore import leaves_out
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source


@pytest.mark.parametrize(
    ('text', 'path'),
    (
        ('.env', '.env'),
        ('/.env', '.env'),
        ('./.env', '.env'),
        ('.env/', '.env'),
        ('  .env  ', '.env'),
        ('.env\r\n.git\r\n', '.env'),
        ('\ufeff.env', '.env'),
        ('.env*', '.env.local'),
        ('.*', '.env'),
        ('*', '.env'),
        ('**', 'a/b/.env'),
        ('**/.env', '.env'),
        ('**/.env', 'a/b/.env'),
        ('**/.env*', 'a/.env.local'),
        ('a/**/.env', 'a/.env'),
        ('a/**/.env', 'a/b/c/.env'),
        ('a/**', 'a/b/.env'),
        # a folder and all that is in it
        ('a', 'a/b/.env'),
        ('*', 'a/.env'),
        ('**/secrets', 'a/secrets/.env'),
        ('.en?', '.env'),
        ('.[e-f]nv', '.env'),
        ('.[^a]nv', '.env'),
        # no negation here: the exclamation mark itself
        ('[!a]', '!'),
        ('[!a]', 'a'),
        ('\\.env', '.env'),
        ('a\\*', 'a*'),
        ('x/../.env', '.env'),
        ('../.env', '../.env'),
        # the end of a name is enough behind two stars at the start
        ('**.env', 'prod.env'),
        ('**env', 'a/.env'),
        # the last that speaks of it
        ('!.env\n.env', '.env'),
        ('*\n!src', '.env'),
        ('*\n!src\nsrc/.env', 'src/.env'),
        ('.env\n!.env\n**/.env', '.env'),
        # a comment begins its line
        (' # no comment', '# no comment'),
        # what is special elsewhere
        ('a+b', 'a+b'),
        ('a(b)|c', 'a(b)|c'),
        ('a.b$', 'a.b$'),
    ),
)
def test_leaves_out(text, path):
    assert leaves_out(text, path)


@pytest.mark.parametrize(
    ('text', 'path'),
    (
        ('', '.env'),
        ('\n\n', '.env'),
        ('# .env', '.env'),
        ('#.env', '#.env'),
        ('.env', 'a/.env'),
        ('*.env', 'a/prod.env'),
        ('.env', '.envrc'),
        ('.env.*', '.env'),
        ('env', '.env'),
        ('.ENV', '.env'),
        ('*/.env', '.env'),
        ('*/.env', 'a/b/.env'),
        ('?env', 'x.env'),
        ('axb', 'a.b'),
        ('a.b', 'axb'),
        ('[!a]', 'b'),
        ('[^a]nv', 'anv'),
        ('.env\n!.env', '.env'),
        ('.env\n! .env', '.env'),
        ('*\n!.env', '.env'),
        # out of a folder that is left out
        ('a\n!a/.env', 'a/.env'),
        ('**\n!**/.env', 'a/.env'),
        ('!', '.env'),
        ('[', '.env'),
        ('.git\nnode_modules\n', '.env'),
        ('a/**/.env', 'b/.env'),
        ('a' * 400, 'a' * 400),
    ),
)
def test_leaves_in(text, path):
    assert not leaves_out(text, path)


def project(texts):
    def load(name):
        name = posixpath.normpath(name)
        return Source(name, texts[name].encode()) if name in texts else None

    return Project(load)


@pytest.mark.parametrize(
    ('dockerfile', 'texts', 'expected'),
    (
        ('Dockerfile', {}, []),
        ('Dockerfile', {'.dockerignore': 'a'}, ['a']),
        ('docker/Dockerfile', {'.dockerignore': 'a'}, ['a']),
        ('docker/Dockerfile', {'.dockerignore': 'a', 'docker/.dockerignore': 'b'}, ['b', 'a']),
        ('Dockerfile', {'.dockerignore': 'a', 'Dockerfile.dockerignore': 'b'}, ['b']),
        ('docker/prod.Dockerfile', {'.dockerignore': 'a', 'docker/prod.Dockerfile.dockerignore': 'b'}, ['b']),
        ('Dockerfile', {'.dockerignore': 'a', 'prod.Dockerfile.dockerignore': 'b'}, ['a']),
    ),
)
def test_files(dockerfile, texts, expected):
    contexts = (posixpath.dirname(dockerfile), '')
    assert list(files(dockerfile, contexts, project(texts))) == expected


@pytest.mark.parametrize(
    ('text', 'path'),
    (
        ('*a' * 140 + '\n', 'a' * 300 + '/' + 'b' * 300),
        ('**/a' * 70 + '\n', 'a/' * 300),
        ('x\n' * 500_000, '.env'),
        ('*' * 1_000_000, '.env'),
        ('a*b\n!a*c\n' * 100_000, 'a/b'),
    ),
)
def test_takes_linear_time(text, path):
    start = time.perf_counter()
    leaves_out(text, path)
    assert time.perf_counter() - start < 2
