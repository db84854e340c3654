"""Whether the CI of a repository looks for known vulnerabilities, and whether it does so by the calendar.

What cannot be known gets the benefit of the doubt: shared workflows of other repositories, unless their names say
that they do something else, and tasks that cannot be read but bear the name of an audit.
"""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING
from typing import NamedTuple
from weakref import WeakKeyDictionary

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
    from deno_ai_hooks.common.pipelines import Pipeline
    from deno_ai_hooks.common.pipelines import Step

OTHER_CI = pattern(
    r'(?:^|/)(?:Jenkinsfile[^/]*|\.circleci/[^/]+|\.buildkite/[^/]+|\.woodpecker(?:/[^/]+)?\.ya?ml|\.drone\.ya?ml'
    r'|\.travis\.yml|azure-pipelines[^/]*|bitbucket-pipelines\.yml|cloudbuild[^/]*|\.cirrus\.yml|buildspec\.ya?ml)$',
)
PRE_COMMIT_FILE = '.pre-commit-config.yaml'
SERVICE = pattern(rb'(?m)^ci[ \t]*:')
"""What tells that the service pre-commit.ci runs the hooks."""


class Verdict(NamedTuple):
    """What the CI of a repository audits: its workflows, those that audit, and when.

    `is_audited` and `is_scheduled` are true where that may be so, too.
    """

    pipelines: tuple[Pipeline, ...]
    auditing: tuple[Pipeline, ...]
    is_audited: bool
    is_scheduled: bool


_known: WeakKeyDictionary[Project, dict[str, Verdict]] = WeakKeyDictionary()


def verdict(folder: str, project: Project) -> Verdict:
    """Return whether the repository in `folder` is audited."""
    known = _known.setdefault(project, {})
    if folder not in known:
        known[folder] = _judged(folder, project)
    return known[folder]


def _judged(folder: str, project: Project) -> Verdict:
    from deno_ai_hooks.common.pipelines import pipelines

    found = pipelines(folder, project)
    auditing = tuple(each for each in found if any(audits(step, folder, project) for step in each.steps))
    elsewhere = _elsewhere(folder, project)
    return Verdict(
        found, auditing,
        bool(auditing) or elsewhere or any(_is_unknown(step) for each in found for step in each.steps),
        elsewhere or _is_scheduled(found, auditing, folder, project),
    )


def runs_hooks(found: Sequence[Pipeline]) -> bool:
    """Return whether a job runs the hooks of pre-commit, or those of this suite."""
    return any(
        PRE_COMMIT.search(step.uses) or _runs_pre_commit(step.texts) or starts_suite(step.texts)
        for pipeline in found for step in pipeline.steps
    )


def audits(step: Step, folder: str, project: Project) -> bool:
    """Return whether a step looks for vulnerabilities."""
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
    return is_audit(texts) or is_of_suite(texts) or (not step.is_followed and _is_called_audit(texts))


def _runs_pre_commit(texts: Sequence[str]) -> bool:
    return any(
        posixpath.basename(text) in ('pre-commit', 'prek', 'pre_commit') and texts[index + 1:index + 2] == ('run',)
        for index, text in enumerate(texts)
    )


SUITE = frozenset(('deno-ai-hooks', 'deno_ai_hooks'))


def starts_suite(texts: Sequence[str]) -> bool:
    """Return whether a command starts hooks of this suite, one or all."""
    return is_of_suite(texts) or (is_audit(texts) and not SUITE.isdisjoint(map(posixpath.basename, texts)))


def is_of_suite(texts: Sequence[str]) -> bool:
    """Return whether a command starts a hook of this suite."""
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


# by the calendar

EVENT = pattern(r"event_name\s*==\s*'([\w-]+)'")


def _is_scheduled(
    found: Sequence[Pipeline], auditing: Sequence[Pipeline], folder: str, project: Project,
) -> bool:
    if any(each.events is None for each in auditing):  # the schedules of GitLab are not in the repository
        return True
    return any(
        _is_on_schedule(step) and (audits(step, folder, project) or _is_unknown(step))
        for each in _scheduled(found) for step in each.steps
    )


def _scheduled(found: Sequence[Pipeline]) -> list[Pipeline]:
    """Return the workflows that run on a schedule, or behind or by order of one that does."""
    chosen: list[Pipeline] = []
    more = [each for each in found if each.events and 'schedule' in each.events]
    left = [each for each in found if each.events and 'schedule' not in each.events]
    names: set[str] = set()
    while more:
        chosen += more
        names.update(each.root.string('name') or each.path for each in more)
        names.update(_ordered(more))
        more = [each for each in left if not names.isdisjoint((*each.after, posixpath.basename(each.path)))]
        left = [each for each in left if names.isdisjoint((*each.after, posixpath.basename(each.path)))]
    return chosen


def _ordered(found: Iterable[Pipeline]) -> Iterator[str]:
    """Yield the files of the workflows that others start by `gh workflow run`."""
    for each in found:
        for step in each.steps:
            if step.texts[:3] == ('gh', 'workflow', 'run'):
                yield from step.texts[3:4]


def _is_on_schedule(step: Step) -> bool:
    """Return whether the conditions of a step let it run on a schedule, as far as they tell."""
    for condition in step.limits.conditions:
        events = EVENT.findall(condition)
        if events and 'schedule' not in events and '!' not in condition.replace('!cancelled()', ''):
            return False
    return True
