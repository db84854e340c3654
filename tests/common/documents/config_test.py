from __future__ import annotations

import json

import pytest
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.config import Json
from deno_ai_hooks.common.documents.config import plain
from deno_ai_hooks.common.documents.yaml import Yaml
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import strategies as st
from reading import assert_inside
from reading import lines
from reading import read
from reading import scripts
from reading import under
from reading import variables


def document(source, path='deno.json'):
    return read(Json, path, source)


# Scripts


@pytest.mark.parametrize(
    ('path', 'source', 'expected'),
    (
        (
            'deno.json',
            '{"tasks": {"start": "deno run -A main.ts", "b": {"command": "deno test"}, "c": {"dependencies": ["b"]}}}',
            [('task', 'start', 'deno run -A main.ts'), ('task', 'b', 'deno test')],
        ),
        ('sub/deno.jsonc', '{tasks: {x: "a"}} // c', [('task', 'x', 'a')]),
        # no tasks: what is not a string or a map with a command
        ('deno.json', '{"tasks": {"a": ["x"], "b": 1, "c": null, "d": {"command": ["x"]}, "e": true}}', []),
        ('deno.json', '{"tasks": ["deno run -A x"]}', []),
        ('deno.json', '{"tasks": "deno run -A x"}', []),
        (
            'deno.json',
            '{"deploy": {"install": "a", "build": "b", "predeploy": "c", "org": "d", "runtime": {"args": ["-A"]}}}',
            [('hook', 'install', 'a'), ('hook', 'build', 'b'), ('hook', 'predeploy', 'c')],
        ),
        # deno runs no "scripts" of its own configuration
        ('deno.json', '{"scripts": {"start": "deno run -A x"}}', []),
        (
            'web/package.json',
            '{"name": "x", "scripts": {"start": "deno task x", "n": 1}, "bin": {"x": "y"}}',
            [('script', 'start', 'deno task x')],
        ),
        (
            '.devcontainer/devcontainer.json',
            '{"postCreateCommand": "deno install", "postStartCommand": {"a": "x", "b": ["y"]}, "image": "z"}',
            [('hook', 'postCreateCommand', 'deno install'), ('hook', 'a', 'x')],
        ),
        (
            '.vscode/tasks.json',
            '{"tasks": [{"label": "run", "type": "shell", "command": "deno run -A main.ts"},'
            ' {"type": "process", "command": "deno"}, {"type": "shell", "command": "deno", "args": ["run"]}]}',
            [('hook', 'run', 'deno run -A main.ts')],
        ),
        # files that nobody told us of: what starts deno under the usual keys, as in YAML
        (
            'railway.json',
            '{"deploy": {"startCommand": "deno run -A main.ts"}, "build": {"buildCommand": "npm run build"}}',
            [('service', 'deploy', 'deno run -A main.ts')],
        ),
        ('data/prompts.json', '[{"text": "deno run -A main.ts"}]', []),
    ),
)
def test_scripts(path, source, expected):
    found = document(source, path)
    assert scripts(found) == expected
    assert_inside(found)


def test_scripts_know_their_place():
    found = document('{"tasks": {"x": "deno run \\u002dA \\"m n.ts\\""}}')
    (part,) = found.parts()
    assert part.text.data == b'deno run -A "m n.ts"'
    at = part.text.data.index(b'-A')
    assert under(found, part.text.span(at, at + 2)) == '\\u002dA'
    edit = part.text.edit(at, at + 2, '-N="a"')
    assert edit.text == '-N=\\"a\\"'


def test_what_stands_in_prose_is_prose():
    found = Json('README.md', whole(b'{"tasks": {"x": "deno run -A m.ts"}}'), Place('docs'))
    assert scripts(found) == [('docs', 'x', 'deno run -A m.ts')]
    servers = Json('README.md', whole(b'{"mcpServers": {"x": {"command": "deno", "args": ["run"]}}}'), Place('docs'))
    assert lines(servers) == [('docs', 'x', ['deno', 'run'])]


# Commands


