"""The syntax of shell scripts, read in one pass that never fails and never goes back.

Deno's task shell, POSIX sh, bash and their likes differ in what they can do with a command, little in
where it begins and ends; PowerShell and batch files differ in quotes and escapes (`Dialect`).  What is
broken is read as plain words: a quote or bracket that nothing closes stands for itself.

Sources: POSIX.1-2024 chapter 2; bash 5.2 manual; deno 2.9.8 (`deno task`).
"""
from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

DEPTH = 40  # substitutions within substitutions; deeper ones stay plain text

TEXT = 'text'    # known text
NAME = 'name'    # the value of a variable
LIST = 'list'    # the items of an array, the arguments of the script
OTHER = 'other'  # what a program or another tool puts there
ONE = 'one'      # the same, but surely one word: a number, a file name


class Part(NamedTuple):
    """A piece of a word: what it means (`value`), and where it stands without its quotes.

    `value` is the text, or the name of the variable or array; `default` what stands for a variable
    that is not set.
    """

    kind: str
    start: int
    end: int
    value: bytes
    quoted: bool = False
    default: bytes = b''


class Raw(NamedTuple):
    """A word as it is written; `items` are those of an array, `A=(x y)`."""

    start: int
    end: int
    parts: tuple[Part, ...]
    items: tuple[Raw, ...] | None = None


class Redirect(NamedTuple):
    """`> target`; `body` counts the here-documents of the script from 0."""

    operator: bytes
    target: Raw
    body: int = -1


class Simple(NamedTuple):
    """A simple command with its assignments among its words; those of one pipeline share its number."""

    words: tuple[Raw, ...]
    redirects: tuple[Redirect, ...]
    start: int
    end: int
    pipeline: int


class Script(NamedTuple):
    """What a script holds; `changing` are names that get values otherwise than by an assignment."""

    commands: tuple[Simple, ...]
    bodies: tuple[Raw, ...]
    changing: frozenset[bytes]


class Dialect(NamedTuple):
    """What tells one family of shells from another.

    `plain` are the bytes of a word that stand for themselves, `inside` those between double quotes,
    `string` is a double-quoted string of such bytes only;
    `escaped` is a run of escapes of one byte each, `within` the same between double quotes.
    """

    name: str
    escape: bytes
    blank: re.Pattern[bytes]
    plain: re.Pattern[bytes]
    inside: re.Pattern[bytes]
    string: re.Pattern[bytes]
    escaped: re.Pattern[bytes]
    within: re.Pattern[bytes]
    variable: re.Pattern[bytes]
    operator: re.Pattern[bytes]
    comment: re.Pattern[bytes]


@cache
def sh() -> Dialect:
    """Return the dialect of POSIX sh, bash and the task shell."""
    return Dialect(
        name='sh',
        escape=b'\\',
        blank=pattern(rb'[ \t\r\f\v]*(?:\\\r?\n[ \t\r\f\v]*)*'),
        plain=pattern(rb'[^\s\\\'"`$|&;()<>{]+'),
        inside=pattern(rb'[^"\\`$]+'),
        string=pattern(rb'"[^"\\`$]*+"'),
        escaped=pattern(rb'(?:\\[^\r\n])++'),
        within=pattern(rb'(?:\\["\\`$])++'),
        variable=pattern(
            rb'\$(?:(?P<list>[@*])|\{(?P<items>[@*]|[A-Za-z_]\w*(?=\[[@*]\]))(?:\[[@*]\])?\}|(?P<bare>[A-Za-z_]\w*)'
            rb'|\{(?P<braced>[A-Za-z_]\w*)(?::?[-=](?P<default>[\w./:,@%+=~-]+))?\}|(?P<special>[0-9#?$!]|\{[0-9#?$!]\}))',
        ),
        operator=pattern(rb'\n|;;&|;;+|;&|;|&&|&(?!>)|\|\||\|&|\||\(|\)'),
        comment=pattern(rb'#[^\n]*'),
    )


