from __future__ import annotations

import json
import os
import re
import subprocess
from types import SimpleNamespace

import pytest
import yaml
from deno_ai_hooks.common import catalog
from deno_ai_hooks.common import init
from deno_ai_hooks.facts import starter
from pre_commit.clientlib import load_config
from repositories import SCRIPTS
from repositories import folder
from repositories import repository

CONFIG, WORKFLOW, GITIGNORE, DOCKERIGNORE = init.CONFIG, init.WORKFLOW, init.GITIGNORE, init.DOCKERIGNORE
URL, REV = 'https://git.example.com/team/deno-ai-hooks', 'v0.1.0'
IDS = [id for id in catalog.ids() if not any(option.vital for option in catalog.load(id).options)]
HOOKS = ''.join(f'  - id: {id}\n' for id in IDS)
OURS = f'repos:\n- repo: {URL}\n  rev: {REV}\n  hooks:\n{HOOKS}'
IGNORED = '.env\n.env.*\n!.env.example\n'
OUT = '**/.env\n**/.env.*\n!**/.env.example\n'
RUN = 'on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: pre-commit/action@v3.0.1}]}}\n'
AUDIT = "on: {schedule: [{cron: '17 4 * * 1'}]}\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: deno audit}]}}\n"

COMMENTED = '''\
# See https://pre-commit.com
default_language_version:
    python: python3.11   # what we run

minimum_pre_commit_version: '3.2.0'
repos:
  # formatting
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: "v4.6.0"   # renovate: keep
    hooks:
      - id: trailing-whitespace
        exclude: >-
          (?x)^(
            docs/.*|   # not a comment
            vendor/.*
          )$
      - id: check-yaml
        args: [ '--allow-multiple-documents' ]
      # - id: check-json   (has comments)

  - repo: local
    hooks:
      - id: deno-fmt
        name: deno fmt
        entry: deno fmt
        language: system
        types_or: [ts, tsx,
                   javascript]
      # the last word

# what nobody looks at
exclude: ^vendor/
ci: {autofix_prs: false}
'''


def changed(repository, repo=None, rev=None):
    """Return what `init` would write, by name."""
    before = os.getcwd()
    os.chdir(repository.path)
    try:
        return {change.name: change.after.decode() for change in init.changes(repository.path, repo, rev)}
    finally:
        os.chdir(before)


def config(repository, repo=URL, rev=REV):
    return changed(repository, repo, rev)[CONFIG]


def run(repo, *words, **settings):
    return repo.run('deno-ai-hooks', 'init', *words, **settings)


# what is missing


def test_an_empty_repository_lacks_all_but_what_nothing_needs(tmp_path):
    repo = repository(tmp_path)
    found = changed(repo, repo=URL, rev=REV)
    assert list(found) == [CONFIG, WORKFLOW, GITIGNORE]
    assert yaml.safe_load(found[CONFIG]) == yaml.safe_load(OURS)
    assert found[GITIGNORE] == IGNORED
    assert yaml.safe_load(found[WORKFLOW])['env'] == {'DENO_AI_HOOKS': f'git+{URL}@{REV}'}
    assert os.listdir(repo.path) == ['.git']


def test_hooks_are_those_that_speak_without_strict_and_without_data(tmp_path):
    written = yaml.safe_load(config(repository(tmp_path)))['repos'][0]['hooks']
    for id in catalog.ids():
        assert ({'id': id} in written) == (id in IDS and not all(rule.strict for rule in catalog.load(id).rules))
    assert {'id': 'audited-dependencies'} not in written


def test_a_repository_that_has_it_all_lacks_nothing(tmp_path):
    repo = repository(tmp_path, {CONFIG: OURS, WORKFLOW: 'mine', GITIGNORE: IGNORED})
    assert changed(repo) == {}
    ended = run(repo)
    assert (ended.code, ended.out, ended.err) == (0, 'nothing is missing\n', '')


