from __future__ import annotations

import configparser
import importlib.util
import os
import re
from types import SimpleNamespace

import pytest
import yaml
from deno_ai_hooks.common import catalog
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common import manifest
from deno_ai_hooks.common import screen
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.program import main
from hypothesis import given
from hypothesis import strategies as st
from pre_commit.clientlib import load_manifest
from pre_commit.commands.run import Classifier

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITE = ['deno-ai-hooks = deno_ai_hooks.program:main']


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def rendered():
    specification = importlib.util.spec_from_file_location('render', os.path.join(ROOT, 'docs/render.py'))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module.rendered()


# what is rendered


@pytest.mark.parametrize('path', ('.pre-commit-hooks.yaml', 'README.md', 'docs/hooks.md'))
def test_what_is_committed_is_what_is_rendered(path):
    assert read(path) == rendered()[path]


def test_readme_names_every_hook():
    table = read('README.md').partition('<!-- hooks -->')[2].partition('<!-- /hooks -->')[0]
    assert re.findall(r'^\| \[`([\w-]+)`\]', table, re.MULTILINE) == catalog.ids()


@pytest.mark.parametrize(
    ('form', 'path'), (('manifest', '.pre-commit-hooks.yaml'), ('manual', 'docs/hooks.md')),
)
def test_program_prints_what_is_committed(form, path, capsys):
    assert main(['hooks', '--format', form]) == 0
    assert capsys.readouterr().out == read(path)


def test_program_prints_the_table(capsys):
    assert main(['hooks', '--format', 'table']) == 0
    assert capsys.readouterr().out in read('README.md')


def test_every_hook_has_a_script_and_every_script_a_hook():
    config = configparser.ConfigParser()
    config.read_string(read('setup.cfg'))
    scripts = config['options.entry_points']['console_scripts'].strip().splitlines()
    own = [f'{id} = deno_ai_hooks.{id.replace("-", "_")}:main' for id in catalog.ids()]
    assert sorted(scripts) == sorted(SUITE + own)


def stanzas():
    return {stanza['id']: stanza for stanza in load_manifest(os.path.join(ROOT, '.pre-commit-hooks.yaml'))}


def test_pre_commit_reads_the_manifest():
    assert list(stanzas()) == catalog.ids()
    for id, stanza in stanzas().items():
        assert stanza['entry'] == id
        assert stanza['language'] == 'python'
        assert stanza['description'] == catalog.load(id).summary + '.'


def test_a_hook_that_looks_across_modules_is_one_process():
    alone, across = Hook('a', 'A.'), Hook('b', 'B.')
    for hook in (alone, across):
        hook.check('typescript')(lambda module: iter(()))
    across.check('typescript', across=True)(lambda module: iter(()))
    assert yaml.safe_load(manifest.manifest([alone])) == [{
        'id': 'a', 'name': 'a', 'description': 'A.', 'entry': 'a', 'language': 'python',
        'files': manifest.files(alone), 'types': ['file'],
    }]
    assert yaml.safe_load(manifest.manifest([alone, across]))[1]['require_serial'] is True
    assert {id for id, stanza in stanzas().items() if stanza['require_serial']} == {
        id for id in catalog.ids() if catalog.load(id).across
    }


def test_a_summary_is_one_short_line():
    for id in catalog.ids():
        summary = catalog.load(id).summary
        assert 10 < len(summary) < 90
        assert summary[0].isupper()


# which files


SCRIPT = b'#!/bin/sh\ndeno run main.ts\n'
DENO_SCRIPT = b'#!/usr/bin/env -S deno run\n'

