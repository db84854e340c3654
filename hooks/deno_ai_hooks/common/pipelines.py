"""What the CI of a repository does: its workflows, what sets them off, and all that their jobs use and start.

Workflows of GitHub (Gitea, Forgejo), `.gitlab-ci.yml`, and what they name in the same repository: shared
workflows, composite actions, included files, scripts, tasks and recipes.  Sources: "Workflow syntax for GitHub
Actions", "Metadata syntax for GitHub Actions", GitLab's "CI/CD YAML syntax reference".
"""
from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING
from typing import NamedTuple
from weakref import WeakKeyDictionary

from deno_ai_hooks.common import kinds
from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.shapes import GITLAB
from deno_ai_hooks.common.documents.shapes import LIST
from deno_ai_hooks.common.documents.shapes import MAP
from deno_ai_hooks.common.documents.shapes import WORKFLOW
from deno_ai_hooks.common.documents.shapes import Node
from deno_ai_hooks.common.documents.starting import script
from deno_ai_hooks.common.documents.wrappers import program
from deno_ai_hooks.common.documents.wrappers import unwrap
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.project import CONFIGURATIONS
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.shells import SH
from deno_ai_hooks.facts.shells import dialect

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.config import Json

DEPTH = 6
"""Workflows, actions, tasks and scripts that name one another that are followed."""

MOST_WORDS = 100
"""Words of a command that are looked at."""

LONGEST = 300
"""Characters of what a step uses that are looked at."""

MOST = 5000
"""Steps of a repository that are looked at."""

FILES = 200
"""Configurations of a repository in which a task is looked for."""

MANIFEST = 'package.json'
CONFIGURED = (*CONFIGURATIONS, MANIFEST)
"""Files that name tasks; of equal names the first counts (deno 2.9.8)."""

GITLAB_FILE = '.gitlab-ci.yml'
ACTIONS = ('action.yml', 'action.yaml')
MAKEFILES = ('GNUmakefile', 'makefile', 'Makefile')
JUSTFILES = ('justfile', 'Justfile', '.justfile')
TASKFILES = ('Taskfile.yml', 'Taskfile.yaml', 'taskfile.yml', 'taskfile.yaml')
RECIPES = {'make': MAKEFILES, 'gmake': MAKEFILES, 'just': JUSTFILES, 'task': TASKFILES, 'go-task': TASKFILES}
MANAGERS = frozenset(('npm', 'pnpm', 'yarn', 'bun'))
SHELLS = frozenset(('sh', 'bash', 'dash', 'zsh', 'ksh', 'source', '.'))
INTERPRETERS = frozenset(('deno', 'node', 'python', 'python3', 'bun', 'tsx', 'ruby', 'perl', 'pwsh', 'uv'))

TARGET = pattern(r'(?m)^@?([\w./-]{1,100}+)[^:=\n]{0,200}+:(?!=)([^\n#;]{0,2000}+)')
"""A rule of a Makefile or a recipe of a justfile: its name, and what comes before it."""


class Limits(NamedTuple):
    """What must hold for a step, and whether the job goes on as if nothing was when it fails."""

    conditions: tuple[str, ...] = ()
    may_fail: bool = False

    def within(self, node: Node) -> Limits:
        """Return the limits of a job, or of a step, that stands within these."""
        allowed = node.get('continue-on-error') or node.get('allow_failure')
        may_fail = allowed is not None and (allowed.value is True or allowed.value == 'true')
        return Limits((*self.conditions, *strings(node.get('if'))), self.may_fail or may_fail)


NONE = Limits()


