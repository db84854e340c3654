from __future__ import annotations

import pytest
from deno_ai_hooks.facts.images import is_deno
from deno_ai_hooks.facts.images import repository
from deno_ai_hooks.facts.images import supplies_deno
from deno_ai_hooks.facts.images import tag


@pytest.mark.parametrize(
    ('image', 'name', 'expected'),
    (
        ('a', 'a', ''),
        ('a:1', 'a', '1'),
        ('a/b:1@sha256:00', 'a/b', '1'),
        ('host:5000/a/b', 'host:5000/a/b', ''),
        ('host:5000/a/b:c-1', 'host:5000/a/b', 'c-1'),
        ('a@sha256:00', 'a', ''),
        ('', '', ''),
    ),
)
def test_parts_of_a_name(image, name, expected):
    assert (repository(image), tag(image)) == (name, expected)


@pytest.mark.parametrize(
    'image',
    ('denoland/deno', 'denoland/deno:2.1', 'docker.io/denoland/deno', 'ghcr.io/denoland/deno:a', 'm:1/x/denoland/deno'),
)
def test_official(image):
    assert is_deno(image)


@pytest.mark.parametrize('image', ['deno', 'x/deno', 'xdenoland/deno', 'denoland/deno-x', 'denoland/deno/x', 'a', ''])
def test_others(image):
    assert not is_deno(image)


@pytest.mark.parametrize(
    ('image', 'first', 'expected'),
    (
        ('denoland/deno', 'run', True),
        ('denoland/deno:alpine', '-A', True),
        ('denoland/deno', '--version', True),
        ('denoland/deno', 'main.ts', False),
        ('denoland/deno', 'deno', False),
        # sub-commands that the entry script does not know
        ('denoland/deno', 'ci', False),
        ('denoland/deno', 'check', False),
        ('denoland/deno', 'watch', False),
        ('denoland/deno:distroless-2', 'main.ts', True),
        ('denoland/deno:bin', 'run', False),
        ('denoland/deno:bin-2.1', '-A', False),
        ('node', 'run', False),
    ),
)
def test_supplies_deno(image, first, expected):
    assert supplies_deno(image, first) is expected
