from __future__ import annotations

import json

import pytest
from deno_ai_hooks.common.components import inventory

SHA = '0' * 64
ENTRY = {'integrity': 'sha512-' + 'A' * 86 + '=='}


@pytest.fixture
def looked_at(tmp_path, monkeypatch):
    """Return what a function finds in files that it is given, by their paths."""
    monkeypatch.chdir(tmp_path)

    def look(files, *paths):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text if isinstance(text, str) else json.dumps(text, indent=1))
        return inventory(paths)

    return look


def names(found):
    return [f'{each.ecosystem}:{each.name}@{each.version}' for each in found.components]


def test_a_package_is_told_once_with_its_places(looked_at):
    found = looked_at({
        'deno.json': {'imports': {'z': 'npm:zod@3.22.4'}},
        'deno.lock': {'version': '5', 'specifiers': {'npm:zod@3': '3.22.4'}, 'npm': {'zod@3.22.4': ENTRY}},
        'src/main.ts': 'import "./other.ts";\nimport "npm:zod@3";\nimport "https://esm.sh/zod@3.22.4";\n',
    })
    assert found.skipped == ()
    [component] = found.components
    assert (component.ecosystem, component.name, component.version) == ('npm', 'zod', '3.22.4')
    assert [(each.path, each.start.line, each.through, each.alias) for each in component.places] == [
        ('deno.json', 3, 'import', 'z'), ('deno.lock', 7, 'lock', ''), ('src/main.ts', 2, 'import', ''),
        ('src/main.ts', 3, 'esm.sh', ''),
    ]


def test_all_kinds_of_files(looked_at):
    found = looked_at({
        'main.ts': 'import "npm:a@1.0.0";\n',
        'start.sh': 'deno run npm:b@1.0.0\n',
        'start': '#!/bin/sh\ndeno run npm:c@1.0.0\n',
        'Dockerfile': 'FROM denoland/deno:2.9.8\nRUN deno install -g npm:d@1.0.0\n',
        'deno.json': {'tasks': {'dev': 'deno run npm:e@1.0.0'}},
        'package.json': {'dependencies': {'f': '1.0.0'}},
        'compose.yml': 'services:\n  web:\n    image: denoland/deno\n    command: deno run npm:g@1.0.0\n',
        'Makefile': 'dev:\n\tdeno run npm:h@1.0.0\n',
        'web.tsx': '/** @jsxImportSource npm:i@1.0.0 */\n',
        'static/index.html': '<script src="https://unpkg.com/j@1.0.0/j.js"></script>\n',
        # it shows how things may be used
        'README.md': '```ts\nimport "npm:z@1.0.0";\n```\n',
        # what other programs wrote
        'node_modules/a/main.js': 'import "npm:z@1.0.0";\n',
        'notes.txt': '<script src="https://unpkg.com/z@1.0.0/z.js"></script>\n',
        'app.min.js': 'import "npm:z@1.0.0";\n',
    })
    assert names(found) == [f'npm:{name}@1.0.0' for name in 'abcdefghij']
    assert {each.reason for each in found.skipped} == {'generated', 'vendored'}
    assert not any(each.broken for each in found.skipped)


def test_what_the_repository_itself_is(looked_at):
    found = looked_at({
        'deno.json': {'workspace': ['./lib']},
        'lib/deno.json': {'name': '@me/lib', 'version': '1.0.0', 'exports': './mod.ts'},
        'main.ts': 'import "jsr:@me/lib@^1";\nimport "jsr:@me/other@^1";\nimport "npm:@me/lib@1.0.0";\n',
    })
    assert names(found) == ['jsr:@me/other@', 'npm:@me/lib@1.0.0']


def test_only_what_is_named_is_looked_at(looked_at):
    files = {path: f'import "npm:{path[0]}@1.0.0";\n' for path in ('a/main.ts', 'b/main.ts', 'c.ts')}
    assert names(looked_at(files, 'a', 'c.ts')) == ['npm:a@1.0.0', 'npm:c@1.0.0']


@pytest.mark.parametrize(
    ('path', 'text', 'reason'),
    (
        ('deno.lock', '{"version": "5", "npm": {', 'syntax error at'),
        ('deno.lock', '', 'syntax error at'),
        ('deno.lock', '{"version": "6"}', 'a lock file of version 6, which is not known'),
        ('deno.json', '{"imports": {"a": "npm:a@1.0.0"}', 'syntax error at'),
        ('gone.ts', None, 'no such file'),
    ),
)
def test_what_cannot_be_read_is_told(path, text, reason, looked_at):
    found = looked_at({path: text} if text is not None else {}, path)
    assert [(each.path, each.broken) for each in found.skipped] == [(path, True)]
    assert found.skipped[0].reason.startswith(reason)


@pytest.mark.parametrize(
    'text', (
        'const text = "npm:zod@3.22.4";', 'fetch("https://esm.sh/zod@3.22.4");', '// import "npm:zod@3.22.4";',
        'let a;',
    ),
)
def test_look_alikes(text, looked_at):
    assert looked_at({'main.ts': text}).components == ()


def test_a_letter_that_is_hidden(looked_at):
    assert names(looked_at({'main.ts': 'import "\\u006epm\\u003azod";'})) == ['npm:zod@']
