"""Words that tests of reports are written in."""
from __future__ import annotations

import io

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.source import Source

RULE = Rule(
    'https-only-fetch',
    'https-only-fetch',
    'Fetch over HTTPS only.',
    'Fetch over HTTPS only.\n\nA prompt sent over plain HTTP\ncan be read on its way.\n\nBad:\n\n    fetch("http://a")',
    cwe=79,
    owasp='LLM02',
    severity=7.5,
)
MESSAGE = 'fetch() over plain HTTP; use https://'
FINGERPRINT = '0123456789abcdef' * 2


def marked(text, path='main.ts', message=MESSAGE, fixed=None, related=()):
    """Return a diagnostic for the place between « and » in `text`, mended by `fixed`."""
    before, rest = text.split('«')
    inside, after = rest.split('»')
    source = Source(path, (before + inside + after).encode(errors='surrogateescape'))
    start = len(before.encode(errors='surrogateescape'))
    span = Span(start, start + len(inside.encode(errors='surrogateescape')))
    start, end = source.position(span.start), source.position(span.end)
    lines = source.data.decode(errors='replace').split('\n')[start.line - 1:end.line]
    fix = () if fixed is None else (Edit(span, fixed),)
    return Diagnostic(
        RULE.hook, RULE.id, path, span, start, end, message, tuple(lines), FINGERPRINT, fix, tuple(related),
    )


def written(write, *diagnostics, skipped=(), **options):
    """Return what `write` writes of `diagnostics`."""
    out = io.StringIO()
    write(Outcome(diagnostics, tuple(skipped), (RULE,)), out, **options)
    return out.getvalue()
