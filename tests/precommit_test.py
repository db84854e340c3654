from __future__ import annotations

import json
import os
import re
import shutil
import sys

import pytest
from repositories import ROOT
from repositories import repository

# the environment that pre-commit builds takes half a minute: one process builds it, once
pytestmark = pytest.mark.xdist_group('pre-commit')

CARELESS = '{"tasks": {"start": "deno run -A main.ts"}}\n'
CAREFUL = '{"tasks": {"start": "deno run --allow-net=api.openai.com:443 main.ts"}}\n'
TOLD = (
    'deno.json:1:31: -A grants every permission to main.ts; name the few needed, '
    'such as --allow-net=HOST --allow-read=PATH --allow-env=NAME [explicit-permissions]'
)
PLAIN = 'export const answer = await fetch("http://api.openai.com/v1/models");\n'
HEADLINE = re.compile(r'^(\S+:\d+:\d+: .* \[[\w-]+\])$', re.MULTILINE)
PRE_COMMIT = (sys.executable, '-m', 'pre_commit')
PERMISSIONS = {'id': 'explicit-permissions'}


@pytest.fixture(scope='session')
def suite(tmp_path_factory):
    """A commit of what stands in this checkout: pre-commit clones a repository, and takes a commit of it."""
    made = repository(tmp_path_factory.mktemp('suite'))
    listed = made.run('git', '-C', ROOT, 'ls-files', '-z', '--cached', '--others', '--exclude-standard')
    names = listed.out.split('\0') if listed.code == 0 else []
    for name in filter(None, names or pytest.skip('this is no git checkout')):
        if os.path.isfile(os.path.join(ROOT, name)):
            os.makedirs(os.path.dirname(os.path.join(made.path, name)), exist_ok=True)
            shutil.copy(os.path.join(ROOT, name), os.path.join(made.path, name))
    made.git('add', '--all')
    made.git('commit', '-q', '-m', 'all')
    return made


@pytest.fixture(scope='session')
def cache(tmp_path_factory):
    """The folder in which pre-commit keeps the environment that it builds."""
    return str(tmp_path_factory.mktemp('cache'))


@pytest.fixture
def make(suite, cache, tmp_path):
    """Return a function that makes a repository which pre-commit watches over by the given stanzas."""
    def made(*stanzas, tree=(), **config):
        source = {'repo': suite.path, 'rev': suite.git('rev-parse', 'HEAD'), 'hooks': list(stanzas)}
        # every JSON text is YAML
        text = json.dumps({'repos': [source], **config})
        repo = repository(
            tmp_path / 'repo', {'.pre-commit-config.yaml': text, **dict(tree)}, PRE_COMMIT_HOME=cache,
        )
        assert repo.run(*PRE_COMMIT, 'install').code == 0
        return repo
    return made


def begun(repo):
    """Commit what is in the index, whatever the hooks say of it, and return the commit."""
    repo.git('commit', '-q', '--no-verify', '-m', 'begin')
    return repo.git('rev-parse', 'HEAD')


def commit(repo, **settings):
    return repo.run('git', 'commit', '-m', 'change', timeout=600, **settings)


def run_all(repo, **settings):
    return repo.run(*PRE_COMMIT, 'run', '--all-files', timeout=600, **settings)


def headlines(text):
    return sorted(HEADLINE.findall(text))


# a commit


def test_careless_commit_is_refused(make):
    repo = make(PERMISSIONS)
    before = begun(repo)
    repo.write({'deno.json': CARELESS})
    repo.git('add', 'deno.json')
    ended = commit(repo)
    assert ended.code == 1
    assert repo.git('rev-parse', 'HEAD') == before
    assert repo.read('deno.json') == CARELESS
    said = repo.run('explicit-permissions', 'deno.json')
    assert said.code == 1
    assert said.out.startswith(TOLD + '\n')
    dots = '.' * (79 - len('explicit permissions') - len('Failed'))
    assert ended.err.endswith(
        f'explicit permissions{dots}Failed\n- hook id: explicit-permissions\n- exit code: 1\n\n{said.out.strip()}\n\n'
    )


def test_careful_commit_is_accepted(make):
    repo = make(PERMISSIONS)
    before = begun(repo)
    repo.write({'deno.json': CAREFUL})
    repo.git('add', 'deno.json')
    ended = commit(repo)
    assert ended.code == 0, ended
    assert 'Passed' in ended.err
    assert repo.git('rev-parse', 'HEAD~') == before


def test_mended_commit_is_accepted(make):
    repo = make(PERMISSIONS, tree={'deno.json': CARELESS})
    assert commit(repo).code == 1
    repo.write({'deno.json': CAREFUL})
    # what counts is what is added
    assert commit(repo).code == 1
    repo.git('add', 'deno.json')
    assert commit(repo).code == 0