@pytest.mark.parametrize(
    ('path', 'source', 'expected'),
    (
        (
            'mcp.json',
            '{"mcpServers": {"files": {"command": "deno", "args": ["run", "-A", "jsr:@a/b"]}}}',
            [('service', 'files', ['deno', 'run', '-A', 'jsr:@a/b'])],
        ),
        (
            '.vscode/mcp.json',
            '{"servers": {"files": {"type": "stdio", "command": "deno run", "args": ["-A", 1, "x.ts"]}}}',
            [('service', 'files', ['deno', 'run', '-A', None, 'x.ts'])],
        ),
        (
            '.zed/settings.json',
            '{"context_servers": {"x": {"command": {"path": "deno", "args": ["run", "-A", "x.ts"]}}}}',
            [('service', 'x', ['deno', 'run', '-A', 'x.ts'])],
        ),
        (
            '.vscode/launch.json',
            '{"configurations": [{"name": "Start", "type": "node", "program": "${workspaceFolder}/main.ts",'
            ' "runtimeExecutable": "deno", "runtimeArgs": ["run", "--inspect-wait", "-A"], "args": ["x"]}]}',
            [('hook', 'Start', ['deno', 'run', '--inspect-wait', '-A', '${workspaceFolder}/main.ts', 'x'])],
        ),
        (
            '.vscode/tasks.json',
            '{"tasks": [{"type": "deno", "command": "run", "args": ["-A", "main.ts"], "label": "x"},'
            ' {"type": "shell", "command": "deno run", "args": ["-A"]}, {"type": "shell", "command": "deno run -A"}]}',
            [('hook', 'x', ['deno', 'run', '-A', 'main.ts']), ('hook', 'tasks', ['deno', 'run', '-A'])],
        ),
        (
            'devcontainer.json',
            '{"postCreateCommand": ["deno", "install"], "postStartCommand": {"web": ["deno", "task", "x"], "b": "y"}}',
            [('hook', 'postCreateCommand', ['deno', 'install']), ('hook', 'web', ['deno', 'task', 'x'])],
        ),
        # a program of the user's own, with blanks in its path
        ('mcp.json', '{"servers": {"x": {"command": "/my programs/x", "args": []}}}', [
            ('service', 'x', ['/my programs/x']),
        ]),
        # no program, or nothing that says it is one
        ('x.json', '{"command": "deno"}', []),
        ('x.json', '{"command": ["deno"], "args": ["run"]}', []),
        ('x.json', '{"command": "", "args": ["run"]}', []),
        ('x.json', '{"args": ["run"]}', []),
    ),
)
def test_commands(path, source, expected):
    found = document(source, path)
    assert lines(found) == expected
    assert_inside(found)


def test_words_know_their_place():
    found = document('{"servers": {"x": {"command": "de\\u006eo", "args": ["run", "\\u002dA"]}}}', 'mcp.json')
    (command,) = found.commands()
    assert [under(found, word.span) for word in command.words] == ['de\\u006eo', 'run', '\\u002dA']
    assert command.text.edit(0, 4, '"').text == '\\"'
    task = document('{"tasks": [{"type": "deno", "command": "run", "args": []}]}', '.vscode/tasks.json')
    (command,) = task.commands()
    # its `deno` stands nowhere
    assert [under(task, word.span) for word in command.words] == ['', 'run']


# Variables


@pytest.mark.parametrize(
    ('path', 'source', 'expected'),
    (
        ('mcp.json', '{"servers": {"x": {"env": {"A": "b", "C": "", "D": null}}}}', [('A', 'b'), ('C', '')]),
        ('.vscode/launch.json', '{"configurations": [{"env": {"A": "b"}}]}', [('A', 'b')]),
        ('.vscode/tasks.json', '{"tasks": [{"options": {"env": {"A": "b"}}}]}', [('A', 'b')]),
        ('.vscode/settings.json', '{"terminal.integrated.env.linux": {"A": "b"}}', [('A', 'b')]),
        ('devcontainer.json', '{"containerEnv": {"A": "b"}, "remoteEnv": {"C": "d"}}', [('A', 'b'), ('C', 'd')]),
        ('x.json', '{"environment": [{"name": "A", "value": "b"}, "C=d"]}', [('A', 'b'), ('C', 'd')]),
        # permissions
        ('deno.json', '{"permissions": {"x": {"env": {"allow": true}}}, "test": {"permissions": {"env": ["A"]}}}', []),
        ('x.json', '{"environment": "production"}', []),
    ),
)
def test_variables(path, source, expected):
    found = document(source, path)
    assert variables(found) == expected
    assert_inside(found)


# What is more often written in YAML


