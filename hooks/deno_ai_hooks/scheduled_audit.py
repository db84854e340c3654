"""Audit what a program is made of, on every change and on a schedule.

A dependency that was sound when it was added is not so for ever: flaws become known while nobody changes
anything, so a job has to look for them by the calendar.  Renovate and Dependabot keep versions new, CodeQL
reads source code; neither tells that what is deployed today is known to be vulnerable.

Read are the workflows of GitHub, Gitea and Forgejo and `.gitlab-ci.yml`, with the shared workflows, composite
actions, scripts, tasks and recipes of the same repository that they start.  An audit is `deno audit`, an OSV
scanner, Trivy, Grype, Snyk, Socket, `npm audit` and their like, dependency review, this suite, or pre-commit
where `.pre-commit-config.yaml` has one of them.  What a shared workflow of another repository does is not known:
it gets the benefit of the doubt, unless its name says that it does something else.

Reported are

- a repository that deno runs in, with CI in which nothing audits: once, at its first job that starts deno,
- one whose audits all wait for a change: once, at the events of the first workflow that audits.  The schedules
  of GitLab are not in the repository, so nothing is said of them,
- this suite writing SARIF that no step takes on: with that format it ends well whatever it finds, so what it
  found is lost,
- with `--strict` a deno in CI of whatever version is newest, or not released yet.

`deno-ai-hooks init` writes a workflow with an audit.

Bad:

    # .github/workflows/audit.yml
    on: push
    jobs:
      audit:
        runs-on: ubuntu-latest
        steps:
          - uses: denoland/setup-deno@667a34cdef165d8d2b2e98dde39547c9daac7282 # v2.0.4
            with:
              deno-version: 2.9.8
          - run: deno audit --level=high

Good:

    # .github/workflows/audit.yml
    on:
      push:
      schedule:
        - cron: '17 4 * * 1'
    jobs:
      audit:
        runs-on: ubuntu-latest
        steps:
          - uses: denoland/setup-deno@667a34cdef165d8d2b2e98dde39547c9daac7282 # v2.0.4
            with:
              deno-version: 2.9.8
          - run: deno audit --level=high

Bad:

    # .gitlab-ci.yml
    check:
      script:
        - deno-ai-hooks check --format sarif --output findings.sarif

Good:

    # .gitlab-ci.yml
    check:
      script:
        - deno-ai-hooks check --format sarif --output findings.sarif
      artifacts:
        paths: [findings.sarif]
"""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.audits import PRE_COMMIT
from deno_ai_hooks.facts.audits import SHOWING
from deno_ai_hooks.facts.audits import TOLD
from deno_ai_hooks.facts.audits import is_audit
from deno_ai_hooks.facts.audits import is_audit_action
from deno_ai_hooks.facts.audits import may_audit
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.shapes import Node
    from deno_ai_hooks.common.documents.yaml import Yaml
    from deno_ai_hooks.common.pipelines import Pipeline
    from deno_ai_hooks.common.pipelines import Step

hook = Hook('scheduled-audit', __doc__, cwe=1395, owasp='LLM03', severity=4.0)
# On by default: whoever chooses this hook wants to be told, and what it tells is read from files, not guessed.
NOT_IN_CI = hook.rule('audit-not-in-ci', 'No job of CI looks for known vulnerabilities', once=True)
NOT_SCHEDULED = hook.rule('audit-not-scheduled', 'Audits wait for somebody to change something', once=True)
NOT_UPLOADED = hook.rule('sarif-not-uploaded', 'Findings are written to a file that nobody takes on', severity=5.0)
# Strict: the newest release is what many want to be tested with.
UNVERSIONED = hook.rule(
    'setup-deno-without-version', 'A job runs whatever deno is newest', cwe=1357, severity=3.0, strict=True,
)

NEEDS = (
    r'(?m)^["\']?jobs["\']?[ \t]*:', r'(?m)^[ \t]+["\']?(?:before_|after_)?script["\']?[ \t]*:',
    r'(?m)^["\']?include["\']?[ \t]*:', r'setup-deno',
)


