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
    """Another place that a finding speaks of; several in a row tell a flow from source to sink."""

    path: str
    span: Span
    message: str


class Finding(NamedTuple):
    """A place that breaks a practice.

    `fix` keeps the meaning of the program and may be applied unseen; `rule` is the face of the
    practice that was broken, where a hook has several.  What stands under the span of a `secret` one is
    never shown.
    """

    span: Span
    message: str
    fix: tuple[Edit, ...] = ()
    rule: str | None = None
    related: tuple[Step, ...] = ()
    secret: bool = False