def test_what_is_written_is_not_missing_any_more(tmp_path):
    repo = repository(tmp_path, {CONFIG: COMMENTED, 'Dockerfile': 'FROM scratch\n', GITIGNORE: 'dist'})
    assert run(repo, '--yes', '--repo', URL, '--rev', REV).code == 0
    assert run(repo, '--repo', 'https://other.example/x', '--rev', 'v9') == (0, 'nothing is missing\n', '')
    assert run(repo, '--yes') == (0, 'nothing is missing\n', '')


# .pre-commit-config.yaml


def test_comments_order_quotes_and_blank_lines_stay(tmp_path):
    repo = repository(tmp_path, {CONFIG: COMMENTED})
    after = config(repo)
    added = ''.join(f'      - id: {id}\n' for id in IDS)
    stanza = f'\n  - repo: {URL}\n    rev: {REV}\n    hooks:\n{added}'
    assert after == COMMENTED.replace('      # the last word\n', f'      # the last word\n{stanza}')


HOOK = 'repos:\n- repo: local\n  hooks:\n  - {id: a, name: a, entry: a, language: system}\n'


@pytest.mark.parametrize(
    'text',
    (
        HOOK,
        COMMENTED,
        COMMENTED.replace('\n', '\r\n'),
        HOOK.rstrip(),
        f'---\n{HOOK}',
        f'\ufeff{HOOK}',
        HOOK + 'exclude: ^a\n',
        HOOK.replace('\n', '\n    ').replace('    - repo', '    - repo') + '\n',
        'repos:\n-   repo: meta\n    hooks:\n    -   id: identity\n',
        'repos:\n-   repo: meta\n    hooks:\n    -   id: identity\n        args: [\n            "a",\n        ]\n',
        'repos: []\n',
        'repos: [] # none yet\nfail_fast: true\n',
        'repos: [{repo: meta, hooks: [{id: identity}]}]\n',
        '{"repos": [{"repo": "meta", "hooks": [{"id": "identity"}]}], "fail_fast": true}',
        'fail_fast: true\nrepos:\n  - repo: meta\n    hooks: [{id: identity}]\n# end',
        'x: &meta {repo: meta, hooks: [{id: identity}]}\nrepos:\n  - *meta\n',
        '# nothing yet\n',
        '',
        '---\n',
    ),
)
def test_what_is_added_means_the_hooks_and_nothing_else(tmp_path, text):
    repo = repository(tmp_path, {CONFIG: text.encode()})
    after = config(repo)
    own = yaml.safe_load(OURS)['repos']
    before = yaml.safe_load(text) or {'repos': []}
    assert yaml.safe_load(after) == {**before, 'repos': before['repos'] + own}
    # every line is still there, in its order
    lines = iter(after.splitlines())
    assert 'repos: []' in text or '[{' in text or all(line in lines for line in text.splitlines())
    repo.write({CONFIG: after.encode()})
    path = os.path.join(repo.path, CONFIG)
    assert [each['repo'] for each in load_config(path)['repos']][-1] == URL
    assert CONFIG not in changed(repo)


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        (
            f'repos:\n- repo: {URL}\n  rev: v0.0.9\n  hooks:\n  - id: verified-tls # mine\n    args: [--strict]\n',
            f'repos:\n- repo: {URL}\n  rev: v0.0.9\n  hooks:\n  - id: verified-tls # mine\n    args: [--strict]\n%s',
        ),
        # a hook in a comment was left out on purpose
        (
            f'repos:\n- repo: {URL}\n  rev: x\n  hooks:\n  - id: verified-tls\n  # - id: pinned-imports\nci: {{}}\n',
            f'repos:\n- repo: {URL}\n  rev: x\n  hooks:\n  - id: verified-tls\n  # - id: pinned-imports\n%sci: {{}}\n',
        ),
        # a copy under another name
        (
            'repos:\n- repo: https://a.example/hooks\n  rev: x\n  hooks:\n  - id: verified-tls\n',
            'repos:\n- repo: https://a.example/hooks\n  rev: x\n  hooks:\n  - id: verified-tls\n%s',
        ),
    ),
)
def test_hooks_that_are_missing_are_added_behind_those_of_the_suite(tmp_path, before, after):
    missing = [id for id in IDS if id not in before]
    found = config(repository(tmp_path, {CONFIG: before}), repo=None, rev=None)
    assert found == after % ''.join(f'  - id: {id}\n' for id in missing)