def test_commit_of_files_that_no_hook_reads_is_not_looked_at(make):
    repo = make(PERMISSIONS, tree={'main.py': 'deno run -A main.ts\n'})
    ended = commit(repo)
    assert ended.code == 0
    assert repo.run(*PRE_COMMIT, 'run', '--files', 'main.py').out.count('Skipped') == 1


def test_fix_rewrites_and_stops_the_commit_once(make):
    repo = make({'id': 'https-only-fetch', 'args': ['--fix']}, tree={'main.ts': PLAIN, 'kept.ts': 'await 1;\n'})
    ended = commit(repo)
    assert ended.code == 1
    assert 'fixed 1 in main.ts\n' in ended.err
    assert '- files were modified by this hook\n' in ended.err
    assert headlines(ended.err) == []
    assert repo.read('main.ts') == PLAIN.replace('http:', 'https:')
    repo.git('add', 'main.ts')
    assert commit(repo).code == 0
    assert repo.git('show', 'HEAD:main.ts') == PLAIN.replace('http:', 'https:').strip()


def test_without_fix_nothing_is_rewritten(make):
    repo = make({'id': 'https-only-fetch'}, tree={'main.ts': PLAIN})
    ended = commit(repo)
    assert ended.code == 1
    assert len(headlines(ended.err)) == 1
    assert repo.read('main.ts') == PLAIN


def test_excluded_path_is_left_alone(make):
    repo = make({**PERMISSIONS, 'exclude': '^examples/'}, tree={'examples/deno.json': CARELESS})
    assert commit(repo).code == 0


def test_skipped_hook_is_left_out(make):
    repo = make(PERMISSIONS, tree={'deno.json': CARELESS})
    ended = commit(repo, SKIP='explicit-permissions')
    assert ended.code == 0
    assert 'Skipped' in ended.err


def test_file_that_cannot_be_parsed_stops_the_commit(make):
    repo = make(PERMISSIONS, tree={'deno.json': '{"tasks": {"start": "deno run -A'})
    ended = commit(repo)
    assert ended.code == 1
    assert '- exit code: 2\n' in ended.err
    assert 'deno.json: syntax error at 1:' in ended.err


def test_file_with_the_name_of_an_option_changes_nothing(make):
    names = ('--output=main.ts', '--fix', '-quiet.ts')
    repo = make({'id': 'https-only-fetch'}, tree={'main.ts': PLAIN, **dict.fromkeys(names, '#!/bin/sh\n')})
    ended = commit(repo)
    assert ended.code == 1
    assert re.search('error: --(output=main.ts|fix): an option, and a file in this folder; rename the file', ended.err)
    assert repo.read('main.ts') == PLAIN
    assert repo.read('--output=main.ts') == '#!/bin/sh\n'


def test_file_whose_name_begins_with_a_hyphen_is_looked_at(make):
    repo = make({'id': 'https-only-fetch'}, tree={'-main.ts': PLAIN})
    ended = commit(repo)
    assert [line.partition(' ')[0] for line in headlines(ended.err)] == ['-main.ts:1:35:']


# a whole repository


def test_all_files(make):
    repo = make(
        PERMISSIONS, {'id': 'https-only-fetch'},
        tree={
            'deno.json': CARELESS, 'main.ts': PLAIN, 'README.md': '# Chat\n',
            'bin/start': '#!/bin/sh\ndeno run -A x.ts\n',
        },
    )
    begun(repo)
    ended = run_all(repo)
    assert ended.code == 1
    told = headlines(ended.out)
    assert [line.partition(':')[0] for line in told] == ['bin/start', 'deno.json', 'main.ts']
    assert told[1] == TOLD


def test_every_finding_of_a_thousand_files_is_told_once(make):
    # long paths: their names alone fill more than one command line
    paths = [f'{"services-of-the-chat/" * 7}{number:04}.sh' for number in range(1000)]
    repo = make(PERMISSIONS, tree={path: f'deno run -A {path[-7:-3]}.ts\n' for path in paths})
    ended = commit(repo)
    assert ended.code == 1
    assert [line.partition(':')[0] for line in headlines(ended.err)] == paths
    summed = re.findall(r'^Found (\d+) problems in (\d+) files\.$', ended.err, re.MULTILINE)
    assert len(summed) > 1
    assert sum(int(problems) for problems, _ in summed) == sum(int(files) for _, files in summed) == 1000


# an audit judges as the commit does

