"""Line formats that start programs or set variables: Makefiles, justfiles, Procfiles, units, crontabs, `.env`."""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.facts.patterns import pattern

BUDGET = 1 << 20  # bytes that values may add to a document
LONGEST = 4096    # bytes of a value worth following
LINE = pattern(rb'[^\n]*\n|[^\n]+')
LOGICAL = pattern(rb'(?:[^\\\n]++|\\(?:\r?\n|.)?)*+(?:\n|\Z)')
COMMENTED = pattern(rb'(?:[^\\\n]++|\\(?:\r?\n(?:[ \t]*[#;][^\n]*\n)*+|.)?)*+(?:\n|\Z)')


class Line(NamedTuple):
    """A line, with those it goes on in: up to its line end, and up to what follows that."""

    start: int
    end: int
    after: int


def lines(data: bytes, pattern: re.Pattern[bytes] = LINE) -> Iterator[Line]:
    """Yield the lines of `data`; LOGICAL ones go on behind a backslash, COMMENTED behind comments too."""
    at = 3 if data.startswith(b'\xef\xbb\xbf') else 0
    while at < len(data) and (match := pattern.match(data, at)):
        yield Line(at, at + len(match[0].rstrip(b'\r\n')), match.end())
        at = match.end()


def shell(document: Document, text: Text, place: Place) -> Document:
    """Return the shell script `text` that stands in `document`."""
    from deno_ai_hooks.common.documents.shell import Shell

    return Shell(document.path, text, place)


class Constants:
    """Variables of a document that get one constant value."""

    def __init__(self, assigned: Iterable[tuple[bytes, bytes | None]]) -> None:
        self._values: dict[bytes, bytes | None] = {}
        self._budget = BUDGET
        for name, value in assigned:
            known = name not in self._values and value is not None and len(value) <= LONGEST
            self._values[name] = value if known else None

    def get(self, name: bytes) -> bytes | None:
        """Return the value of `name`, or None."""
        value = self._values.get(name)
        self._budget -= len(value or b'')
        return value if self._budget >= 0 else None


class Recipes(Document):
    """A Makefile: the recipe of each rule is a script.

    Source: GNU make 4.4 manual, "Writing Recipes" and "How to Use Variables".
    """

    kind = 'make'

    ASSIGNMENT = pattern(
        rb'(?:(?:export|override|private)[ \t]+)*([\w.-]+)[ \t]*(::?:?|\?|\+|!)?=[ \t]*((?:[^\\#]|\\.)*+)',
        re.DOTALL,
    )
    RULE = pattern(rb'([^\s:=#][^:=#]*):{1,2}(?!=)([^;#]*)(;)?')
    PREFIX = pattern(rb'[\t ]*[@+-]?(?:[\t ]*[@+-])*[\t ]*')
    REFERENCE = pattern(
        rb'\$(?:(\$)|\(([\w.-]+)\)|\{([\w.-]+)\}|\(shell[ \t]+((?:[^()]|\([^()]*\))*+)\)'
        rb'|(\([^()]*(?:\([^()]*\)[^()]*)*+\)|[@<^*?+|%]|\{[^{}]*\}))|\\\r?\n\t',
    )

    def parts(self) -> Iterator[Document]:
        """Yield the recipe of each rule."""
        constants = self._constants()
        for target, recipe in self._recipes():
            if recipe:
                text = self._script(recipe, constants)
                yield shell(self, text, Place('recipe', target.decode(errors='replace').strip()))

    def variables(self) -> Iterator[Variable]:
        """Yield the variables that the Makefile assigns."""
        for match in self._assignments():
            value = match[3].rstrip()
            start, end = match.start(3), match.start(3) + len(value)
            span = self.text.span(start, end) if value else self.text.span(*match.span())
            yield Variable(match[1].decode(), None if b'$' in value else value.decode(errors='replace'), span)

    def _lines(self) -> Iterator[Line]:
        return lines(self.text.data, LOGICAL)

    def _assignments(self) -> Iterator[re.Match[bytes]]:
        for line in self._lines():
            match = self.ASSIGNMENT.match(self.text.data, line.start, line.end)
            if match:
                yield match

    def _constants(self) -> Constants:
        found = [(match[1], match[2], match[3].strip()) for match in self._assignments()]
        return Constants((name, None if b'$' in value or sign == b'+' else value) for name, sign, value in found)

    def _recipes(self) -> Iterator[tuple[bytes, list[Line]]]:
        """Yield the targets of each rule with the lines of its recipe."""
        target, recipe = b'', list[Line]()
        for line in self._lines():
            if self.text.data.startswith(b'\t', line.start):
                recipe.append(line)
            elif match := self.RULE.match(self.text.data, line.start, line.end):
                yield target, recipe
                target, recipe = match[1], [line._replace(start=match.end())] if match[3] else []
        yield target, recipe

    def _script(self, recipe: list[Line], constants: Constants) -> Text:
        builder = TextBuilder(self.text)
        for line in recipe:
            prefix = self.PREFIX.match(self.text.data, line.start, line.end)
            self._expand(builder, line._replace(start=prefix.end() if prefix else line.start), constants)
        return builder.build(lambda text: text.replace('$', '$$'))

    def _expand(self, builder: TextBuilder, line: Line, constants: Constants) -> None:
        at = line.start
        for match in self.REFERENCE.finditer(self.text.data, line.start, line.end):
            builder.copy(at, match.start())
            at = match.end()
            if match[4] is not None:
                builder.put(b'$(', match.start(), match.start(4))
                builder.copy(match.start(4), match.end(4))
                builder.put(b')', match.end(4), at)
            else:
                builder.put(self._value(match, constants), match.start(), at)
        builder.copy(at, line.after)

    def _value(self, match: re.Match[bytes], constants: Constants) -> bytes:
        """Return what the shell gets for a reference; one that is not known becomes a variable of its own."""
        if match[1]:
            return b'$'
        if match[0].startswith(b'\\'):
            return b'\\\n'
        name = match[2] or match[3]
        known = constants.get(name) if name else None
        if known is not None:
            return known
        return b'${%b}' % (name if name and re.fullmatch(rb'[A-Za-z_]\w*', name) else b'_')


