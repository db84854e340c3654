"""`.npmrc`: the registries that packages come from.  Source: npmrc(5)."""
from __future__ import annotations

from collections.abc import Iterator

from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.documents.base import Setting
from deno_ai_hooks.facts.patterns import pattern

LINE = pattern(rb'(?m)^[ \t]*([^\s=#;\[][^=\n]{0,300}?)[ \t]*=[ \t]*(["\']?)([^\n]*?)\2[ \t]*\r?$')


class Npmrc(Document):
    """The settings of npm: `registry=…`, `@scope:registry=…`, `min-release-age=…`."""

    kind = 'npmrc'

    def settings(self) -> Iterator[Setting]:
        """Yield the settings with their keys as they are written."""
        for match in LINE.finditer(self.text.data):
            value = match[3].decode(errors='replace')
            yield Setting((match[1].decode(errors='replace'),), value, self.text.span(*match.span(3)))
