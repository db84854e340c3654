"""What a start leads to in the end: through tasks, what they depend on, and scripts, to the `deno …` that run.

Sources: deno 2.9.8.  A member of a workspace has the tasks of the root, too; what a task depends on runs before it;
words behind a task's name go to its last command; `deno run NAME` starts a task where there is no such file.
"""
from __future__ import annotations

import posixpath
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.commands import DENO
from deno_ai_hooks.common.commands import MAINTENANCE
from deno_ai_hooks.common.commands import SCRIPT
from deno_ai_hooks.common.commands import Invocation
from deno_ai_hooks.common.commands import invocation
from deno_ai_hooks.common.commands import is_chore
from deno_ai_hooks.common.commands import purpose
from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.wrappers import SHELLS
from deno_ai_hooks.common.documents.wrappers import program
from deno_ai_hooks.common.documents.wrappers import unwrap
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.project import CONFIGURATIONS
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.config import Json
    from deno_ai_hooks.common.documents.shapes import Node

DEPTH = 8
"""Tasks and scripts on the way that are followed."""

MOST = 100
"""Tasks and scripts that one start is followed into."""

NESTED = 4
LONGEST = 2000  # words of a command
LARGE = 200_000  # bytes of a script
ARGUMENTS = pattern(rb'"?\$(?:[@*]|\{[@*](?::-)?\})"?\Z')
SCRIPT_FLAG = pattern(r'-[A-Za-z]*c\Z')
PROGRAMS = ('/usr/local/bin', '/usr/bin', '/bin', '/')
"""Folders in which a program without a path is looked for, behind the working folder."""

Locate = Callable[[str], Iterable[str]]
"""What may stand in the repository for a path in a container."""


class Launch(NamedTuple):
    """A `deno …` that runs in the end.

    `found` holds its words with those that were handed on; `paths` are the files in which the words stand.
    `steps` are the places on the way that are not in the file it began in; `configuration` is what deno finds.
    """

    found: Invocation
    paths: tuple[str, ...]
    steps: tuple[Step, ...]
    configuration: Json | None


class _Line(NamedTuple):
    """The words of a command, and the files in which they stand."""

    words: tuple[Word, ...]
    paths: tuple[str, ...]

    def behind(self, index: int) -> _Line:
        return _Line(self.words[index:], self.paths[index:])

    def before(self, other: _Line) -> _Line:
        return _Line(self.words + other.words, self.paths + other.paths)


class _Task(NamedTuple):
    """A task of a configuration: its node, and the folder in which it runs."""

    name: str
    node: Node
    file: Json
    folder: str


NOTHING = _Line((), ())