MANY = {
    'deno.json': CARELESS,
    'main.ts': PLAIN,
    'src/main.ts': PLAIN,
    'src/start.sh': 'deno run -A main.ts\ndeno test -A\ndeno run --allow-net main.ts\n',
    'src/legacy/start.sh': 'deno run -A main.ts\ndeno run --allow-read main.ts\n',
    'examples/start.sh': 'deno run -A main.ts\n',
    'legacy.ts': b'fetch("http://caf\xe9.example.com/");\n',
    'docs/README.md': '```sh\ndeno run -A main.ts\n```\n',
    'web/.env': 'NODE_TLS_REJECT_UNAUTHORIZED=0\n',
}


@pytest.mark.parametrize(
    ('stanzas', 'config'),
    (
        ([PERMISSIONS], {}),
        ([PERMISSIONS, {'id': 'scoped-permissions'}, {'id': 'https-only-fetch'}, {'id': 'verified-tls'}], {}),
        ([{**PERMISSIONS, 'exclude': '^examples/|/legacy/'}, {'id': 'https-only-fetch', 'exclude': '^legacy'}], {}),
        ([{**PERMISSIONS, 'args': ['--include-tests']}], {'exclude': '(?x)\n  ^docs/  # prose\n  |^examples/'}),
        ([{**PERMISSIONS, 'files': r'\.sh$'}], {'files': '^src/'}),
        ([{'id': 'https-only-fetch', 'args': ['--fix'], 'exclude': '^legacy'}], {}),
        ([{**PERMISSIONS, 'types': ['shell']}, {'id': 'scoped-permissions', 'exclude_types': ['shell']}], {}),
        ([{**PERMISSIONS, 'types_or': ['json', 'markdown']}], {}),
        # the same hook twice
        (
            [
                {**PERMISSIONS, 'files': '^src/', 'args': ['--include-tests']},
                {**PERMISSIONS, 'exclude': '^src/'},
            ], {},
        ),
    ),
)
def test_check_judges_as_the_commit_does(make, stanzas, config):
    repo = make(*stanzas, tree=MANY, **config)
    begun(repo)
    checked = repo.check()
    told = run_all(repo)
    if any(stanza.get('args') == ['--fix'] for stanza in stanzas):
        assert 'fixed' in told.out
        assert len(headlines(checked.out)) == 2
        assert repo.check().code == 0
    else:
        assert headlines(checked.out) == sorted(set(headlines(told.out)))
        assert headlines(checked.out)
    assert bool(checked.code) == bool(told.code)
    assert (checked.code == 2) == ('- exit code: 2' in told.out)
    assert ('not UTF-8' in checked.out) == ('not UTF-8' in told.out)


def test_check_knows_the_baseline_of_a_hook(make):
    args = ['--baseline', '.deno-ai-hooks-baseline.json']
    repo = make({**PERMISSIONS, 'args': args}, tree={'deno.json': CARELESS})
    assert repo.check('--no-config', '--only', 'explicit-permissions').code == 1
    # there is no baseline yet
    assert repo.check().code == 2
    assert repo.run('deno-ai-hooks', 'baseline', '--no-config').code == 0
    assert repo.check().code == 0
    assert commit(repo).code == 0
    repo.write({'start.sh': 'deno run -A main.ts\n'})
    repo.git('add', 'start.sh')
    assert headlines(commit(repo).err) == headlines(repo.check().out)
    assert repo.check().code == 1


def test_careless_example_is_refused_by_every_hook(make):
    tree = {}
    for folder, _, names in os.walk(os.path.join(ROOT, 'examples/careless-chat')):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, 'rb') as file:
                tree[os.path.relpath(path, os.path.join(ROOT, 'examples/careless-chat'))] = file.read()
    ids = ('explicit-permissions', 'scoped-permissions', 'https-only-fetch', 'verified-tls')
    repo = make(*({'id': id} for id in ids), tree=tree)
    ended = commit(repo)
    assert ended.code == 1
    assert re.findall(r'^- hook id: ([\w-]+)\n- exit code: 1$', ended.err, re.MULTILINE) == list(ids), ended.err
    assert headlines(ended.err) == headlines(repo.check().out)
    assert repo.run('git', 'rev-parse', 'HEAD').code != 0


# a commit of a module that others import

HOOK = """
import sys
from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.hook import Hook

# the name of one that the configuration can choose
hook = Hook('https-only-fetch', 'No import of a module that exports bad.')


@hook.check('typescript', needs=('"bad"',))
def look(module):
    for found in module.strings():
        if found.prefix == 'bad':
            yield Finding(found.span, 'bad', fix=(Edit(found.span, 'good'),))


@hook.check('typescript', across=True)
def check(module):
    for found in module.imports():
        other = module.load(found.specifier)
        if other and b'bad' in other.text.data:
            yield Finding(module.span(found.node), 'imports something bad')


sys.exit(run(hook))
"""
ENTRY = 'import { ask } from "../_shared/llm.ts";\n'
FUNCTIONS = {'_shared/llm.ts': 'export const ask = "good";\n', 'chat/index.ts': ENTRY, 'examples/index.ts': ENTRY}