def test_hooks_that_are_run_another_way_stay_as_they_are(tmp_path):
    local = 'repos:\n- repo: local\n  hooks:\n  - {id: verified-tls, name: a, entry: verified-tls, language: system}\n'
    found = config(repository(tmp_path, {CONFIG: local}))
    stanza = OURS.partition('\n')[2].replace('  - id: verified-tls\n', '')
    assert found == local + stanza


def test_the_workflow_takes_the_suite_from_where_the_config_does(tmp_path):
    repo = repository(tmp_path, {CONFIG: OURS.replace(REV, "'1.20'")})
    assert yaml.safe_load(changed(repo)[WORKFLOW])['env'] == {'DENO_AI_HOOKS': f'git+{URL}@1.20'}


@pytest.mark.parametrize(
    ('address', 'requirement'),
    (
        ('https://git.example.com/deno-ai-hooks', 'git+https://git.example.com/deno-ai-hooks@v1'),
        ('ssh://git@git.example.com/deno-ai-hooks', 'git+ssh://git@git.example.com/deno-ai-hooks@v1'),
        ('git@git.example.com:team/deno-ai-hooks.git', 'git+ssh://git@git.example.com/team/deno-ai-hooks.git@v1'),
        ('/srv/deno-ai-hooks', 'git+file:///srv/deno-ai-hooks@v1'),
    ),
)
def test_addresses(tmp_path, address, requirement):
    found = changed(repository(tmp_path), repo=address, rev='v1')
    assert yaml.safe_load(found[CONFIG])['repos'][0]['repo'] == address
    assert yaml.safe_load(found[WORKFLOW])['env'] == {'DENO_AI_HOOKS': requirement}


GIT = {'vcs': 'git', 'commit_id': 'c0ffee' * 6 + 'c0ff'}


@pytest.mark.parametrize(
    ('told', 'expected'),
    (
        ({'url': URL, 'vcs_info': {**GIT, 'requested_revision': 'v0.2.0'}}, (URL, 'v0.2.0')),
        ({'url': URL, 'vcs_info': {**GIT, 'requested_revision': 'main'}}, (URL, GIT['commit_id'])),
        ({'url': URL, 'vcs_info': GIT}, (URL, GIT['commit_id'])),
        ({'url': URL.replace('//', '//me:mine@'), 'vcs_info': GIT}, (URL, GIT['commit_id'])),
        ({'url': 'ssh://git@git.example.com/x', 'vcs_info': GIT}, ('ssh://git@git.example.com/x', GIT['commit_id'])),
        # a folder, or an archive: nobody else has it
        ({'url': 'file:///srv/deno-ai-hooks', 'dir_info': {'editable': True}}, (starter.REPOSITORY, 'v0.1.0')),
        ({'url': 'https://git.example.com/x.tar.gz', 'archive_info': {}}, (starter.REPOSITORY, 'v0.1.0')),
        (None, (starter.REPOSITORY, 'v0.1.0')),
    ),
)
def test_the_suite_comes_from_where_it_was_installed_from(tmp_path, monkeypatch, told, expected):
    text = json.dumps(told) if told else None
    installed = SimpleNamespace(version='0.1.0', read_text={'direct_url.json': text}.get)
    monkeypatch.setattr('importlib.metadata.distribution', {init.SUITE: installed}.get)
    (source,) = yaml.safe_load(config(repository(tmp_path), None, None))['repos']
    assert (source['repo'], source['rev']) == expected