@cache
def powershell() -> Dialect:
    """Return the dialect of PowerShell."""
    return Dialect(
        name='powershell',
        escape=b'`',
        blank=pattern(rb'[ \t\r\f\v]*(?:`\r?\n[ \t\r\f\v]*)*'),
        plain=pattern(rb'[^\s\'"`$|&;()<>{}@]+'),
        inside=pattern(rb'[^"`$]+'),
        string=pattern(rb'"[^"`$]*+"(?!")'),
        escaped=pattern(rb'(?:`[^\r\n])++'),
        within=pattern(rb'(?:`[^\r\n])++|(?:"")++'),
        variable=pattern(
            rb'\$(?:(?P<bare>(?:[Ee]nv:)?[A-Za-z_]\w*)|\{(?P<braced>(?:[Ee]nv:)?[A-Za-z_]\w*)\}'
            rb'|(?P<special>[?$^_])|(?P<list>$^)|(?P<items>$^)|(?P<default>$^))',
        ),
        operator=pattern(rb'\n|;|&&|&|\|\||\||\(|\)|\{|\}'),
        comment=pattern(rb'#[^\n]*|<#'),
    )


@cache
def batch() -> Dialect:
    """Return the dialect of batch files, read by cmd.exe."""
    return Dialect(
        name='batch',
        escape=b'^',
        blank=pattern(rb'[ \t\r\f\v]*(?:\^\r?\n[ \t\r\f\v]*)*'),
        plain=pattern(rb'[^\s"^%|&()<>]+'),
        inside=pattern(rb'[^"%\n]+'),
        string=pattern(rb'"[^"%\n]*+"'),
        escaped=pattern(rb'(?:\^[^\r\n])++'),
        within=pattern(rb'(?:"")++'),
        variable=pattern(
            rb'%(?:(?P<bare>[A-Za-z_]\w*)%|(?P<special>~?\w*\d|%?~?\w)|(?P<list>\*)|(?P<braced>$^)|(?P<items>$^)|(?P<default>$^))',
        ),
        operator=pattern(rb'\n|&&|&|\|\||\||\(|\)'),
        comment=pattern(rb'(?i)@?rem(?=\s|$)[^\n]*|::[^\n]*'),
    )


DIALECTS = {'sh': sh, 'powershell': powershell, 'batch': batch}

ASSIGNMENT = pattern(rb'([A-Za-z_]\w*)(\[[^\]\s]*\])?(\+?)=')
REDIRECT = pattern(rb'(?:\d{0,3}|\{\w{1,40}\}|&)(?:<<<|<<-|<<|<>|<&|<|>>|>&|>\||>)')
PLACEHOLDER = pattern(rb'<[A-Za-z](?:[^<>|&;()\n]{0,60}[^\s<>|&;()])?>')
APOSTROPHE = pattern(rb"[A-Za-z]'(?:t|s|re|ll|ve|d|m)(?![\w'])")
ANSI_STRING = pattern(rb"\$'([^'\\]*+(?:\\.[^'\\]*+)*+)'", re.DOTALL)
ANSI_ESCAPE = pattern(rb'\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))', re.DOTALL)
ANSI_VALUES = {b'n': b'\n', b't': b'\t', b'r': b'\r', b'e': b'\x1b', b'a': b'\a', b'b': b'\b', b'f': b'\f', b'v': b'\v'}

BRACED = pattern(rb'[^}\\`$]+')
BODY = pattern(rb'[^\\`$]+')
SPACED_CLOSE = pattern(rb'[ \t]*\)')
OPENINGS = pattern(rb'(?:[$<>][({])++')
OPENED = pattern(rb'\(+')
ARITHMETIC = pattern(rb'\(\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*+\))*+\))*+\)\)')
PORTABLE = pattern(rb'[ \t]+-p(?=\s)')
BETWEEN_ITEMS = pattern(rb'[ \t\r\n]*(?:(?:\\\r?\n|#[^\n]*)[ \t\r\n]*)*')

