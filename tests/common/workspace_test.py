from __future__ import annotations

import pytest
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.workspace import lockfile
from deno_ai_hooks.common.workspace import workspace

LIBRARY = '{"name": "@me/x", "version": "1.0.0", "exports": "./mod.ts"}'


def project(files, ignored=None, tracked=None) -> Project:
    return Project(
        lambda path: Source(path, files[path].encode()) if path in files else None,
        lambda path: tracked, lambda path: ignored,
    )


@pytest.mark.parametrize(
    ('folder', 'files', 'root', 'members'),
    (
        ('', {'deno.json': '{}'}, '.', []),
        ('src/deep', {'deno.jsonc': '{}'}, '.', []),
        ('', {'package.json': '{}'}, '.', []),
        # the nearest configuration, unless a workspace above lists its folder
        ('a', {'deno.json': '{}', 'a/deno.json': '{}'}, 'a', []),
        ('a', {'deno.json': '{}', 'a/package.json': '{}'}, 'a', []),
        ('a', {'deno.json': '{"workspace": ["./a"]}', 'a/deno.json': '{}'}, '.', ['a']),
        ('a/src', {'deno.json': '{"workspace": {"members": ["a"]}}', 'a/deno.json': '{}'}, '.', ['a']),
        ('a', {'deno.json': '{"workspace": ["a", "b"]}', 'a/deno.json': '{}', 'b/package.json': '{}'}, '.', ['a', 'b']),
        ('c', {'deno.json': '{"workspace": ["a"]}', 'a/deno.json': '{}', 'c/deno.json': '{}'}, 'c', []),
        ('p/a', {'deno.json': '{"workspace": ["p/*"]}', 'p/a/deno.json': '{}'}, '.', ['p/a']),
        ('a', {'package.json': '{"workspaces": ["a"]}', 'a/package.json': '{}'}, '.', ['a']),
        ('a', {'package.json': '{"workspaces": {"packages": ["a"]}}', 'a/package.json': '{}'}, '.', ['a']),
        # a member that is not there
        ('', {'deno.json': '{"workspace": ["a"]}'}, '.', []),
    ),
)
def test_workspace(folder, files, root, members):
    found = workspace(folder, project(files))
    assert found is not None
    assert found.root.folder == root
    assert [member.folder for member in found.members] == members


@pytest.mark.parametrize('folder', ('', 'a/b', '../other', '/'))
def test_no_workspace(folder):
    assert workspace(folder, project({'main.ts': ''})) is None


@pytest.mark.parametrize(('config', 'complete'), (
    ('{"workspace": ["a"]}', True), ('{"workspace": ["p/*"]}', False), ('{}', True), ('{"workspace": 1}', True),
))
def test_complete(config, complete):
    found = workspace('', project({'deno.json': config}))
    assert found is not None
    assert found.complete is complete


@pytest.mark.parametrize(('config', 'expected'), (
    (LIBRARY, True), ('{"name": "@me/x"}', False),
    ('{"version": "1.0.0", "exports": "./mod.ts"}', False), ('{}', False),
))
def test_is_library(config, expected):
    found = workspace('', project({'deno.json': config}))
    assert found is not None
    assert found.root.is_library is expected


@pytest.mark.parametrize(
    ('config', 'expected'),
    (
        ('{}', 'api/deno.lock'), ('{"lock": true}', 'api/deno.lock'), ('{"lock": "x.lock"}', 'api/x.lock'),
        ('{"lock": {"path": "../x.lock"}}', 'x.lock'), ('{"lock": {"frozen": true}}', 'api/deno.lock'),
        ('{"lock": false}', None),
    ),
)
def test_lock_path(config, expected):
    found = workspace('api', project({'api/deno.json': config}))
    assert found is not None
    assert found.lock_path == expected


@pytest.mark.parametrize(
    ('text', 'ignored', 'tracked', 'there'),
    (
        ('{"version": "5"}', None, None, True),
        ('{"version": "5"}', False, False, True),
        ('{"version": "5"}', True, True, True),
        ('{"version": "5"}', True, False, False),
        ('{"version": "6"}', False, True, False),
        ('<<<<<<< ours', False, True, False),
        (None, False, False, False),
    ),
)
def test_lockfile(text, ignored, tracked, there):
    files = {'deno.json': '{}', **({'deno.lock': text} if text else {})}
    around = project(files, ignored, tracked)
    found = workspace('', around)
    assert (lockfile(found, around) is not None) is there
    # asked for again it is the same one
    assert lockfile(found, around) is lockfile(found, around)


def test_version_control_is_asked_once():
    asked = []
    around = project({'deno.json': '{}', 'deno.lock': '{"version": "5"}'})
    around.ignored = asked.append
    for _ in range(5):
        assert lockfile(workspace('', around), around) is not None
    assert asked == ['deno.lock']


def test_no_workspace_has_no_lock_file():
    assert lockfile(None, project({'deno.lock': '{}'})) is None
