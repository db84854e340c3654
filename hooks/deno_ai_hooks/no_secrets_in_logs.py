"""Keep secrets out of logs, errors and files.

What is printed is collected, sent to whoever runs the log store, and kept for months; with
`OTEL_DENO=true` Deno exports every line of the console.  What an error says ends up in the
answer to whoever caused it.  A key in a plain file, in Deno KV or in the browser's storage
belongs to everyone who can read the disk or run a line of script.

Followed is the value, not the word: a variable of the environment with a credential's name, a
header that carries one, through constants, members, templates, objects over several lines,
`JSON.stringify`, `slice`, helpers and parameters of the same module, to

- `console.*`, the loggers of `@std/log`, pino, winston and their like, standard output,
- messages of errors, and the bodies of answers with an error status,
- files, Deno KV, `localStorage` and `sessionStorage`,
- cookies of a session that scripts can read or that travel without TLS.

So are all headers of a request, the whole environment, URLs with a key in them, answers of token
endpoints, and members that bear a credential's whole name (`options.apiKey`, `user.password`).

Silent are names of keys in texts, `Boolean(key)`, `!!key`, lengths, counts of model tokens,
comparisons, `key ? "set" : "not set"`, hashes, masks (`redact(key)`), and up to four characters of
a key.  Files that only their owner can read (`mode: 0o600`) are left alone, and so are tests.

Bad:

    const apiKey = Deno.env.get("OPENAI_API_KEY");
    console.log("calling the model with", { apiKey, model: "gpt-4o" });

Good:

    const apiKey = Deno.env.get("OPENAI_API_KEY");
    console.log("calling the model", { key: Boolean(apiKey), model: "gpt-4o" });

Bad:

    Deno.serve((req: Request) => {
      console.log(req.method, req.headers);
      return new Response("ok");
    });

Good:

    Deno.serve((req: Request) => {
      console.log(req.method, req.headers.get("user-agent"));
      return new Response("ok");
    });

Bad:

    const key = Deno.env.get("GEMINI_API_KEY");
    if (!key?.startsWith("AIza")) throw new Error(`not a key: ${key}`);

Good:

    const key = Deno.env.get("GEMINI_API_KEY");
    if (!key?.startsWith("AIza")) throw new Error("GEMINI_API_KEY does not look like a key");

Bad:

    await Deno.writeTextFile("settings.json", JSON.stringify({ key: Deno.env.get("GROQ_API_KEY") }));

Good:

    await Deno.writeTextFile("settings.json", JSON.stringify({ model: Deno.env.get("GROQ_MODEL") }));

Bad:

    headers.append("Set-Cookie", `session=${id}; Path=/`);

Good:

    headers.append("Set-Cookie", `session=${id}; Path=/; HttpOnly; Secure; SameSite=Lax`);
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.project import Project
    from deno_ai_hooks.common.secret_flow import Secret

TESTS = pattern(
    r'(?:^|/)(?:__tests__|tests?|testdata|testing|fixtures|specs?|e2e|bench(?:es|marks?)?|__mocks__|mocks?)/'
    r'|[._](?:test|spec|bench|stories)\.[cm]?[jt]sx?$|(?:^|/)(?:test|bench)s?\.[cm]?[jt]sx?$|\.d\.[cm]?ts$',
)

CONSOLE = frozenset(
    f'console.{name}' for name in 'log error warn info debug trace dir dirxml table group groupCollapsed assert'.split()
)
LEVELS = (
    'trace|debug|verbose|info|information|notice|warn|warning|error|fatal|critical|log|silly|http|success|fail|start|'
    'ready|box|audit'
)
LOGGER = pattern(
    rf'(?:^|\.)[$_#]?(?:\w*[lL]ogger|log|LOG|logging|_log)(?:\.child\([^()]*\))?[?!]?\.(?:{LEVELS})$|^(?:log|logger|debug|'
    r'logError|logInfo|logDebug|logWarn(?:ing)?)$'
)
LOG_PACKAGES = pattern(
    r'(?:jsr:@std/log|npm:(?:pino|winston|consola|bunyan|loglevel|log4js|signale|tslog|debug)|jsr:@logtape/logtape|'
    rf'npm:@logtape/logtape|https://deno\.land/std[^()]*/log/[^()]*)(?:/[\w-]+)?\b.*(?:\.(?:{LEVELS})|\(\))$'
)
NOT_LOGS = pattern(r'^(?:Math|Decimal|math)\.')
OUTPUT = frozenset(
    f'{stream}.{write}' for stream in ('Deno.stdout', 'Deno.stderr', 'process.stdout', 'process.stderr')
    for write in ('write', 'writeSync')
)

FILES = frozenset((
    'Deno.writeTextFile', 'Deno.writeTextFileSync', 'Deno.writeFile', 'Deno.writeFileSync',
    *(f'node:fs{way}.{name}' for way in ('', '/promises', '.promises') for name in ('writeFile', 'appendFile')),
    'node:fs.writeFileSync', 'node:fs.appendFileSync',
))
OWNERS_ONLY = frozenset(('0o600', '0o400', '0600', '384', '256', '"600"', '0o700'))
STORAGE = frozenset(('localStorage.setItem', 'sessionStorage.setItem'))
KV = pattern(r'^(?:this\.)?[#_]?kv(?:\.atomic\(\))?\.set$')

NEEDS = (
    r'(?:KEYS?|TOKENS?|SECRETS?|PASSW(?:OR)?DS?|CREDENTIALS?|_PAT|_URL|_URI|_DSN|CONNECTION_STRING|WEBHOOK)\b',
    r'(?i)(?:api|secret|private|access|master|encryption|signing)_?key',
    r'(?i)(?:access|refresh|auth|api|bearer|bot|session|id|github|oauth|jwt|service|admin|security|user)_?token',
    r'(?i)(?:client|app|signing|webhook|jwt|shared|consumer|session|cookie|auth)_?secret',
    r'(?i)passw(?:or)?d|passphrase|passcode',
    r'(?i)["\'`.](?:(?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api-?key|private-token)\b',
    r'\.headers\b|\bheaders\s*\}|\.header\(\)|toObject|process\.env\b|dotenv|jsonwebtoken|djwt',
    r'Storage\.getItem\(',
    r'(?i)(?:expected|computed|calculated)_?(?:signature|sig|hmac|mac)',
    r'(?i)/(?:access_?)?tokens?\b',
    r'\b(?:req|request)\s*:\s*Request\b',
)
SINKS = pattern(
    rb'\bconsole\b|[lL]og(?:ger|ging)?\b|\bLOG\b|\bdebug\b|\bstd(?:out|err)\b|Error\b|Exception\b|\bResponse\b|'
    rb'\b(?:info|warn|warning|error|critical)\(|\bthrow\b|\.body\b|pino|consola|bunyan|signale|\.(?:json|text|html|send)\(|writeTextFile|writeFile|appendFile|Storage\b|\bkv\b|[oO]penKv|[cC]ookie|'
    rb'\\(?:x|u)[0-9a-fA-F{]'
)

hook = Hook('no-secrets-in-logs', __doc__, cwe=532, owasp='LLM02', severity=7.5)
LOGGED = hook.rule('secret-logged', 'A secret is printed or logged')
IN_ERROR = hook.rule('secret-in-error', 'A secret stands in the message of an error or in the answer to one', cwe=209)
STORED = hook.rule('secret-stored-in-plain-text', 'A secret is stored where everyone can read it', cwe=312)
COOKIE = hook.rule(
    'session-cookie-exposed', 'The cookie of a session can be read by scripts or travels without TLS', cwe=1004,
    severity=5.4,
)


FLOWS = (
    # a variable of the environment that holds a secret, all of them, a file of them
    r'(?:\benv\b|[a-z]Env\b|\bdotenv|\bENV\b|\[Env)[^\n]*[\w"\'`.](?:KEYS?|TOKENS?|SECRETS?|PASSW(?:OR)?DS?|'
    r'CREDENTIALS?|_PAT|_URL|_URI|_DSN|CONNECTION_STRING|WEBHOOK)\b|toObject|'
    r'(?:process|meta)\.env\b\s*[^.\[?\s]|\benv\s*\}\s*=|\benv\s*=\s*(?:process|Deno|import)\b',
    # a header that carries credentials, what a browser keeps, what a token endpoint answers, what is signed
    r'(?i)["\'`.](?:(?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]*(?:key|token)|api-?key|private-token)["\'`]',
    r'\bdotenv\b|Storage\.getItem\(|(?i:/(?:access_?)?tokens?\b)|jsonwebtoken|djwt|(?i:(?:expected|computed|calculated)_?(?:signature|sig|hmac|mac))',
)
"""Where a secret may begin that comes to light far from there."""

NAMES = (
    r'\b(?:[A-Z][A-Z0-9]*_)*(?:KEY|TOKEN|SECRET|PASSWORD)\b',
    r'(?i)(?:api|secret|private|access|master|encryption|signing)_?key\b',
    r'(?i)(?:access|refresh|auth|api|bearer|bot|session|id|github|oauth|jwt|service|admin|security|user)_?token\b',
    r'(?i)(?:client|app|signing|webhook|jwt|shared|consumer|session|cookie|auth)_?secret\b',
    r'(?i)\bpassw(?:or)?d\b|\bpassphrase\b|\bpasscode\b',
)
"""Members whose name alone tells of a secret."""

WHOLE = (r'\.headers\b|\bheaders\s*\}|\.header\(\)|\b(?:req|request)\s*:\s*Request\b',)
"""Requests and their headers, which are secrets where they are printed as a whole."""

SHOWING = pattern(
    rb'\bconsole\b|[lL]og(?:ger|ging)?\b|\bLOG\b|\bdebug\b|\bstd(?:out|err)\b|\bthrow\b|Error\(|pino|consola|bunyan|'
    rb'signale|\b(?:info|warn|warning|error|critical)\(|writeTextFile|writeFile|appendFile|Storage\b|\bkv\b|[cC]ookie',
)
PRINTING = pattern(
    rb'\bconsole\b|[lL]og(?:ger|ging)?\b|\bLOG\b|\bdebug\b|\bstd(?:out|err)\b|pino|consola|bunyan|signale|'
    rb'\b(?:info|warn|warning|error|critical)\(',
)

REACH = 300
"""Bytes around a name that alone tells of a secret, within which it has to be shown for the module to be parsed."""


def candidate(data: bytes) -> bool:
    """Return whether a module prints, throws, answers or stores anything that may be a secret.

    A secret that begins at one of FLOWS is followed however far; one of which only a name tells is
    missed where the name and what shows it stand more than REACH apart everywhere.
    """
    if SINKS.search(data) is None:
        return False
    if _pattern(FLOWS).search(data) is not None:
        return True
    return any(
        sinks.search(data, max(0, match.start() - REACH), match.end() + REACH)
        for names, sinks in ((NAMES, SHOWING), (WHOLE, PRINTING)) for match in _pattern(names).finditer(data)
    )


@cache
def _pattern(parts: tuple[str, ...]) -> Any:
    """Return one RE2 pattern of several."""
    import re2

    return re2.compile('|'.join(parts).encode())


class Sink(NamedTuple):
    """A call or statement that shows values: what it does with them, and which kinds of secrets it may not show."""

    verb: str
    rule: str
    values: tuple[Node, ...]
    kinds: frozenset[str]


EVERY = frozenset('variable header named answer signature environment headers request'.split())
THROWN = EVERY - {'answer'}
ANSWERED = frozenset(('variable', 'environment', 'signature'))
KEPT = frozenset(('variable', 'named', 'answer', 'header', 'environment', 'headers'))


@hook.check('typescript', needs=NEEDS, candidate=candidate)
def check(module: Module, project: Project) -> Iterator[Finding]:
    if TESTS.search(module.path):
        return
    from deno_ai_hooks.common.secret_flow import SecretFlow

    project.join(module)
    flow, branches = SecretFlow(module), Branches(module)
    seen: set[object] = set()
    for sink in chain(_calls(module), _thrown(module), _assigned(module)):
        for value in sink.values:
            secret = flow.carried(value) or (flow.request(value) if sink.verb == 'prints' else None)
            if secret and secret.kind in sink.kinds and not branches.excuse(value, secret):
                finding = _finding(module, sink, secret)
                if finding.span not in seen:
                    seen.add(finding.span)
                    yield finding


@hook.check('typescript', needs=(r'(?i)set-?cookie|setSignedCookie|\.cookie\b',))
def check_cookies(module: Module) -> Iterator[Finding]:
    if TESTS.search(module.path):
        return
    from deno_ai_hooks.common.cookies import cookies
    from deno_ai_hooks.facts.secret_names import is_session_cookie

    told: set[int] = set()
    for cookie in cookies(module):
        if cookie.missing and cookie.place.id not in told and is_session_cookie(cookie.name):
            told.add(cookie.place.id)
            yield Finding(module.span(cookie.place), _open(cookie.missing), rule=COOKIE)


HARMS = {'HttpOnly': 'scripts of the page can read it', 'Secure': 'it travels without TLS'}


def _open(missing: Sequence[str]) -> str:
    harm = ' and '.join(HARMS[each] for each in missing)
    what = ' and '.join(missing)
    return f'the cookie of a session without {what}: {harm}; let the server set it with {what}'


def _finding(module: Module, sink: Sink, secret: Secret) -> Finding:
    span, source = module.span(secret.at), module.span(secret.source)
    apart = secret.source.start_point.row != secret.at.start_point.row and secret.kind not in ('named', 'signature')
    steps = (Step(module.path, source, 'read here'),) if apart else ()
    return Finding(span, _message(sink, secret), rule=sink.rule, related=steps)


def _message(sink: Sink, secret: Secret) -> str:
    """Return what would be shown, and what to write instead."""
    name = secret.name[:60]
    told = {
        'variable': (f'the value of {name}', 'say whether it is set: Boolean(…)'),
        'named': (f'{name}, a credential', 'say whether it is set: Boolean(…)'),
        'header': (f'the {name} header', 'say whether it is there: headers.has(…)'),
        'headers': ('every header of a request, authorization and cookies among them', 'name the few you need'),
        'request': ('every header of a request, authorization and cookies among them', 'name the few you need'),
        'environment': ('the whole environment with every key in it', 'name the variables you need'),
        'answer': (f'{name}, with the tokens in it', 'show its status only'),
        'signature': (f'{name}, which a caller has to prove that it knows', 'say whether it matches'),
    }
    what, instead = told[secret.kind]
    if secret.part:
        what = f'{secret.part} characters of {what.removeprefix("the value of ")}'
    if sink.rule == STORED:
        return f'{sink.verb} {what}, in plain text; keep it in the environment or a secret store, or encrypt it'
    return f'{sink.verb} {what}; {instead}'


class Branches:
    """The conditions that statements stand under."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._known: list[tuple[int, int, str]] | None = None

    def excuse(self, place: Node, secret: Secret) -> bool:
        """Return whether a secret is missing, or an answer a refusal, where it is shown."""
        name = self._module.read(secret.at)[:80]
        for start, condition in self._around(place.start_byte):
            if _is_missing(condition, name, secret.kind):
                since = self._module.text.data[start:place.start_byte]
                return f'{name}='.encode() not in since.replace(b' ', b'').replace(b'==', b'')
        return False

    def _around(self, offset: int) -> Iterator[tuple[int, str]]:
        if self._known is None:
            self._known = [
                (consequence.start_byte, consequence.end_byte, self._module.read(condition)[1:-1].strip()[:200])
                for node in self._module.nodes('if_statement')
                if (condition := node.child_by_field_name('condition')) is not None
                and (consequence := node.child_by_field_name('consequence')) is not None
            ]
        return ((start, text) for start, end, text in self._known if start <= offset < end)