@hook.check('yaml', needs=NEEDS)
def check(document: Yaml, project: Project) -> Iterator[Finding]:
    from deno_ai_hooks.common import pipelines

    folder = pipelines.top(document.path)
    # nobody runs the workflows of a folder that is only a part of the repository
    if folder is None or (folder and any(pipelines.is_outside(path, folder) for path in project.files)):
        return
    found = pipelines.pipelines(folder, project)
    for pipeline in found:
        if pipeline.path == document.path:
            yield from _unaudited(document, pipeline, found, project)
            yield from _unscheduled(document, pipeline, found, project)
            yield from _unread(pipeline)


# whether anything audits

DENO_FILES = ('deno.json', 'deno.jsonc', 'deno.lock')
SHOWN = pattern(r'(?:^|/)(?:_?examples?|templates?|samples?|demos?|testdata|fixtures|node_modules|vendor)/')
OTHER_CI = pattern(
    r'(?:^|/)(?:Jenkinsfile[^/]*|\.circleci/[^/]+|\.buildkite/[^/]+|\.woodpecker(?:/[^/]+)?\.ya?ml|\.drone\.ya?ml'
    r'|\.travis\.yml|azure-pipelines[^/]*|bitbucket-pipelines\.yml|cloudbuild[^/]*|\.cirrus\.yml|buildspec\.ya?ml)$',
)
PRE_COMMIT_FILE = '.pre-commit-config.yaml'
SERVICE = pattern(rb'(?m)^ci[ \t]*:')
"""What tells that the service pre-commit.ci runs the hooks."""


def _unaudited(
    document: Yaml, pipeline: Pipeline, found: Sequence[Pipeline], project: Project,
) -> Iterator[Finding]:
    folder = pipeline.folder
    started = [each for each in found if any(map(_starts_deno, each.steps))]
    if pipeline is not (started or found)[0] or not _has_deno(folder, project):
        return
    steps = [step for each in found for step in each.steps]
    if any(_audits(step, folder, project) or _is_unknown(step) for step in steps) or _elsewhere(folder, project):
        return
    place = _head(document, pipeline.root.get('jobs') or pipeline.root)
    yield Finding(
        place, 'no job of this repository looks for known vulnerabilities; add one that runs `deno audit` '
        'or `deno-ai-hooks check`, on changes and on a schedule: `deno-ai-hooks init` writes it', rule=NOT_IN_CI,
    )


def _starts_deno(step: Step) -> bool:
    return 'setup-deno' in step.uses or step.texts[:1] == ('deno',)


def _has_deno(folder: str, project: Project) -> bool:
    """Return whether deno runs what the repository is there for, not only one of its tools."""
    here = (path for path in project.files if posixpath.basename(path) in DENO_FILES)
    return any(not TESTS.search(below) and not SHOWN.search(below) for below in (_below(each, folder) for each in here))


def _below(path: str, folder: str) -> str:
    return path.removeprefix(f'{folder}/') if folder else path


def _audits(step: Step, folder: str, project: Project) -> bool:
    if step.script is not None:
        return TOLD.search(step.script.data) is not None
    if step.uses:
        if PRE_COMMIT.search(step.uses):
            return _chosen(folder, project)
        shown = step.settings.string('scan-type') if step.settings else ''
        return is_audit_action(step.uses) and shown not in SHOWING
    texts = step.texts
    if _runs_pre_commit(texts):
        return _chosen(folder, project)
    return is_audit(texts) or _is_of_suite(texts) or _is_called_audit(texts)


def _runs_pre_commit(texts: Sequence[str]) -> bool:
    return any(
        posixpath.basename(text) in ('pre-commit', 'prek', 'pre_commit') and texts[index + 1:index + 2] == ('run',)
        for index, text in enumerate(texts)
    )


def _is_of_suite(texts: Sequence[str]) -> bool:
    return bool(texts) and posixpath.basename(texts[0]) in _own_hooks()


@cache
def _own_hooks() -> frozenset[str]:
    from deno_ai_hooks.common import catalog

    return frozenset(catalog.ids())


SHARED = pattern(r'/\.(?:github|gitea|forgejo)/workflows/')
WORKFLOWS = pattern(r'(?:^|/)(?:\.(?:github|gitea|forgejo)/|action\.ya?ml$)')
CALLED = pattern(r'(?i)(?:^|[:/_.-])(?:audit|osv|vuln\w*|sca|deps-?check)(?:$|[:/_.-])')
CALLERS = frozenset('deno npm pnpm yarn bun make just task mise nox tox invoke poe nx turbo moon'.split())


