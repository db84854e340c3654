"""What every kind of document offers to a check, whatever language it is written in."""
from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar
from typing import NamedTuple

from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.text import Text


class Place(NamedTuple):
    """Who reads or runs a piece of text.

    `carrier` is one of CARRIERS; `name` is what the carrier calls it (a task, a job's step, a
    service, a recipe), empty where it has no name; `folder` is the working folder where the carrier
    states one, relative to the repository or the file's own folder.
    """

    carrier: str
    name: str = ''
    folder: str = ''


CARRIERS = (
    'file',       # a document of its own: a script, a module
    'shebang',    # the first line of a script
    'task',       # deno.json tasks
    'script',     # package.json scripts
    'workflow',   # steps of a CI job
    'container',  # instructions of a Dockerfile that run while it is built
    'entrypoint', # what a container runs when it starts: ENTRYPOINT, CMD
    'service',    # compose, Kubernetes, Procfile, systemd, crontab: what is kept running
    'recipe',     # Makefile, justfile, TOML tasks
    'source',     # a process started by a program
    'hook',       # editor settings, git hooks, deploy settings: run by other tools
    'docs',       # Markdown
)


class Word(NamedTuple):
    """A word of a command: its text with quotes and escapes resolved, and where it stands.

    `text` is None when nothing is known of it and it may stand for several words, as an unquoted
    `$FLAGS` does.  A part that is not known stays in the text as it is written (`--allow-net=${HOST}`).
    """

    text: str | None
    span: Span


class Variable(NamedTuple):
    """An environment variable that gets a value.

    `value` is None when it is not known; `span` covers the value without its quotes, or the whole
    assignment where there is none.
    """

    name: str
    value: str | None
    span: Span


class Command(NamedTuple):
    """A program with its arguments, as it is started."""

    words: tuple[Word, ...]
    span: Span
    place: Place
    text: Text
    environment: tuple[Variable, ...] = ()


class Setting(NamedTuple):
    """A value of a configuration file under its keys; a list's items have their index as key.

    `value` is None for null and for anything that cannot be read; `span` covers a string without its
    quotes, any other value as it is written.
    """

    keys: tuple[str, ...]
    value: str | bool | float | None
    span: Span


class Document:
    """A text with its syntax: base of all kinds.  Whatever is broken in it is passed over, never raised."""

    kind: ClassVar[str]

    def __init__(self, path: str, text: Text, place: Place | None = None) -> None:
        self.path = path
        self.text = text
        self.place = place or Place('file')
        self.unfinished = ''  # what was not looked at to its end, and why: said beside the findings

    @property
    def refused(self) -> int | None:
        """Return where in the file the program that reads it would refuse it, or None.

        A reader of ours goes on behind an error; only what nobody would run is not worth judging.
        """
        return None

    def parts(self) -> Iterable[Document]:
        """Yield the documents that stand inside this one."""
        return ()

    def commands(self) -> Iterable[Command]:
        """Yield the commands that this document itself starts; those of its parts are theirs."""
        return ()

    def variables(self) -> Iterable[Variable]:
        """Yield the environment variables that this document itself sets."""
        return ()

    def settings(self) -> Iterable[Setting]:
        """Yield the values of a configuration file with their keys."""
        return ()
