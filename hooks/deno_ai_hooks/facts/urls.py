r"""Where a URL leads: to this machine, a private network, a name made for documents, or the open internet.

Hosts are read as the WHATWG URL Standard reads them, since a request goes where the runtime sends it:
`http://0x7f.1/`, `HTTP:\\LOCALHOST` and `http://[::ffff:127.0.0.1]/` stay on this machine,
`http://localhost.attacker.net/` does not.
"""
from __future__ import annotations

import re
from functools import cache
from functools import lru_cache
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

LOOPBACK = 'loopback'
PRIVATE = 'private'
LINK_LOCAL = 'link-local'
SINGLE_LABEL = 'single-label'
LOCAL = 'local'
EXAMPLE = 'example'
NAMESPACE = 'namespace'
OPAQUE = 'opaque'
PUBLIC = 'public'

HOLE = '\ufffc'
"""Stands in a URL for a part that is not known."""

LONGEST = 1000
"""Characters of a host that are looked at: no name has more than 253 (RFC 1035), but a template may."""

URL = pattern(r'[\0-\x20]*([A-Za-z][A-Za-z0-9+.-]{0,30}):[/\\]{2,}([^/\\?#]*)')
SPLICE = pattern(
    rf'{HOLE}|\$\{{[^}}]*\}}|\$\([^)]*\)|\$\w+|\{{\{{.*?\}}\}}|\{{[^}}]*\}}|<[^>]*>|%\w+%|%[sdv](?![0-9a-fA-F])|`[^`]*`',
)
"""A part of a host that something else fills in, in the notations of TypeScript, shells, YAML and templates."""

HEAD = pattern(r'localhost|[\w-]+(?:\.[\w-]+)+|\[[0-9a-fA-F:.]+\]')
NUMBER = pattern(r'0[xX][0-9a-fA-F]*|[0-9]+')
NAME = pattern(r'[^\s\0-\x1f#%/:<>?@\[\\\]^|{}$`"\'(),;!*=&+~]+')
DOTS = str.maketrans('\u3002\uff0e\uff61', '...')

IPV4 = (
    (LOOPBACK, '0.0.0.0/8 127.0.0.0/8'),
    (LINK_LOCAL, '169.254.0.0/16 100.100.100.200/32 168.63.129.16/32'),
    (PRIVATE, '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 198.18.0.0/15 224.0.0.0/3'),
    # RFC 5737, and addresses that documents make up
    (EXAMPLE, '192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 192.88.99.0/24 1.2.3.4/32 4.3.2.1/32 5.6.7.8/32'
              ' 11.22.33.44/32 12.34.56.78/32 123.45.67.89/32 123.123.123.123/32 111.111.111.111/32'),
)
IPV6 = (
    (LOOPBACK, '::/128 ::1/128'),
    (LINK_LOCAL, 'fe80::/10 fd00:ec2::254/128'),
    (PRIVATE, 'fc00::/7 fec0::/10 ff00::/8'),
    (EXAMPLE, '2001:db8::/32 3fff::/20'),
)

METADATA = frozenset(('metadata', 'metadata.google.internal', 'metadata.goog', 'instance-data'))
"""Names under which a cloud tells a machine about itself: they answer over plain HTTP only."""

INSIDE = frozenset('''
    local localhost internal intranet lan home corp private localdomain arpa docker svc cluster consul flycast onion
    localtest.me lvh.me vcap.me traefik.me ts.net
'''.split())
"""Names that stay inside a machine, a network or a tunnel of its own: RFC 6761, 6762, 8375, and by custom."""

RESERVED = frozenset(('test', 'example', 'invalid'))
"""Top-level domains that RFC 2606 keeps for documents and tests."""

SAMPLES = frozenset('''
    example domain yourdomain mydomain somedomain otherdomain anydomain newdomain yoursite mysite somesite yourserver
    myserver someserver yourhost myhost somehost yourcompany mycompany yourapp myapp yourapi myapi myservice yourservice
    acme contoso fabrikam adventure-works foo bar baz qux foobar dummy fake placeholder somewhere xxx xxxx
    test testing tests sample demo site website server host hostname company my-server my-host my-site
    my-domain my-app my-api my-service other another some-domain some-site some-host evil attacker malicious
'''.split())
"""Names that documents and tests make up, under whichever top-level domain."""

SAMPLE_HOSTS = frozenset(('a.com', 'b.com', 'c.com', 'd.com', 'a.b', 'a.b.c', 'x.y', 'x.y.z', 'foo.bar', 'api.com'))
SAMPLE_LABEL = pattern(r'(?:example|your|sample|placeholder|dummy)(?:[-_0-9].*)?|.*[-_]example|your(?!k|self).*')