class Justfile(Document):
    """A justfile: the body of each recipe is a script, or names what reads it with `#!`.

    Source: just 1.36 manual.
    """

    kind = 'just'

    ASSIGNMENT = pattern(rb'(?:export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*(.*)', re.DOTALL)
    CONSTANT = pattern(rb'"([^"\\]*)"|\'([^\']*)\'')
    HEADER = pattern(rb'@?([A-Za-z_][\w-]*)[^:\n]*:(?!=)')
    PREFIX = pattern(rb'[\t ]*[@-]{0,2}')
    INSERTION = pattern(rb'(\{\{\{\{)|\{\{[ \t]*([A-Za-z_][\w-]*)[ \t]*\}\}')

    def parts(self) -> Iterator[Document]:
        """Yield the body of each recipe."""
        constants = self._constants()
        for name, body in self._recipes():
            if name and body:
                yield self._recipe(Place('recipe', name), body, constants)

    def variables(self) -> Iterator[Variable]:
        """Yield the variables that the justfile assigns."""
        for match in self._assignments():
            constant = self.CONSTANT.fullmatch(match[2].rstrip())
            value = (constant[1] or constant[2] or b'').decode(errors='replace') if constant else None
            start, end = match.start(2), match.start(2) + len(match[2].rstrip())
            span = self.text.span(start + 1, end - 1) if value else self.text.span(match.start(), end)
            yield Variable(match[1].decode(), value, span)

    def _assignments(self) -> Iterator[re.Match[bytes]]:
        for line in lines(self.text.data):
            match = self.ASSIGNMENT.match(self.text.data, line.start, line.end)
            if match:
                yield match

    def _constants(self) -> Constants:
        pairs = ((variable.name.encode(), variable.value) for variable in self.variables())
        return Constants((name, None if value is None else value.encode()) for name, value in pairs)

    def _recipes(self) -> Iterator[tuple[str, list[Line]]]:
        """Yield the name of each recipe with the lines of its body."""
        name, body = '', list[Line]()
        for line in lines(self.text.data, LOGICAL):
            if self.text.data[line.start:line.start + 1] in (b' ', b'\t'):
                body.append(line)
            elif line.end > line.start:
                yield name, body
                match = self.HEADER.match(self.text.data, line.start, line.end)
                name, body = match[1].decode() if match else '', []
        yield name, body

    def _recipe(self, place: Place, body: list[Line], constants: Constants) -> Document:
        first = self.text.data[body[0].start:body[0].end].strip()
        if first.startswith(b'#!'):
            return self._interpreted(first, self._text(body, self._indent(body), constants), place)
        return shell(self, self._text(body, self._prefix, constants), place)

    def _interpreted(self, shebang: bytes, text: Text, place: Place) -> Document:
        if not re.search(rb'\b(?:deno|node|bun|tsx)\b', shebang):
            return shell(self, text, place)
        from deno_ai_hooks.common.documents.typescript import Module

        return Module(self.path, text, place)

    def _prefix(self, line: Line) -> int:
        match = self.PREFIX.match(self.text.data, line.start, line.end)
        return match.end() if match else line.start

    def _indent(self, body: list[Line]) -> Callable[[Line], int]:
        first = self.text.data[body[0].start:body[0].end]
        width = len(first) - len(first.lstrip())
        return lambda line: min(line.end, line.start + width)

    def _text(self, body: list[Line], begin: Callable[[Line], int], constants: Constants) -> Text:
        builder = TextBuilder(self.text)
        for line in body:
            at = begin(line)
            for match in self.INSERTION.finditer(self.text.data, at, line.end):
                value = b'{{' if match[1] else constants.get(match[2])
                if value is not None:
                    builder.copy(at, match.start())
                    builder.put(value, *match.span())
                    at = match.end()
            builder.copy(at, line.after)
        return builder.build()