COMMAND, NAMES, SUBJECT, PATTERN, TEST, FUNCTION = range(6)
SKIPPED = frozenset(b'if then else elif fi while until do done { } ! time coproc try catch finally'.split())
MODES = {b'for': NAMES, b'select': NAMES, b'case': SUBJECT, b'[[': TEST, b'function': FUNCTION}
SETTERS = frozenset(b'read mapfile readarray getopts unset printf let'.split())


def parse(data: bytes, dialect: Dialect, *, placeholders: bool = False) -> Script:
    """Return the commands of a script, by where they start; with `placeholders`, `<host>` is a word."""
    reader = _Reader(data, dialect, placeholders)
    reader.at = len(b'\xef\xbb\xbf') if data.startswith(b'\xef\xbb\xbf') else 0
    reader.script(b'')
    commands = sorted(reader.commands, key=lambda command: (command.start, -command.end))
    return Script(tuple(commands), tuple(reader.bodies), frozenset(reader.changing))


class _Level:
    """A script, or a substitution within one, while it is read."""

    def __init__(self, until: bytes, pipeline: int) -> None:
        self.until = until
        self.pipeline = pipeline
        self.opened = 0
        self.cases = 0
        self.mode = COMMAND
        self.words: list[Raw] = []
        self.redirects: list[Redirect] = []
        self.start = -1
        self.end = -1