NAMESPACES = (
    'schemas.*', 'schema.*', 'xmlns.*', 'ns.*', 'vocab.*', 'terminology.*',
    'www.w3.org', 'w3.org', 'json-schema.org', 'www.json-schema.org', 'schema.org', 'www.schema.org', 'purl.org',
    'purl.oclc.org', 'xmlns.com', 'rdfs.org', 'ogp.me', 'docbook.org', 'relaxng.org', 'unlicense.org',
    'json.schemastore.org', 'www.schemastore.org', 'json-ld.org', 'dublincore.org', 'id.loc.gov', 'w3id.org',
    'opensource.org', 'www.opensource.org', 'creativecommons.org', 'web.resource.org', 'spdx.org', 'www.wtfpl.net',
    'www.mozilla.org/MPL', 'mozilla.org/MPL', 'www.apache.org/licenses', 'apache.org/licenses', 'xml.apache.org',
    'www.gnu.org', 'gnu.org', 'www.boost.org/LICENSE', 'scripts.sil.org', 'polymer.github.io', 'llvm.org',
    'www.unicode.org', 'unicode.org', 'cldr.unicode.org', 'www.opengis.net', 'opengis.net',
    'www.topografix.com/GPX', 'www.sitemaps.org', 'www.rssboard.org', 'search.yahoo.com/mrss', 'a9.com',
    'wellformedweb.org', 'www.itunes.com', 'itunes.apple.com/dtds', 'www.apple.com/DTDs', 'base.google.com',
    'www.google.com/schemas', 'www.georss.org', 'www.gribuser.ru', 'podlove.org', 'cyber.law.harvard.edu',
    'java.sun.com', 'xmlpull.org', 'sodipodi.sourceforge.net', 'www.inkscape.org', 'www.bohemiancoding.com',
    'www.figma.com/figma/ns', 'inkscape.sourceforge.net', 'www.aiim.org', 'www.npes.org', 'iptc.org', 'cipa.jp',
    'prismstandard.org', 'www.idpf.org', 'www.daisy.org', 'www.openarchives.org', 'docs.oasis-open.org',
    'docs.openstack.org', 'www.oasis-open.org', 'standards.iso.org', 'www.omg.org', 'openoffice.org',
    'specs.openid.net', 'openid.net', 'www.ietf.org', 'tools.ietf.org', 'www.iana.org', 'www.rfc-editor.org', 'hl7.org',
    'loinc.org', 'snomed.info', 'unitsofmeasure.org', 'www.nlm.nih.gov', 'jabber.org', 'etherx.jabber.org',
    'activitystrea.ms', 'joinmastodon.org/ns', 'www.collada.org', 'www.garmin.com/xmlschemas', 'ant.apache.org',
    'maven.apache.org', 'www.springframework.org', 'www.hibernate.org', 'www.adobe.com/products', 'www.day.com/dam',
    'www.ibm.com/xmlns', 'www.fipa.org', 'www.freedesktop.org', 'freedesktop.org', 'www.gimp.org/xmp',
    'www.xfa.org', 'w3c.github.io', 'semweb.org', 'www.semanticdesktop.org', 'www.loc.gov', 'www.ontotext.com',
    'purl.obolibrary.org', 'www.wikidata.org/entity', 'www.wikidata.org/prop', 'dbpedia.org', 'd-nb.info',
    'rs.tdwg.org', 'data.europa.eu', 'publications.europa.eu', 'www.ecma-international.org', 'opcfoundation.org',
    'search.maven.org', 'reactjs.org/link', 'fb.me', 'jquery.org/license', 'www.opensearch.org',
)
"""Hosts whose URLs are names of namespaces, schemas, vocabularies and licences; with a path, only below it."""

