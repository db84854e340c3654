"""Credentials with a structure of their own: URLs with a password, JSON Web Tokens, private keys."""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from deno_ai_hooks.facts import urls
from deno_ai_hooks.facts.checksums import claims
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.placeholders import is_placeholder
from deno_ai_hooks.facts.placeholders import is_weak_password
from deno_ai_hooks.facts.randomness import entropy
from deno_ai_hooks.facts.randomness import is_random

if TYPE_CHECKING:
    from deno_ai_hooks.facts.tokens import Verdict

Finder = Callable[[str, int, int], 'Iterator[Verdict]']

TIMEOUT = 2.0

URL = (
    r'(?P<scheme>[a-z][a-z0-9+.-]{1,20})://(?P<user>[^\s:@/"\'`\\<>{}$]{0,80}):(?P<password>[^\s@/"\'`<>]{3,100})'
    r'@(?P<host>\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)'
)
DATABASES = {
    'postgres': ('Postgres', 'DATABASE_URL'),
    'postgresql': ('Postgres', 'DATABASE_URL'),
    'mysql': ('MySQL', 'DATABASE_URL'),
    'mongodb': ('MongoDB', 'MONGODB_URI'),
    'mongodb+srv': ('MongoDB', 'MONGODB_URI'),
    'redis': ('Redis', 'REDIS_URL'),
    'rediss': ('Redis', 'REDIS_URL'),
    'amqp': ('AMQP', 'AMQP_URL'),
    'amqps': ('AMQP', 'AMQP_URL'),
    'libsql': ('libSQL', 'DATABASE_URL'),
}
HARMLESS = (urls.LOOPBACK, urls.EXAMPLE, urls.SINGLE_LABEL)
PASSWORD_NAMES = pattern(r'(?i)\W*(?:pass(?:word|wd)?|pwd|pw?|secret|token|key|api_?key|credentials?|pass?wort)\W*$')

JWT = r'eyJ[A-Za-z0-9_-]{12,2000}\.eyJ[A-Za-z0-9_-]{12,8000}\.[A-Za-z0-9_-]{10,2000}(?![A-Za-z0-9_-])'
SAMPLES = ('1234567890', 'John Doe', 'supabase-demo')

PEM = r'-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----(?P<body>[^-]{40,20000})(?:-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----)?'  # noqa: E501
INDENTED = pattern(r'\\[nr]|[\s"\'`+,|\\]+|[A-Z][A-Za-z-]+: [^\n]*\n')
BEARER = r'[Bb]earer\s{1,4}(?P<value>[A-Za-z0-9._~+/=-]{20,2000})'
JWK = r'["\']?[dk]["\']?\s{0,4}:\s{0,4}["\'](?P<value>[A-Za-z0-9_-]{32,1400})["\']'


def chosen(seen: str) -> Iterator[Finder]:
    """Yield what may begin with the text `seen`."""
    if '://' in seen:
        yield url
    elif seen.startswith('eyJ') or seen[1:4] == 'eyJ':
        yield jwt
    elif seen.startswith('-----BEGIN'):
        yield pem
    elif seen[1:6] == 'earer':
        yield bearer
    elif seen[-32:].isascii() and re.match(r'["\']?[dk]["\']?\s*:', seen):
        yield jwk


def _match(pattern: str, text: str, start: int, end: int, *, search: bool = False) -> Any:
    import regex

    compiled = regex.compile(pattern)
    return (compiled.search if search else compiled.match)(text, start, end, timeout=TIMEOUT)


def url(text: str, start: int, end: int) -> Iterator[Verdict]:
    """Judge a password before a host; loopback, examples and services of a compose file are left alone."""
    from deno_ai_hooks.facts.tokens import Token

    begin = start
    while begin > max(0, start - 20) and (text[begin - 1].isalnum() or text[begin - 1] in '+.-'):
        begin -= 1
    match = _match(URL, text, begin, end + 260)
    if match is None:
        return
    first, last = match.span('password')
    if not _is_live(match['user'], match['password'], match['host']):
        yield first, last, None
        return
    name, variable = DATABASES.get(match['scheme'], ('', ''))
    kind = 'connection string with a password' if name else 'password in a URL'
    yield first, last, Token(first, last, name, kind, 'high', variable)


def _is_live(user: str, password: str, host: str) -> bool:
    if urls.classify(host) in HARMLESS or host.endswith('docker.internal') or 'example' in host:
        return False
    if password.lower() == user.lower() or PASSWORD_NAMES.match(password) or is_weak_password(password):
        return False
    return not is_placeholder(password) and entropy(password) >= 2.0 and '$' not in password[:2] and '{' not in password