def _is_called_audit(texts: Sequence[str]) -> bool:
    """Return whether a task, a recipe or a script bears the name of an audit: it may be one that cannot be read."""
    first = texts[0] if texts else ''
    if '/' in first:
        return CALLED.search(posixpath.basename(first)) is not None
    return first in CALLERS and any(CALLED.search(text) for text in texts[1:4] if not text.startswith('-'))


def _chosen(folder: str, project: Project) -> bool:
    """Return whether the hooks of pre-commit include an audit; where they cannot be read, they may."""
    from deno_ai_hooks.common.documents.yaml import Yaml
    from deno_ai_hooks.common.text import whole

    source = project.source(posixpath.join(folder, PRE_COMMIT_FILE))
    if source is None:
        return True
    config = Yaml(source.path, whole(source.data))
    repositories = [each for root in config.roots for _, each in _items(root.get('repos'))]
    ids = {hook.string('id') for each in repositories for _, hook in _items(each.get('hooks'))}
    texts = [tuple(word.text or '' for word in command.words) for command in config.commands()]
    return (
        not ids.isdisjoint(_own_hooks())
        or any(is_audit_action(each.string('repo')) for each in repositories)
        or any(map(is_audit, texts))
    )


def _items(node: Node | None) -> tuple[tuple[str, Node], ...]:
    return node.items if node else ()


def _is_unknown(step: Step) -> bool:
    """Return whether a step hands over to a workflow of another repository, of which nothing is known."""
    if step.uses.startswith(('./', 'docker:')):
        return False
    shared = SHARED.search(step.uses) is not None
    return (shared or (bool(step.uses) and _is_foreign(step))) and may_audit(step.uses)


def _is_foreign(step: Step) -> bool:
    """Return whether a step is an include of GitLab from another project; what its own templates do is known."""
    return not WORKFLOWS.search(step.path) and not step.uses.endswith('.gitlab-ci.yml')


def _elsewhere(folder: str, project: Project) -> bool:
    """Return whether another CI, which is not read step by step, speaks of an audit."""
    for path in project.files:
        if OTHER_CI.search(path) and (source := project.source(path)) and TOLD.search(source.data):
            return True
    config = project.source(posixpath.join(folder, PRE_COMMIT_FILE))
    return bool(config and SERVICE.search(config.data) and _chosen(folder, project))


KEY = pattern(rb'[\s{"\']*([\w.-]+)')


def _head(document: Yaml, node: Node) -> Span:
    """Return the first key of a map, or the whole of anything else."""
    key = KEY.match(document.text.data, *node.span) if node.kind == 'map' else None
    return document.text.span(*key.span(1)) if key else node.span


# whether it does so by the calendar

CALLED_ONLY = frozenset(('workflow_call',))
EVENT = pattern(r"event_name\s*==\s*'([\w-]+)'")


def _unscheduled(
    document: Yaml, pipeline: Pipeline, found: Sequence[Pipeline], project: Project,
) -> Iterator[Finding]:
    folder = pipeline.folder
    auditing = [each for each in found if any(_audits(step, folder, project) for step in each.steps)]
    events = pipeline.root.get('on')
    if events is None or not auditing or any(each.events is None for each in auditing):
        return
    if pipeline is not next((each for each in auditing if each.events != CALLED_ONLY), auditing[0]):
        return
    for each in _scheduled(found):
        if any(_is_on_schedule(step) and (_audits(step, folder, project) or _is_unknown(step)) for step in each.steps):
            return
    if not _elsewhere(folder, project):
        yield Finding(
            _head(document, events), 'this audit waits for a change, and flaws become known without one; '
            "add `schedule:` with `- cron: '17 4 * * 1'`", rule=NOT_SCHEDULED,
        )


def _scheduled(found: Sequence[Pipeline]) -> list[Pipeline]:
    """Return the workflows that run on a schedule, or behind or by order of one that does."""
    chosen = [each for each in found if each.events and 'schedule' in each.events]
    for _ in found:
        names = {each.root.string('name') or each.path for each in chosen} | set(_ordered(chosen))
        more = [
            each for each in found if each not in chosen
            and (not names.isdisjoint(each.after) or not names.isdisjoint(_names(each)))
        ]
        if not more:
            break
        chosen += more
    return chosen


