"""Keys that nobody gave out, put together as a test runs: of every format, from a seed."""
from __future__ import annotations

import json
import re._constants as sre
import re._parser as parser
import string
from base64 import b64encode
from base64 import urlsafe_b64encode
from random import Random

from deno_ai_hooks.facts.checksums import crc
from deno_ai_hooks.facts.tokens import Format

ALNUM = string.ascii_letters + string.digits


def fake(row: Format, seed: int = 0) -> str:
    """Return a value of a format of the table, its check digits right."""
    random = Random(f'{row.pattern}{seed}')
    return checked(row, drawn(row.pattern, random), random)


def drawn(pattern: str, random: Random) -> str:
    """Return a random string that `pattern` matches."""
    return ''.join(_drawn(parser.parse(pattern), random))


def _drawn(tree, random):
    for kind, value in tree:
        if kind is sre.LITERAL:
            yield chr(value)
        elif kind is sre.IN:
            yield random.choice(_members(value))
        elif kind is sre.MAX_REPEAT:
            least, most, inner = value
            for _ in range(random.randint(least, min(int(most), max(least + 24, 40)))):
                yield from _drawn(inner, random)
        elif kind is sre.SUBPATTERN:
            yield from _drawn(value[-1], random)
        elif kind is sre.BRANCH:
            yield from _drawn(random.choice(value[1]), random)
        else:
            raise NotImplementedError(kind)


def _members(items):
    chars = ''
    for kind, value in items:
        if kind is sre.LITERAL:
            chars += chr(value)
        elif kind is sre.RANGE:
            chars += ''.join(map(chr, range(value[0], value[1] + 1)))
        elif value is sre.CATEGORY_DIGIT:
            chars += string.digits
        elif value is sre.CATEGORY_WORD:
            chars += ALNUM + '_'
    return chars


def checked(row: Format, value: str, random: Random) -> str:
    """Return `value` with the structure that its provider gives it."""
    if row.check in ('github', 'npm'):
        return value[:-6] + crc(value[4:-6])
    if row.check in ('jsr', 'deploy'):
        return value[:-6] + crc(value[:-6])
    if row.check == 'cloudflare':
        from zlib import crc32

        return value[:-8] + f'{crc32(value[-48:-8].encode()):08x}'
    if row.check == 'bedrock':
        return 'ABSK' + b64encode(f'BedrockAPIKey-x1-at-123456789012:{letters(random, 60)}'.encode()).decode()
    if row.check == 'groq':
        return value[:24] + 'WGdyb3FY' + value[32:]
    if row.check == 'discord':
        return b64encode(str(random.randrange(10 ** 17, 10 ** 18)).encode()).decode() + value[value.index('.'):]
    if row.check == 'json':
        inside = b64encode(json.dumps({'iat': random.random(), 'url': letters(random, 200)}).encode()).decode()
        end = '_' + letters(random, 43) if row.provider == 'Sentry' else ''
        return row.word + inside + end
    return value


def letters(random: Random, count: int, alphabet: str = ALNUM) -> str:
    """Return `count` random characters."""
    return ''.join(random.choice(alphabet) for _ in range(count))


def base64url(value: object) -> str:
    """Return `value` as a part of a JSON Web Token."""
    return urlsafe_b64encode(json.dumps(value, separators=(',', ':')).encode()).decode().rstrip('=')


def jwt(random: Random, claims: dict[str, object], algorithm: str = 'HS256') -> str:
    """Return a JSON Web Token that claims `claims`, signed with noise."""
    header = {'alg': algorithm, 'typ': 'JWT'}
    return f'{base64url(header)}.{base64url(claims)}.{letters(random, 86)}'


def pem(random: Random, kind: str = 'PRIVATE') -> str:
    """Return a private key in PEM whose bytes are noise."""
    body = 'MII' + letters(random, 61 + 64 * 11, ALNUM + '+/')
    lines = [body[at:at + 64] for at in range(0, len(body), 64)]
    return '\n'.join((f'-----BEGIN {kind} KEY-----', *lines, f'-----END {kind} KEY-----'))


def structures(seed: int = 0) -> dict[str, str]:
    """Return values of the kinds that are no row of the table; what is secret in them is random."""
    random = Random(seed)
    word = letters(random, 14)
    return {
        'service role': jwt(random, {'iss': 'supabase', 'ref': word, 'role': 'service_role', 'exp': 2 ** 32}),
        'turso': jwt(random, {'a': 'rw', 'iat': 1_700_000_000, 'id': letters(random, 36)}, 'EdDSA'),
        'qdrant': jwt(random, {'access': 'm'}),
        'jwt': jwt(random, {'sub': letters(random, 12), 'iat': 1_700_000_000}),
        'postgres': f'postgres://chat:{word}@db.chat-demo.net:5432/chat',
        'mongodb': f'mongodb+srv:{"//"}chat:{word}@cluster0.chat-demo.net/chat',
        'redis': f'rediss://default:{word}@cache.chat-demo.net:6379',
        'basic': f'https://chat:{word}@models.chat-demo.net/v1',
    }
