"""Dockerfiles: their stages, and what they run while an image is built and when it starts."""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.instructions import Instruction
from deno_ai_hooks.common.documents.instructions import assignments
from deno_ai_hooks.common.documents.instructions import escape_token
from deno_ai_hooks.common.documents.instructions import instructions
from deno_ai_hooks.common.documents.instructions import strings
from deno_ai_hooks.common.documents.interpolation import expand
from deno_ai_hooks.common.documents.quoting import escape
from deno_ai_hooks.common.documents.starting import script
from deno_ai_hooks.common.documents.starting import scripts_within
from deno_ai_hooks.common.documents.starting import started
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.shells import SH
from deno_ai_hooks.facts.shells import dialect

ANCESTORS = 50  # nobody builds a longer chain of stages
RUNNING = frozenset('RUN CMD ENTRYPOINT'.split())
STARTING = frozenset('CMD ENTRYPOINT'.split())
SHEBANG = pattern(rb'#!\s*(?:\S*/env\s+(?:-S\s+)?)?(\S+)')


class Stage(NamedTuple):
    """A stage of a build: its FROM and all up to the next.

    `base` is its image; variables without a value stay in it as they are written, and it is None when
    nothing is known of it.  `values` are those of the instructions, ARG and ENV filled in where known.
    `parent` is the index of the earlier stage that this one builds on.
    """

    base: str | None
    name: str
    instructions: tuple[Instruction, ...]
    values: tuple[str, ...]
    parent: int | None = None

    @property
    def last(self) -> dict[str, Instruction]:
        """Return the instructions that count, the last of each name."""
        return {instruction.name: instruction for instruction in self.instructions}


class Scope(NamedTuple):
    """The variables of a stage; those of ENV reach the stages that build on it."""

    arguments: dict[str, str | None]
    environment: dict[str, str | None]
    parent: Scope | None = None

    def get(self, name: str) -> str | None:
        """Return the value of a variable, None when it is not known."""
        scope: Scope | None = self
        for _ in range(ANCESTORS):
            if scope is None:
                break
            if name in scope.environment:
                return scope.environment[name]
            scope = scope.parent
        return self.arguments.get(name)


class Containerfile(Document):
    """A Dockerfile."""

    kind = 'containerfile'

    def instructions(self) -> tuple[Instruction, ...]:
        """Return the instructions in their order."""
        return self._instructions

    def stages(self) -> tuple[Stage, ...]:
        """Return the stages; what stands before the first FROM belongs to none."""
        return self._build[0]

    def image(self, stage: Stage) -> str | None:
        """Return the image that a stage, and the earlier stages under it, are built on."""
        for index in self._ancestors(stage):
            stage = self.stages()[index]
        return stage.base if stage.parent is None else None

    def parts(self) -> Iterable[Document]:
        for stage in self.stages():
            shell = self._inherited(stage, 'SHELL')
            last = stage.last
            for instruction in stage.instructions:
                if instruction.name == 'SHELL':
                    shell = instruction
                elif instruction.name not in STARTING or instruction is last[instruction.name]:
                    yield from self._scripts(instruction, stage.name, shell)

    def commands(self) -> Iterable[Command]:
        for stage in self.stages():
            for instruction in stage.instructions:
                run = instruction.inner or instruction
                if run.words and run.name in RUNNING and (run is not instruction or run.name == 'RUN'):
                    yield _command(run, run.words, _place(instruction, stage.name))
            if start := self._start(stage):
                yield start

    def variables(self) -> Iterable[Variable]:
        return self._build[1]

    @cached_property
    def _instructions(self) -> tuple[Instruction, ...]:
        return tuple(instructions(self.text))

    @cached_property
    def _build(self) -> tuple[tuple[Stage, ...], tuple[Variable, ...]]:
        build = _Build(escape_token(self.text.data))
        for instruction in self._instructions:
            build.take(instruction)
        build.close()
        return tuple(build.stages), tuple(build.variables)

    @cached_property
    def _last(self) -> tuple[dict[str, Instruction], ...]:
        return tuple(stage.last for stage in self.stages())

    def _ancestors(self, stage: Stage) -> Iterator[int]:
        """Yield the indexes of the earlier stages that a stage builds on."""
        parent = stage.parent
        for _ in range(ANCESTORS):
            if parent is None:
                break
            yield parent
            parent = self.stages()[parent].parent

    def _inherited(self, stage: Stage, name: str) -> Instruction | None:
        """Return the instruction of that name that counts in the stages under `stage`."""
        return next((self._last[index][name] for index in self._ancestors(stage) if name in self._last[index]), None)

    def _scripts(self, instruction: Instruction, stage: str, shell: Instruction | None) -> Iterator[Document]:
        run, place = instruction.inner or instruction, _place(instruction, stage)
        if run.name == 'RUN' and run.alone:
            yield from script(self.path, run.script, place, _language(run.script, shell))
        elif run.name in RUNNING and run.words is None:
            yield from script(self.path, run.script, place, _language(Text(b'', ()), shell))
        elif run.name in RUNNING:
            yield from scripts_within(self.path, strings(run.value) or (), place)
        for heredoc in run.heredocs if run.name in ('COPY', 'ADD') else ():
            if SHEBANG.match(heredoc.text.data):
                yield from script(self.path, heredoc.text, place, _language(heredoc.text, None))

    def _start(self, stage: Stage) -> Command | None:
        """Return the command that a container of `stage` starts, None where a shell does or the stage sets none."""
        own, arguments = stage.last.get('ENTRYPOINT'), stage.last.get('CMD')
        entry = own or self._inherited(stage, 'ENTRYPOINT')
        if entry and entry.words is None:
            return None
        given = arguments.words if arguments and arguments.words else ()
        host = arguments if given else own
        words = started(self.image(stage) or '', entry.words if entry else None, given)
        return _command(host, words, Place('entrypoint', stage.name)) if host and words else None