class Step(NamedTuple):
    """What a job does: it uses an action or a workflow, starts a program, or runs a script of another language.

    `settings` are what an action is given, `span` is where it stands in the file at `path`.  `is_followed`
    tells of a program that starts a task, a recipe or a script of the repository: what that does stands in
    steps of its own.
    """

    path: str
    span: Span
    uses: str = ''
    settings: Node | None = None
    words: tuple[Word, ...] = ()
    script: Source | None = None
    limits: Limits = NONE
    is_followed: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the first words of the program that it starts; what is not known is empty."""
        return tuple(word.text or '' for word in self.words[:MOST_WORDS])


class Pipeline(NamedTuple):
    """A workflow, or the whole of `.gitlab-ci.yml`, of the repository in `folder`, with all steps of its jobs.

    `events` are what sets it off; None where that is decided elsewhere, as the schedules of GitLab are.
    """

    path: str
    folder: str
    root: Node
    events: frozenset[str] | None
    steps: tuple[Step, ...]

    @property
    def after(self) -> tuple[str, ...]:
        """Return the names of the workflows behind which it runs."""
        return strings(self.root.get('on', 'workflow_run', 'workflows'))


_known: WeakKeyDictionary[Project, dict[str, tuple[Pipeline, ...]]] = WeakKeyDictionary()


def top(path: str) -> str | None:
    """Return the folder of the repository whose CI the file at `path` tells; None for any other file."""
    if WORKFLOW.search(path):
        return posixpath.dirname(posixpath.dirname(posixpath.dirname(path)))
    if posixpath.basename(path) == GITLAB_FILE:
        return posixpath.dirname(path)
    return None


def is_outside(path: str, folder: str) -> bool:
    """Return whether a path does not lead into a folder; both are relative to the working folder, or absolute."""
    if not folder:
        return path.startswith(('/', '../'))
    if path.startswith(f'{folder}/'):
        return path.startswith('../', len(folder) + 1)
    return posixpath.relpath(path, folder).startswith('../')


def pipelines(folder: str, project: Project) -> tuple[Pipeline, ...]:
    """Return the CI of the repository in `folder`, by the paths of the files that tell it."""
    known = _known.setdefault(project, {})
    if folder not in known:
        paths = sorted(path for path in project.files if top(path) == folder)
        known[folder] = tuple(pipeline for path in paths for pipeline in _read(path, folder, project))
    return known[folder]


def _read(path: str, folder: str, project: Project) -> Iterator[Pipeline]:
    reader = _Reader(folder, project)
    for root in reader.trees(path):
        steps = tuple(islice(reader.file(path, root), MOST))
        events = frozenset(_events(root.get('on'))) if WORKFLOW.search(path) else None
        yield Pipeline(path, folder, root, events, steps)


def _events(node: Node | None) -> tuple[str, ...]:
    return tuple(key for key, _ in node.items) if node and node.kind == MAP else strings(node)


def strings(node: Node | None) -> tuple[str, ...]:
    """Return a string, or those of a list."""
    items = [item for _, item in node.items] if node and node.kind == LIST else [node] if node else []
    return tuple(item.value for item in items if isinstance(item.value, str))


class _Reader:
    """Reads what one pipeline does; each task, script and workflow is followed once."""

    def __init__(self, folder: str, project: Project) -> None:
        self._folder = folder
        self._project = project
        self._seen: set[tuple[object, ...]] = set()
        self._targets: dict[tuple[str, ...], list[Document | Source]] = {}
        self._trees: dict[str, tuple[Node, ...]] = {}

    def trees(self, path: str) -> tuple[Node, ...]:
        """Return the documents of a YAML file, read once."""
        from deno_ai_hooks.common.documents.yaml import Yaml

        if path not in self._trees:
            source = self._source(path)
            self._trees[path] = Yaml(path, whole(source.data)).roots if source else ()
        return self._trees[path]

    def file(self, path: str, root: Node, depth: int = 0, outer: Limits = NONE) -> Iterator[Step]:
        """Yield the steps of a file that tells jobs."""
        if GITLAB.search(path) and not WORKFLOW.search(path):
            yield from self._gitlab(path, root, depth, outer)
            return
        for _, job in _items(root.get('jobs'), MAP):
            limits = outer.within(job)
            used = job.get('uses')
            if used:
                yield from self._used(path, used, job, depth, limits)
            folder = job.string('defaults', 'run', 'working-directory') or root.string(
                'defaults', 'run', 'working-directory')
            yield from self._steps(path, job.get('steps'), folder, depth, limits)

    def _steps(
        self, path: str, steps: Node | None, folder: str, depth: int, outer: Limits,
    ) -> Iterator[Step]:
        for _, step in _items(steps, LIST):
            limits = outer.within(step)
            used, command = step.get('uses'), step.get('run')
            if used:
                yield from self._used(path, used, step, depth, limits)
            elif command and command.text:
                own = step.string('shell').partition(' ')[0]
                place = Place('workflow', '', step.string('working-directory') or folder)
                documents = script(path, command.text, place, dialect(own) if own else SH)
                yield from self._started(documents, self._at(place.folder), depth, limits)

    def _used(
        self, path: str, used: Node, step: Node, depth: int, limits: Limits,
    ) -> Iterator[Step]:
        """Yield a step that uses something, and what that does where it is of this repository."""
        name = str(used.value or '')[:LONGEST]
        yield Step(path, used.span, uses=name, settings=step.get('with'), limits=limits)
        if not name.startswith('./') or depth >= DEPTH or not self._first('uses', name, limits):
            return
        here = self._at(name)
        for each in (here, *(posixpath.join(here, action) for action in ACTIONS)):
            if each == here and not WORKFLOW.search(each):
                continue
            for root in self.trees(each):
                yield from self.file(each, root, depth + 1, limits)
                yield from self._steps(each, root.get('runs', 'steps'), '', depth + 1, limits)

    def _gitlab(self, path: str, root: Node, depth: int, outer: Limits) -> Iterator[Step]:
        for node in _listed(root.get('include')):
            for key in ('template', 'component', 'project', 'remote', 'file'):
                yield from (Step(path, node.span, uses=name[:LONGEST]) for name in strings(node.get(key)))
            for name in (*strings(node), *strings(node.get('local'))):
                if '://' in name:
                    yield Step(path, node.span, uses=name[:LONGEST])
                elif depth < DEPTH and self._first('include', self._at(name)):
                    for tree in self.trees(self._at(name)):
                        yield from self._gitlab(self._at(name), tree, depth + 1, outer)
        for name, job in (('', root), *_items(root, MAP)):
            for key in ('before_script', 'script', 'after_script'):
                for text in _texts(job.get(key)):
                    documents = script(path, text, Place('workflow', name))
                    yield from self._started(documents, self._folder, depth, outer.within(job))

    def _at(self, name: str) -> str:
        """Return the path of what stands in the repository under `name`."""
        return posixpath.normpath(posixpath.join(self._folder, name.strip().lstrip('/')))

    def _source(self, path: str) -> Source | None:
        """Return a file of the repository; what a workflow names outside of it is not looked at."""
        return None if is_outside(path, self._folder) else self._project.source(path)

    def _first(self, *known: object) -> bool:
        new = known not in self._seen
        self._seen.add(known)
        return new

    # what is started

    def _started(
        self, documents: Iterable[Document], folder: str, depth: int, limits: Limits,
    ) -> Iterator[Step]:
        for document in documents:
            for command in document.commands():
                inner = unwrap(command)
                if inner.words:
                    found = self._found(inner, folder)
                    yield Step(
                        document.path, inner.span, words=inner.words, limits=limits, is_followed=bool(found),
                    )
                    yield from self._followed(found, folder, depth, limits)
            if depth < DEPTH:
                yield from self._started(document.parts(), folder, depth + 1, limits)

    def _followed(
        self, found: Iterable[Document | Source], folder: str, depth: int, limits: Limits,
    ) -> Iterator[Step]:
        for each in found:
            at = 0 if isinstance(each, Source) else each.text.start(0)
            if depth < DEPTH and self._first('started', each.path, at, limits):
                if isinstance(each, Source):
                    yield Step(each.path, Span(0, 0), script=each, limits=limits)
                else:
                    yield from self._started([each], folder, depth + 1, limits)

    def _found(self, command: Command, folder: str) -> list[Document | Source]:
        """Return the task, the recipes or the scripts of this repository that a command starts."""
        texts = tuple(word.text or '' for word in command.words[:MOST_WORDS])
        key = (folder, *texts)
        if key not in self._targets:
            self._targets[key] = [*self._named(program(command.words[0]), texts, folder)]
        return self._targets[key]

    def _named(self, name: str, texts: Sequence[str], folder: str) -> Iterator[Document | Source]:
        rest = [text for text in texts[1:] if not text.startswith('-')]
        if name == 'deno' and rest[:1] in (['task'], ['run']):
            yield from self._tasks(folder, rest[1:2], CONFIGURED)
        elif name in MANAGERS and rest:
            yield from self._tasks(folder, rest[1:2] if rest[0] in ('run', 'run-script') else rest[:1], (MANIFEST,))
        elif name in RECIPES:
            yield from self._recipes(RECIPES[name], folder, rest)
        for each in texts[1:4] if name in SHELLS or name in INTERPRETERS else texts[:1]:
            path = posixpath.normpath(posixpath.join(folder, each))
            source = self._source(path) if '/' in each or '.' in each else None
            if source is not None:
                kind = 'shell' if name in SHELLS else kinds.named(path) or kinds.shebang(source.data)
                yield kinds.document('shell', path, whole(source.data)) if kind == 'shell' else source

    def _tasks(self, folder: str, names: Iterable[str], files: Sequence[str]) -> Iterator[Document]:
        """Yield the commands of tasks of deno.json and of scripts of package.json, with those that they depend on.

        Which folder a script has changed into is not known: what is not here is looked for everywhere.
        """
        paths = [posixpath.join(folder, file) for file in files]
        here = [self._project.json(path) for path in paths if not is_outside(path, self._folder)]
        seen: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name in seen:
                continue
            seen.add(name)
            nearest = [file for file in here if file and _names(file, name)][:1]
            for file in nearest or [each for each in self._configurations(files) if _names(each, name)]:
                yield from _commands(file, name)
                todo += strings(file.root.get('tasks', name, 'dependencies'))

    def _configurations(self, files: Sequence[str]) -> Iterator[Json]:
        paths = (path for path in self._project.files if posixpath.basename(path) in files)
        return (file for path in islice(paths, FILES) if (file := self._project.json(path)))

    def _recipes(self, names: Iterable[str], folder: str, wanted: list[str]) -> Iterator[Document]:
        """Yield the recipes of the targets that are `wanted`, with those they need; all where none is named."""
        paths = (posixpath.normpath(posixpath.join(folder, name)) for name in names)
        source = next((found for path in paths if (found := self._source(path))), None)
        if source is None:
            return
        document = kinds.document(kinds.named(source.path) or 'make', source.path, whole(source.data))
        chosen = _needed(source.data.decode(errors='replace'), wanted)
        for part in document.parts():
            everything = document.kind == 'yaml' or not wanted
            if everything or not chosen.isdisjoint(part.place.name.split()):
                yield part


def _names(file: Json, name: str) -> bool:
    return any(file.root.get(key, name) is not None for key in ('tasks', 'scripts'))


def _commands(file: Json, name: str) -> list[Document]:
    from deno_ai_hooks.common.documents.shell import Shell

    return [Shell(file.path, text, place) for place, text in file.scripts() if place.name == name]


def _needed(text: str, wanted: Iterable[str]) -> set[str]:
    rules: dict[str, list[str]] = {}
    for match in TARGET.finditer(text):
        rules.setdefault(match[1], []).extend(re.findall(r'[\w./-]+', match[2]))
    found: set[str] = set()
    todo = [name for name in wanted if name in rules]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [each for each in rules.get(name, ()) if each in rules]
    return found


def _items(node: Node | None, kind: str) -> tuple[tuple[str, Node], ...]:
    return node.items if node and node.kind == kind else ()


def _listed(node: Node | None) -> list[Node]:
    """Return the items of a list, or the one thing that stands for them."""
    if node is None:
        return []
    return [item for _, item in node.items] if node.kind == LIST else [node]


def _texts(node: Node | None) -> Iterator[Text]:
    """Yield a string, or the strings of a list and of the lists inside."""
    for each in _listed(node):
        if each.kind == LIST:
            yield from _texts(each)
        elif each.text and isinstance(each.value, str):
            yield each.text