REFUSED = pattern(r'!\s*[\w.]+\.ok\b|\.ok\s*===?\s*false|\.status\s*(?:!==?|>=?)|\berror\b')


def _is_missing(condition: str, name: str, kind: str) -> bool:
    if kind == 'answer':
        return REFUSED.search(condition) is not None
    bare = condition.replace(' ', '')
    missing = {f'!{name}', *(f'{name}{same}{none}' for same in ('==', '===') for none in ('null', 'undefined', '""'))}
    return kind in ('variable', 'named', 'header') and any(part in missing for part in bare.split('||'))


# what is printed


def _calls(module: Module) -> Iterator[Sink]:
    for call in module.calls():
        if not call.arguments:
            continue
        name = call.callee or ''
        written = _written(module, call)
        if name in CONSOLE or name in OUTPUT or _is_logger(name, written, call):
            yield Sink('prints', LOGGED, call.arguments[1 if name == 'console.assert' else 0:], EVERY)
        elif call.new and written.endswith(('Error', 'Exception')):
            yield Sink('puts into an error', IN_ERROR, call.arguments[:1], THROWN)
            if written == 'HTTPException' and len(call.arguments) > 1:
                yield Sink('answers with', IN_ERROR, call.arguments[1:], ANSWERED)
        else:
            yield from _answers(module, call, name, written)
            yield from _stores(module, call, name, written)