@pytest.mark.parametrize('rev', ('v0.1.0', '1.0', '1e3', '0x10', '0123456', 'true', 'null', 'main', '2026-11-23'))
def test_revisions_are_strings(tmp_path, rev):
    assert yaml.safe_load(config(repository(tmp_path), rev=rev))['repos'][0]['rev'] == rev


@pytest.mark.parametrize('value', ('-x', 'a b', 'a"b', "a'b", 'a\nb', '$(id)', '`id`', 'a;b', 'a|b', 'a#b', '{a}'))
def test_addresses_that_mean_something_else_are_refused(tmp_path, value):
    repo = repository(tmp_path)
    for options in ((value, None), (None, value)):
        with pytest.raises(ValueError, match='no address or revision'):
            changed(repo, *options)


def test_a_refused_address_is_told_and_nothing_is_written(tmp_path):
    repo = repository(tmp_path)
    ended = run(repo, '--yes', '--repo', 'a b')
    assert (ended.code, ended.out) == (2, '')
    assert ended.err == 'error: a b: no address or revision that could stand in a file\n'
    assert os.listdir(repo.path) == ['.git']


@pytest.mark.parametrize(
    'text',
    (
        'repos: [',
        'repos:\n  - repo: a\n hooks: x\n',
        'repos: {}\n',
        'repos:\n',
        '- repo: a\n',
        'fail_fast: true\n',
        'repos:\n- 1\n',
        'repos:\n- repo: local\n  hooks: x\n',
        'repos: []\n---\nrepos: []\n',
        'a: ' + '[' * 200,
        b'repos: []\n# caf\xe9\n',
        'repos: &a [*a]\n',
    ),
)
def test_a_broken_config_is_named_and_nothing_is_written(tmp_path, text):
    repo = repository(tmp_path, {CONFIG: text})
    before = repo.git('status', '--short', '-uall')
    ended = run(repo, '--yes')
    assert (ended.code, ended.out) == (2, ''), ended
    assert ended.err.startswith(f'error: {CONFIG}: ')
    assert ended.err.count('\n') == 1
    assert repo.git('status', '--short', '-uall') == before


def test_what_cannot_be_added_to_is_named(tmp_path):
    text = 'repos:\n- repo: meta\n  hooks:\n  - id: identity\n    name: |+\n      a\n\n\n'
    repo = repository(tmp_path, {CONFIG: text})
    ended = run(repo, '--yes')
    assert ended.code == 2
    assert 'cannot be added to; put the hooks in by hand' in ended.err


def test_aliases_of_aliases_take_no_time(tmp_path):
    text = 'a0: &a0 [x, x]\n' + ''.join(f'a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n' for n in range(1, 40)) + HOOK
    assert URL in config(repository(tmp_path, {CONFIG: text}))


# the workflow


def written(tmp_path):
    repo = repository(tmp_path)
    assert run(repo, '--yes', '--repo', URL, '--rev', REV).code == 0
    return repo


def test_workflow_is_valid(tmp_path):
    repo = written(tmp_path)
    ended = repo.run('check-jsonschema', '--builtin-schema', 'vendor.github-workflows', WORKFLOW)
    assert ended.code == 0, ended


def test_workflow_is_sound(tmp_path):
    """Zizmor finds nothing, not even where it is in doubt."""
    repo = written(tmp_path)
    ended = repo.run('zizmor', '--offline', '--no-progress', '--persona=auditor', WORKFLOW)
    assert ended.code == 0, ended
    assert 'No findings to report' in ended.out + ended.err


def test_workflow_is_what_the_hooks_ask_for(tmp_path):
    repo = written(tmp_path)
    repo.write({'deno.json': '{}'})
    assert repo.check('--strict') == (0, '', '')


