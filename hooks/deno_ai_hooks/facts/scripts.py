"""Scripts that a page loads from elsewhere: the URLs in its markup, and the packages that some of them hold.

Sources: the HTML Standard (script, import maps); the forms of URLs at cdnjs, Google Hosted Libraries and
jQuery's own site.  These have names of their own for packages: those that are known to be one of npm stand here.
"""
from __future__ import annotations

import re
from collections.abc import Iterator

from deno_ai_hooks.facts.patterns import pattern

TAG = pattern(
    rb'(?i)<script\b[^<>]{0,2000}?[\s"\']src\s{0,9}=\s{0,9}(?:["\']|\{\s{0,9}["\'`])?'
    rb'((?:https?:)?//[^\s"\'`<>\\{}]{1,2000})',
)
COMMENT = pattern(rb'<!--.*?(?:-->|\Z)', re.DOTALL)
BLOCK = pattern(rb'(?i)<script\b([^<>]{0,2000})>')
CLOSE = pattern(rb'(?i)</script')
MODULES = pattern(rb'\b(?:from|import)\s{0,9}\(?\s{0,9}["\'](https?://[^\s"\'`<>\\]{1,2000})["\']')
MAPPED = pattern(rb':\s{0,9}"(https?://[^\s"\'`<>\\]{1,2000})"')

LIBRARIES = {
    **{name: name for name in (
        'alpinejs axios chart.js dompurify ejs highlight.js jquery katex markdown-it marked mermaid react react-dom '
        'showdown vue'.split()
    )},
    'angular.js': 'angular', 'angularjs': 'angular', 'handlebars.js': 'handlebars', 'htmx': 'htmx.org',
    'jqueryui': 'jquery-ui', 'lodash.js': 'lodash', 'moment.js': 'moment', 'mustache.js': 'mustache',
    'pdf.js': 'pdfjs-dist', 'prism': 'prismjs', 'socket.io': 'socket.io-client', 'swagger-ui': 'swagger-ui-dist',
    'underscore.js': 'underscore',
}
"""What cdnjs and Google call libraries, and what npm does."""

LIBRARY = pattern(
    r'(?i)(?:https?:)?//(?P<site>cdnjs\.cloudflare\.com|ajax\.googleapis\.com)/ajax/libs/(?P<name>[\w.-]+)/'
    r'(?P<version>\d+\.\d+\.\d+[\w.+-]*)/.*',
)
JQUERY = pattern(r'(?i)(?:https?:)?//(?P<site>code\.jquery\.com)/jquery-(?P<version>\d+\.\d+\.\d+)(?:[.-].*)?')


def loaded(markup: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the URLs stand that a page loads scripts from, those of its inline modules and import maps too."""
    markup = COMMENT.sub(lambda match: b' ' * len(match[0]), markup)
    for match in TAG.finditer(markup):
        yield match.span(1)
    at = 0
    while opened := BLOCK.search(markup, at):
        closed = CLOSE.search(markup, opened.end())
        if closed is None:
            return
        form = MAPPED if b'importmap' in opened[1].lower() else MODULES
        for match in form.finditer(markup, opened.end(), closed.start()):
            yield match.span(1)
        at = closed.end()


def library(url: str) -> tuple[str, str, str] | None:
    """Return the site, the package of npm and the version that a URL of a hosted library stands for."""
    if match := LIBRARY.fullmatch(url):
        name = LIBRARIES.get(match['name'].lower())
        return (match['site'].lower(), name, match['version']) if name else None
    if match := JQUERY.fullmatch(url):
        return match['site'].lower(), 'jquery', match['version']
    return None
