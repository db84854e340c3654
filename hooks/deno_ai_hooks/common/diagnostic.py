"""What is reported: findings with all that a reader, a machine or a baseline wants to know of them."""
from __future__ import annotations

from typing import NamedTuple

from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Line
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.source import Position


class Rule(NamedTuple):
    """One face of a practice.

    `cwe` is a CWE number, `owasp` an id of the OWASP Top 10 for LLM applications, `severity` a CVSS-like
    0.0 to 10.0 (GitHub's `security-severity`); a `strict` rule speaks only with `--strict`.  One that
    speaks of a repository rather than of a place in it is reported `once` a run, at the first place by path.
    """

    id: str
    hook: str
    summary: str
    manual: str = ''
    cwe: int | None = None
    owasp: str | None = None
    severity: float = 5.0
    strict: bool = False
    once: bool = False


class Place(NamedTuple):
    """A related place, ready to be read: one step of a flow, or the line that a finding refers to."""

    path: str
    start: Position
    end: Position
    message: str
    secret: bool = False


class Diagnostic(NamedTuple):
    """A finding with its hook and file, ready to report.

    `lines` are the lines the finding stands on (at most a few), as they are in the file; `fingerprint`
    names the finding across commits that move it.  `added` are lines of other files that belong to the
    fix, `hidden` what of the file is never to be shown.
    """

    hook: str
    rule: str
    path: str
    span: Span
    start: Position
    end: Position
    message: str
    lines: tuple[str, ...]
    fingerprint: str
    fix: tuple[Edit, ...] = ()
    related: tuple[Place, ...] = ()
    added: tuple[Line, ...] = ()
    hidden: tuple[Span, ...] = ()

    @property
    def is_fixable(self) -> bool:
        """Return whether a fix is attached: edits here, or lines that other files get."""
        return bool(self.fix or self.added)


class Skipped(NamedTuple):
    """A file or folder that was passed over.  `broken`: it should have been looked at and could not be.

    One that was `seen` was looked at, and `reason` says how far.
    """

    path: str
    reason: str
    broken: bool = False
    seen: bool = False


class Outcome(NamedTuple):
    """All that one run has to say."""

    diagnostics: tuple[Diagnostic, ...]
    skipped: tuple[Skipped, ...] = ()
    rules: tuple[Rule, ...] = ()