def test_actions_are_pinned_by_commit():
    uses = re.findall(r'uses: (.*)', starter.workflow('x'))
    assert len(uses) == 6
    assert all(re.fullmatch(r'[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+', each) for each in uses)
    assert {each.partition('@')[0] for each in uses} == set(starter.ACTIONS)


def steps(repo):
    """Return the commands of the workflow by the name of their step."""
    jobs = yaml.safe_load(repo.read(WORKFLOW))['jobs'].values()
    return {step['name']: step['run'] for job in jobs for step in job['steps'] if 'run' in step}


def test_commands_of_the_workflow(tmp_path):
    """They do what their steps say: pip installs elsewhere, and what asks a registry is a stand-in here."""
    repo = written(tmp_path)
    tools = tmp_path.parent / f'{tmp_path.name}-tools'
    tools.mkdir()
    (tools / 'deno').write_text('#!/bin/sh\npwd >> "$SEEN"\ntest "$*" = "audit --level=high" && test ! -e vulnerable\n')
    (tools / 'deno').chmod(0o755)
    seen = tools / 'seen'
    settings = {'PATH': f'{tools}:{SCRIPTS}:{os.environ["PATH"]}', 'SEEN': str(seen)}
    commands = steps(repo)

    def start(name):
        return repo.run('bash', '-e', '-c', commands[name], **settings)

    audit = 'Look for known vulnerabilities of npm packages, beside every deno.lock'
    assert start(audit).code == 0
    assert not seen.exists()
    names = ('deno.lock', 'a b/deno.lock', 'api/-x/deno.lock', 'deno.lock.txt', 'new/deno.lock')
    repo.write(dict.fromkeys(names, ''))
    repo.git('add', 'deno.lock', 'a b', 'api')
    assert start(audit).code == 0
    assert sorted(seen.read_text().splitlines()) == sorted(f'{repo.path}{at}' for at in ('', '/a b', '/api/-x'))
    repo.write({'a b/vulnerable': ''})
    assert start(audit).code != 0
    repo.git('rm', '-qrf', 'deno.lock', 'a b', 'api')
    os.remove(os.path.join(repo.path, 'new/deno.lock'))
    repo.write({'main.ts': 'fetch("http://api.openai.com/v1/models");\n'})
    assert start('Look for what is insecure').code == 0
    # nothing is imported, so that nobody is asked
    assert start('Look for known vulnerabilities of packages, whatever site they come from').code == 0
    assert 'http://' in repo.read('findings.sarif')


@pytest.mark.parametrize(
    ('files', 'expected'),
    (
        ({}, True),
        ({'.github/workflows/ci.yml': 'on: push\njobs: {a: {steps: [{run: deno test}]}}\n'}, True),
        ({'.github/workflows/ci.yml': 'on: push\njobs: {a: {steps: [{run: deno audit}]}}\n'}, True),
        # nothing runs the hooks
        ({'.github/workflows/ci.yml': AUDIT}, True),
        # others do it
        ({'.github/workflows/ci.yml': AUDIT.replace('deno audit', 'deno-ai-hooks check')}, False),
        ({'.github/workflows/ci.yml': AUDIT.replace('deno audit', 'deno audit && pre-commit run --all-files')}, False),
        ({'.github/workflows/ci.yml': AUDIT, '.github/workflows/hooks.yml': RUN}, False),
        # somebody wrote it
        ({WORKFLOW: 'on: push\njobs: {a: {steps: [{run: deno test}]}}\n'}, False),
        # GitHub does not run it
        ({'.gitlab-ci.yml': 'a: {script: ls}\n'}, False),
        ({'.gitlab-ci.yml': 'a: {script: ls}\n', '.github/dependabot.yml': ''}, True),
    ),
)
def test_whether_a_workflow_is_missing(tmp_path, files, expected):
    assert (WORKFLOW in changed(repository(tmp_path, files))) == expected


