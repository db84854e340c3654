from __future__ import annotations

from time import perf_counter

import pytest
from deno_ai_hooks.common.documents.npmrc import Npmrc
from deno_ai_hooks.common.text import whole


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('registry=https://a.dev/', [('registry', 'https://a.dev/')]),
        (' registry = "https://a.dev/" \r\n', [('registry', 'https://a.dev/')]),
        ('@me:registry=https://a.dev/\n', [('@me:registry', 'https://a.dev/')]),
        ('//a.dev/:always-auth=true\n', [('//a.dev/:always-auth', 'true')]),
        ('a=1\n\nb=x=y\n', [('a', '1'), ('b', 'x=y')]),
        ('a=\n', [('a', '')]),
        ('# a=1\n; b=1\n[section]\nbare\n=1\n', []),
        ('', []),
    ),
)
def test_settings(text, expected):
    document = Npmrc('.npmrc', whole(text.encode()))
    assert [(each.keys[0], each.value) for each in document.settings()] == expected
    for each in document.settings():
        assert text.encode()[each.span.start:each.span.end].decode() == each.value


LARGE = 300_000


@pytest.mark.parametrize('text', ('a' * LARGE, 'a =' + ' ' * LARGE, '"' * LARGE, 'a=' + '"' * LARGE, ' ' * LARGE))
def test_takes_linear_time(text):
    started = perf_counter()
    list(Npmrc('.npmrc', whole(text.encode())).settings())
    assert perf_counter() - started < 1
