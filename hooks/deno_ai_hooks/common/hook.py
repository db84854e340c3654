"""A hook: one practice, the checks that look for places breaking it, and what a user can set."""
from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.finding import Finding

Said = Finding | Skipped
"""What a check says: a place that breaks the practice, or why a file was not judged, or how far."""

Function = TypeVar('Function', bound=Callable[..., Iterator[Finding] | Iterator[Said]])


class Option(NamedTuple):
    """A command line option of a hook; its value reaches the checks as the keyword argument `name`.

    `values` is `'flag'` (given or not), `'one'` or `'many'` (may be repeated).  `read` makes a value of what
    was written, and raises ValueError, with what is wrong, for what is none.  Without one that is `vital` the
    hook can judge nothing.  `trusts` tells the values that a repository which is looked at may choose itself, in
    its configuration; without it all are.
    """

    flag: str
    help: str
    values: str = 'flag'
    metavar: str | None = None
    read: Callable[[str], object] | None = None
    vital: bool = False
    trusts: Callable[[Any], bool] | None = None

    @property
    def name(self) -> str:
        """Return the keyword argument that the checks take."""
        return self.flag.removeprefix('--').replace('-', '_')


class Check(NamedTuple):
    """A function that yields findings for documents of certain kinds, and `Skipped` for what it could not judge.

    It is only called for files that hold one of `needs` (RE2 patterns over the bytes; empty: every
    file) and, where `candidate` is given, for which that says so: a second, closer look at the bytes.
    With `docs` it is also shown what stands in Markdown; with `when` it is only called where the option
    of that name is given.  What a check that looks `across` says of a module depends on the modules that it
    imports: where only some files are given, those that import them are judged by it too.  What one that
    looks `up` says depends on the modules that import it: those that the given ones import are judged too.
    """

    hook: Hook
    function: Callable[..., Iterator[Finding] | Iterator[Said]]
    kinds: frozenset[str]
    needs: tuple[str, ...]
    candidate: Callable[[bytes], bool] | None
    docs: bool
    when: str | None
    across: bool
    up: bool
    arguments: frozenset[str]


class Hook:
    """A practice with its manual: the docstring of the module that enforces it.

    The manual's first line is the summary that the manifest and the README show.  What the hooks that it
    `covers` say of a place that it speaks of, or of any part of a secret, is left out.
    """

    def __init__(self, id: str, manual: str | None, *, cwe: int | None = None, owasp: str | None = None,
                 severity: float = 5.0, covers: tuple[str, ...] = ()) -> None:
        self.id = id
        self.covers = covers
        self.manual = (manual or '').strip()
        self.summary = self.manual.partition('\n')[0].rstrip('.')
        self.checks: list[Check] = []
        self.options: list[Option] = []
        self._rules: list[Rule] = []
        self._own = Rule(id, id, self.summary, self.manual, cwe, owasp, severity)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the hook's rules: the declared ones, or the one that bears its name."""
        return tuple(self._rules) or (self._own,)

    @property
    def across(self) -> bool:
        """Return whether what any check says of a module depends on other modules."""
        return any(check.across or check.up for check in self.checks)

    def rule(self, id: str, summary: str, *, cwe: int | None = None, owasp: str | None = None,
             severity: float | None = None, strict: bool = False, once: bool = False) -> str:
        """Declare one face of the practice and return its id, which findings carry."""
        own = self._own
        self._rules.append(Rule(
            id, self.id, summary, self.manual, cwe or own.cwe, owasp or own.owasp,
            own.severity if severity is None else severity, strict, once,
        ))
        return id

    def option(self, flag: str, help: str, *, values: str = 'flag', metavar: str | None = None,
               read: Callable[[str], object] | None = None, vital: bool = False,
               trusts: Callable[[Any], bool] | None = None) -> None:
        """Declare a command line option; checks that name it among their arguments are given its value."""
        self.options.append(Option(flag, help, values, metavar, read, vital, trusts))

    def check(
        self,
        *kinds: str,
        needs: tuple[str, ...] = (),
        candidate: Callable[[bytes], bool] | None = None,
        docs: bool = False,
        when: str | None = None,
        across: bool = False,
        up: bool = False,
    ) -> Callable[[Function], Function]:
        """Register a generator of findings for documents of the given kinds, the names in kinds.KINDS.

        Names rather than classes, so that a document's module is only imported to read one.
        """
        def register(function: Function) -> Function:
            code: Any = function.__code__
            arguments = frozenset(code.co_varnames[1:code.co_argcount + code.co_kwonlyargcount])
            self.checks.append(
                Check(self, function, frozenset(kinds), needs, candidate, docs, when, across, up, arguments),
            )
            return function
        return register
