from __future__ import annotations

import posixpath

import pytest
from deno_ai_hooks.common.dockerignore import files
from deno_ai_hooks.common.dockerignore import leaves_out
from deno_ai_hooks.common.dockerignore import place
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source


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
    ('texts', 'name', 'expected'),
    (
        ({'.dockerignore': '.env'}, '.env', True),
        ({'docker/.dockerignore': '**/.env*'}, '.env.local', True),
        ({'.dockerignore': '.env', 'docker/Dockerfile.dockerignore': '.git'}, '.env', False),
        ({'.dockerignore': '*\n!.env'}, '.env', False),
        ({}, '.env', False),
    ),
)
def test_leaves_out(texts, name, expected):
    assert leaves_out('docker/Dockerfile', name, ('docker', ''), project(texts)) is expected


@pytest.mark.parametrize(
    ('dockerfile', 'texts', 'expected'),
    (
        ('Dockerfile', {}, '.dockerignore'),
        ('Dockerfile', {'Dockerfile.dockerignore': ''}, 'Dockerfile.dockerignore'),
        ('docker/Dockerfile', {'.dockerignore': ''}, '.dockerignore'),
        ('docker/Dockerfile', {'docker/.dockerignore': '', '.dockerignore': ''}, 'docker/.dockerignore'),
        ('api/Dockerfile', {'api/deno.json': '{}'}, 'api/.dockerignore'),
        # built here or there
        ('docker/Dockerfile', {'deno.json': '{}'}, None),
    ),
)
def test_place(dockerfile, texts, expected):
    contexts = (posixpath.dirname(dockerfile), '')
    assert place(dockerfile, contexts, project(texts)) == expected
