"""What a container, a service or a step starts: shells, scripts given to shells, entry points of images."""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.base import Word
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.facts.images import ENTRY_SCRIPT
from deno_ai_hooks.facts.images import supplies_deno
from deno_ai_hooks.facts.shells import SH
from deno_ai_hooks.facts.shells import script_at


def script(path: str, text: Text, place: Place, language: str | None = SH) -> Iterator[Document]:
    """Yield the script that stands in `text`, nothing when no shell reads it."""
    from deno_ai_hooks.common.documents.shell import Shell

    if language == SH:
        yield Shell(path, text, place)
    elif language:
        yield Shell(path, text, place, dialect=language)


def scripts_within(path: str, items: Sequence[tuple[Text, Span]], place: Place) -> Iterator[Document]:
    """Yield the script of a command line that names its shell, as `["sh", "-c", "deno run main.ts"]` does."""
    found = script_at([text.data.decode(errors='replace') for text, _ in items])
    if found:
        yield from script(path, items[found[0]][0], place, found[1])


def started(image: str, entry: tuple[Word, ...] | None, arguments: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return what a container starts: its entry point with the arguments behind it.

    Without an entry point of its own (None) it starts that of its image; the `deno` that an official
    image puts first stands before the first argument and takes no room.
    """
    scripted = entry is None or bool(entry and (entry[-1].text or '').endswith(ENTRY_SCRIPT))
    before = entry or ()
    if arguments and scripted and supplies_deno(image, arguments[0].text or ''):
        start = arguments[0].span.start
        before = (*before, Word('deno', Span(start, start)))
    return before + arguments