def _written(module: Module, call: Call) -> str:
    function = call.node.child_by_field_name('constructor' if call.new else 'function')
    return module.read(function)[-100:] if function is not None else ''


def _is_logger(name: str, written: str, call: Call) -> bool:
    if call.new or NOT_LOGS.search(written):
        return False
    return bool(LOGGER.search(written) or LOG_PACKAGES.match(name))


def _thrown(module: Module) -> Iterator[Sink]:
    """Yield what is thrown without an Error around it."""
    for node in module.nodes('throw_statement'):
        thrown = node.named_children[:1]
        if thrown and thrown[0].type in ('template_string', 'binary_expression', 'identifier', 'object'):
            yield Sink('throws', IN_ERROR, tuple(thrown), THROWN)


# what is answered

CONTEXT = pattern(r'(?:^|\.)(?:c|ctx|context)\.(?:json|text|html|body|throw)$')
EXPRESS = pattern(r'\.(?:status|code)\((\d{3})\)\.(?:json|send|end|jsonp)$')


def _answers(module: Module, call: Call, name: str, written: str) -> Iterator[Sink]:
    """Yield the bodies of answers: of those with an error status, and of any for the whole environment."""
    given = call.arguments
    if name in ('Response', 'Response.json'):
        status = module.keyword(call, 'status')
        failed = status is not None and _is_error(module, status)
        yield Sink('answers with', IN_ERROR, given[:1], ANSWERED if failed else frozenset(('environment',)))
    elif CONTEXT.search(written):
        first = written.endswith('throw')
        body, code = (given[1:], given[0]) if first else (given[:1], given[1] if len(given) > 1 else None)
        failed = code is not None and _is_error(module, code)
        yield Sink('answers with', IN_ERROR, body, ANSWERED if failed else frozenset(('environment',)))
    elif (match := EXPRESS.search(written)) and match[1] >= '400':
        yield Sink('answers with', IN_ERROR, given[:1], ANSWERED)


