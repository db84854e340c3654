"""What the words of a script are known to be: constants put in for variables, the rest as it is written.

A variable is known where the script assigns it once, earlier and from constants.  Values that would
grow without end, by one variable in another, stay unknown.
"""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from deno_ai_hooks.common.documents.shell_syntax import ASSIGNMENT
from deno_ai_hooks.common.documents.shell_syntax import LIST
from deno_ai_hooks.common.documents.shell_syntax import NAME
from deno_ai_hooks.common.documents.shell_syntax import ONE
from deno_ai_hooks.common.documents.shell_syntax import TEXT
from deno_ai_hooks.common.documents.shell_syntax import Dialect
from deno_ai_hooks.common.documents.shell_syntax import Part
from deno_ai_hooks.common.documents.shell_syntax import Raw
from deno_ai_hooks.common.documents.shell_syntax import Script
from deno_ai_hooks.common.documents.shell_syntax import Simple

LONGEST = 4096     # bytes of a value worth following
BUDGET = 1 << 20   # bytes that values may add to a script

DECLARERS = frozenset(b'export declare typeset local readonly'.split())


class Field(NamedTuple):
    """A word after expansion, None where it is unknown and perhaps several, and what it comes from."""

    text: bytes | None
    raw: Raw


class Assigned(NamedTuple):
    """A variable with its value; `raw` is the value as it is written, `start` where the assignment begins."""

    name: bytes
    value: bytes | None
    raw: Raw
    start: int


class Resolved(NamedTuple):
    """A command with its words expanded: `prefix` is its own environment, `sets` what it leaves behind."""

    simple: Simple
    words: tuple[Field, ...]
    prefix: tuple[Assigned, ...]
    sets: tuple[Assigned, ...]


class _Target(NamedTuple):
    """An assignment before its value is known; `steady` unless it adds to an older value."""

    name: bytes
    raw: Raw
    start: int
    steady: bool = True


class _Division(NamedTuple):
    """The words of a command by their part in it."""

    words: tuple[Raw, ...]
    prefix: tuple[_Target, ...]
    sets: tuple[_Target, ...]


def resolve(data: bytes, script: Script, dialect: Dialect) -> Iterator[Resolved]:
    """Yield the commands of a script with what their words are known to be."""
    divide = {'batch': _divide_batch, 'powershell': _divide_powershell}.get(dialect.name, _divide)
    divisions = [divide(data, simple) for simple in script.commands]
    counts = Counter(target.name for division in divisions for target in division.sets)
    for name in script.changing:
        counts[name] += 2
    values = Values(data, counts, splits=dialect.name != 'powershell')
    for simple, division in zip(script.commands, divisions, strict=True):
        words = tuple(field for raw in division.words for field in values.fields(raw))
        prefix = tuple(values.assigned(target) for target in division.prefix)
        sets = tuple(values.assigned(target) for target in division.sets)
        yield Resolved(simple, words, prefix, sets)
        for target, assigned in zip(division.sets, sets, strict=True):
            values.learn(target, assigned)


class Values:
    """The variables of a script as far as it has been read."""

    def __init__(self, data: bytes, counts: Counter[bytes], *, splits: bool) -> None:
        self._data = data
        self._counts = counts
        self._splits = splits
        self._known: dict[bytes, tuple[bytes, ...]] = {}
        self._budget = BUDGET

    def learn(self, target: _Target, assigned: Assigned) -> None:
        """Remember a value, if it is the only one its variable ever gets."""
        if not target.steady or self._counts[target.name] != 1:
            return
        items: tuple[bytes | None, ...] = (assigned.value,)
        if target.raw.items is not None:
            items = tuple(field.text for raw in target.raw.items for field in self.fields(raw))
        known = tuple(item for item in items if item is not None)
        if len(known) == len(items) and sum(map(len, known)) <= LONGEST:
            self._known[target.name] = known

    def assigned(self, target: _Target) -> Assigned:
        """Return an assignment with its value, as far as that is known."""
        value = None if target.raw.items is not None else self.constant(target.raw)
        return Assigned(target.name, value, target.raw, target.start)

    def constant(self, raw: Raw) -> bytes | None:
        """Return the one value of `raw`, or None."""
        chunks = []
        for part in raw.parts:
            items = (part.value,) if part.kind == TEXT else self.lookup(part)
            if items is None:
                return None
            chunks.append(b' '.join(items))
        return b''.join(chunks)

    def lookup(self, part: Part) -> tuple[bytes, ...] | None:
        """Return what stands for a part of a word: one value, or the items of an array."""
        items = self._known.get(part.value) if part.kind in (NAME, LIST) else None
        if items is None and part.default and part.value not in self._counts:
            items = (part.default,)
        if items is None:
            return None
        self._budget -= sum(map(len, items)) + 1
        if self._budget < 0:
            return None
        return items if part.kind == LIST else items[:1] or (b'',)

    def fields(self, raw: Raw) -> list[Field]:
        """Return the words that `raw` expands to."""
        if len(raw.parts) == 1 and raw.parts[0].kind == TEXT:
            return [Field(raw.parts[0].value, raw)]
        fields = _Fields(raw)
        for part in raw.parts:
            self._expand(part, fields)
        fields.flush()
        return fields.done

    def _expand(self, part: Part, fields: _Fields) -> None:
        items = (part.value,) if part.kind == TEXT else self.lookup(part)
        if items is None:
            written = self._data[part.start:part.end]
            fields.add(written, sure=part.kind == ONE or (part.quoted and part.kind != LIST))
        elif part.quoted or part.kind == TEXT or not self._splits:
            fields.extend(items)
        else:
            _split(b' '.join(items), fields)