class _Lexer:
    """Reads words, and what stands between them."""

    def __init__(self, data: bytes, dialect: Dialect, placeholders: bool) -> None:
        self.data = data
        self.at = 0
        self.end = len(data)
        self.dialect = dialect
        self.placeholders = placeholders
        self.depth = 0
        self.level = _Level(b'', 0)
        self._found: dict[bytes, tuple[int, int]] = {}
        self._readers = self._table()

    def _table(self) -> dict[int, Callable[[list[Part]], bool]]:
        table: dict[bytes, Callable[[list[Part]], bool]] = {b'"': self._double, b'<': self._angle, b'>': self._angle}
        if self.dialect.name == 'batch':
            table |= {b'%': self._unquoted}
        elif self.dialect.name == 'powershell':
            table |= {b"'": self._single, b'$': self._dollar, b'@': self._here_string}
        else:
            table |= {b"'": self._single, b'$': self._dollar, b'`': self._backticks, b'{': self._brace}
        table[self.dialect.escape] = self._escape
        return {byte[0]: reader for byte, reader in table.items()}

    def script(self, until: bytes) -> None:
        """Read commands up to `until`."""
        raise NotImplementedError

    def find(self, needle: bytes, start: int) -> int:
        """Return where `needle` next stands before the end, or -1; the whole of the text is searched once."""
        begin, place = self._found.get(needle, (0, 0))
        if not begin <= start <= (len(self.data) if place < 0 else place) or needle not in self._found:
            place = self.data.find(needle, start)
            self._found[needle] = start, place
        return place if place + len(needle) <= self.end else -1

    def blanks(self) -> None:
        """Go on to what follows blanks and joined lines."""
        match = self.dialect.blank.match(self.data, self.at, self.end)
        self.at = match.end() if match else self.at

    def word(self) -> Raw | None:
        """Read the word that begins here, if one does."""
        start, parts = self.at, list[Part]()
        while self.at < self.end:
            match = self.dialect.plain.match(self.data, self.at, self.end)
            if match:
                self._text(parts, match.end())
                continue
            reader = self._readers.get(self.data[self.at])
            if reader is None or not reader(parts):
                break
        return Raw(start, self.at, tuple(parts)) if self.at > start else None

    def _text(self, parts: list[Part], end: int, *, quoted: bool = False) -> None:
        parts.append(Part(TEXT, self.at, end, self.data[self.at:end], quoted))
        self.at = end

    def _escape(self, parts: list[Part]) -> bool:
        match = self.dialect.escaped.match(self.data, self.at, self.end)
        if match:
            parts.append(Part(TEXT, self.at, match.end(), match[0][1::2], quoted=True))
            self.at = match.end()
            return True
        end = self._joined()
        if end:
            self.at = end
        else:
            self._text(parts, self.at + 1)
        return True

    def _joined(self) -> int:
        """Return where the line goes on that the escape here joins to this one, or 0."""
        after = self.data[self.at + 1:self.at + 3]
        if after[:1] == b'\n':
            return self.at + 2
        return self.at + 3 if after == b'\r\n' else 0

    def _single(self, parts: list[Part]) -> bool:
        end = self.find(b"'", self.at + 1)
        if end < 0 or (self.placeholders and self._apostrophe()):
            self._text(parts, self.at + 1)
            return True
        self.at += 1
        self._text(parts, end, quoted=True)
        self.at += 1
        return True

    def _apostrophe(self) -> bool:
        """Whether the quote here is that of "don't": prose, as the output shown in a manual."""
        return APOSTROPHE.match(self.data, max(0, self.at - 1), self.end) is not None

    def _double(self, parts: list[Part]) -> bool:
        match = self.dialect.string.match(self.data, self.at, self.end)
        if match:
            self.at += 1
            self._text(parts, match.end() - 1, quoted=True)
            self.at += 1
        elif self.find(b'"', self.at + 1) < 0:
            self._text(parts, self.at + 1)
        else:
            self._long_string(parts)
        return True

    def _long_string(self, parts: list[Part]) -> None:
        self.at += 1
        before = len(parts)
        self.inside(parts, b'"')
        if len(parts) == before:
            parts.append(Part(TEXT, self.at, self.at, b'', quoted=True))
        if self.data[self.at:self.at + 1] == b'"':
            self.at += 1

    def inside(self, parts: list[Part], stop: bytes) -> None:
        """Read what stands between double quotes or in a here-document, up to the byte `stop`."""
        plain = {b'}': BRACED, b'': BODY}.get(stop, self.dialect.inside)
        while self.at < self.end:
            match = plain.match(self.data, self.at, self.end)
            if match:
                self._text(parts, match.end(), quoted=True)
            elif self._stops(stop):
                return
            else:
                self._special(parts)

    def _stops(self, stop: bytes) -> bool:
        byte = self.data[self.at:self.at + 1]
        if byte == stop:
            return self.dialect.name != 'powershell' or self.data[self.at + 1:self.at + 2] != stop
        if self.dialect.name == 'batch':
            return byte == b'\n'
        return byte == b'`' == self.level.until

    def _special(self, parts: list[Part]) -> None:
        """Read one of the bytes that have a meaning between double quotes."""
        match = self.dialect.within.match(self.data, self.at, self.end)
        if match:
            parts.append(Part(TEXT, self.at, match.end(), match[0][1::2], quoted=True))
            self.at = match.end()
            return
        byte = self.data[self.at:self.at + 1]
        if byte == self.dialect.escape and self._joined():
            self.at = self._joined()
        elif byte in b'$%':
            self._expansion(parts, quoted=True)
        elif byte == b'`' and self.dialect.name == 'sh':
            self._backticks(parts, quoted=True)
        else:
            self._text(parts, self.at + 1, quoted=True)

    def _dollar(self, parts: list[Part]) -> bool:
        match = ANSI_STRING.match(self.data, self.at, self.end) if self.dialect.name == 'sh' else None
        if match:
            parts.append(Part(TEXT, self.at, match.end(), ANSI_ESCAPE.sub(_ansi, match[1]), quoted=True))
            self.at = match.end()
        elif self.data[self.at + 1:self.at + 2] == b'"' and self.dialect.name == 'sh':
            self.at += 1
        else:
            self._expansion(parts, quoted=False)
        return True

    def _unquoted(self, parts: list[Part]) -> bool:
        self._expansion(parts, quoted=False)
        return True

    def _expansion(self, parts: list[Part], *, quoted: bool) -> None:
        """Read the `$` here with what belongs to it."""
        start = self.at
        if self.data.startswith(b'${{', start) and self._opaque(parts, quoted=quoted):
            return
        match = self.dialect.variable.match(self.data, start, self.end)
        if match:
            parts.append(_variable(match, quoted))
            self.at = match.end()
        elif arithmetic := ARITHMETIC.match(self.data, start + 1, self.end):
            self.at = arithmetic.end()
            parts.append(Part(ONE, start, self.at, self.data[start:self.at], quoted))
        elif self.data.startswith(b'$(', start):
            self._substitution(parts, 2, b')', quoted=quoted)
        elif self.data.startswith(b'${', start):
            self._braced(parts, quoted=quoted)
        else:
            self._text(parts, start + 1, quoted=quoted)

    def _opaque(self, parts: list[Part], *, quoted: bool) -> bool:
        """Take everything up to `}}` as it is, if that stands anywhere."""
        end = self.find(b'}}', self.at) + 2
        if end < 2:
            return False
        parts.append(Part(OTHER, self.at, end, self.data[self.at:end], quoted))
        self.at = end
        return True

    def _substitution(self, parts: list[Part], opening: int, close: bytes, *, quoted: bool, kind: str = OTHER) -> None:
        """Read the script between `opening` bytes and `close`."""
        start = self.at
        if self.depth >= DEPTH or self.find(close, start + opening) < 0:
            self._openings(parts)
            return
        self.at += opening
        self.script(close)
        parts.append(Part(kind, start, self.at, self.data[start:self.at], quoted))

    def _braced(self, parts: list[Part], *, quoted: bool) -> None:
        """Read `${…}` whose form says more than the name of a variable."""
        start = self.at
        if self.depth >= DEPTH or self.find(b'}', start) < 0:
            self._openings(parts)
            return
        self.at += 2
        self.depth += 1
        self.inside([], b'}')
        self.depth -= 1
        self.at = min(self.end, self.at + 1)
        parts.append(Part(OTHER, start, self.at, self.data[start:self.at], quoted))

    def _openings(self, parts: list[Part]) -> None:
        """Take what opens a substitution as plain text: too deep, or nothing closes it."""
        match = OPENINGS.match(self.data, self.at, self.end)
        self._text(parts, match.end() if match else self.at + 1, quoted=True)

    def _backticks(self, parts: list[Part], *, quoted: bool = False) -> bool:
        if self.level.until == b'`':
            return False
        self._substitution(parts, 1, b'`', quoted=quoted)
        return True

    def _brace(self, parts: list[Part]) -> bool:
        """Read `{`; `{{ … }}` on one line belongs to a tool that fills it in."""
        if self.data.startswith(b'{{', self.at):
            end, line = self.find(b'}}', self.at), self.find(b'\n', self.at)
            if end >= 0 and (line < 0 or end < line):
                return self._opaque(parts, quoted=False)
        self._text(parts, self.at + 1)
        return True

    def _angle(self, parts: list[Part]) -> bool:
        """Read `<(…)`, or a placeholder; other angles are no part of a word."""
        if self.placeholders and (match := PLACEHOLDER.match(self.data, self.at, self.end)):
            self._text(parts, match.end(), quoted=True)
            return True
        if self.dialect.name != 'sh' or self.data[self.at + 1:self.at + 2] != b'(':
            return False
        self._substitution(parts, 2, b')', quoted=False, kind=ONE)
        return True

    def _here_string(self, parts: list[Part]) -> bool:
        """Read PowerShell's `@"`, lines, `"@`; any other `@` stands for itself."""
        quote = self.data[self.at + 1:self.at + 2]
        end = self.find(b'\n' + quote + b'@', self.at) if quote in (b'"', b"'") else -1
        if end < 0:
            self._text(parts, self.at + 1)
        else:
            self.at += 2
            self._text(parts, end, quoted=True)
            self.at += 3
        return True