TOP_LEVEL = frozenset('''
    com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia post
    academy accountant agency ai app apps army art associates auction audio band bank bar best bet bid bike bio black
    blog blue boutique build builders business buzz cab cafe camera camp capital cards care careers casa cash casino
    center chat cheap church city cleaning click clinic clothing cloud club codes coffee college community company
    computer consulting contact cool courses credit cricket dance data date dating day deals degree delivery design dev
    diamonds digital direct directory discount doctor dog domains download earth eco education email energy engineer
    engineering enterprises equipment estate events exchange expert exposed express fail faith family fan farm fashion
    finance financial fish fit fitness flights football forex foundation fun fund fyi gallery game games garden gift
    gives global gmbh gold golf google gratis green group guide guru haus health help hockey holdings holiday homes
    horse hospital host hosting house how icu immo inc industries ink institute insure international investments
    jewelry kim kitchen land law lawyer lease legal life lighting limited link live llc loan loans lol love ltd
    maison management map market marketing markets mba media meme men mom money monster movie navy network new news
    ngo ninja observer one online ooo page paris partners parts party pet phone photo photography photos pics pictures
    pink pizza place plumbing plus poker press productions promo properties property pub quest racing realty recipes
    red rehab reise rent rentals repair report republican rest restaurant review reviews rip rocks run sale salon
    school schule science security services sex sexy shiksha shoes shop shopping show singles site ski soccer social
    software solar solutions space sport store stream studio study style sucks supplies supply support surf surgery
    swiss systems tax taxi team tech technology tennis theater tickets tips tires today tools top tours town toys trade
    trading training trust tube tv university uno vacations ventures vet video villas vin vip vision vote voyage wang
    watch webcam website wedding wiki win wine work works world wtf xyz yoga zip zone
'''.split())
"""Common top-level domains of more than two letters (IANA root zone)."""


class Url(NamedTuple):
    """The beginning of a URL, taken apart.

    `scheme` is in lower case; `userinfo`, `host` and `port` are as they are written; `rest` begins
    with the path.  `start` is where the scheme begins in the text, `port_at` where `:port` does or
    would, `end` where the rest begins.
    """

    scheme: str
    userinfo: str
    host: str
    port: str
    rest: str
    start: int
    port_at: int
    end: int


def split(text: str) -> Url | None:
    """Take the beginning of `text` apart, or return None where it is no URL with a host."""
    match = URL.match(text)
    if match is None or len(match[2]) > LONGEST:
        return None
    authority, end = match[2], match.end()
    userinfo, _, place = authority.rpartition('@')
    port_at = _port(place)
    host = place[:port_at]
    return Url(
        match[1].lower(), userinfo, host, place[port_at + 1:], text[end:],
        match.start(1), end - len(place) + port_at, end,
    )


def _port(place: str) -> int:
    """Return where in `host:port` the colon stands."""
    if place.startswith('['):
        after = place.find(']') + 1
        return after or len(place)
    # a hole may hold colons of its own: ${HOST:-localhost}:80, ${url.host}
    blank = SPLICE.sub(lambda match: '_' * len(match[0]), place)
    at = blank.find(':')
    return len(place) if at < 0 else at


def kind(text: str) -> str:
    """Return where the URL `text` leads; OPAQUE for what is none."""
    url = split(text)
    return classify(url.host, url.rest) if url else OPAQUE


def classify(host: str, path: str = '') -> str:
    """Return what kind of place `host` names; `path` tells documents of a host from its namespaces."""
    if len(host) > LONGEST:
        return OPAQUE
    return _classify(host, path[:40] if host.lower().rstrip('.') in _below() else '')


@lru_cache(maxsize=4096)
def _classify(host: str, path: str) -> str:
    host = _head(host)
    if not host:
        return OPAQUE
    if host.startswith('['):
        return _ipv6(host[1:-1]) if host.endswith(']') else OPAQUE
    name = _name(host)
    if name is None:
        return OPAQUE
    number = address(name)
    if number is not None:
        return _ranged(number, _ranges4())
    if name.rpartition('.')[2][:1].isdigit() and NUMBER.fullmatch(name.rpartition('.')[2]):
        return OPAQUE
    return _named(name, path)


def _head(host: str) -> str:
    """Return a host without a hole behind it: in `http://api.models.net${path}` that is a port or the path."""
    *_, last = [None, *SPLICE.finditer(host)]
    head = host[:last.start()] if last is not None and last.end() == len(host) else ''
    return head if HEAD.fullmatch(head) else host


def _name(host: str) -> str | None:
    """Return the name as the runtime looks it up; of one with holes, what is known to be its end."""
    if SPLICE.search(host):
        *_, last = SPLICE.finditer(host)
        tail = host[last.end():]
        # http://${tenant}.models.net: wherever it leads, it leads below models.net
        if not re.fullmatch(r'(?:\.[\w-]+)+\.[^\W\d][\w-]*\.?', tail):
            return None
        host = tail[1:]
    if '%' in host:
        host = re.sub('%([0-7][0-9a-fA-F])', lambda match: chr(int(match[1], 16)), host)
    if not host.isascii():
        import unicodedata

        host = unicodedata.normalize('NFKC', host.translate(DOTS))
    host = host.lower().removesuffix('.')
    return host if NAME.fullmatch(host) and '..' not in host and not host.startswith('.') else None