SHARED = (
    (
        'compose.json',
        {'services': {
            'chat': {
                'image': 'denoland/deno:2.9.8', 'command': ['run', '-A', 'main.ts'], 'environment': {'A': 'b'},
                'healthcheck': {'test': ['CMD-SHELL', 'deno run -A health.ts']},
            },
            'job': {'build': '.', 'entrypoint': 'deno run -A', 'command': 'job.ts x'},
            'shell': {'image': 'alpine', 'command': ['sh', '-c', 'deno run -A main.ts'], 'environment': ['C=d']},
        }},
    ),
    (
        'k8s/deployment.json',
        {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'spec': {'template': {'spec': {'containers': [{
            'name': 'chat', 'image': 'denoland/deno:2.9.8', 'args': ['run', '-A', 'main.ts'],
            'env': [{'name': 'A', 'value': 'b'}, {'name': 'C', 'valueFrom': {'secretKeyRef': {'name': 'x'}}}],
        }]}}}},
    ),
    ('ci/unknown.json', {'steps': [{'run': 'deno run -A main.ts'}, {'run': 'npm test'}], 'env': {'A': 'b'}}),
)


@pytest.mark.parametrize(('path', 'value'), SHARED)
def test_means_what_it_means_in_yaml(path, value):
    """JSON is YAML: both readers find the same, and something at all."""
    source = json.dumps(value)
    as_json, as_yaml = document(source, path), read(Yaml, path, source)
    assert scripts(as_json) == scripts(as_yaml)
    assert lines(as_json) == lines(as_yaml)
    assert variables(as_json) == variables(as_yaml)
    assert scripts(as_json) or lines(as_json)
    assert_inside(as_json)


def test_containers_start_the_entry_point_of_their_image():
    found = document(json.dumps(SHARED[0][1]), 'compose.json')
    assert ('service', 'chat', ['deno', 'run', '-A', 'main.ts']) in lines(found)
    assert ('service', 'job', ['deno', 'run', '-A', 'job.ts', 'x']) in lines(found)
    assert ('service', 'shell', 'deno run -A main.ts') in scripts(found)


# Errors


@pytest.mark.parametrize(
    ('path', 'source', 'expected'),
    (
        ('deno.json', '{"a": x}', 6),
        ('sub/deno.jsonc', '{"a": 1', 7),
        ('package.json', '{"a": 1}}', 8),
        ('deno.json', '{"a": 1}', None),
        ('deno.json', '', None),
        ('deno.json', '\ufeff{}', 0),
        ('package.json', '\ufeff{}', None),
        # files that may be anything: templates, tests, other notations
        ('my-deno.json', '{"a": x}', None),
        ('tsconfig.json', '{"a": x}', None),
        ('data.json', '{"a": x}', None),
        ('data.jsonc', '', None),
    ),
)
def test_refused(path, source, expected):
    assert document(source, path).refused == expected


def test_errors_in_prose_are_no_errors():
    assert Json('deno.json', whole(b'{...}'), Place('docs')).refused is None


def test_what_is_broken_is_read_around():
    found = document('{"tasks": {"a": "x" "b": deno, "c": "z"}}}')
    assert scripts(found) == [('task', 'a', 'x'), ('task', 'c', 'z')]
    assert found.refused is not None


def test_settings():
    found = document('{"a": {"b": [1, {"c": "d"}]}, "e": null, "f": {}, "e": true}')
    assert [(s.keys, s.value, under(found, s.span)) for s in found.settings()] == [
        (('a', 'b', '0'), 1, '1'), (('a', 'b', '1', 'c'), 'd', 'd'), (('e',), None, 'null'), (('e',), True, 'true'),
    ]


def test_plain():
    assert plain(None) is None
    assert plain(document('{"a": [1, {"b": null}], "a": 2}').root) == {'a': 2}


snippet = st.sampled_from((
    '{', '}', '[', ']', ',', ':', ' ', '\n', '//', '/*', '*/', '"', "'", '\\', 'x', '1', 'null', '"tasks"', '"scripts"',
    '"command"', '"args"', '"env"', '"deno run -A x"', '"services"', '"apiVersion"', '"kind"', '"containers"',
    '\\u0041',
))


@given(st.lists(snippet, max_size=30).map(''.join), st.sampled_from((
    'deno.json', 'package.json', 'compose.json', 'devcontainer.json', '.vscode/tasks.json', 'x.json',
)))
def test_anything_is_read(source, path):
    assert_inside(document(source, path))
