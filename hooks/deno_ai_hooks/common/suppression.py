"""Comments that let a finding stand.

    // deno-ai-hooks-ignore explicit-permissions -- runs in a container without network

names hooks or rules and says why.  After code it speaks of that line; alone on its line, of the next line
of code; either way of all lines that a continuation makes one.  `deno-ai-hooks-ignore-file`, before the
first line of code, speaks of the whole file.  Comments are found line by line, without a parse, and only in
files that hold the marker at all.
"""
from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.facts.patterns import pattern

ID = 'ignore-comment'
"""The rule that complaints are reported under, which no comment lets stand."""

MARKER = b'deno-ai-hooks-ignore'
MOST, MOST_IDS, MOST_GUESSES = 1000, 32, 20
"""Comments of a file, ids of a comment and suggestions that are looked at: more are no work of a person."""

NOWHERE = (0, 0)
WHITE = b' \t\r\f\v\xef\xbb\xbf'
CLOSERS = {b'/*': b'*/', b'<!--': b'-->'}


class Suppression(NamedTuple):
    """A comment that lets the findings of `ids` stand on the lines from `first` to `last`.

    `span` is the marker, `places` are the ids in the file; lines that are 0 cover nothing.
    """

    ids: tuple[str, ...]
    places: tuple[Span, ...]
    reason: str
    span: Span
    first: int
    last: int
    whole_file: bool = False


Used = frozenset[tuple[Suppression, str]]


class Syntax(NamedTuple):
    """How a kind of file writes comments.

    `comment` finds a comment with the marker, `lines` and `blocks` are what comment lines begin with;
    a line that ends in one of `joins` goes on in the next; `headers` may stand before the first comment;
    `around` may stand around a comment that is alone on its line.
    """

    comment: re.Pattern[bytes]
    lines: tuple[bytes, ...] = ()
    blocks: tuple[bytes, ...] = ()
    joins: bytes = b''
    headers: re.Pattern[bytes] | None = None
    around: bytes = b''


def _comment(opener: bytes) -> re.Pattern[bytes]:
    marker = rb'(?P<marker>' + MARKER + rb'(?P<file>-file)?)(?![\w./-]):?'
    return re.compile(rb'(?m)(?P<opener>' + opener + rb')[ \t]*' + marker + rb'(?P<rest>[^\n]*)')


# a `//` after a colon is part of a URL, a `#` within a word part of the word
SLASHES = rb'(?<!:)//|/\*+'
HASH = rb'(?:^|(?<=[ \t]))#+'
HTML = rb'<!--'
TYPESCRIPT = Syntax(
    _comment(SLASHES), (b'//',), (b'/*',), headers=pattern(rb'#!|([\'"])use [\w ]+\1;?$'), around=b'{}',
)
JSON = TYPESCRIPT._replace(headers=pattern(rb'[\[{]$'))
SHELL = Syntax(_comment(HASH), (b'#',), joins=b'\\')
SYNTAXES: Mapping[str, Syntax] = {
    'typescript': TYPESCRIPT,
    'json': JSON,
    **dict.fromkeys('shell containerfile toml make just dotenv procfile crontab'.split(), SHELL),
    'yaml': SHELL._replace(joins=b'\\`', headers=pattern(rb'---|%')),
    'powershell': SHELL._replace(joins=b'`'),
    'npmrc': Syntax(_comment(rb'^[ \t]*[#;]+'), (b'#', b';')),
    # systemd.syntax(7): a comment has a line of its own; after a value it would be part of it
    'unit': Syntax(_comment(rb'^[ \t]*[#;]+'), (b'#', b';'), joins=b'\\'),
    'batch': Syntax(
        _comment(rb'(?:^|&)[ \t]*@?(?:[Rr][Ee][Mm](?=[ \t])|::)'),
        (b'::', b'rem ', b'@rem '),
        joins=b'^',
        headers=pattern(rb'(?i)@?echo +off$'),
    ),
    # text of no known kind: whatever any of them takes for a comment
    'text': Syntax(_comment(rb'|'.join((HTML, SLASHES, HASH))), (b'//', b'#', b';'), (HTML, b'/*')),
    'html': Syntax(_comment(HTML), (), (HTML,), headers=pattern(rb'(?i)<!doctype\b')),
    'markdown': Syntax(
        _comment(rb'|'.join((HTML, SLASHES, HASH))), (b'//', b'#'), (HTML, b'/*'), joins=b'\\', around=b'{}>',
    ),
}
FENCE = pattern(rb'[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\n]*)')


class Outline(NamedTuple):
    """The lines of a file from 0: `code` tells which hold code, `blocks` where a Markdown block that begins ends."""

    code: list[bool]
    fenced: list[bool]
    blocks: dict[int, int]