# ignore files


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        ('', IGNORED),
        ('dist\n', f'dist\n{IGNORED}'),
        ('dist', f'dist\n{IGNORED}'),
        ('dist\r\n', 'dist\r\n' + IGNORED.replace('\n', '\r\n')),
        ('.env\n', '.env\n.env.*\n!.env.example\n'),
        ('/.env\n', '/.env\n.env.*\n!.env.example\n'),
        ('.env*\n', None),
        ('*.env\n.env.*\n', None),
        ('.env\n.env.*\n!.env.example\n', None),
        # they are there on purpose
        ('!.env\n', '!.env\n.env.*\n!.env.example\n'),
        ('.env\n!.env.production\n', '.env\n!.env.production\n.env.*\n!.env.example\n'),
        ('.env\n!.env.*\n', None),
        ('# .env\n', f'# .env\n{IGNORED}'),
    ),
)
def test_gitignore(tmp_path, before, after):
    repo = repository(tmp_path, {GITIGNORE: before})
    assert changed(repo).get(GITIGNORE) == after
    if after:
        run(repo, '--yes')
        ignored = repo.run('git', 'check-ignore', '.env.local', '.env.example', 'api/.env.staging').out.split()
        assert ignored == ['.env.local', 'api/.env.staging']


def test_templates_are_still_shared(tmp_path):
    repo = repository(tmp_path, {'.env.sample': 'A=\n', 'api/.env.template': 'A=\n', '.env.x y.dist': ''})
    assert changed(repo)[GITIGNORE] == '.env\n.env.*\n!.env.example\n!.env.sample\n!.env.template\n'


@pytest.mark.parametrize(
    ('files', 'expected'),
    (
        ({}, {}),
        ({'Dockerfile': ''}, {'.dockerignore': OUT}),
        ({'Dockerfile': '', '.dockerignore': '.git\n'}, {'.dockerignore': f'.git\n{OUT}'}),
        ({'Dockerfile': '', '.dockerignore': '**/.env*\n'}, {}),
        ({'Dockerfile': '', '.dockerignore': '*\n!src\n'}, {}),
        # in one of Docker's it stands for the file at the top only
        ({'Dockerfile': '', '.dockerignore': '.env\n'}, {'.dockerignore': '.env\n**/.env.*\n!**/.env.example\n'}),
        ({'api/Dockerfile': ''}, {'.dockerignore': OUT}),
        (
            {'api/Dockerfile': '', 'api/.dockerignore': '', '.dockerignore': '**/.env*\n'},
            {'api/.dockerignore': OUT},
        ),
        (
            {'prod.Dockerfile': '', 'prod.Dockerfile.dockerignore': 'a\n', '.dockerignore': '**/.env*\n'},
            {'prod.Dockerfile.dockerignore': f'a\n{OUT}'},
        ),
        ({'tests/Dockerfile': ''}, {}),
    ),
)
def test_dockerignore(tmp_path, files, expected):
    found = changed(repository(tmp_path, files))
    assert {name: text for name, text in found.items() if 'dockerignore' in name} == expected


# asking and writing


def test_without_a_terminal_the_difference_is_shown_and_nothing_written(tmp_path):
    repo = repository(tmp_path, {CONFIG: HOOK})
    ended = run(repo, data='y\n')
    assert ended.code == 1
    assert ended.err.endswith('not written; --yes writes without asking\n')
    assert repo.git('diff', '--stat') == ''
    assert repo.read(CONFIG) == HOOK
    # what is shown is what --yes writes
    applied = repo.run('git', 'apply', data=ended.out)
    assert applied.code == 0, applied
    assert run(repo).out == 'nothing is missing\n'