class Follower:
    """Follows the commands that one container starts with; what it has seen it does not follow again.

    `locate` tells where in the repository something that the container holds may stand.
    """

    def __init__(self, project: Project, locate: Locate) -> None:
        self._project = project
        self._locate = locate
        self._seen: set[tuple[object, ...]] = set()

    def follow(self, command: Command, path: str, folder: str, before: int = 0, other: str = '') -> Iterator[Launch]:
        """Yield what `command`, which stands in the file at `path` and starts in `folder`, leads to.

        The first `before` words of it stand in the file at `other`.
        """
        paths = (other,) * before + (path,) * (len(command.words) - before)
        return self._command(command, _Line(command.words, paths), folder, ())

    def _command(self, command: Command, line: _Line, folder: str, steps: tuple[Step, ...]) -> Iterator[Launch]:
        inner = unwrap(command._replace(words=line.words))
        line = line.behind(len(line.words) - len(inner.words))
        if len(steps) >= DEPTH:
            return
        if DENO.search(line.words[0].text or ''):
            yield from self._deno(invocation(inner, line.paths[0]), line.paths[1:], folder, steps)
        elif (index := _script(line.words)) is not None:
            yield from self._file(line.words[index].text or '', line.behind(index), folder, steps)

    def _deno(
        self, found: Invocation, paths: tuple[str, ...], folder: str, steps: tuple[Step, ...],
    ) -> Iterator[Launch]:
        if found.line.error is not None or found.line.help:
            return
        name = self._name(found, folder)
        if name is None:
            files = next(self._levels(found, folder), None)
            yield Launch(found, paths, steps, files[1][0] if files else None)
            return
        handed = _Line(
            tuple(found.words[i] for i in found.line.arguments), tuple(paths[i] for i in found.line.arguments),
        )
        for task in self._tasks(name, found, folder):
            yield from self._task(task, handed, steps)

    def _name(self, found: Invocation, folder: str) -> str | None:
        """Return the task that an invocation starts, None where it starts a program."""
        line, name = found.line, found.script
        if line.subcommand == 'task':
            return '' if line.has('eval') else name or ''
        if not name or line.subcommand != 'run' or line.bare or SCRIPT.search(name) or ':' in name or name == '-':
            return None
        return name if next(self._tasks(name, found, folder), None) else None

    def _task(self, task: _Task, handed: _Line, steps: tuple[Step, ...]) -> Iterator[Launch]:
        from deno_ai_hooks.common.documents.shapes import MAP
        from deno_ai_hooks.common.documents.shell import Shell

        if not self._new(task.file.path, task.name, tuple(word.text for word in handed.words)):
            return
        node = task.node.get('command') if task.node.kind == MAP else task.node
        needed = task.node.get('dependencies') if task.node.kind == MAP else None
        span = node.span if node else task.node.span
        on = (*steps, Step(task.file.path, span, f'the task {task.name}'))
        for _, item in needed.items if needed and len(on) < DEPTH else ():
            if isinstance(item.value, str) and not is_chore(item.value):
                for other in self._named(item.value, self._around(task.folder)):
                    yield from self._task(other, NOTHING, on)
        if node and node.text:
            yield from self._shell(Shell(task.file.path, node.text, Place('task', task.name)), task.folder, handed, on,
                                   appended=True)

    def _file(self, name: str, handed: _Line, folder: str, steps: tuple[Step, ...]) -> Iterator[Launch]:
        """Follow a script by its path in the container; `handed` are its name and what it is given."""
        from deno_ai_hooks.common import kinds
        from deno_ai_hooks.common.text import whole

        places = [posixpath.join(each, name) for each in ((folder,) if '/' in name else (folder, *PROGRAMS))]
        found = (self._project.source(each) for place in places for each in self._locate(posixpath.normpath(place)))
        source = next((each for each in found if each), None)
        if source is None or len(source.data) > LARGE or not self._new(source.path, *(w.text for w in handed.words)):
            return
        kind = kinds.named(source.path) or kinds.shebang(source.data)
        if kind not in ('shell', 'typescript'):
            return
        document = kinds.document(kind, source.path, whole(source.data))
        line = Span(0, len(source.data.partition(b'\n')[0]))
        on = (*steps, Step(source.path, line, f'the script {posixpath.basename(source.path)}'))
        is_module = kind == 'typescript'  # its first line starts deno with the script's name behind
        yield from self._shell(document, folder, handed if is_module else handed.behind(1), on, appended=is_module)

    def _shell(
        self, document: Document, folder: str, handed: _Line, steps: tuple[Step, ...], *, appended: bool = False,
    ) -> Iterator[Launch]:
        found = sorted(_commands(document), key=lambda command: command.span)
        for number, command in enumerate(found):
            is_last = number == len(found) - 1
            words = [word.text for word in command.words]
            if words[:1] == ['cd'] and len(words) == 2 and words[1]:
                folder = posixpath.normpath(posixpath.join(folder, words[1]))
            elif is_last or not _is_aside(command):
                behind = handed if is_last and appended else NOTHING
                line = _filled(command, document.path, NOTHING if appended else handed).before(behind)
                yield from self._command(command, line, folder, steps) if line.words else ()

    def _new(self, *key: object) -> bool:
        if key in self._seen or len(self._seen) >= MOST:
            return False
        self._seen.add(key)
        return True

    # which tasks there are

    def _tasks(self, name: str, found: Invocation, folder: str) -> Iterator[_Task]:
        if found.line.has('recursive') or found.line.has('filter'):
            yield from self._members(name, found, folder)
        else:
            yield from self._named(name, self._levels(found, folder))

    def _named(self, name: str, levels: Iterable[tuple[str, list[Json]]]) -> Iterator[_Task]:
        """Yield the tasks that go by `name` in the nearest folder that has any, or in the root of its workspace."""
        for number, (folder, files) in enumerate(levels):
            if number and not any(file.root.get('workspace') or file.root.get('workspaces') for file in files):
                continue
            tasks = [task for file in files for task in _held(file, name, folder)]
            if tasks:
                first = tasks[0].name
                yield from tasks if '*' in name else [task for task in tasks if task.name == first][:1]
                return

    def _levels(self, found: Invocation, folder: str) -> Iterator[tuple[str, list[Json]]]:
        """Yield the folders with configurations that an invocation finds, the nearest first."""
        folder = posixpath.normpath(posixpath.join(folder, found.line.value('cwd') or ''))
        if chosen := found.line.value('config'):
            place = posixpath.normpath(posixpath.join(folder, chosen))
            files = [file for each in self._locate(place) if (file := self._project.json(each))]
            yield from [(posixpath.dirname(place), files[:1])] if files else ()
        elif not found.line.has('no-config'):
            yield from self._around(folder)

    def _around(self, folder: str) -> Iterator[tuple[str, list[Json]]]:
        while True:
            files = [file for names in (CONFIGURATIONS, ('package.json',)) if (file := self._first(folder, names))]
            if files:
                yield folder, files
            above = posixpath.dirname(folder)
            if above == folder or not above:
                return
            folder = above

    def _first(self, folder: str, names: Sequence[str]) -> Json | None:
        places = (each for name in names for each in self._locate(posixpath.join(folder, name)))
        return next((file for place in places if (file := self._project.json(place))), None)

    def _members(self, name: str, found: Invocation, folder: str) -> Iterator[_Task]:
        """Yield the tasks of the whole workspace, its root included, or of the members that `--filter` chooses."""
        wanted = found.line.value('filter')
        for at, files in self._levels(found, folder):
            listed = next((node for file in files if (node := file.root.get('workspace'))), None)
            names = [item.value for _, item in listed.items if isinstance(item.value, str)] if listed else []
            for member in [posixpath.normpath(posixpath.join(at, each)) for each in ('', *names)] if listed else ():
                held = next(self._around(member), None)
                if held and held[0] == member and _chosen(member, held[1], wanted):
                    yield from self._named(name, [held])
            if listed:
                return


