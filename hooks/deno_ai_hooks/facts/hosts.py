"""The items of `--allow-net` and `--allow-import`: what deno accepts, how it writes them, which it holds narrower."""
from __future__ import annotations

import re
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

NAME = pattern(r'[A-Za-z0-9_#-]{1,255}(?:\.[A-Za-z0-9_#-]{1,255})*')
OCTET = r'(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)'
ADDRESS = pattern(rf'{OCTET}(?:\.{OCTET}){{3}}')
PREFIX = pattern(rf'({ADDRESS.pattern})/(\d+)')
VSOCK = pattern(r'vsock:\+?(\d{1,12}):\+?(\d{1,12})')
EVERY_INTERFACE = ('0.0.0.0', '127.0.0.1', 'localhost')
LARGEST_PORT = 65535
LONGEST_NAME = 255


class Host(NamedTuple):
    """An item, taken apart.

    `form` is `name`, `wildcard`, `ipv4`, `ipv6`, `cidr`, `unix` or `vsock`;
    `text` the host as deno compares it, without `*.`, brackets and port.
    """

    form: str
    text: str
    port: int | None

    def __str__(self) -> str:
        text = {'wildcard': f'*.{self.text}', 'ipv6': f'[{self.text}]'}.get(self.form, self.text)
        return text if self.port is None else f'{text}:{self.port}'


class HostError(ValueError):
    """deno refuses the item; the text is its message."""


def expand(item: str) -> tuple[str, ...]:
    """`:8080` stands for three hosts, `[::]` not among them; only flags know it (deno 2.9.8)."""
    if item.startswith(':') and _port(item[1:]) is not None:
        return tuple(f'{host}{item}' for host in EVERY_INTERFACE)
    return (item,)


def host_error(item: str, *, flag: bool = True) -> str | None:
    """deno's message about an item it refuses."""
    try:
        for part in expand(item) if flag else (item,):
            host(part)
    except HostError as e:
        return str(e)
    return None


def canonical(item: str) -> str:
    """The item as deno compares it; anything it would refuse stays as it is."""
    try:
        return str(host(item))
    except HostError:
        return item


def host(item: str) -> Host:
    """Take an item apart; raises HostError."""
    if item.startswith('unix:'):
        return _unix(item)
    if item.startswith('vsock:'):
        return _vsock(item)
    if item.startswith('['):
        return _bracketed(item)
    return _plain(item)


def _unix(item: str) -> Host:
    if not item.startswith('unix:/'):
        raise HostError(f"invalid unix socket: '{item}' (path must be absolute and non-empty)")
    return Host('unix', item, None)


def _vsock(item: str) -> Host:
    match = VSOCK.fullmatch(item)
    if match is None or max(map(int, match.groups())) >= 2**32:
        raise HostError(f"invalid vsock: '{item}'")
    return Host('vsock', 'vsock:{}:{}'.format(*map(int, match.groups())), None)


def _bracketed(item: str) -> Host:
    address, closed, after = item[1:].partition(']')
    if not closed:
        raise HostError(f"invalid host: '{item}'")
    text = _ipv6(address)
    if text is None:
        raise HostError(f"invalid IPv6 address in '{item}': '{address}'")
    if after and not after.startswith(':'):
        raise HostError(f"invalid host: '{item}'")
    if after and _port(after[1:]) is None:
        raise HostError(f"invalid port in '{item}': '{after[1:]}'")
    return Host('ipv6', text, _port(after[1:]) if after else None)


def _ipv6(text: str) -> str | None:
    """The shortest form, None if it is no address.  The module is loaded for brackets only: it takes its time."""
    from ipaddress import IPv6Address

    if '%' in text:
        return None
    try:
        return IPv6Address(text).compressed
    except ValueError:
        return None


def _plain(item: str) -> Host:
    text, colon, port = item.partition(':')
    if colon and not port:
        raise HostError(f"invalid empty port in '{item}'")
    form, text = _named(text)
    if colon and _port(port) is None:
        if ':' in port:
            raise HostError(f"ipv6 addresses must be enclosed in square brackets: '{item}'")
        raise HostError(f"invalid port in '{item}': '{port}'")
    return Host(form, text, _port(port) if colon else None)


def _named(text: str) -> tuple[str, str]:
    if ADDRESS.fullmatch(text):
        return 'ipv4', text
    prefix = PREFIX.fullmatch(text)
    if prefix and int(prefix[2]) <= 32 and len(prefix[2]) <= 2:
        return 'cidr', text
    wildcard = text.startswith('*.')
    name = text.removeprefix('*.').removesuffix('.')
    if not name:
        raise HostError(f"invalid empty host: '{text}'")
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise HostError(f"invalid host '{text}': {_wrong(name)}")
    return ('wildcard' if wildcard else 'name'), name.lower()


def _wrong(name: str) -> str:
    if re.search(r'[^A-Za-z0-9_#.-]', name):
        return 'invalid char found in FQDN'
    return 'empty label found in FQDN' if '' in name.split('.') else 'too long label found in FQDN'


def _port(text: str) -> int | None:
    if not re.fullmatch(r'\+?\d{1,12}', text, re.A) or int(text) > LARGEST_PORT:
        return None
    return int(text)