class Procfile(Document):
    """A Procfile: `web: command` a line, read by a shell."""

    kind = 'procfile'

    PROCESS = pattern(rb'([\w-]+):[ \t]*(?=\S)')

    def parts(self) -> Iterator[Document]:
        """Yield the command of each process type."""
        for line in lines(self.text.data):
            match = self.PROCESS.match(self.text.data, line.start, line.end)
            if match:
                yield shell(self, cut(self.text, match.end(), line.end), Place('service', match[1].decode()))


class Crontab(Document):
    """A crontab: a schedule, in system-wide tables a user, and a command read by sh.

    Source: crontab(5).
    """

    kind = 'crontab'

    ASSIGNMENT = pattern(rb'[ \t]*([A-Za-z_]\w*)[ \t]*=[ \t]*("[^"]*"|\'[^\']*\'|\S.*|)')
    SCHEDULE = pattern(rb'[ \t]*(?:@[a-z]+|[\d*][\w*/,?#-]*(?:[ \t]+[\w*/,?#-]+){4})[ \t]+')
    USER = pattern(rb'[a-z_][\w-]*[ \t]+')
    SYSTEM = pattern(r'(?:^|/)(?:cron\.d/|etc/crontab$)')
    LAST = pattern(rb'(?<!\\)%')

    def parts(self) -> Iterator[Document]:
        """Yield the command of each line, up to the `%` that begins its input."""
        data = self.text.data
        for line in lines(data):
            match = self.SCHEDULE.match(data, line.start, line.end)
            if match:
                start = match.end()
                user = self.USER.match(data, start, line.end) if self.SYSTEM.search(self.path) else None
                start = user.end() if user else start
                stop = self.LAST.search(data, start, line.end)
                yield shell(self, cut(self.text, start, stop.start() if stop else line.end), Place('service'))

    def variables(self) -> Iterator[Variable]:
        """Yield the environment of the commands."""
        for line in lines(self.text.data):
            match = self.ASSIGNMENT.match(self.text.data, line.start, line.end)
            if match:
                yield _quoted_variable(self.text, match)