class _Build:
    """Goes through the instructions with the variables of the stage that is open."""

    def __init__(self, token: str) -> None:
        self.stages: list[Stage] = []
        self.variables: list[Variable] = []
        self._token = token
        self._global = self._scope = Scope({}, {})
        self._scopes: list[Scope] = []
        self._names: dict[str, int] = {}
        self._open: list[tuple[Instruction, str]] = []

    def take(self, instruction: Instruction) -> None:
        """Add an instruction; a FROM opens a stage."""
        if instruction.name == 'FROM':
            self.close()
            self._scope = self._global
        self._open.append((instruction, self._filled(instruction)))
        if instruction.name == 'FROM':
            parent = self._parent()
            self._scope = Scope({}, {}, None if parent is None else self._scopes[parent])
        target = instruction.inner or instruction
        if target.name in ('ARG', 'ENV'):
            self._assign(target)

    def close(self) -> None:
        """End the stage that is open."""
        if self._open and self._open[0][0].name == 'FROM':
            parent, words = self._parent(), self._open[0][0].arguments
            name = words[2].text or '' if len(words) > 2 and (words[1].text or '').upper() == 'AS' else ''
            found, values = zip(*self._open, strict=True)
            self.stages.append(Stage(self._base(), name, found, values, parent))
            self._scopes.append(self._scope)
            self._names[name.lower()] = len(self._scopes) - 1
        self._open = []

    def _base(self) -> str | None:
        """Return the image of the stage that is open."""
        words = self._open[0][0].arguments
        return expand(words[0].text or '', self._global.get, self._token) if words else None

    def _parent(self) -> int | None:
        base = self._base()
        return self._names.get(base.lower()) if base else None

    def _filled(self, instruction: Instruction) -> str:
        value = instruction.value.data.decode(errors='replace')
        if instruction.name in RUNNING or b'$' not in instruction.value.data:
            return value
        return expand(value, self._scope.get, self._token) or value

    def _assign(self, instruction: Instruction) -> None:
        known = self._scope.arguments if instruction.name == 'ARG' else self._scope.environment
        for name, written in assignments(instruction, self._token):
            value = expand(written.data.decode(errors='replace'), self._scope.get, self._token)
            known[name] = value
            start, end = _unquoted(written.data)
            span = written.span(start, end) if end > start else instruction.span
            self.variables.append(Variable(name, value, span))
        if instruction.name == 'ARG':
            for name in (word.text or '' for word in instruction.arguments):
                if '=' not in name:
                    known.setdefault(name, self._global.arguments.get(name))


def _place(instruction: Instruction, stage: str) -> Place:
    run = instruction.inner or instruction
    starts = run.name in STARTING and instruction.name != 'HEALTHCHECK'
    return Place('entrypoint' if starts else 'container', stage)


def _command(host: Instruction, words: tuple[Word, ...], place: Place) -> Command:
    value = host.value
    text = Text(value.data, value.pieces, lambda new: value.escape(escape(new)))
    return Command(words, value.span(0, len(value.data)), place, text)


def _language(text: Text, shell: Instruction | None) -> str | None:
    """Return the language of a script: that of its `#!` line, or else of the shell that the stage chose."""
    shebang = SHEBANG.match(text.data)
    if shebang:
        return dialect(shebang[1].decode(errors='replace'))
    return dialect(shell.words[0].text or '') if shell and shell.words else SH


def _unquoted(written: bytes) -> tuple[int, int]:
    """Return where a value begins and ends without the quotes around all of it."""
    quote = written[:1]
    whole = len(written) > 1 and quote in (b'"', b"'") and written.find(quote, 1) == len(written) - 1
    return (1, len(written) - 1) if whole else (0, len(written))