class _Fields:
    """The words that one written word expands to, while they are put together."""

    def __init__(self, raw: Raw) -> None:
        self.done: list[Field] = []
        self._raw = raw
        self._chunks: list[bytes] = []
        self._sure = False

    def add(self, chunk: bytes, *, sure: bool = True) -> None:
        self._chunks.append(chunk)
        self._sure |= sure

    def extend(self, items: tuple[bytes, ...]) -> None:
        """Add the first item to this word, and the others as words of their own."""
        for index, item in enumerate(items):
            if index:
                self.flush()
            self.add(item)

    def flush(self) -> None:
        """End the word."""
        if self._chunks:
            self.done.append(Field(b''.join(self._chunks) if self._sure else None, self._raw))
        self._chunks = []
        self._sure = False


def _split(value: bytes, fields: _Fields) -> None:
    """Add a value without quotes, split at its blanks."""
    if value[:1].isspace():
        fields.flush()
    fields.extend(tuple(value.split()))
    if value[-1:].isspace():
        fields.flush()


def _target(data: bytes, raw: Raw) -> _Target | None:
    match = ASSIGNMENT.match(data, raw.start, raw.end)
    if not match:
        return None
    return _Target(match[1], value_of(raw, match.end()), raw.start, steady=not match[2] and not match[3])


def value_of(raw: Raw, start: int) -> Raw:
    """Return what follows a `K=` that ends at `start`."""
    parts = list(raw.parts)
    while parts and parts[0].end <= start and not parts[0].quoted:
        parts.pop(0)
    if parts and parts[0].start < start and not parts[0].quoted:
        first = parts[0]
        parts[0] = first._replace(start=start, value=first.value[start - first.start:])
    return Raw(start, raw.end, tuple(parts), raw.items)


def _divide(data: bytes, simple: Simple) -> _Division:
    targets = []
    for raw in simple.words:
        target = _target(data, raw)
        if target is None:
            break
        targets.append(target)
    words = simple.words[len(targets):]
    if not words:
        return _Division((), (), tuple(targets))
    sets: tuple[_Target, ...] = ()
    if data[words[0].start:words[0].end] in DECLARERS:
        sets = tuple(target for raw in words[1:] if (target := _target(data, raw)))
    return _Division(words, tuple(targets), sets)


def _divide_batch(data: bytes, simple: Simple) -> _Division:
    """Find `set K=v`, whose value goes to the end of the line."""
    words = simple.words
    if data[words[0].start:words[0].end].lower().lstrip(b'@') != b'set' or len(words) < 2:
        return _Division(_without_at(words), (), ())
    start, end = words[1].start, words[-1].end
    if data[start:start + 1] == b'"' and data[end - 1:end] == b'"':
        start, end = start + 1, end - 1
    match = ASSIGNMENT.match(data, start, end)
    if not match:
        return _Division(words, (), ())
    start, value = match.end(), data[match.end():end]
    part = Part(TEXT if b'%' not in value and b'^' not in value else ONE, start, end, value, quoted=True)
    return _Division(words, (), (_Target(match[1], Raw(start, end, (part,)), match.start()),))


def _without_at(words: tuple[Raw, ...]) -> tuple[Raw, ...]:
    """Drop the `@` that keeps a batch file from showing a command."""
    first = words[0]
    if not first.parts or first.parts[0].quoted or not first.parts[0].value.startswith(b'@'):
        return words
    trimmed = value_of(first, first.start + 1)
    return (trimmed, *words[1:]) if trimmed.parts else words[1:]


def _divide_powershell(data: bytes, simple: Simple) -> _Division:
    """Find `$env:K = v`, and what `$x = program …` starts."""
    words = simple.words
    first = words[0].parts[0]
    if first.kind != NAME or first.quoted:
        return _Division(words, (), ())
    name = first.value[4:] if first.value[:4].lower() == b'env:' else first.value
    if data[first.end:first.end + 1] == b'=' and len(words) == 1:
        return _Division((), (), (_Target(name, value_of(words[0], first.end + 1), first.start),))
    if len(words) < 3 or data[words[1].start:words[1].end] != b'=':
        return _Division(words, (), ())
    if len(words) == 3:
        return _Division((), (), (_Target(name, words[2], first.start),))
    return _Division(words[2:], (), ())
