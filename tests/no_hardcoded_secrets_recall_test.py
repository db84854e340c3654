"""How much is found: every format in every shape in which people write keys."""
from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import NamedTuple
from urllib.parse import quote

import pytest
from deno_ai_hooks.common.runner import Job
from deno_ai_hooks.common.runner import Judge
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.facts.tokens import formats
from deno_ai_hooks.no_hardcoded_secrets import hook
from fake_keys import fake
from fake_keys import structures

FEWEST, FEWEST_IN_A_SHAPE = 0.97, 0.92


class Sample(NamedTuple):
    """A key with the name that the environment has for it and the provider's, as an identifier."""

    key: str
    variable: str
    provider: str

    @property
    def title(self) -> str:
        return ''.join(word.capitalize() for word in self.provider.split())

    @property
    def camel(self) -> str:
        first, *rest = self.variable.lower().split('_')
        return first + ''.join(word.capitalize() for word in rest)


def cut(key: str) -> list[str]:
    third = max(1, len(key) // 3)
    return [key[:third], key[third:2 * third], key[2 * third:]]


SHAPES: dict[str, tuple[str, Callable[[Sample], str]]] = {
    'constant': ('main.ts', lambda s: f'const {s.camel} = "{s.key}";\n'),
    'typed constant': ('main.ts', lambda s: f"export const {s.variable}: string = '{s.key}';\n"),
    'template': ('main.ts', lambda s: f'  static #{s.camel} = `{s.key}`;\n'),
    'option': ('main.ts', lambda s: f'const client = new {s.title}({{\n  maxRetries: 2,\n  apiKey: "{s.key}",\n}});\n'),
    'option of a factory': ('main.ts', lambda s: f"const model = create{s.title}({{ apiKey: '{s.key}' }})('x');\n"),
    'bearer': ('main.ts', lambda s: (
        f'await fetch("https://api.{s.title.lower()}.com/v1/chat", {{\n'
        f'  headers: {{ Authorization: `Bearer {s.key}` }},\n}});\n'
    )),
    'header': ('main.ts', lambda s: (
        f'await fetch("https://api.{s.title.lower()}.com/v1", {{ headers: {{ "x-api-key": "{s.key}" }} }});\n'
    )),
    'fallback': ('main.ts', lambda s: f'const key = Deno.env.get("{s.variable}") ?? "{s.key}";\n'),
    'or': ('main.ts', lambda s: f"const token = process.env.{s.variable} || '{s.key}';\n"),
    'set': ('main.ts', lambda s: f'Deno.env.set("{s.variable}", "{s.key}");\n'),
    'joined by plus': ('main.ts', lambda s: f'const {s.camel} = ' + ' + '.join(f'"{p}"' for p in cut(s.key)) + ';\n'),
    'joined list': ('main.ts', lambda s: f'const {s.camel} = [' + ',\n'.join(map(repr, cut(s.key))) + "].join('');\n"),
    'base64': ('main.ts', lambda s: f'const {s.camel} = atob("{b64encode(s.key.encode()).decode()}");\n'),
    'dotenv': ('.env', lambda s: f'PORT=8000\n{s.variable}={s.key}\n'),
    'dotenv, quoted': ('.env.production', lambda s: f"export {s.variable}='{s.key}'\n"),
    'task': ('deno.json', lambda s: json.dumps({'tasks': {'start': f'{s.variable}={s.key} deno run -E main.ts'}})),
    'settings': ('config.json', lambda s: json.dumps({s.camel: s.key})),
    'container': ('Dockerfile', lambda s: f'FROM denoland/deno:2.9.8\nENV {s.variable}={s.key}\n'),
    'compose list': ('compose.yaml', lambda s: f'services:\n  chat:\n    environment:\n      - {s.variable}={s.key}\n'),
    'compose map': ('compose.yaml', lambda s: f'services:\n  chat:\n    environment:\n      {s.variable}: {s.key}\n'),
    'workflow': ('.github/workflows/ci.yml', lambda s: f'env:\n  {s.variable}: "{s.key}"\n'),
    'notebook': ('a.ipynb', lambda s: json.dumps({'source': [f'Deno.env.set("{s.variable}", "{s.key}");\n']})),
    'markdown': ('README.md', lambda s: f'Then:\n\n```sh\nexport {s.variable}={s.key}\ndeno run -E main.ts\n```\n'),
    'prose': ('notes.txt', lambda s: f'my {s.provider} key, {s.variable}: {s.key}\n'),
    'curl': ('ask.sh', lambda s: f'curl https://api.{s.title.lower()}.com/v1 -H "Authorization: Bearer {s.key}"\n'),
    'toml': ('fly.toml', lambda s: f'[env]\n{s.variable} = "{s.key}"\n'),
    'python': ('ask.py', lambda s: f'client = {s.title}(api_key="{s.key}")\n'),
}


def samples() -> list[Sample]:
    rows = [
        Sample(fake(row, seed), row.variable, ''.join(c for c in row.provider if c.isalnum() or c == ' '))
        for row in formats() for seed in range(2)
    ]
    return rows + [
        Sample(value, 'DATABASE_URL' if '://' in value else 'SERVICE_TOKEN', 'Chat') for value in structures().values()
    ]


@cache
def judge() -> Judge:
    return Judge([Job(hook, {'include_tests': False})], '/')


def found(sample: Sample, shape: str) -> bool:
    path, write = SHAPES[shape]
    diagnostics, skipped = judge().source(Source(path, write(sample).encode()))
    assert not skipped
    return bool(diagnostics)


@pytest.fixture(scope='module')
def missed() -> dict[str, list[Sample]]:
    return {shape: [sample for sample in samples() if not found(sample, shape)] for shape in SHAPES}


def test_there_are_many_shapes():
    assert len(SHAPES) >= 14


def test_nearly_all_is_found(missed):
    total = len(samples()) * len(SHAPES)
    kinds = Counter((s.provider, s.variable) for lost in missed.values() for s in lost)
    assert 1 - sum(map(len, missed.values())) / total >= FEWEST, kinds


@pytest.mark.parametrize('shape', SHAPES)
def test_no_shape_falls_behind(shape, missed):
    lost = missed[shape]
    assert 1 - len(lost) / len(samples()) >= FEWEST_IN_A_SHAPE, [(s.provider, s.variable) for s in lost]


def test_addresses_with_keys():
    missed = [
        sample for sample in samples()
        if '://' not in sample.key and not judge().source(Source('main.ts', address(sample).encode()))[0]
    ]
    assert len(missed) / len(samples()) <= 1 - FEWEST_IN_A_SHAPE, [(s.provider, s.variable) for s in missed]


def address(sample: Sample) -> str:
    return f'fetch("https://x.chat-demo.net/?q=1&{sample.variable.lower()}={quote(sample.key)}");'
