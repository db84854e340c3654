"""Shell scripts, and shell commands wherever other files hold them."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from deno_ai_hooks.common.documents.base import Command
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Variable
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.documents.shell_syntax import DIALECTS
from deno_ai_hooks.common.documents.shell_syntax import TEXT
from deno_ai_hooks.common.documents.shell_syntax import Part
from deno_ai_hooks.common.documents.shell_syntax import Raw
from deno_ai_hooks.common.documents.shell_syntax import parse
from deno_ai_hooks.common.documents.shell_values import Assigned
from deno_ai_hooks.common.documents.shell_values import Field
from deno_ai_hooks.common.documents.shell_values import Resolved
from deno_ai_hooks.common.documents.shell_values import resolve
from deno_ai_hooks.common.documents.wrappers import program
from deno_ai_hooks.common.documents.wrappers import reads_input
from deno_ai_hooks.common.documents.wrappers import scripts
from deno_ai_hooks.common.documents.wrappers import unwrap
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import as_is
from deno_ai_hooks.facts.patterns import pattern

NESTED = 4  # scripts within scripts that are looked into
FED = 'fed'  # a shell reads it as its standard input

PROMPT = pattern(
    rb'[ \t]*(?:\([\w.-]{1,60}\) ?)?(?:\[?[\w.-]{1,60}@[\w.-]{1,60}(?:[: ][^\s$#%>\]]{0,200})?\]? ?|~ ?)?'
    rb'(?:\$|%|\xe2\x9d\xaf|\xe2\x9e\x9c(?: {1,3}[~\w./-]{1,60})?'
    rb'|PS(?: [A-Za-z~/][^>\n]{0,200})?>|[A-Za-z]:\\[^>\n]{0,200}>)[ \t]+',
)
ANGLE = pattern(rb'[ \t]*>[ \t]+')
LINE = pattern(rb'[^\n]*\n|[^\n]+')
JOINED = pattern(rb'[\\`^]\r?\n?\Z')
SHELL_FILE = pattern(rb'\.(?:sh|bash|zsh)\Z')
ENV_FILE = pattern(rb'(?:^|/)\.env(?:\.\w+)*\Z')
SHELL_SHEBANG = pattern(rb'#![^\n]*\b(?:ba|z|da|k)?sh\b')
DIALECT_OF = {'powershell': 'powershell', 'pwsh': 'powershell', 'cmd': 'batch'}


class Shell(Document):
    """A shell script, a `run:` step, a task: anything a shell reads.

    `dialect` is one of 'sh' (also bash, zsh and Deno's task shell), 'powershell' and 'batch'; `nested`
    counts the scripts around this one.
    """

    kind = 'shell'

    def __init__(
        self,
        path: str,
        text: Text,
        place: Place | None = None,
        dialect: str = 'sh',
        nested: int = 0,
    ) -> None:
        super().__init__(path, text, place)
        self._dialect = DIALECTS[dialect]()
        self._nested = nested
        self._shown = self.place.carrier == 'docs'
        self._script = without_prompts(text) if self._shown else text
        self._read: tuple[list[Resolved], tuple[Raw, ...]] | None = None
        self._made: list[tuple[Resolved, Command]] | None = None

    def commands(self) -> Iterable[Command]:
        """Yield every simple command, those in substitutions too, in the order they are written."""
        return (command for _, command in self._both())

    def variables(self) -> Iterator[Variable]:
        """Yield what `K=v`, `export K=v`, `K=v program` and `env K=v program` assign."""
        for resolved in self._parsed()[0]:
            for assigned in (*resolved.prefix, *resolved.sets):
                if assigned.raw.items is None:
                    yield self._variable(assigned)
        for _, command in self._both():
            yield from unwrap(command).environment[len(command.environment):]

    def parts(self) -> Iterator[Document]:
        """Yield the scripts that stand in arguments and in here-documents."""
        if self._nested >= NESTED:
            return
        both = self._both()
        fed = {item.simple.pipeline for item, command in both if reads_input(command.words)}
        for item, command in both:
            yield from self._arguments(item, command)
            if item.simple.redirects:
                yield from self._redirected(item, self._written(item, command), fed=item.simple.pipeline in fed)

    def _both(self) -> list[tuple[Resolved, Command]]:
        """Return what starts a program, as it is resolved and as a command."""
        if self._made is None:
            self._made = [(resolved, self._command(resolved)) for resolved in self._parsed()[0] if resolved.words]
        return self._made

    def _parsed(self) -> tuple[list[Resolved], tuple[Raw, ...]]:
        if self._read is None:
            data = self._script.data
            script = parse(data, self._dialect, placeholders=self._shown)
            self._read = list(resolve(data, script, self._dialect)), script.bodies
        return self._read

    def _command(self, resolved: Resolved) -> Command:
        words = tuple(self._word(field) for field in resolved.words)
        span = self._script.span(resolved.simple.start, resolved.simple.end)
        environment = tuple(self._variable(assigned) for assigned in resolved.prefix)
        return Command(words, span, self.place, self._script, environment)

    def _word(self, field: Field) -> Word:
        text = None if field.text is None else field.text.decode(errors='replace')
        return Word(text, self._script.span(field.raw.start, field.raw.end))

    def _variable(self, assigned: Assigned) -> Variable:
        value = None if assigned.value is None else assigned.value.decode(errors='replace')
        start, end = _content(assigned.raw)
        if start == end:
            start, end = assigned.start, assigned.raw.end
        return Variable(assigned.name.decode(), value, self._script.span(start, end))

    def _arguments(self, resolved: Resolved, command: Command) -> Iterator[Document]:
        """Yield the scripts among the words of a command."""
        dialect = DIALECT_OF.get(program(command.words[0]), 'sh')
        found = scripts(command.words)
        counts = Counter(field.raw.start for field in resolved.words) if found else Counter[int]()
        for index in found:
            raw = resolved.words[index].raw
            if counts[raw.start] == 1:
                yield self._inner(self._word_text(raw), dialect)

    def _redirected(self, resolved: Resolved, files: list[bytes], *, fed: bool) -> Iterator[Document]:
        """Yield what a command gets as its input, where a shell (`fed`) or what reads `files` takes it."""
        reader = FED if fed else _reader_of(files)
        for redirect in resolved.simple.redirects:
            if redirect.body >= 0:
                yield from self._here(self._body_text(self._parsed()[1][redirect.body]), reader)
            elif redirect.operator == b'<<<' and fed:
                yield self._inner(self._word_text(redirect.target))

    def _here(self, text: Text, reader: str) -> Iterator[Document]:
        if reader == 'unit':
            yield self._unit(text)
        elif reader == 'dotenv':
            yield self._dotenv(text)
        elif reader == FED or (reader and _is_script(text.data, plain=reader == 'shell')):
            yield self._inner(text)

    def _written(self, resolved: Resolved, command: Command) -> list[bytes]:
        """Return the names of the files that a command writes its output to."""
        redirects = resolved.simple.redirects
        names = [_known(redirect.target) for redirect in redirects if redirect.operator in (b'>', b'>>', b'>|')]
        words = unwrap(command).words
        if program(words[0]) == 'tee':
            names.extend(word.text.encode() for word in words[1:] if word.text)
        return names

    def _inner(self, text: Text, dialect: str = 'sh') -> Shell:
        return Shell(self.path, text, self.place, dialect, self._nested + 1)

    def _unit(self, text: Text) -> Document:
        from deno_ai_hooks.common.documents.lines import Unit

        return Unit(self.path, text, Place('service'))

    def _dotenv(self, text: Text) -> Document:
        from deno_ai_hooks.common.documents.lines import Dotenv

        return Dotenv(self.path, text, self.place)

    def _word_text(self, raw: Raw) -> Text:
        """Return what a word says, mapped to where it says so."""
        quote = self._script.data[raw.start:raw.start + 1]
        return self._text(raw, ESCAPES.get(quote, escape_bare))

    def _body_text(self, raw: Raw) -> Text:
        literal = len(raw.parts) == 1 and raw.parts[0].kind == TEXT and len(raw.parts[0].value) == raw.end - raw.start
        return self._text(raw, as_is if literal else escape_body)

    def _text(self, raw: Raw, escape: Callable[[str], str]) -> Text:
        data, builder = self._script.data, TextBuilder(self._script)
        for part in raw.parts:
            if part.kind != TEXT or part.value == data[part.start:part.end]:
                builder.copy(part.start, part.end)
            else:
                _put(builder, part)
        return builder.build(escape)


def escape_single(text: str) -> str:
    """Return `text` as it is written between single quotes."""
    return text.replace("'", "'\\''")


def escape_double(text: str) -> str:
    """Return `text` as it is written between double quotes."""
    return re.sub(r'([\\"$`])', r'\\\1', text)


def escape_body(text: str) -> str:
    """Return `text` as it is written in a here-document."""
    return re.sub(r'([\\$`])', r'\\\1', text)


def escape_bare(text: str) -> str:
    """Return `text` as it is written without quotes."""
    return re.sub(r'([^\w@%+=:,./-])', r'\\\1', text)


ESCAPES = {b"'": escape_single, b'"': escape_double}


def without_prompts(text: Text) -> Text:
    """Return the commands of a shown session without their prompts; a text that shows no prompt is all commands."""
    lines = list(LINE.finditer(text.data))
    first = next((line[0] for line in lines if line[0].strip() and not line[0].lstrip().startswith(b'#')), b'')
    prompts = (PROMPT, ANGLE) if ANGLE.match(first) else (PROMPT,)
    if not any(prompt.match(line[0]) for line in lines for prompt in prompts):
        return text
    builder, joined = TextBuilder(text), False
    for line in lines:
        prompt = _prompt(line[0], (*prompts, ANGLE) if joined else prompts)
        if prompt or joined:
            builder.copy(line.start() + prompt, line.end())
            joined = JOINED.search(line[0], max(0, len(line[0]) - 3)) is not None
    return builder.build()


def _prompt(line: bytes, prompts: tuple[re.Pattern[bytes], ...]) -> int:
    """Return the length of the prompt that a line begins with, or 0."""
    return next((match.end() for prompt in prompts if (match := prompt.match(line))), 0)


def _content(raw: Raw) -> tuple[int, int]:
    """Return where a value stands without the quotes around the whole of it."""
    parts = raw.parts
    inner = (raw.start + 1, raw.end - 1)
    if parts and all(part.quoted for part in parts) and (parts[0].start, parts[-1].end) == inner:
        return inner
    return raw.start, raw.end


def _known(raw: Raw) -> bytes:
    return b''.join(part.value for part in raw.parts)


def _put(builder: TextBuilder, part: Part) -> None:
    """Add text that is written with escapes, each on its own where they are all of one byte."""
    if part.end - part.start != 2 * len(part.value):
        builder.put(part.value, part.start, part.end)
        return
    for index in range(len(part.value)):
        at = part.start + 2 * index
        builder.put(part.value[index:index + 1], at, at + 2)


def _is_script(data: bytes, *, plain: bool) -> bool:
    """Whether a file's first line says that a shell reads it; without one, `plain` decides."""
    return SHELL_SHEBANG.match(data) is not None if data.startswith(b'#!') else plain


def _reader_of(files: list[bytes]) -> str:
    """Return the kind of document that what is written to `files` becomes, 'file' for any other, empty for none."""
    if any(SHELL_FILE.search(name) for name in files):
        return 'shell'
    if any(name.endswith(b'.service') for name in files):
        return 'unit'
    if any(ENV_FILE.search(name) for name in files):
        return 'dotenv'
    return 'file' if files else ''