def suppressions(source: Source, kind: str) -> tuple[Suppression, ...]:
    """Return the comments of `source` that let findings stand; none in a kind of file without comments."""
    syntax = SYNTAXES.get(kind)
    if syntax is None or MARKER not in source.data:
        return ()
    return tuple(islice(_suppressions(source.data, kind, syntax), MOST))


def _suppressions(data: bytes, kind: str, syntax: Syntax) -> Iterator[Suppression]:
    lines = data.split(b'\n')
    outline = _outline(lines, kind, syntax)
    reach = _Reach(lines, outline, syntax, through_comments=kind == 'containerfile')
    line = at = 0
    for match in syntax.comment.finditer(data):
        line += data.count(b'\n', at, match.start('marker'))
        at = match.start('marker')
        opener = match['opener'].strip(b' \t')
        # `#` and `//` are no comments in the prose of Markdown
        if kind == 'markdown' and opener != HTML and not outline.fenced[line]:
            continue
        text, after = _cut(match['rest'], opener)
        before = data[at - _column(data, at):match.start('opener')]
        alone = not before.strip(WHITE + syntax.around) and not after.strip(WHITE + syntax.around)
        whole = match['file'] is not None
        first, last = reach.file(line) if whole else reach.next(line) if alone else reach.line(line)
        yield _suppression(match, text, (first, last), whole)


def _cut(rest: bytes, opener: bytes) -> tuple[bytes, bytes]:
    """Return the text of a comment up to its end, and what stands after it on its line."""
    closer = CLOSERS.get(HTML if opener == HTML else opener[:2])
    if closer is None:
        return rest, b''
    text, _, after = rest.partition(closer)
    return text, after


def _column(data: bytes, at: int) -> int:
    return at - data.rfind(b'\n', 0, at) - 1


def _suppression(match: re.Match[bytes], text: bytes, lines: tuple[int, int], whole: bool) -> Suppression:
    stated, _, reason = text.partition(b'--')
    words = list(islice(re.finditer(rb'[^\s,]+', stated), MOST_IDS))
    start = match.start('rest')
    return Suppression(
        tuple(word[0].decode(errors='replace') for word in words),
        tuple(Span(start + word.start(), start + word.end()) for word in words),
        reason.decode(errors='replace').strip(),
        Span(*match.span('marker')),
        *lines,
        whole,
    )


def _outline(lines: Sequence[bytes], kind: str, syntax: Syntax) -> Outline:
    outline = Outline([], [], {})
    fence = closer = b''
    opened = 0
    front = _front_matter(lines) if kind == 'markdown' else 0
    for number, line in enumerate(lines):
        text = line.strip(WHITE)
        found = FENCE.match(line) if kind == 'markdown' and not closer else None
        if fence and found and _closes(found, fence):
            fence = b''
            outline.blocks[opened] = number
        elif not fence and found and not (found[1][:1] == b'`' and b'`' in found[2]):
            fence, opened = found[1], number
            outline.blocks[opened] = len(lines) - 1
        outline.fenced.append(bool(fence))
        code, closer = _code(text, closer, syntax, prose=kind == 'markdown' and not fence)
        outline.code.append(code and number >= front)
    return outline


def _closes(found: re.Match[bytes], fence: bytes) -> bool:
    return found[1].startswith(fence) and not found[2].strip(WHITE)


def _front_matter(lines: Sequence[bytes]) -> int:
    """Return how many lines the front matter of a Markdown file takes."""
    if lines[0].strip(WHITE) != b'---':
        return 0
    return next((number + 1 for number, line in enumerate(lines[1:], 1) if line.strip(WHITE) == b'---'), 0)


def _code(text: bytes, closer: bytes, syntax: Syntax, *, prose: bool) -> tuple[bool, bytes]:
    """Tell whether a line holds code, and what would close the comment that is open at its end."""
    if closer:
        _, closed, _ = text.partition(closer)
        return False, b'' if closed else closer
    inner = text.lstrip(syntax.around)
    for opener in (HTML,) if prose else syntax.blocks:
        if inner.startswith(opener):
            _, closed, after = inner.partition(CLOSERS[opener])
            return bool(after.strip(WHITE + syntax.around)), b'' if closed else CLOSERS[opener]
    return bool(text) and (prose or not text[:8].lower().startswith(syntax.lines)), b''