@pytest.mark.parametrize(('answer', 'code'), (('y\n', 0), ('yes\n', 0), ('n\n', 1), ('\n', 1), ('\x04', 1)))
def test_at_a_terminal_it_asks(tmp_path, answer, code):
    import pty

    repo = repository(tmp_path)
    owner, terminal = pty.openpty()
    command = [os.path.join(SCRIPTS, 'deno-ai-hooks'), 'init']
    with subprocess.Popen(
        command, cwd=repo.path, env=repo.settings, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:
        os.close(terminal)
        os.write(owner, answer.encode())
        out, err = process.communicate(timeout=30)
    os.close(owner)
    assert b'? [y/N] ' in err
    assert b'+++ b/.gitignore' in out
    assert process.returncode == code
    assert os.path.exists(os.path.join(repo.path, WORKFLOW)) == (code == 0)


def test_it_says_that_the_address_stands_for_ones_own(tmp_path):
    repo = repository(tmp_path)
    assert 'stands for the address' in run(repo).err
    assert 'stands for the address' not in run(repo, '--repo', URL).err


def test_it_works_below_the_top(tmp_path):
    repo = repository(tmp_path, {'api/main.ts': '', CONFIG: HOOK})
    assert run(repo, '--yes', folder='api').code == 0
    assert all(os.path.exists(tmp_path / name) for name in (WORKFLOW, GITIGNORE))
    assert URL not in repo.read(CONFIG)
    assert starter.REPOSITORY in repo.read(CONFIG)
    assert os.listdir(tmp_path / 'api') == ['main.ts']
    assert run(repo).out == 'nothing is missing\n'
    assert run(repo, folder='api').out == 'nothing is missing\n'


@pytest.mark.parametrize('name', (CONFIG, GITIGNORE, '.github', '.github/workflows', WORKFLOW))
@pytest.mark.parametrize('target', ('there', 'nowhere'))
def test_links_out_of_the_tree_are_refused(tmp_path, name, target):
    outside = tmp_path / 'outside'
    outside.mkdir()
    (outside / 'there').mkdir() if '.' not in name[1:] else (outside / 'there').write_text('')
    repo = repository(tmp_path / 'repo')
    path = tmp_path / 'repo' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(outside / target)
    before = sorted(os.walk(outside))
    ended = run(repo, '--yes')
    assert ended.code == 2
    assert ended.err.startswith('error: ')
    assert sorted(os.walk(outside)) == before


@pytest.mark.parametrize('name', (CONFIG, GITIGNORE, WORKFLOW))
def test_folders_in_place_of_files_are_refused(tmp_path, name):
    repo = repository(tmp_path, {f'{name}/x': ''})
    ended = run(repo, '--yes')
    assert ended.code == 2
    assert name in ended.err


@pytest.mark.parametrize('name', ('.github', '.github/workflows'))
def test_files_in_place_of_folders_are_refused(tmp_path, name):
    repo = repository(tmp_path, {name: 'x'})
    ended = run(repo, '--yes')
    assert (ended.code, ended.err) == (2, f'error: {WORKFLOW}: {name} is no folder\n')
    assert not os.path.exists(tmp_path / CONFIG)


def test_a_folder_that_is_no_repository(tmp_path):
    made = folder(tmp_path, {'Dockerfile': 'FROM scratch\n'})
    assert run(made, '--yes').code == 0
    assert sorted(os.listdir(tmp_path)) == ['.dockerignore', '.github', GITIGNORE, CONFIG, 'Dockerfile']
    assert run(made).out == 'nothing is missing\n'


def test_modes_are_kept(tmp_path):
    repo = repository(tmp_path, {GITIGNORE: 'dist\n'})
    os.chmod(tmp_path / GITIGNORE, 0o640)
    assert run(repo, '--yes').code == 0
    assert os.stat(tmp_path / GITIGNORE).st_mode & 0o777 == 0o640
    assert not [name for name in os.listdir(tmp_path) if name.endswith('.tmp')]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path):
    repo = repository(tmp_path, {GITIGNORE: 'dist\n'})
    os.chdir(tmp_path)
    found = init.changes(repo.path)
    repo.write({GITIGNORE: 'mine\n'})
    with pytest.raises(OSError, match='changed'):
        init.apply(found)
    assert repo.read(GITIGNORE) == 'mine\n'
