"""What tells, in the bytes of a repository's files, that somebody sees what its program and its models do.

    signs('typescript', b'import * as Sentry from "npm:@sentry/deno@9";')     {WATCHED}
    signs('yaml', b'OTEL_DENO: "true"')                                       {WATCHED, EXPORTED}

Rows whose need stands in a file are looked at closely.  What stands in a comment of its own line is no sign.
Sources: deno 2.9.8 (what it takes for the variables), the manuals of the packages and services named.
"""
from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.token_needs import scanner

WATCHED, RECORDED, AUDITED, EXPORTED = 'watched', 'recorded', 'audited', 'exported'
"""Requests or errors are seen; the use of models is; what a program asks permission for is; telemetry is exported."""

AUDITED_IF_EXPORTED = 'audited if exported'
"""`DENO_AUDIT_PERMISSIONS=otel`, which without OTEL_DENO=true records nothing (deno 2.9.8)."""


class Row(NamedTuple):
    """A sign and the RE2 pattern it is known by, in files of a kind or of any.

    Files that do not hold `need`, another RE2 pattern where there is one, are not looked at.
    """

    sign: str
    words: str
    kind: str = ''
    need: str = ''


def signs(kind: str, data: bytes, rows: Iterable[int]) -> frozenset[str]:
    """Return what a file of a kind tells that holds what ROWS of these numbers need.

    Any of WATCHED, RECORDED, AUDITED, AUDITED_IF_EXPORTED, EXPORTED.
    """
    found: set[str] = set()
    for row in (ROWS[index] for index in rows):
        if row.kind in ('', kind):
            found |= set(CLOSELY[row.sign](data, row.words)) if row.sign in CLOSELY else _stands(row, data)
    return frozenset(found | ({WATCHED} if EXPORTED in found else set()))


def _stands(row: Row, data: bytes) -> set[str]:
    return {row.sign} if next(_places(row.words, data), None) is not None else set()


COMMENT = pattern(rb'\s*(?:#|//|;|--|\*|/\*|<!--|(?i:rem)\s)')
LINE = 300           # bytes of a line before a sign that are looked at
MOST = 200           # places of one sign that are looked at


def _places(words: str, data: bytes) -> Iterator[Any]:
    """Yield the matches of a pattern that do not stand behind the sign of a comment."""
    for count, match in enumerate(scanner(words).finditer(data)):
        if count == MOST:
            return
        at = match.start()
        start = max(data.rfind(b'\n', max(0, at - LINE), at) + 1, at - LINE)
        if COMMENT.match(data, start, at) is None:
            yield match


# variables, hosts and platforms: in files of any kind

GIVEN = (
    r'["\'\]]{0,3}(?:[ \t]{0,9}[:=]{1,2}[ \t]{0,9}|[ \t,]{1,9}|\s{0,40},?\s{0,40}["\']?value["\']?\s{0,9}[:=]\s{0,9})'
    r'["\']?(?:\$\{\w{1,60}:-["\']?)?'
)
"""What stands between a variable and what it is set to: in shells, YAML, JSON, TOML, Dockerfiles, manifests."""

TRACING = r'\b(?:LANGSMITH_TRACING|LANGCHAIN_TRACING)(?:_V2)?' + GIVEN + r'(?:(?i:true)\b|1\b|\$)'
GATEWAY = r'\b(?:helicone\.ai|gateway\.ai\.cloudflare\.com|api\.portkey\.ai|ai-gateway\.vercel\.sh)\b'
"""Gateways that keep what passes them."""