def _ordered(found: Iterable[Pipeline]) -> Iterator[str]:
    for each in found:
        for step in each.steps:
            if step.texts[:3] == ('gh', 'workflow', 'run'):
                yield from step.texts[3:4]


def _names(pipeline: Pipeline) -> tuple[str, ...]:
    """Return what `gh workflow run` calls a workflow: its file."""
    return (posixpath.basename(pipeline.path),)


def _is_on_schedule(step: Step) -> bool:
    """Return whether the conditions of a step let it run on a schedule, as far as they tell."""
    for condition in step.conditions:
        events = EVENT.findall(condition)
        if events and 'schedule' not in events and '!' not in condition.replace('!cancelled()', ''):
            return False
    return True


# whether anybody reads what it writes

SUITE = frozenset(('deno-ai-hooks', 'deno_ai_hooks'))
TAKES_ON = pattern(r'(?i)sarif|upload-artifact|codeql-action|defectdojo|reviewdog|artifact')


def _unread(pipeline: Pipeline) -> Iterator[Finding]:
    written = [step for step in pipeline.steps if step.path == pipeline.path and _writes_sarif(step)]
    if not written or _keeps_artifacts(pipeline.root):
        return
    others = [step for step in pipeline.steps if not _writes_sarif(step)]
    for step in written:
        name = _output(step.texts)
        if not any(TAKES_ON.search(each.uses) or _speaks_of(each.texts, name) for each in others):
            yield Finding(
                _format(step), 'with this format the job ends well whatever is found, and no step takes the report on; '
                'add github/codeql-action/upload-sarif, or leave the format out', rule=NOT_UPLOADED,
            )


def _writes_sarif(step: Step) -> bool:
    texts = step.texts
    suite = _is_of_suite(texts) or (is_audit(texts) and not SUITE.isdisjoint(map(posixpath.basename, texts)))
    return suite and any(
        text == '--format=sarif' or (text == '--format' and texts[index + 1:index + 2] == ('sarif',))
        for index, text in enumerate(texts)
    )


def _format(step: Step) -> Span:
    return next(word.span for word in step.words if word.text in ('--format=sarif', 'sarif'))


def _output(texts: Sequence[str]) -> str:
    """Return the name of the file that a command writes its report to, empty where it prints it."""
    for index, text in enumerate(texts):
        flag, equals, value = text.partition('=')
        if flag == '--output':
            return posixpath.basename(value if equals else (*texts, '')[index + 1])
    return ''


def _speaks_of(texts: Iterable[str], name: str) -> bool:
    return any((name and name in text) or 'sarif' in text.lower() for text in texts)


def _keeps_artifacts(root: Node) -> bool:
    """Return whether a job of GitLab keeps files that it wrote."""
    return any(job.get('artifacts') for _, job in root.items)


# which deno it does it with

NEWEST = pattern(r'(?i)(?:v?[x*](?:\.[x*])*|latest|canary|rc|stable|>=?\s*v?\d[\w.]*)')


@hook.check('yaml', needs=(r'denoland/setup-deno',))
def check_version(document: Yaml) -> Iterator[Finding]:
    from deno_ai_hooks.common.documents.shapes import ACTION
    from deno_ai_hooks.common.documents.shapes import WORKFLOW

    if not WORKFLOW.search(document.path) and not ACTION.search(document.path):
        return
    for root in document.roots:
        jobs = [job for _, job in _items(root.get('jobs'))]
        for steps in (root.get('runs', 'steps'), *(job.get('steps') for job in jobs)):
            for _, step in _items(steps):
                yield from _unversioned(step)


def _unversioned(step: Node) -> Iterator[Finding]:
    uses = step.get('uses')
    if uses is None or not str(uses.value).startswith('denoland/setup-deno'):
        return
    version = step.get('with', 'deno-version')
    if version is None and step.get('with', 'deno-version-file') is None:
        yield Finding(uses.span, f'takes whatever deno is newest; {GIVE}', rule=UNVERSIONED)
    elif version is not None and NEWEST.fullmatch(str(version.value or '').strip()):
        yield Finding(version.span, f'lets in a deno that nobody here has run; {GIVE}', rule=UNVERSIONED)


GIVE = 'give it a version, `deno-version: 2.9.8`, or `deno-version-file`'


def main(argv: Sequence[str] | None = None) -> int:
    return run(hook, argv=argv)