def jwt(text: str, start: int, end: int) -> Iterator[Verdict]:
    """Judge a JSON Web Token by what it claims."""
    from deno_ai_hooks.facts.tokens import Token

    begin = start if text[start] == 'e' else start + 1
    if begin and text[begin - 1].isalnum() and text[max(0, begin - 2):begin] not in ('\\n', '\\t', '\\r'):
        return
    match = _match(JWT, text, begin, begin + 12_100)
    said = claims(match[0]) if match else None
    if match is None or said is None:
        return
    kind = _role(match[0], said)
    token = None
    if kind:
        first, last = match.span()
        token = Token(first, last, *kind, certain=True)
    yield (*match.span(), token)


def _role(value: str, said: dict[str, object]) -> tuple[str, str, str, str] | None:
    """Return whose a token is, or None for one that is public, a sample or out of date."""
    if said.get('iss') == 'supabase-demo' or said.get('sub') == '1234567890' or said.get('name') == 'John Doe':
        return None
    if said.get('role') == 'service_role':
        return 'Supabase', 'service role key', 'critical', 'SUPABASE_SERVICE_ROLE_KEY'
    if said.get('role') == 'anon' or _is_past(said.get('exp')) or is_placeholder(value.rpartition('.')[2]):
        return None
    if 'access' in said and set(said) <= {'access', 'exp', 'subject', 'sub', 'iat'}:
        return 'Qdrant', 'API key', 'high', 'QDRANT_API_KEY'
    if value.startswith('eyJhbGciOiJFZERTQSI'):
        return 'Turso', 'database token', 'high', 'TURSO_AUTH_TOKEN'
    return '', 'JSON Web Token', 'medium', ''


def _is_past(time: object) -> bool:
    from time import time as now

    return isinstance(time, int | float) and time < now()


def pem(text: str, start: int, end: int) -> Iterator[Verdict]:
    """Judge a private key by its body: that of an example is short, cut or all the same."""
    from deno_ai_hooks.facts.tokens import Token

    match = _match(PEM, text, start, start + 21_000)
    if match is None:
        return
    body = INDENTED.sub('', match['body'])
    length = re.match(r'[A-Za-z0-9+/=]*', body)
    real = length is not None and length.end() >= 60 and entropy(body[:200]) >= 4.2 and '...' not in match['body']
    # in the JSON of a Google service account the key is one of several members
    google = 'service_account' in text[max(0, start - 400):match.end() + 600]
    kind = ('Google', 'service account key', 'GOOGLE_PRIVATE_KEY') if google else ('', 'private key', 'PRIVATE_KEY')
    last = match.end() if '-----END' in match[0] else match.start('body') + len(match['body'].rstrip())
    token = Token(start, last, kind[0], kind[1], 'critical', kind[2], True) if real else None
    yield start, last, token


def bearer(text: str, start: int, end: int) -> Iterator[Verdict]:
    """Judge what stands behind `Bearer`: a token only if it looks drawn."""
    from deno_ai_hooks.facts.tokens import Token
    from deno_ai_hooks.facts.tokens import classify

    match = _match(BEARER, text, start, end + 2000)
    if match is None:
        return
    value = match['value'].rstrip('.')
    first = match.start('value')
    context = text[max(0, start - 200):start] + ' ' + text[match.end():match.end() + 100].partition('\n')[0]
    token = classify(value, 'authorization', context)
    if token is None and is_random(value) and not is_placeholder(value) and not value.startswith('eyJ'):
        token = Token(0, len(value), '', 'bearer token', 'medium')
    if token:
        yield first + token.start, first + token.end, token._replace(start=first + token.start, end=first + token.end)


def jwk(text: str, start: int, end: int) -> Iterator[Verdict]:
    """Judge the private part of a JSON Web Key: `d`, or `k` of a symmetric one (RFC 7518, section 6)."""
    from deno_ai_hooks.facts.tokens import Token

    match = _match(JWK, text, start, end + 1500)
    around = text[max(0, start - 1200):end + 1500]
    if match is None or not re.search(r'["\']?kty["\']?\s*:', around) or is_placeholder(match['value']):
        return
    first, last = match.span('value')
    real = entropy(match['value']) >= 4.0
    yield first, last, Token(first, last, '', 'private JSON Web Key', 'high', '', True) if real else None
