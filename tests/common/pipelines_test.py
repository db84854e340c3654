from __future__ import annotations

import posixpath

import pytest
from deno_ai_hooks.common import pipelines
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source

CI = '.github/workflows/ci.yml'
SHARED = '.github/workflows/shared.yml'
GITLAB = '.gitlab-ci.yml'


def read(files, folder=''):
    def load(path):
        path = posixpath.normpath(path)
        return Source(path, files[path].encode()) if path in files else None

    return pipelines.pipelines(folder, Project(load, files=lambda: files))


def job(*steps):
    return 'on: push\njobs:\n  a:\n    steps:\n' + ''.join(f'    - {step}\n' for step in steps)


def told(step):
    """Return a step in one line: what it uses, what it starts, or the script it runs."""
    return step.uses or ' '.join(step.texts) or f'script {step.script.path}'


def steps(files, folder=''):
    return [told(step) for pipeline in read(files, folder) for step in pipeline.steps]


@pytest.mark.parametrize(
    ('path', 'expected'),
    (
        (CI, ''),
        ('.github/workflows/ci.yaml', ''),
        ('.gitea/workflows/ci.yml', ''),
        (f'../{CI}', '..'),
        (f'api/{CI}', 'api'),
        (GITLAB, ''),
        ('api/.gitlab-ci.yml', 'api'),
        ('.github/workflows/deep/ci.yml', None),
        ('.github/workflows/ci.json', None),
        ('.github/dependabot.yml', None),
        ('.github/actions/a/action.yml', None),
        ('build.gitlab-ci.yml', None),
        ('compose.yaml', None),
    ),
)
def test_top(path, expected):
    assert pipelines.top(path) == expected


@pytest.mark.parametrize(
    ('path', 'folder', 'expected'),
    (
        ('a.ts', '', False),
        ('api/a.ts', 'api', False),
        ('a.ts', 'api', True),
        ('apis/a.ts', 'api', True),
        ('../a.ts', '', True),
        ('/etc/passwd', '', True),
        ('../a.ts', '..', False),
        # the working folder is below the top
        ('a.ts', '..', False),
        ('../../a.ts', '..', True),
        ('/srv/repo/a.ts', '/srv/repo', False),
        ('/srv/a.ts', '/srv/repo', True),
    ),
)
def test_outside(path, folder, expected):
    assert pipelines.is_outside(path, folder) == expected


@pytest.mark.parametrize(
    ('on', 'expected'),
    (
        ('push', {'push'}),
        ('[push, pull_request]', {'push', 'pull_request'}),
        ('{push: {}, schedule: [{cron: x}]}', {'push', 'schedule'}),
        ('\n  push:\n  schedule:\n    - cron: x', {'push', 'schedule'}),
        ('', set()),
        ('1', set()),
    ),
)
def test_events(on, expected):
    (found,) = read({CI: f'on: {on}\njobs: {{}}\n'})
    assert found.events == expected


def test_files_of_one_repository_by_path():
    files = {GITLAB: 'a: {script: ls}', SHARED: job('run: c'), CI: job('run: b'), f'sub/{CI}': job('run: d')}
    assert [(each.path, [told(step) for step in each.steps]) for each in read(files)] == [
        (CI, ['b']), (SHARED, ['c']), (GITLAB, ['ls']),
    ]
    assert steps(files, 'sub') == ['d']


@pytest.mark.parametrize(
    ('step', 'expected'),
    (
        ('uses: actions/checkout@v4', ['actions/checkout@v4']),
        ('run: deno test', ['deno test']),
        ('{run: "deno test\\ndeno lint"}', ['deno test', 'deno lint']),
        ('run: a && b | c; (d) || e', ['a', 'b', 'c', 'd', 'e']),
        ('run: sudo env A=b timeout 5 deno audit', ['deno audit']),
        ("run: bash -c 'deno audit'", ["bash -c deno audit", 'deno audit']),
        ('{run: Get-Item x, shell: pwsh}', ['Get-Item x']),
        # Python is nobody's shell
        ('{run: import os, shell: python}', []),
        # composite actions
        ('uses: ./.github/actions/setup', ['./.github/actions/setup', 'actions/cache@v4', 'deno install']),
        ('uses: ./nowhere', ['./nowhere']),
        # tasks
        ('run: deno task ci', ['deno task ci', 'deno lint', 'deno test']),
        ('run: deno run ci', ['deno run ci', 'deno lint', 'deno test']),
        ('run: deno task --quiet ci', ['deno task --quiet ci', 'deno lint', 'deno test']),
        ('run: deno task none', ['deno task none']),
        ('{run: deno task own, working-directory: api}', ['deno task own', 'deno check']),
        ('run: cd api && deno task own', ['cd api', 'deno task own', 'deno check']),
        ('run: npm run build', ['npm run build', 'vite build']),
        ('run: npm test', ['npm test', 'vitest']),
        ('run: pnpm build', ['pnpm build', 'vite build']),
        # recipes
        ('run: make all', ['make all', 'deno test', 'deno lint']),
        ('run: make lint', ['make lint', 'deno lint']),
        ('run: make none', ['make none']),
        ('run: just check', ['just check', 'deno check', 'deno lint']),
        # scripts
        ('run: ./scripts/ci.sh', ['./scripts/ci.sh', 'deno audit']),
        ('run: sh scripts/ci.sh', ['sh scripts/ci.sh', 'deno audit']),
        ('{run: ./ci.sh, working-directory: scripts}', ['./ci.sh', 'deno audit']),
        ('run: . scripts/ci.sh', ['. scripts/ci.sh', 'deno audit']),
        ('run: deno run -A scripts/ci.ts', ['deno run -A scripts/ci.ts', 'script scripts/ci.ts']),
        ('run: python scripts/ci.py', ['python scripts/ci.py', 'script scripts/ci.py']),
        ('run: ./scripts/none.sh', ['./scripts/none.sh']),
        ('run: bash ../outside.sh', ['bash ../outside.sh']),
        ('run: bash /outside.sh', ['bash /outside.sh']),
    ),
)
def test_steps(step, expected):
    files = {
        CI: job(step),
        'deno.json': '{"tasks": {"ci": {"command": "deno lint", "dependencies": ["test"]}, "test": "deno test"}}',
        'api/deno.json': '{"tasks": {"own": "deno check"}}',
        'package.json': '{"scripts": {"build": "vite build", "test": "vitest"}}',
        'Makefile': 'all: test lint\n\ntest:\n\tdeno test\n\nlint:\n\tdeno lint\n',
        'justfile': 'check: lint\n    deno check\n\nlint:\n    deno lint\n',
        'scripts/ci.sh': 'deno audit\n',
        'scripts/ci.ts': '',
        'scripts/ci.py': '',
        '../outside.sh': 'deno audit\n',
        '/outside.sh': 'deno audit\n',
        '.github/actions/setup/action.yml':
            'runs:\n  using: composite\n  steps:\n  - uses: actions/cache@v4\n  - run: deno install\n    shell: bash\n',
    }
    assert steps(files) == expected


