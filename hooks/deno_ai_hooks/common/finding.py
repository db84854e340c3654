"""What a check says: where something is wrong, what to write, and the edit that mends it."""
from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Bytes of a file, from `start` up to and without `end`."""

    start: int
    end: int


class Edit(NamedTuple):
    """Put `text` in place of the bytes under `span`."""

    span: Span
    text: str


class Step(NamedTuple):
    """Another place that a finding speaks of; several in a row tell a flow from source to sink.

    What stands under the span of a `secret` one is never shown.
    """

    path: str
    span: Span
    message: str
    secret: bool = False


class Line(NamedTuple):
    """A line that the file at `path` holds once a finding is mended; it is added at the end unless one begins so."""

    path: str
    text: str


class Finding(NamedTuple):
    """A place that breaks a practice.

    `fix` keeps the meaning of the program and may be applied unseen; `rule` is the face of the
    practice that was broken, where a hook has several.  What stands under the span of a `secret` one is
    never shown.  `lines` belong to the fix and go into other files.  `path` names another file that the span
    stands in: a flow is told of where it does harm.
    """

    span: Span
    message: str
    fix: tuple[Edit, ...] = ()
    rule: str | None = None
    related: tuple[Step, ...] = ()
    secret: bool = False
    lines: tuple[Line, ...] = ()
    path: str = ''