def _is_error(module: Module, node: Node) -> bool:
    text = module.read(module.follow(node))
    return len(text) == 3 and text.isdigit() and text >= '400'


# what is stored


def _stores(module: Module, call: Call, name: str, written: str) -> Iterator[Sink]:
    if len(call.arguments) < 2:
        return
    value = call.arguments[1:2]
    if name in FILES:
        if not _is_owners_only(module, call):
            yield Sink('writes', STORED, value, KEPT)
    elif name in STORAGE or (name.startswith('Deno.openKv()') and name.endswith('.set')) or KV.match(written):
        yield Sink('stores', STORED, value, KEPT)


def _is_owners_only(module: Module, call: Call) -> bool:
    mode = module.keyword(call, 'mode', at=2)
    return mode is not None and module.read(module.follow(mode)) in OWNERS_ONLY


STORES = pattern(r'(?:window\.|globalThis\.|self\.)?(?:local|session)Storage(?:\.\w+|\[.*\])$')


def _assigned(module: Module) -> Iterator[Sink]:
    for node in module.nodes('assignment_expression'):
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if left is not None and right is not None and left.end_byte - left.start_byte < 100:
            if STORES.match(module.read(left)):
                yield Sink('stores', STORED, (right,), KEPT)
            elif EXPRESS_BODY.search(module.read(left)):
                yield Sink('answers with', IN_ERROR, (right,), frozenset(('environment',)))


EXPRESS_BODY = pattern(r'(?:^|\.)(?:ctx|context)(?:\.response)?\.body$')


def main(argv: Sequence[str] | None = None) -> int:
    return run(hook, argv=argv)