def test_shared_workflows_are_followed_once():
    files = {
        CI: f'on: push\njobs:\n  a: {{uses: ./{SHARED}}}\n  b: {{uses: ./{SHARED}}}\n',
        SHARED: job('run: deno audit').replace('push', 'workflow_call'),
    }
    found = read(files)
    assert [told(step) for step in found[0].steps] == [f'./{SHARED}', 'deno audit', f'./{SHARED}']
    assert found[0].steps[1].path == SHARED


def test_conditions_of_jobs_and_steps():
    code = 'on: push\njobs:\n  a:\n    if: one\n    steps:\n    - run: b\n    - {run: ./c.sh, if: two}\n'
    (found,) = read({CI: code, 'c.sh': 'd\n'})
    assert [(told(step), step.limits.conditions) for step in found.steps] == [
        ('b', ('one',)), ('./c.sh', ('one', 'two')), ('d', ('one', 'two')),
    ]


def test_what_may_fail():
    code = (
        'on: push\njobs:\n'
        '  a:\n    continue-on-error: true\n    steps:\n    - run: b\n'
        '  c:\n    steps:\n    - {run: d, continue-on-error: true}\n    - {run: ./e.sh, continue-on-error: true}\n'
        '    - {run: g, continue-on-error: false}\n    - {run: h, continue-on-error: "${{ matrix.x }}"}\n    - run: i\n'
    )
    (found,) = read({CI: code, 'e.sh': 'f\n'})
    assert [told(step) for step in found.steps if step.limits.may_fail] == ['b', 'd', './e.sh', 'f']
    (found,) = read({GITLAB: 'a: {script: b, allow_failure: true}\nc: {script: d}\n'})
    assert [told(step) for step in found.steps if step.limits.may_fail] == ['b']


def test_what_is_followed():
    (found,) = read({CI: job('run: deno task a && deno task b'), 'deno.json': '{"tasks": {"a": "c"}}'})
    assert [(told(step), step.is_followed) for step in found.steps] == [
        ('deno task a', True), ('c', False), ('deno task b', False),
    ]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('a: {script: deno test}', ['deno test']),
        ('a:\n  before_script: [b]\n  script:\n  - c\n  - [d, e]\n  after_script: f\n', ['b', 'c', 'd', 'e', 'f']),
        ('default: {before_script: [b]}\na: {script: c}', ['b', 'c']),
        ('.hidden: &h [b]\na: {script: *h}', ['b']),
        ('include: ci/a.yml\nb: {script: c}', ['deno audit', 'c']),
        ('include: [/ci/a.yml, {local: ci/a.yml}]\n', ['deno audit']),
        ('include: {template: Jobs/X.gitlab-ci.yml}', ['Jobs/X.gitlab-ci.yml']),
        ('include:\n- {project: acme/ci, file: [/a.yml, /b.yml]}\n', ['acme/ci', '/a.yml', '/b.yml']),
        ('include: https://example.com/a.yml', ['https://example.com/a.yml']),
        ('include: [{remote: "https://a.example/b.yml"}, {component: c/d@1}]', ['https://a.example/b.yml', 'c/d@1']),
        ('a: {script: !reference [.b, script]}', []),
        ('a: [', []),
    ),
)
def test_gitlab(code, expected):
    files = {GITLAB: code, 'ci/a.yml': 'audit: {script: deno audit}\n'}
    (found,) = read(files)
    assert [told(step) for step in found.steps] == expected
    assert found.events is None