VARIABLES = (
    # deno 2.9.8 takes true and false, in whatever case; 1 it does not know
    Row(EXPORTED, r'\bOTEL_DENO' + GIVEN + r'(?:(?i:true)\b|\$)', need='OTEL_DENO'),
    Row(AUDITED, r'\bDENO_AUDIT_PERMISSIONS' + GIVEN + r'([\w./$~-]+)', need='DENO_AUDIT_PERMISSIONS'),
    Row(AUDITED, r'\bDENO_PERMISSION_BROKER_PATH' + GIVEN + r'([\w./$~-]+)', need='DENO_PERMISSION_BROKER_PATH'),
    Row(WATCHED, TRACING, need='LANG(?:SMITH|CHAIN)_TRACING'),
    Row(RECORDED, TRACING, need='LANG(?:SMITH|CHAIN)_TRACING'),
    Row(WATCHED, GATEWAY),
    Row(RECORDED, GATEWAY),
    # Deno Deploy exports logs, traces and metrics by itself
    Row(WATCHED, r'\bdenoland/deployctl@|\bdeployctl[ \t]+deploy\b|\bdeno[ \t]+deploy\b'),
    Row(WATCHED, r'"deploy"\s*:\s*\{[^{}]{0,300}"(?:org|app|project)"', kind='json', need=r'"deploy"\s*:'),
)


def _audited(data: bytes, words: str) -> Iterator[str]:
    for match in _places(words, data):
        yield AUDITED_IF_EXPORTED if match[1] == b'otel' else AUDITED


# packages

NAMES = (
    r'(?:opentelemetry|sentry|langfuse|langsmith|helicone|dd-trace|datadog|honeycomb\w{0,9}|posthog|logfire|traceloop'
    r'|axiom\w{0,9}|logtail|newrelic|applicationinsights|bugsnag|rollbar|highlight-run|arizeai|openinference|opik'
    r'|braintrust|lmnr-ai|agentops|portkey|promptlayer|openlit|prom-client|elastic-apm|grafana|lunary|baselime|hyperdx)'
)
SEEING = pattern(rf'(?i)(?:^|[:/@]){NAMES}(?=[/@._-]|$)'.encode())
"""Packages that take errors, traces, metrics or the calls of models to where somebody sees them."""

OF_MODELS = pattern(
    rb'(?i)langfuse|langsmith|helicone|logfire|traceloop|posthog.{0,9}\bai\b|arizeai|openinference|opik|braintrust|lmnr'
    rb'|agentops|portkey|promptlayer|openlit|lunary'
)
"""Those of them that keep what models were asked and how much they took."""

REQUEST_LOGGERS = pattern(
    rb'(?i)hono[^/]*/(?:middleware/)?logger|(?:^|[:/@])(?:morgan|pino-http|express-winston|koa-(?:\w+-)?logger|hono-pino'
    rb'|logestic|logixlysia)\b|(?:oak|elysia|hono|fresh)[\w-]*[-_/]logger|access[-_]log'
)
IMPORTED, RENAMED, LOGGED = 'imported', 'renamed', 'logged'
PACKAGES = (
    Row(IMPORTED, r'\b(?:from|import|require)\b[\s(]{0,9}["\'`]([\w@][^"\'`\n\\$]{0,200})["\'`]', kind='typescript',
        need=rf'(?i)["\'`:/@](?:{NAMES}|morgan|pino-http|express-winston|koa-\w|hono-pino|logestic|logixlysia)'
             r'|[-_/](?:logger|access)'),
    Row(RENAMED, r'"([^"\\\n]{1,80})"\s{0,9}:\s{0,9}"((?:npm:|jsr:|https:)[^"\\\n]{1,200})"', kind='json',
        need=rf'(?i)[:/@]{NAMES}'),
)


def _imported(data: bytes, words: str) -> Iterator[str]:
    """Yield what the packages are for that a module imports."""
    for match in _places(words, data):
        if SEEING.search(match[1]) or REQUEST_LOGGERS.search(match[1]):
            yield WATCHED
        if OF_MODELS.search(match[1]):
            yield RECORDED


def _renamed(data: bytes, words: str) -> Iterator[str]:
    """Yield what the packages are for that an import map gives another name: modules import that."""
    for match in _places(words, data):
        if SEEING.search(match[2]) and not SEEING.search(match[1]):
            yield WATCHED
            if OF_MODELS.search(match[2]):
                yield RECORDED


# what modules do