def _ansi(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 16)])
    if match[2]:
        return bytes([int(match[2], 8) & 255])
    return ANSI_VALUES.get(match[3], match[3])


def _variable(match: re.Match[bytes], quoted: bool) -> Part:
    items = match['list'] or match['items']
    if items:
        return Part(LIST, match.start(), match.end(), items, quoted)
    name = match['bare'] or match['braced']
    if name:
        return Part(NAME, match.start(), match.end(), name, quoted, match['default'] or b'')
    return Part(OTHER, match.start(), match.end(), match[0], quoted)


class _Reader(_Lexer):
    """Reads commands."""

    def __init__(self, data: bytes, dialect: Dialect, placeholders: bool) -> None:
        super().__init__(data, dialect, placeholders)
        self.commands: list[Simple] = []
        self.bodies: list[Raw] = []
        self.changing: set[bytes] = set()
        self._pending: list[tuple[int, Raw]] = []
        self._pipelines = 0

    def script(self, until: bytes) -> None:
        """Read commands up to `until`, and go behind it."""
        outer, self.level = self.level, _Level(until, self._pipeline())
        self.depth += 1
        while self.at < self.end and self._step():
            pass
        self._finish()
        self.depth -= 1
        self.level = outer

    def _pipeline(self) -> int:
        self._pipelines += 1
        return self._pipelines

    def _step(self) -> bool:
        """Read a blank, a comment, an operator or a word; say whether the script goes on."""
        self.blanks()
        data, at, end = self.data, self.at, self.end
        if self.level.until == b'`' and data[at:at + 1] == b'`':
            self.at += 1
            return False
        comment = self.dialect.comment.match(data, at, end)
        if comment and (self.dialect.name != 'batch' or not self.level.words):
            self._comment(comment)
        elif operator := self.dialect.operator.match(data, at, end):
            return self._operator(operator[0])
        elif (redirect := REDIRECT.match(data, at, end)) and not self._joins(redirect.end()):
            self._redirect(redirect)
        elif (word := self.word()) is not None:
            self._word(word)
        else:
            self.at = min(end, at + 1)
        return True

    def _comment(self, match: re.Match[bytes]) -> None:
        close = self.find(b'#>', match.end()) if match[0] == b'<#' else -1
        self.at = close + 2 if close >= 0 else match.end()

    def _joins(self, after: int) -> bool:
        """Whether the angle before `after` begins `<(…)` or a placeholder, and so a word."""
        if self.placeholders and PLACEHOLDER.match(self.data, self.at, self.end):
            return True
        return self.dialect.name == 'sh' and after == self.at + 1 and self.data[after:after + 1] == b'('

    def _operator(self, operator: bytes) -> bool:
        level = self.level
        self.at += len(operator)
        if operator == b'\n':
            self._newline()
        elif level.mode in (PATTERN, TEST, SUBJECT):
            if level.mode == PATTERN and operator == b')':
                level.mode = COMMAND
        elif operator == b'(':
            self._open()
        elif operator == b')':
            return self._close()
        else:
            self._separate(operator)
        return True

    def _newline(self) -> None:
        self._separate(b'\n')
        if self.level.mode != PATTERN:
            self.level.mode = COMMAND
        pending, self._pending = self._pending, []
        for number, delimiter in pending:
            self._body(number, delimiter)

    def _separate(self, operator: bytes) -> None:
        """End a command; those joined by `|` stay one pipeline."""
        level = self.level
        self._finish()
        if level.mode in (NAMES, FUNCTION):
            level.mode = COMMAND
        if operator not in (b'|', b'|&'):
            level.pipeline = self._pipeline()
        if operator[:2] in (b';;', b';&') and level.cases:
            level.mode = PATTERN

    def _open(self) -> None:
        level = self.level
        arithmetic = ARITHMETIC.match(self.data, self.at - 1, self.end)
        if self.dialect.name == 'sh' and not level.words and arithmetic:
            self.at = arithmetic.end()
            return
        if level.words and SPACED_CLOSE.match(self.data, self.at, self.end):
            level.words.clear()  # the name of a function
        self._finish()
        runs = OPENED.match(self.data, self.at, self.end)
        self.at = runs.end() if runs else self.at
        level.opened += 1 + (len(runs[0]) if runs else 0)

    def _close(self) -> bool:
        level = self.level
        if not level.opened and level.until == b')':
            return False
        level.opened = max(0, level.opened - 1)
        self._separate(b')')
        return True

    def _word(self, word: Raw) -> None:
        level = self.level
        bare = self.data[word.start:word.end]
        if level.mode != COMMAND:
            self._expected(bare)
        elif not level.words and bare in MODES and self.dialect.name != 'batch':
            level.mode = MODES[bare]
        elif not level.words and bare == b'esac' and level.cases:
            level.cases -= 1
        elif level.words or bare not in SKIPPED:
            self._add(word)
        elif bare == b'time':
            self._time()

    def _time(self) -> None:
        match = PORTABLE.match(self.data, self.at, self.end)
        self.at = match.end() if match else self.at

    def _expected(self, bare: bytes) -> None:
        """Take a word where the syntax wants another than a command."""
        level = self.level
        if level.mode == SUBJECT and bare == b'in':
            level.mode, level.cases = PATTERN, level.cases + 1
        elif level.mode == PATTERN and bare == b'esac':
            level.mode, level.cases = COMMAND, level.cases - 1
        elif level.mode == FUNCTION or (level.mode == TEST and bare == b']]'):
            level.mode = COMMAND
        elif level.mode == NAMES:
            self.changing.add(bare)

    def _add(self, word: Raw) -> None:
        level = self.level
        if self.data[self.at:self.at + 1] == b'(' and self.dialect.name == 'sh':
            match = ASSIGNMENT.match(self.data, word.start, word.end)
            if match and match.end() == word.end and self.find(b')', self.at) >= 0:
                word = self._array(word)
        level.words.append(word)
        level.start = word.start if level.start < 0 else level.start
        level.end = word.end

    def _array(self, word: Raw) -> Raw:
        """Read the items of `A=(`."""
        items = []
        self.at += 1
        while self.at < self.end and not self._array_ends():
            item = self.word()
            if item is None:
                self.at = min(self.end, self.at + 1)
            else:
                items.append(item)
        return Raw(word.start, self.at, word.parts, tuple(items))

    def _array_ends(self) -> bool:
        match = BETWEEN_ITEMS.match(self.data, self.at, self.end)
        self.at = match.end() if match else self.at
        if self.data[self.at:self.at + 1] != b')':
            return False
        self.at += 1
        return True

    def _redirect(self, match: re.Match[bytes]) -> None:
        level = self.level
        start, self.at = self.at, match.end()
        self.blanks()
        target = self.word()
        if target is None:
            return
        operator = match[0].lstrip(b'0123456789')
        body = -1
        if operator in (b'<<', b'<<-'):
            body = len(self.bodies)
            self.bodies.append(Raw(target.end, target.end, ()))
            self._pending.append((body, target))
        level.redirects.append(Redirect(operator, target, body))
        level.start = start if level.start < 0 else level.start
        level.end = target.end

    def _finish(self) -> None:
        level = self.level
        if level.words:
            command = Simple(tuple(level.words), tuple(level.redirects), level.start, level.end, level.pipeline)
            self.commands.append(command)
            self._note_names(command)
            level.words = []
        if level.redirects:
            level.redirects = []
        level.start = level.end = -1

    def _note_names(self, command: Simple) -> None:
        """Remember the variables that a command such as `read` changes."""
        first = command.words[0]
        if self.data[first.start:first.end] in SETTERS:
            self.changing.update(self.data[word.start:word.end] for word in command.words[1:])

    def _body(self, number: int, delimiter: Raw) -> None:
        """Read a here-document that begins here; without a last line it goes to the end."""
        start, mark = self.at, b''.join(part.value for part in delimiter.parts)
        end = after = self.at
        while end < self.end:
            line = self.find(b'\n', end)
            after = self.end if line < 0 else line + 1
            if self.data[end:after].strip(b'\t\r\n') == mark:
                break
            end = after
        parts: list[Part] = []
        if any(part.quoted for part in delimiter.parts):
            parts.append(Part(TEXT, start, end, self.data[start:end], quoted=True))
        else:
            self._expand_body(parts, start, end)
        self.bodies[number] = Raw(start, end, tuple(parts))
        self.at = after

    def _expand_body(self, parts: list[Part], start: int, end: int) -> None:
        """Read what the shell itself runs or fills in inside a here-document."""
        outer, self.at, self.end = self.end, start, end
        self.inside(parts, b'')
        self.end = outer
