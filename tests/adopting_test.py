"""What docs/adopting.md tells to write and to run: it is valid, and it works."""
from __future__ import annotations

import os
import re
import textwrap

import pytest
import yaml
from checking import judged
from deno_ai_hooks.common import catalog
from deno_ai_hooks.facts import starter
from repositories import ROOT
from repositories import folder
from repositories import repository

with open(os.path.join(ROOT, 'docs/adopting.md'), encoding='utf-8') as file:
    TEXT = file.read()
BLOCK = re.compile(r'^```(\w+)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
SECTIONS = dict(section.split('\n', 1) for section in TEXT.split('\n## ')[1:])
WORKFLOW, CI = '.github/workflows/audit.yml', '.gitlab-ci.yml'
CARELESS = 'deno run -A main.ts\n'
PLAIN = 'fetch("http://api.openai.com/v1/models");\n'


def blocks(section, language):
    return [text for name, text in BLOCK.findall(SECTIONS[section]) if name == language]


def validated(tmp_path, schema, name, text):
    made = folder(tmp_path, {name: text})
    return made.run('check-jsonschema', '--builtin-schema', schema, name)


def test_workflow(tmp_path):
    (text,) = blocks('In GitHub Actions', 'yaml')
    ended = validated(tmp_path, 'vendor.github-workflows', WORKFLOW, text)
    assert ended.code == 0, ended
    made = folder(tmp_path)
    ended = made.run('zizmor', '--offline', '--no-progress', WORKFLOW)
    assert ended.code == 0, ended
    assert not judged(catalog.load('scheduled-audit'), text, WORKFLOW, files={'deno.json': '{}'})
    assert set(re.findall(r'uses: (.*)', text)) == set(starter.ACTIONS.values())


def test_gitlab(tmp_path):
    jobs, report = blocks('In GitLab CI', 'yaml')
    for text in (jobs, jobs + '\n' + report):
        ended = validated(tmp_path, 'vendor.gitlab-ci', CI, text)
        assert ended.code == 0, ended
        assert not judged(catalog.load('scheduled-audit'), text, CI, files={'deno.json': '{}'})
    broken = validated(tmp_path, 'vendor.gitlab-ci', CI, jobs.replace('script:', 'scripts:'))
    assert broken.code == 1


def test_baseline_stanza():
    (text,) = blocks('An old repository', 'yaml')
    (stanza,) = yaml.safe_load(textwrap.dedent(text))
    assert stanza['id'] in catalog.ids()
    assert stanza['args'] == ['--baseline', '.deno-ai-hooks-baseline.json']


def test_commands_for_an_old_repository(tmp_path):
    repo = repository(tmp_path, {'start.sh': CARELESS, 'main.ts': PLAIN})
    (text,) = blocks('An old repository', 'sh')
    codes = [repo.run('bash', '-c', line).code for line in text.splitlines()]
    assert codes == [1, 1, 0, 0]
    assert 'https://' in repo.read('main.ts')
    assert repo.check('--baseline', '.deno-ai-hooks-baseline.json').code == 0


def test_commands_for_a_new_repository(tmp_path):
    repo = repository(tmp_path)
    (text,) = blocks('A new repository', 'sh')
    init, install = text.splitlines()
    assert repo.run('bash', '-c', init).code == 1
    assert repo.run('bash', '-c', f'{init} --yes').code == 0
    assert repo.run('bash', '-c', install).code == 0
    assert repo.run('bash', '-c', init) == (0, 'nothing is missing\n', '')


def test_commands_of_any_ci(tmp_path):
    install, text = blocks('In any CI', 'sh')
    local = 'repos: [{repo: local, hooks: [{id: a, name: a, entry: explicit-permissions, language: system}]}]\n'
    repo = repository(tmp_path, {'.pre-commit-config.yaml': local, 'start.sh': 'deno --version\n'})
    repo.git('commit', '-q', '-m', 'begin')
    repo.git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    assert install == f'pip install git+{starter.REPOSITORY}@v0.1.0\n'

    def codes():
        return [repo.run('bash', '-c', line).code for line in text.splitlines()]

    assert codes() == [0, 0, 0]
    repo.write({'start.sh': CARELESS})
    repo.git('commit', '-q', '-a', '-m', 'change')
    assert codes() == [1, 1, 1]


@pytest.mark.parametrize('section', list(SECTIONS))
def test_addresses_are_those_of_the_readme(section):
    for address in re.findall(r'https://\S*/deno-ai-hooks\b', SECTIONS[section]):
        assert address == starter.REPOSITORY
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as file:
        assert f'repo: {starter.REPOSITORY}\n' in file.read()