CONFIGURATION = ('deno.json', 'deno.jsonc', 'package.json', 'mise.toml', 'api/deno.json')
MODULES = (
    *(f'src/main.{extension}' for extension in ('ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs')),
    'OLD.TS', 'a b.ts',
)
SHELLS = ('start.sh', 'start.bash', '.envrc', 'web/.envrc', 'start.ps1', 'start.bat', 'start.CMD')
CONTAINERS = (
    'Dockerfile', 'Dockerfile.prod', 'api/Dockerfile', 'Containerfile', 'prod.Dockerfile', 'api.dockerfile',
    'compose.yaml', 'docker-compose.yml', 'compose.json',
)
STARTERS = (
    '.github/workflows/x.yml', 'action.yaml', 'Makefile', 'rules.mk', 'justfile', 'Justfile', 'Procfile',
    'Procfile.dev', 'app.service', 'crontab', 'fly.toml',
)
DOCUMENTS = ('README.md', 'docs/start.mdx')
ENVIRONMENTS = ('.env', '.env.local', '.env.example', 'api/.env', 'prod.env', '.dev.vars')
SCRIPTS = ('bin/start', 'serve')
OTHERS = (
    'logo.png', 'poetry.lock', 'yarn.lock', 'Cargo.lock', 'setup.py', 'main.rs', 'main.go', 'notes.txt', 'style.css',
    'main.ts.orig', 'Makefile.in', 'environment', 'xDockerfile.txt', 'app.services', 'deno.jsonl', 'x.ts/kept.txt',
    '.gitignore', 'data.csv', 'page.html',
)
PERMISSIONS = ('explicit-permissions', 'scoped-permissions')


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A folder with a file of every kind, as pre-commit would stand in it."""
    for path in (*CONFIGURATION, *MODULES, *SHELLS, *CONTAINERS, *STARTERS, *DOCUMENTS, *ENVIRONMENTS, *OTHERS):
        put(tmp_path / path, b'x\n')
    put(tmp_path / SCRIPTS[0], SCRIPT, mode=0o755)
    put(tmp_path / SCRIPTS[1], DENO_SCRIPT)
    put(tmp_path / 'logo.png', b'\x89PNG\r\n\x1a\n\0')
    (tmp_path / 'link.ts').symlink_to('src/main.ts')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path, data, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def passed(id, *paths):
    """Return the paths of which pre-commit tells the hook."""
    classifier = Classifier.from_config(paths, '', '^$')
    return tuple(classifier.filenames_for_hook(SimpleNamespace(**stanzas()[id])))


@pytest.mark.parametrize('id', PERMISSIONS)
@pytest.mark.parametrize(
    'paths', (CONFIGURATION, MODULES, SHELLS, CONTAINERS, STARTERS, DOCUMENTS, SCRIPTS),
    ids=('configuration', 'modules', 'shells', 'containers', 'starters', 'documents', 'scripts'),
)
def test_permission_hooks_are_told_of_all_that_starts_deno(id, paths, tree):
    assert passed(id, *paths) == paths


@pytest.mark.parametrize('paths', (CONFIGURATION, MODULES, SHELLS, CONTAINERS, SCRIPTS, ENVIRONMENTS, STARTERS))
def test_every_carrier_reaches_a_hook(paths, tree):
    for path in paths:
        assert any(passed(id, path) for id in catalog.ids()), path


def wanted(id):
    """Return the kinds of files that a hook looks into."""
    return {kind for check in catalog.load(id).checks for kind in screen.looks_into(check)}


READERS = [id for id in catalog.ids() if kinds.TEXT not in wanted(id)]
"""The hooks that look into files of some kinds only."""


@pytest.mark.parametrize('id', READERS)
def test_hooks_are_not_told_of_what_they_do_not_read(id, tree):
    assert passed(id, *(path for path in OTHERS if path != 'environment')) == ()
    # a name that says nothing may be a script's
    scripts = any(kinds.KINDS[kind].shebang for kind in wanted(id))
    assert passed(id, 'environment') == (('environment',) if scripts else ())
    # pre-commit checks what a link points to under its own name
    assert passed(id, 'link.ts') == ()


@pytest.mark.parametrize('id', sorted(set(catalog.ids()) - set(READERS)))
def test_hooks_that_look_into_any_text_are_told_of_all_but_pictures(id, tree):
    assert passed(id, *OTHERS) == tuple(path for path in OTHERS if path != 'logo.png')
    assert passed(id, 'link.ts') == ()


@pytest.mark.parametrize('id', READERS)
def test_hooks_are_told_of_every_file_they_would_read(id, tree):
    paths = (*CONFIGURATION, *MODULES, *SHELLS, *CONTAINERS, *STARTERS, *DOCUMENTS, *ENVIRONMENTS)
    read = {path for path in paths if kinds.named(path) in wanted(id)}
    assert read <= set(passed(id, *paths)) <= read | {path for path in paths if kinds.unnamed(path)}


# the pattern and the names it stands for

ENDINGS = [f'.{extension}' for extension in kinds.BY_EXTENSION]
NAMES = st.one_of(
    st.sampled_from([*kinds.BY_NAME, *ENDINGS]),
    st.builds('{}.{}'.format, st.sampled_from([*kinds.BY_STEM, 'main', 'x.y', '']), st.sampled_from([
        *kinds.BY_EXTENSION, *map(str.upper, kinds.BY_EXTENSION), 'prod', 'txt', '',
    ])),
    st.text(st.sampled_from('.envtsDockrfile-_ Mk'), min_size=1),
)
ASCII_PATHS = st.lists(NAMES, min_size=1, max_size=3).map('/'.join)
ANY_PATHS = st.one_of(ASCII_PATHS, st.text(min_size=1), st.builds('{}{}'.format, st.text(), st.sampled_from(ENDINGS)))


@given(ASCII_PATHS)
def test_pattern_and_names_agree(path):
    stated = re.search(kinds.pattern(kinds.KINDS), path) is not None
    assert stated == (kinds.named(path) is not None or kinds.unnamed(path))


@given(ANY_PATHS, st.sets(st.sampled_from(sorted(kinds.KINDS)), min_size=1))
def test_pattern_leaves_out_nothing_that_is_read(path, chosen):
    if kinds.named(path) in chosen:
        assert re.search(kinds.pattern(sorted(chosen)), path)


@given(ASCII_PATHS.filter(kinds.unnamed), st.sets(st.sampled_from(sorted(kinds.KINDS)), min_size=1))
def test_pattern_takes_in_scripts_without_a_name_where_their_first_line_is_read(path, chosen):
    shebangs = any(kinds.KINDS[name].shebang for name in chosen)
    assert bool(re.search(kinds.pattern(sorted(chosen)), path)) == (shebangs or kinds.named(path) in chosen)


@pytest.mark.parametrize('id', catalog.ids())
def test_pattern_of_a_hook_is_searched_in_linear_time(id):
    from time import perf_counter

    files = manifest.files(catalog.load(id))
    started = perf_counter()
    for path in ('a' * 4096, '.' * 4096, '.env' * 1024 + '/', 'Dockerfile' * 400 + '\n'):
        re.search(files, path)
    assert perf_counter() - started < 1