@pytest.fixture
def across(tmp_path):
    """Return a function that makes a repository of committed files with a hook that looks across modules."""
    script = tmp_path / 'hook.py'
    script.write_text(HOOK)

    def made(tree=FUNCTIONS, **settings):
        stanza = {
            'id': 'https-only-fetch', 'name': 'x', 'language': 'system', 'entry': f'{sys.executable} {script}',
            'files': r'\.ts$', 'require_serial': True, **settings,
        }
        config = json.dumps({'repos': [{'repo': 'local', 'hooks': [stanza]}]})
        repo = repository(tmp_path / 'repo', {'.pre-commit-config.yaml': config, **tree})
        assert repo.run(*PRE_COMMIT, 'install').code == 0
        begun(repo)
        return repo
    return made


def places(lines):
    return [line.partition(' ')[0] for line in lines]


def spoilt(repo):
    repo.write({'_shared/llm.ts': 'export const ask = "bad";\n'})
    repo.git('add', '_shared/llm.ts')
    return headlines(commit(repo).err)


def test_commit_of_a_module_is_judged_with_those_that_import_it(across):
    assert places(spoilt(across())) == ['_shared/llm.ts:1:21:', 'chat/index.ts:1:21:', 'examples/index.ts:1:21:']


def test_what_the_configuration_excludes_is_left_alone_there_too(across):
    assert places(spoilt(across(exclude='^examples/'))) == ['_shared/llm.ts:1:21:', 'chat/index.ts:1:21:']


def test_all_files_are_told_of_once(across):
    repo = across({**FUNCTIONS, '_shared/llm.ts': 'export const ask = "bad";\n'})
    assert places(headlines(run_all(repo).out)) == [
        '_shared/llm.ts:1:21:', 'chat/index.ts:1:21:', 'examples/index.ts:1:21:',
    ]


def test_mending_a_module_leaves_those_that_import_it_told_of_once(across):
    repo = across({**FUNCTIONS, '_shared/llm.ts': 'export const ask = "bad";\n'})
    ended = repo.run(sys.executable, '../hook.py', '--fix', '_shared/llm.ts')
    assert places(headlines(ended.out)) == ['chat/index.ts:1:21:', 'examples/index.ts:1:21:']
    assert 'fixed 1 in _shared/llm.ts\n' in ended.err
    assert repo.git('diff', '--name-only') == '_shared/llm.ts'


def test_from_a_folder_of_the_work_tree(across):
    repo = across({**FUNCTIONS, '_shared/llm.ts': 'export const ask = "bad";\n'}, exclude='^examples/')
    ended = repo.run(sys.executable, '../../hook.py', 'llm.ts', folder='_shared')
    assert places(headlines(ended.out)) == ['../chat/index.ts:1:21:', 'llm.ts:1:21:']


# what `init` writes

OTHERS = '''\
# what we had
default_stages: [pre-commit]   # no others

repos:
  # pre-commit's own
  - repo: meta
    hooks:
      - id: identity   # what it looks at
        files: ^deno\\.json$
      # - id: check-hooks-apply

exclude: ^vendor/
'''


@pytest.mark.parametrize('config', (None, '# nothing yet\n', OTHERS, OTHERS.replace('\n', '\r\n'), '{"repos": []}'))
def test_what_init_writes_runs(suite, cache, tmp_path, config):
    from deno_ai_hooks.common import catalog

    rev = suite.git('rev-parse', 'HEAD')
    tree = {} if config is None else {'.pre-commit-config.yaml': config.encode()}
    repo = repository(tmp_path / 'repo', tree, PRE_COMMIT_HOME=cache)
    ended = repo.run('deno-ai-hooks', 'init', '--yes', '--repo', suite.path, '--rev', rev)
    assert ended.code == 0, ended
    repo.write({'deno.json': CAREFUL})
    repo.git('add', '--all')
    told = run_all(repo)
    assert told.code == 0, told
    ran = re.findall(r'^([\w -]+?)\.{3,}(?:\(no files to check\))?(?:Passed|Skipped)$', told.out, re.MULTILINE)
    assert 'identity' in ran or config != OTHERS
    given = {id for id in catalog.ids() if any(option.vital for option in catalog.load(id).options)}
    assert set(ran) >= {id.replace('-', ' ') for id in catalog.ids() if id not in given}
    assert repo.run('deno-ai-hooks', 'init').out == 'nothing is missing\n'
    # a commit is judged by what was written
    assert repo.run(*PRE_COMMIT, 'install').code == 0
    begun(repo)
    repo.write({'deno.json': CARELESS})
    repo.git('add', 'deno.json')
    assert commit(repo).code == 1
    assert commit(repo, SKIP='explicit-permissions').code == 0