USED = r'(?:usage|usageMetadata|usage_metadata|totalUsage)'
COUNTS = r'(?:(?:total|prompt|completion|input|output|used)(?:_t|T)okens?(?:_?[cC]ount)?|(?:prompt_)?eval_count)'
KEEPING = r'["\'`]\w*(?:logs?|usage|audit\w*|metrics?|traces?|analytics|telemetry)\w*["\'`]'
TELEMETRY = r'\bexperimental_telemetry\s*:\s*(?:\{[^{}]{0,120}isEnabled\s*:\s*(?:[^f\s]|f[^a])|\w)'
CODE = 'typescript'
DONE = (
    # middleware that logs
    Row(WATCHED, r'\.use\([^;\n]{0,120}[lL]ogg(?:er|ing)\b|\blogger\s*:\s*(?:true|\{)', CODE, r'[lL]ogg(?:er|ing)\b'),
    # tables and files that records are kept in
    Row(WATCHED, r'\.from\(\s*' + KEEPING + r'\s*\)\s*\.\s*(?:insert|upsert)\b', CODE),
    Row(WATCHED, r'\.(?:set|sum)\(\s*\[\s*' + KEEPING, CODE),
    Row(WATCHED, r'(?i)\binsert\s+into\s+["`]?\w*(?:log|usage|audit|metric|trace)', CODE),
    Row(WATCHED, r'["\'`][\w./${}-]{0,80}(?:log|audit|usage|trace)[\w.-]{0,20}["\'`][^;]{0,200}\bappend\s*:\s*true',
        CODE, r'\bappend\s*:\s*true'),
    # telemetry of the AI SDK
    Row(WATCHED, TELEMETRY, CODE, 'experimental_telemetry'),
    Row(RECORDED, TELEMETRY, CODE, 'experimental_telemetry'),
    # counts of tokens
    Row(RECORDED, r'\.' + USED + r'\b|\b' + USED + r'\s*(?:[,}?.!]|:\s*\w)|["\']' + USED + r'["\']\s*\]', CODE),
    Row(RECORDED, r'\b(?:onFinish|countTokens|tiktoken|' + COUNTS + r')\b|(?i:x-ratelimit-)|gpt-tokenizer', CODE),
    Row(RECORDED, r'["\'`]\w*usage\w*["\'`]', CODE),
    Row(LOGGED, r'\b(?:console\s*\.\s*(?:log|info|debug)|(?:\w*[lL]og(?:ger)?|log[A-Z]\w*)'
                r'(?:\s*\.\s*(?:log|info|debug|http|trace))?)\s*\(', CODE),
)
"""What a module does that tells of it."""

TELLING = pattern(
    rb'\b(?:method|pathname|ms|duration\w{0,9}|elapsed\w{0,9}|latency\w{0,9}|took|usage|\w{0,20}[tT]okens|user_?[iI]d'
    rb'|user\.(?:id|email)|request_?[iI]d|reqId|ip|clientIp|remoteAddr)\b'
)
"""Who asked what, or for how long it took, in the arguments of a call that logs."""

DEFINED = pattern(rb'function ')
STRING = pattern(rb'"(?:[^"\\\n]|\\.)*+"|\'(?:[^\'\\\n]|\\.)*+\'')
BRACKET = pattern(rb'[()]')
ARGUMENTS = 400      # bytes that are looked at


def _logged(data: bytes, words: str) -> Iterator[str]:
    """Yield whether a module logs requests itself: what came, from whom or how long it took, not errors alone."""
    for match in _places(words, data):
        at, end = match.span()
        if not DEFINED.match(data, max(0, at - len('function ')), at) and TELLING.search(_arguments(data, end)):
            yield WATCHED
            return


def _arguments(data: bytes, start: int) -> bytes:
    """Return the arguments of a call without the words of plain strings."""
    text, depth = STRING.sub(b'""', data[start:start + ARGUMENTS]), 1
    for bracket in BRACKET.finditer(text):
        depth += 1 if bracket[0] == b'(' else -1
        if depth == 0:
            return text[:bracket.start()]
    return text


ROWS = (*VARIABLES, *PACKAGES, *DONE)
NEEDS = tuple(row.need or row.words for row in ROWS)
"""What a file must hold for a row to be looked at, by its number."""

CLOSELY = {AUDITED: _audited, IMPORTED: _imported, RENAMED: _renamed, LOGGED: _logged}
"""What is told by more than that a pattern matches."""