class _Reach:
    """Which lines a comment covers: numbers from 1, worked out for all lines in one pass each way."""

    def __init__(self, lines: Sequence[bytes], outline: Outline, syntax: Syntax, *, through_comments: bool) -> None:
        self._outline = outline
        count = len(lines)
        goes_on = [code and _goes_on(line, syntax.joins) for line, code in zip(lines, outline.code, strict=True)]
        self._next = [count] * (count + 1)
        self._end = [*range(count + 1)]
        for number in reversed(range(count)):
            self._next[number] = number if outline.code[number] else self._next[number + 1]
            after = self._next[number + 1] if through_comments else number + 1
            if goes_on[number] and after < count:
                self._end[number] = self._end[after]
        self._begin = [*range(count)]
        for number in range(1, count):
            if goes_on[number - 1]:
                self._begin[number] = self._begin[number - 1]
        self._top = next((n for n, line in enumerate(lines) if outline.code[n] and not _header(line, syntax)), count)

    def line(self, number: int) -> tuple[int, int]:
        """Return the lines that line `number` is one with."""
        return self._begin[number] + 1, self._end[number] + 1

    def next(self, number: int) -> tuple[int, int]:
        """Return the lines of the code that comes after line `number`: of a Markdown block all."""
        following = self._next[number + 1]
        if following == len(self._begin):
            return NOWHERE
        return following + 1, self._outline.blocks.get(following, self._end[following]) + 1

    def file(self, number: int) -> tuple[int, int]:
        """Return all lines, if line `number` is before the first line of code."""
        return (1, len(self._begin)) if number < self._top else NOWHERE


def _goes_on(line: bytes, joins: bytes) -> bool:
    line = line.removesuffix(b'\r')
    last = line[-1:]
    return bool(last) and last in joins and (last != b'\\' or (len(line) - len(line.rstrip(b'\\'))) % 2 == 1)


def _header(line: bytes, syntax: Syntax) -> bool:
    return syntax.headers is not None and syntax.headers.match(line.strip(WHITE)) is not None


def sift(diagnostics: Iterable[Diagnostic], suppressions: Sequence[Suppression]) -> tuple[list[Diagnostic], Used]:
    """Return the diagnostics of one file that no comment lets stand, and which comment let something stand, by id."""
    left = []
    used: set[tuple[Suppression, str]] = set()
    for diagnostic in diagnostics:
        hits = [] if ID in (diagnostic.hook, diagnostic.rule) else [*_hits(diagnostic, suppressions)]
        used.update(hits)
        if not hits:
            left.append(diagnostic)
    return left, frozenset(used)


def _hits(diagnostic: Diagnostic, suppressions: Sequence[Suppression]) -> Iterator[tuple[Suppression, str]]:
    names = diagnostic.rule, diagnostic.hook
    for suppression in suppressions:
        if suppression.first <= diagnostic.start.line <= suppression.last:
            yield from ((suppression, name) for name in suppression.ids if name in names)


def complaints(
    suppressions: Sequence[Suppression],
    used: Used,
    known_ids: Collection[str],
    judged_ids: Collection[str],
) -> Iterator[Finding]:
    """Yield what is wrong with the comments themselves.

    `known_ids` are all hooks and rules there are, `judged_ids` those of this run: a comment for another
    may well be of use.
    """
    guesses = iter(range(MOST_GUESSES))
    for suppression in suppressions:
        yield from _of_the_whole(suppression)
        for name, place in zip(suppression.ids, suppression.places, strict=True):
            if name == ID:
                yield Finding(place, 'complaints about comments cannot be let stand; mend the comment')
            elif name not in known_ids:
                near = _nearest(name, known_ids) if next(guesses, None) is not None else ''
                yield Finding(place, f'no hook or rule is called {_short(name)}{near}')
            elif name in judged_ids and (suppression, name) not in used and not _misplaced(suppression):
                yield Finding(place, f'{_short(name)} finds nothing here; remove the comment')


def _of_the_whole(suppression: Suppression) -> Iterator[Finding]:
    marker = (MARKER + b'-file' * suppression.whole_file).decode()
    if not suppression.ids:
        yield Finding(suppression.span, f'names no hook or rule; write `{marker} ID -- reason`')
    if not any(character.isalnum() for character in suppression.reason):
        yield Finding(suppression.span, 'gives no reason; say why after `--`')
    if _misplaced(suppression):
        yield Finding(suppression.span, 'stands below the first line of code; move it to the top of the file')


def _misplaced(suppression: Suppression) -> bool:
    return suppression.whole_file and not suppression.last


def _nearest(name: str, known_ids: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name[:80], sorted(known_ids), 1)
    return f'; did you mean {near[0]}?' if near else '; `deno-ai-hooks hooks` lists them'


def _short(name: str) -> str:
    return name if len(name) <= 60 else f'{name[:60]}…'