class Unit(Document):
    """A systemd unit: programs started without a shell, in systemd's own words.

    Source: systemd.service(5) "Command lines", systemd.exec(5) "Environment=", systemd.syntax(7).
    """

    kind = 'unit'

    SETTING = pattern(rb'[ \t]*([A-Za-z]+)[ \t]*=[ \t]*')
    STARTS = frozenset(b'ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecStop ExecStopPost'.split())
    PREFIX = pattern(rb'[@:+!|-]*')
    TOKEN = pattern(
        rb'(?P<blank>(?:[ \t\r\n]|\\\r?\n(?:[ \t]*[#;][^\n]*\n)*+)+)'
        rb'|"(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"|\'(?P<single>[^\'\\]*+(?:\\.[^\'\\]*+)*+)\''
        rb'|(?P<escape>\\.)|(?P<plain>[^\s"\'\\]+|["\'\\])',
        re.DOTALL,
    )
    ESCAPE = pattern(rb'\\(.)', re.DOTALL)
    SPLIT = pattern(r'\$(\w+)')
    REFERENCE = pattern(r'\$\{(\w+)\}|\$\$')

    def commands(self) -> Iterator[Command]:
        """Yield the programs that the unit starts."""
        environment = tuple(self.variables())
        constants = Constants((v.name.encode(), None if v.value is None else v.value.encode()) for v in environment)
        for texts in self._command_lines():
            words = tuple(word for item in texts for word in self._words(item, constants))
            if words:
                span = self.text.span(texts[0].start, texts[-1].end)
                yield Command(words, span, self._where(), self.text, environment)

    def parts(self) -> Iterator[Document]:
        """Yield the scripts that the unit gives to shells."""
        from deno_ai_hooks.common.documents.wrappers import scripts

        for items in self._command_lines():
            for index in scripts([Word(_said(item), self.text.span(item.start, item.end)) for item in items]):
                yield shell(self, items[index].text, self._where())

    def variables(self) -> Iterator[Variable]:
        """Yield what `Environment=` sets."""
        for key, line in self._settings():
            if key == b'Environment':
                for item in self._items(line):
                    at = item.text.data.find(b'=') + 1
                    name, value = item.text.read(0, at - 1), item.text.read(at, len(item.text.data))
                    whole, part = self.text.span(item.start, item.end), item.text.span(at, len(item.text.data))
                    if at:
                        yield Variable(name, value, part if value else whole)

    def _where(self) -> Place:
        name = self.path.rpartition('/')[2].removesuffix('.service')
        return Place(self.place.carrier, self.place.name) if self.place.carrier == 'docs' else Place('service', name)

    def _settings(self) -> Iterator[tuple[bytes, Line]]:
        for line in lines(self.text.data, COMMENTED):
            match = self.SETTING.match(self.text.data, line.start, line.end)
            if match:
                yield match[1], line._replace(start=match.end())

    def _command_lines(self) -> Iterator[list[Item]]:
        """Yield the words of each command; one line may hold several, with `;` as a word between."""
        for key, line in self._settings():
            if key in self.STARTS:
                prefix = self.PREFIX.match(self.text.data, line.start, line.end)
                items = list[Item]()
                for item in self._items(line._replace(start=prefix.end() if prefix else line.start)):
                    if self.text.data[item.start:item.end] == b';':
                        yield items
                        items = []
                    else:
                        items.append(item)
                yield items

    def _items(self, line: Line) -> Iterator[Item]:
        """Yield the words of a line without quotes and escapes."""
        builder, start = TextBuilder(self.text), -1
        for match in self.TOKEN.finditer(self.text.data, line.start, line.end):
            if match['blank'] is None:
                start = match.start() if start < 0 else start
                self._add(builder, match)
            elif start >= 0:
                yield Item(builder.build(), start, match.start())
                builder, start = TextBuilder(self.text), -1
        if start >= 0:
            yield Item(builder.build(), start, line.end)

    def _add(self, builder: TextBuilder, match: re.Match[bytes]) -> None:
        kind = match.lastgroup or ''
        at, end = match.span(kind)
        for escape in self.ESCAPE.finditer(self.text.data, at, end):
            builder.copy(at, escape.start())
            builder.put(escape[1], *escape.span())
            at = escape.end()
        builder.copy(at, end)

    def _words(self, item: Item, constants: Constants) -> Iterator[Word]:
        """Yield the words that an item becomes: `$K` is split at blanks, `${K}` is not."""
        text, span = _said(item), self.text.span(item.start, item.end)
        split = self.SPLIT.fullmatch(text)
        if split:
            value = constants.get(split[1].encode())
            values: list[str | None] = [None] if value is None else [*value.decode().split()]
            yield from (Word(part, span) for part in values)
        else:
            yield Word(self.REFERENCE.sub(lambda match: _reference(match, constants), text), span)


