"""What can be told of a credential without asking anybody: check digits and fixed structures.

A test returns True where the value is certain, False where nobody can have given it out, and None
where it says nothing.  The rules of GitHub, npm, JSR and Cloudflare are documented by those who give
the tokens out; Deno Deploy's is not, so that a failure there means nothing.
"""
from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from itertools import pairwise

DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
CRC = 6
"""Digits of a CRC-32 in base 62, padded with `0` on the left."""


def base62(number: int, width: int = CRC) -> str:
    """Return `number` in base 62 with at least `width` digits."""
    digits = ''
    while number:
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits.rjust(width, '0')


def crc(text: str) -> str:
    """Return the CRC-32 of `text` as GitHub, npm and JSR write it."""
    from zlib import crc32

    return base62(crc32(text.encode()))


def crc_behind_prefix(value: str) -> bool:
    """Check the last six digits against what stands between them and the prefix (GitHub, npm)."""
    return crc(value[value.index('_') + 1:-CRC]) == value[-CRC:]


def crc_with_prefix(value: str) -> bool:
    """Check the last six digits against all that stands before them (JSR's server)."""
    return crc(value[:-CRC]) == value[-CRC:]


def deploy(value: str) -> bool | None:
    """Check a Deno Deploy token: undocumented, so only a match counts."""
    return crc_with_prefix(value) or None


def cloudflare(value: str) -> bool:
    """Check the last eight digits, a CRC-32 of the 40 characters before them in hexadecimal."""
    from zlib import crc32

    return f'{crc32(value[-48:-8].encode()):08x}' == value[-8:]


def infix(value: str) -> bool:
    """Say yes: the shape holds a mark that nothing else holds."""
    return True


def groq(value: str) -> bool | None:
    """Look for base64 of "XgroqX" behind the first 20 characters."""
    return value[24:32] == 'WGdyb3FY' or None


def mixed(value: str) -> bool | None:
    """Reject words: behind a short prefix an identifier may follow as well."""
    body = value[3:]
    cased = sum(a.isupper() != b.isupper() for a, b in pairwise(body) if a.isalpha() and b.isalpha())
    return None if any(character.isdigit() for character in body) or cased > 6 else False


def bedrock(value: str) -> bool:
    """Decode a Bedrock key: `BedrockAPIKey-NAME-at-ACCOUNT:SECRET`."""
    return (decoded(value[4:]) or b'').startswith(b'BedrockAPIKey-')


def json_inside(value: str) -> bool:
    """Decode the JSON object in a token of 1Password or Sentry."""
    start = value.index('eyJ')
    return as_object(value[start:].partition('_')[0] if value.startswith('sntrys_') else value[start:]) is not None


def discord(value: str) -> bool:
    """Decode the first part of a bot token: the digits of a user id."""
    first = decoded(value.partition('.')[0])
    return first is not None and first.isdigit()


CHECKS: Mapping[str, Callable[[str], bool | None]] = {
    'infix': infix,
    'groq': groq,
    'mixed': mixed,
    'bedrock': bedrock,
    'json': json_inside,
    'discord': discord,
    'deploy': deploy,
    'jsr': crc_with_prefix,
    'npm': crc_behind_prefix,
    'github': crc_behind_prefix,
    'cloudflare': cloudflare,
}


def decoded(text: str) -> bytes | None:
    """Return what base64 in either alphabet, padded or not, stands for, or None."""
    from base64 import b64decode

    plain = text.replace('-', '+').replace('_', '/').rstrip('=')
    try:
        return b64decode(plain + '=' * (-len(plain) % 4), validate=True)
    except ValueError:
        return None


def as_object(text: str) -> dict[str, object] | None:
    """Return the JSON object that base64 stands for, or None."""
    from json import loads

    try:
        value = loads(decoded(text) or b'')
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def claims(value: str) -> dict[str, object] | None:
    """Return what a JSON Web Token claims (RFC 7519), or None where it is none."""
    parts = value.split('.')
    if len(parts) != 3:
        return None
    header = as_object(parts[0])
    return as_object(parts[1]) if header and 'alg' in header else None