def _chosen(folder: str, files: Sequence[Json], wanted: str | None) -> bool:
    names = {name for file in files for name in (file.root.string('name'), file.root.string('name').rpartition('/')[2])}
    return wanted is None or any(_fits(name, wanted) for name in (posixpath.basename(folder), *names))


def _fits(name: str, pattern: str) -> bool:
    """Return whether a name is the one that is asked for; a star stands for anything."""
    head, star, tail = pattern.partition('*')
    return name == pattern or bool(star and name.startswith(head) and name.endswith(tail))


def _held(file: Json, name: str, folder: str) -> Iterator[_Task]:
    """Yield the tasks, or the scripts of a package.json, that go by `name`; stars stand for anything."""
    held = file.root.get('scripts' if file.is_manifest else 'tasks')
    for key, node in held.items if held else ():
        if _fits(key, name):
            yield _Task(key, node, file, folder)


def _commands(document: Document, depth: int = NESTED) -> Iterator[Command]:
    """Yield the commands of a script with those of the scripts in it; of a module only its first line."""
    is_module = document.kind == 'typescript'
    yield from () if is_module else document.commands()
    for part in document.parts() if depth else ():
        if part.kind == 'shell' and (not is_module or part.place.carrier == 'shebang'):
            yield from _commands(part, depth - 1)


def _filled(command: Command, path: str, handed: _Line) -> _Line:
    """Return the words of a command of a script, with what the script is given in the place of `"$@"`."""
    words: list[Word] = []
    paths: list[str] = []
    for word in command.words:
        given = word.text is None and ARGUMENTS.match(_written(command, word)) is not None
        words += handed.words if given else (word,)
        paths += handed.paths if given else (path,)
        if len(words) > LONGEST:
            break
    return _Line(tuple(words), tuple(paths))


def _written(command: Command, word: Word) -> bytes:
    """Return how a word of a script is written."""
    start = command.text.start(0) if command.text.is_as_it_stands else word.span.end
    return command.text.data[word.span.start - start:word.span.end - start] if start <= word.span.start else b''


def followed(command: Command) -> Word | None:
    """Return the word of a command that names the task, the script or the program which it starts."""
    inner = unwrap(command)
    if DENO.search(inner.words[0].text or ''):
        found = invocation(inner, '')
        return found.deno if found.line.script is None else found.words[found.line.script]
    index = _script(inner.words)
    return None if index is None else inner.words[index]


def _script(words: Sequence[Word]) -> int | None:
    """Return which word of a command is the script that it starts, None where none is."""
    name, texts = program(words[0]), [word.text or '-' for word in words]
    if name not in SHELLS and name not in ('.', 'source'):
        return 0 if '/' in texts[0] or texts[0].endswith('.sh') else None
    if any(SCRIPT_FLAG.match(text) for text in texts[1:]):
        return None
    return next((index for index, text in enumerate(texts) if index and not text.startswith('-')), None)


def _is_aside(command: Command) -> bool:
    """Return whether a command of a script prepares what the program needs."""
    inner = unwrap(command._replace(place=Place('task')))
    return bool(DENO.search(inner.words[0].text or '')) and purpose(invocation(inner, '')) == MAINTENANCE