class Item(NamedTuple):
    """A word of a unit, and where it stands in the unit's text."""

    text: Text
    start: int
    end: int


def _said(item: Item) -> str:
    return item.text.data.decode(errors='replace')


def _reference(match: re.Match[str], constants: Constants) -> str:
    if not match[1]:
        return '$'
    value = constants.get(match[1].encode())
    return match[0] if value is None else value.decode(errors='replace')


class Dotenv(Document):
    """A file of variables, as `deno --env-file` reads it.

    Source: deno 2.9.8, tried out.  A quote ends at the first one of its kind that only a comment or the
    line's end follows, on the line of the first one of its kind; where there is none, at that first one.  A
    reference to a variable that the file does not set stays as it is written, which may be a password
    with a `$` in it.
    """

    kind = 'dotenv'

    CLOSER = pattern(rb'[ \t\r]*(?:[#\n]|\Z)')
    REFERENCE = pattern(r'\\\$|\$(?:\{(\w+)\}|(\w+))')

    def variables(self) -> Iterator[Variable]:
        """Yield every variable with its value."""
        known: dict[str, str] = {}
        budget = BUDGET
        for entry in self._entries():
            written = self.text.read(entry.start, entry.end).replace('\r', '')
            value = self._value(written, entry.quote, known if budget > 0 else {})
            budget -= max(0, len(value) - len(written))
            if len(value) <= LONGEST:
                known[entry.name] = value
            span = (entry.start, entry.end) if entry.end > entry.start else (entry.begin, entry.end)
            yield Variable(entry.name, value, self.text.span(*span))

    def _entries(self) -> Iterator[Entry]:
        data = self.text.data
        at = 3 if data.startswith(b'\xef\xbb\xbf') else 0
        while at < len(data):
            end = _line_end(data, at)
            sign = data.find(b'=', at, end)
            name = data[at:max(at, sign)].strip()
            entry = None if name.startswith(b'#') else self._entry(name, at, sign + 1, end)
            if entry and entry.name:
                yield entry
                end = _line_end(data, entry.end)
            at = end + 1

    def _entry(self, name: bytes, begin: int, start: int, end: int) -> Entry:
        data = self.text.data
        title = (name[len(b'export '):].lstrip() if name.startswith(b'export ') else name).decode(errors='replace')
        begin += len(data[begin:end]) - len(data[begin:end].lstrip())
        start += len(data[start:end]) - len(data[start:end].lstrip())
        quote = data[start:start + 1]
        close = self._close(quote, start) if quote in (b'"', b"'", b'`') else -1
        if close >= 0:
            return Entry(title, begin, start + 1, close, quote)
        comment = data.find(b'#', start, end) if quote not in (b'"', b"'", b'`') else -1
        stop = end if comment < 0 else comment
        return Entry(title, begin, start, start + len(data[start:stop].rstrip()), b'')

    def _close(self, quote: bytes, start: int) -> int:
        """Return where the string ends that the quote at `start` begins, or -1."""
        data = self.text.data
        first = at = data.find(quote, start + 1)
        end = _line_end(data, first)
        while 0 <= at < end:
            if self.CLOSER.match(data, at + 1):
                return at
            at = data.find(quote, at + 1, end)
        return first

    def _value(self, written: str, quote: bytes, known: dict[str, str]) -> str:
        if quote == b"'":
            return written
        if quote == b'"':
            written = written.replace('\\n', '\n')
        if '$' not in written:
            return written
        return self.REFERENCE.sub(lambda match: known.get(match[1] or match[2] or '', match[0].lstrip('\\')), written)


class Entry(NamedTuple):
    """A line of a dotenv file: its name, where it begins, its value without the quotes, and the quote."""

    name: str
    begin: int
    start: int
    end: int
    quote: bytes


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b'\n', max(0, at))
    return len(data) if end < 0 else end


def _quoted_variable(text: Text, match: re.Match[bytes]) -> Variable:
    start, end = match.span(2)
    if match[2][:1] in (b'"', b"'"):
        start, end = start + 1, end - 1
    else:
        end = start + len(match[2].rstrip())
    span = text.span(start, end) if end > start else text.span(*match.span())
    return Variable(match[1].decode(), text.read(start, end), span)
