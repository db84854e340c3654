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

- a repository that deno runs in, with CI in which nothing audits: once, at the first workflow that starts deno,
  or else the first that runs on changes,
- one whose audits all wait for a change: once, at the events of the first workflow that audits.  The schedules
  of GitLab are not in the repository, so nothing is said of them,
- an audit that may fail, by `continue-on-error`, `allow_failure` or `|| true`, where nothing else is made of
  what it finds and no other audit stops a job,
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

    # .github/workflows/audit.yml
    on:
      schedule:
        - cron: '17 4 * * 1'
    jobs:
      audit:
        runs-on: ubuntu-latest
        steps:
          - run: deno audit || true

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
from typing import TYPE_CHECKING

from deno_ai_hooks.common import auditing
from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.commands import SHOWN
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.auditing import Verdict
    from deno_ai_hooks.common.documents.shapes import Node
    from deno_ai_hooks.common.documents.yaml import Yaml
    from deno_ai_hooks.common.pipelines import Pipeline
    from deno_ai_hooks.common.pipelines import Step

hook = Hook('scheduled-audit', __doc__, cwe=1395, owasp='LLM03', severity=4.0)
# On by default: whoever chooses this hook wants to be told, and what it tells is read from files, not guessed.
NOT_IN_CI = hook.rule('audit-not-in-ci', 'No job of CI looks for known vulnerabilities', once=True)
NOT_SCHEDULED = hook.rule('audit-not-scheduled', 'Audits wait for somebody to change something', once=True)
NOT_UPLOADED = hook.rule('sarif-not-uploaded', 'Findings are written to a file that nobody takes on', severity=5.0)
TOOTHLESS = hook.rule('audit-cannot-fail', 'An audit ends well whatever it finds', severity=5.0)
# Strict: the newest release is what many want to be tested with.
UNVERSIONED = hook.rule(
    'setup-deno-without-version', 'A job runs whatever deno is newest', cwe=1357, severity=3.0, strict=True,
)

NEEDS = (r'\bjobs["\']?[ \t]*:', r'\b(?:before_|after_)?script["\']?[ \t]*:', r'\binclude["\']?[ \t]*:')


@hook.check('yaml', needs=NEEDS)
def check(document: Yaml, project: Project) -> Iterator[Finding]:
    from deno_ai_hooks.common import pipelines

    folder = pipelines.top(document.path)
    # nobody runs the workflows of a folder that is only a part of the repository
    if folder is None or (folder and any(pipelines.is_outside(path, folder) for path in project.files)):
        return
    verdict = auditing.verdict(folder, project)
    for pipeline in verdict.pipelines:
        if pipeline.path == document.path:
            yield from _unaudited(document, pipeline, verdict, project)
            yield from _unscheduled(document, pipeline, verdict)
            yield from _toothless(document, pipeline, verdict, project)
            yield from _unread(pipeline)


# whether anything audits

CHANGES = frozenset(('push', 'pull_request'))
DENO_FILES = ('deno.json', 'deno.jsonc', 'deno.lock')


def _unaudited(document: Yaml, pipeline: Pipeline, verdict: Verdict, project: Project) -> Iterator[Finding]:
    if verdict.is_audited or not _has_deno(pipeline.folder, project):
        return
    started = [each for each in verdict.pipelines if any(map(_starts_deno, each.steps))]
    on_changes = [each for each in verdict.pipelines if each.events and not CHANGES.isdisjoint(each.events)]
    if pipeline is not (started or on_changes or verdict.pipelines)[0]:
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


KEY = pattern(rb'[\s{"\']*([\w.-]+)')


def _head(document: Yaml, node: Node) -> Span:
    """Return the first key of a map, or the whole of anything else."""
    key = KEY.match(document.text.data, *node.span) if node.kind == 'map' else None
    return document.text.span(*key.span(1)) if key else node.span


# whether it does so by the calendar

CALLED_ONLY = frozenset(('workflow_call',))


def _unscheduled(document: Yaml, pipeline: Pipeline, verdict: Verdict) -> Iterator[Finding]:
    events = pipeline.root.get('on')
    if events is None or verdict.is_scheduled or not verdict.auditing:
        return
    told = next((each for each in verdict.auditing if each.events != CALLED_ONLY), verdict.auditing[0])
    if pipeline is told:
        yield Finding(
            _head(document, events), 'this audit waits for a change, and flaws become known without one; '
            "add `schedule:` with `- cron: '17 4 * * 1'`", rule=NOT_SCHEDULED,
        )


# whether it stops anything

FORGIVEN = pattern(rb'[ \t]*\|\|[ \t]*(?:true|:|exit[ \t]+0)(?![\w-])')
TELLS = pattern(r'(?i)slack|notif|comment|issue|report|mail|teams|discord|telegram|summary|github-script|annotat|alert')


def _toothless(document: Yaml, pipeline: Pipeline, verdict: Verdict, project: Project) -> Iterator[Finding]:
    found = [step for step in pipeline.steps if step.path == document.path and _may_fail(step, document)]
    found = [step for step in found if auditing.audits(step, pipeline.folder, project)]
    if not found or any(map(_tells, pipeline.steps)) or _stops(verdict, project):
        return
    for step in found:
        yield Finding(
            step.span, 'this audit ends well whatever it finds, so nobody is told; let the job fail, and name what is '
            'known and accepted (`deno audit --ignore=CVE-…`)', rule=TOOTHLESS,
        )


def _may_fail(step: Step, document: Yaml) -> bool:
    return step.limits.may_fail or FORGIVEN.match(document.text.data, step.span.end) is not None


def _tells(step: Step) -> bool:
    """Return whether a step makes something of how another one ended."""
    if TELLS.search(step.uses) or TAKES_ON.search(step.uses):
        return True
    if any('outcome' in each or 'failure()' in each for each in step.limits.conditions):
        return True
    return step.texts[:1] != ('echo',) and any(map(TELLS.search, step.texts))


def _stops(verdict: Verdict, project: Project) -> bool:
    """Return whether any audit ends its job with what it found."""
    for pipeline in verdict.auditing:
        source = project.source(pipeline.path)
        for step in pipeline.steps:
            forgiven = source and step.path == pipeline.path and FORGIVEN.match(source.data, step.span.end)
            if not step.limits.may_fail and not forgiven and auditing.audits(step, pipeline.folder, project):
                return True
    return False


# whether anybody reads what it writes

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
    return auditing.starts_suite(texts) and any(
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
        jobs = root.get('jobs')
        for each in (root.get('runs'), *(job for _, job in (jobs.items if jobs else ()))):
            steps = each.get('steps') if each else None
            for _, step in steps.items if steps else ():
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
