"""Module specifiers, brought to one name a package."""
from __future__ import annotations

from deno_ai_hooks.facts.patterns import pattern

BUILTINS = frozenset(
    'assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain '
    'events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl '
    'stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib'.split()
)
JSR_SCOPES = ('@std/', '@david/', '@oak/', '@deno/', '@db/', '@fresh/', '@cliffy/', '@luca/')
NAME = r'((?:@[\w.~-]+/)?[\w.~-]+)(?:@[^/?#]*)?(/[^?#]*)?'
NPM = pattern(
    rf'(?:npm:/?|https?://(?:esm\.sh|cdn\.esm\.sh)/(?:v\d+/|stable/)?\*?|https?://(?:esm\.run|unpkg\.com|'
    rf'cdn\.skypack\.dev)/(?:pin/)?|https?://cdn\.jsdelivr\.net/npm/){NAME}'
)
JSR = pattern(rf'(?:jsr:/?|https?://jsr\.io/|https?://esm\.sh/jsr/){NAME}')
BARE = pattern(rf'(?!@/){NAME}')
OTHER_ESM = pattern(r'https?://esm\.sh/(?:gh|pr)/')


def package(specifier: str) -> str:
    """Return `npm:NAME`, `jsr:@SCOPE/NAME` or `node:NAME` for a specifier, with its sub-path but no version.

    Relative paths, other URLs and aliases such as `@/lib` stay as they are.  A bare name counts as an npm
    package or a built-in of Node, as Deno resolves them (Deno manual).
    """
    if specifier.startswith(('.', '/', '#', '~', '$')) or OTHER_ESM.match(specifier):
        return specifier
    for prefix, form in (('jsr:', JSR), ('npm:', NPM)):
        found = form.match(specifier)
        if found:
            return prefix + found[1] + (found[2] or '').rstrip('/')
    if ':' in specifier:
        return specifier
    found = BARE.fullmatch(specifier)
    if not found:
        return specifier
    return _bare(found[1], (found[2] or '').rstrip('/'))


def _bare(name: str, path: str) -> str:
    if name in BUILTINS:
        return f'node:{name}{path}'
    return ('jsr:' if name.startswith(JSR_SCOPES) else 'npm:') + name + path


DEFAULT = pattern(r'((?:npm|jsr):[^.()]*(?:\.[^.()]*?)*?)\.default(?=[.(]|$)')


def without_default(name: str) -> str:
    """Return the name of an export as if its package had no default export."""
    return DEFAULT.sub(r'\1', name, count=1)