def _named(name: str, path: str) -> str:
    labels = name.split('.')
    if name == 'localhost':
        return LOOPBACK
    if name in METADATA:
        return LINK_LOCAL
    if len(labels) == 1:
        return SINGLE_LABEL
    if labels[-1] in INSIDE or '.'.join(labels[-2:]) in INSIDE or _dashed(labels):
        return LOCAL
    if labels[-1] in RESERVED or name in SAMPLE_HOSTS or _sample(labels):
        return EXAMPLE
    if _namespace(name, labels, path):
        return NAMESPACE
    return PUBLIC if _registered(labels[-1]) else LOCAL


def _dashed(labels: list[str]) -> bool:
    """Return whether a name holds its own address, one of this machine: `127-0-0-1.sslip.io`."""
    return '.'.join(labels[-2:]) in ('nip.io', 'sslip.io') and bool(re.search(r'(?:^|[.-])127[.-]', '.'.join(labels)))


def _sample(labels: list[str]) -> bool:
    second = labels[-3] if len(labels) > 2 and labels[-2] in ('co', 'com', 'org') else labels[-2]
    return second in SAMPLES or any(SAMPLE_LABEL.fullmatch(label) for label in labels)


def _registered(label: str) -> bool:
    """Return whether the open internet has such a top-level domain.

    What it has not, such as the namespace of a cluster (`qdrant.vectors`), is a name of some network.
    """
    country = len(label) == 2 and label.isalpha()
    return country or label in TOP_LEVEL or label.startswith('xn--') or not label.isascii()


def _namespace(name: str, labels: list[str], path: str) -> bool:
    if f'{labels[0]}.*' in _whole() or name in _whole():
        return True
    return any(path.startswith(below) for below in _below().get(name, ()))


@cache
def _whole() -> frozenset[str]:
    return frozenset(entry for entry in NAMESPACES if '/' not in entry)


@cache
def _below() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in NAMESPACES:
        host, slash, path = entry.partition('/')
        if slash:
            found[host] = (*found.get(host, ()), f'/{path}')
    return found


def address(host: str) -> int | None:
    """Return the IPv4 address that `host` stands for (WHATWG URL, IPv4 parser), or None.

    `127.1`, `0x7f.0.0.1`, `0177.1` and `2130706433` are all 127.0.0.1.
    """
    parts = host.removesuffix('.').split('.')
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) and len(part) < 20 for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    last = numbers.pop()
    if any(number > 255 for number in numbers) or last >= 256 ** (4 - len(numbers)):
        return None
    return last + sum(number << 8 * (3 - index) for index, number in enumerate(numbers))


def _number(part: str) -> int:
    if part[:2] in ('0x', '0X'):
        return int(part[2:] or '0', 16)
    return int(part, 8 if part.startswith('0') else 10)


def is_address(host: str) -> bool:
    """Return whether `host` is an IP address in any notation."""
    return host.startswith('[') or address(host) is not None


def _ranged(number: int, ranges: tuple[tuple[int, int, str], ...]) -> str:
    return next((kind for first, last, kind in ranges if first <= number <= last), PUBLIC)


@cache
def _ranges4() -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (first, first + 2 ** (32 - int(bits)) - 1, kind)
        for kind, ranges in IPV4
        for base, _, bits in (entry.partition('/') for entry in ranges.split())
        if (first := address(base)) is not None
    )


def _ipv6(text: str) -> str:
    """Classify an address in brackets.  The module is loaded for these only: it takes its time."""
    from ipaddress import IPv6Address
    from ipaddress import IPv6Network

    try:
        found = IPv6Address(text.partition('%')[0])
    except ValueError:
        return OPAQUE
    if found.ipv4_mapped is not None:
        return _ranged(int(found.ipv4_mapped), _ranges4())
    for kind, ranges in IPV6:
        if any(found in IPv6Network(entry) for entry in ranges.split()):
            return kind
    return PUBLIC


def matches(host: str, pattern: str) -> bool:
    """Return whether `pattern` covers `host`: a name, or `*.name` for it and all below it (as deno's --allow-net)."""
    name, pattern = host.lower().removesuffix('.'), pattern.lower().removesuffix('.')
    if pattern.startswith('*.'):
        return name == pattern[2:] or name.endswith(pattern[1:])
    return name == pattern
