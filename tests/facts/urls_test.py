from __future__ import annotations

import pytest
from deno_ai_hooks.facts.urls import HOLE
from deno_ai_hooks.facts.urls import LONGEST
from deno_ai_hooks.facts.urls import address
from deno_ai_hooks.facts.urls import classify
from deno_ai_hooks.facts.urls import kind
from deno_ai_hooks.facts.urls import matches
from deno_ai_hooks.facts.urls import split


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('http://api.models.net', ('http', '', 'api.models.net', '', '', 0, 21, 21)),
        ('http://api.models.net:80/v1?q#f', ('http', '', 'api.models.net', '80', '/v1?q#f', 0, 21, 24)),
        ('ws://u:p@h.net:1?x', ('ws', 'u:p', 'h.net', '1', '?x', 0, 14, 16)),
        # the last @ ends the credentials
        ('http://a@b@c.net', ('http', 'a@b', 'c.net', '', '', 0, 16, 16)),
        ('HTTP:\\\\c.net\\x', ('http', '', 'c.net', '', '\\x', 0, 12, 12)),
        (' http:///c.net', ('http', '', 'c.net', '', '', 1, 14, 14)),
        ('http://[::1]:80/', ('http', '', '[::1]', '80', '/', 0, 12, 15)),
        ('http://[::1', ('http', '', '[::1', '', '', 0, 11, 11)),
        ('http://', ('http', '', '', '', '', 0, 7, 7)),
        # the colon belongs to the default of a variable
        ('http://${HOST:-api.net}:80/', ('http', '', '${HOST:-api.net}', '80', '/', 0, 23, 26)),
        ('postgres://u:p@db.net:5432/x', ('postgres', 'u:p', 'db.net', '5432', '/x', 0, 21, 26)),
    ),
)
def test_splits(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize('text', ('', 'http', 'http:', 'http:get', 'see http://a.net', '//a.net', '://a.net', '1://a', 'é://a'))
def test_is_no_url(text):
    assert split(text) is None
    assert kind(text) == 'opaque'


@pytest.mark.parametrize(
    'text',
    ('http://' + '{{' * 500_000, 'http://' + 'a.' * 500_000, 'h' * 1_000_000, 'http:' + '/' * 1_000_000),
)
def test_takes_long_lines(text):
    assert kind(text) == 'opaque'


def test_takes_a_long_host():
    assert classify('a.' * LONGEST + 'net') == 'opaque'


@pytest.mark.parametrize(
    ('expected', 'hosts'),
    (
        ('loopback', 'localhost LOCALHOST localhost. 127.0.0.1 127.1 127.255.0.3 0x7f.1 0X7F.0.0.1 0177.0.0.01'
                     ' 2130706433 0x7f000001 017700000001 0 0.0.0.0 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] '
                     '[::ffff:7f00:1] 127%2e0.0.1 loc%61lhost ｌocalhost 127。0.0.1'),
        ('private', '10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.1.20 3232235777 100.64.0.7 [fd00::1] [fc00::]'
                    ' [::ffff:192.168.0.1] 239.255.255.250 255.255.255.255 198.18.0.1'),
        ('link-local', '169.254.169.254 169.254.0.1 [fe80::1] [fe80::1%25eth0] metadata metadata.google.internal'
                       ' 100.100.100.200 [fd00:ec2::254] 0xa9fea9fe'),
        ('single-label', 'ollama qdrant my-service my_service REDIS web1'),
        ('local', 'printer.local api.internal a.b.svc.cluster.local ollama.ai.svc app.localhost host.docker.internal'
                  ' nas.lan nas.home.arpa db.flycast llm.railway.internal qdrant.vectors ollama.gpu-nodes db.prod1'
                  ' 127-0-0-1.sslip.io 127.0.0.1.nip.io localtest.me api.lvh.me box.tailnet.ts.net intra.corp'),
        ('example', 'example.com api.example.com EXAMPLE.ORG example.net example.co.uk example.com. a.example b.test'
                    ' x.invalid 192.0.2.7 198.51.100.1 203.0.113.9 [2001:db8::1] 1.2.3.4 localhost.example'
                    ' your-server.com yourdomain.net api.mycompany.com my-example.io your-app.up.railway.app foo.bar'
                    ' contoso.com placeholder.dev ex%61mple.com'),
        ('namespace', 'www.w3.org json-schema.org schemas.xmlsoap.org schemas.microsoft.com schemas.openxmlformats.org'
                      ' purl.org ns.adobe.com xmlns.com xmlns.jcp.org opensource.org schema.org'),
        ('public', 'api.openai.com 8.8.8.8 45.33.32.156 0x08080808 134744072 [2606:4700::1111] [::ffff:8.8.8.8]'
                   ' localhost.elsewhere.net 127.0.0.1.elsewhere.net localhost.com.ru mylocal.net api.openai.com.'
                   ' internal.co models.ai xn--e1afmkfd.xn--p1ai пример.рф 172.32.0.1 192.169.0.1 11.0.0.1'
                   ' 126.255.255.255 128.0.0.1 w3.org.elsewhere.net careless-chat-demo.net yourkit.com'
                   ' 1-2-3-4.sslip.io api_v2.models.net'),
        ('opaque', '${host} $HOST {{host}} {host} <host> %HOST% %s `x` [not-an-address] [::1 256.1.1.1 1.2.3.4.5'
                   ' 08.1.1.1 a..net .net a$b.net [YOUR-SERVER] https: a,b (a) api.${region} ${a}${b}'
                   ' ${sub}api.net 1.2.3.${n}'),
    ),
)
def test_classifies(expected, hosts):
    assert {host: classify(host) for host in hosts.split()} == dict.fromkeys(hosts.split(), expected)


def test_reads_holes():
    assert classify(HOLE) == 'opaque'
    assert classify(f'{HOLE}.models.net') == 'public'
    assert classify(f'eu.{HOLE}.models.net') == 'public'
    assert classify(f'{HOLE}.example.com') == 'example'
    assert classify(f'api.{HOLE}') == 'opaque'
    # what follows a whole name is a port or a path
    assert classify(f'api.models.net{HOLE}') == 'public'
    assert classify(f'localhost{HOLE}') == 'loopback'
    assert classify(f'10.0.0.1{HOLE}') == 'private'
    assert classify(f'[::1]{HOLE}') == 'loopback'
    assert classify(f'web{HOLE}') == 'opaque'
    # 127.0.0.${n}, or 8.${x}.8.8
    assert classify(f'8.{HOLE}.8.8') == 'opaque'
    assert classify('') == 'opaque'


@pytest.mark.parametrize(
    ('url', 'expected'),
    (
        ('http://www.apache.org/licenses/LICENSE-2.0', 'namespace'),
        ('http://www.apache.org/dist/x.tgz', 'public'),
        ('http://WWW.APACHE.ORG/licenses/', 'namespace'),
        ('http://ogp.me/ns#', 'namespace'),
        ('http://www.google.com/schemas/sitemap', 'namespace'),
        ('http://www.google.com/search', 'public'),
        ('http://user@localhost/', 'loopback'),
        # what stands before the @ is no host
        ('http://localhost@models.net/', 'public'),
        ('http://models.net is down', 'opaque'),
    ),
)
def test_sees_paths_and_credentials(url, expected):
    assert kind(url) == expected


def test_addresses():
    assert address('1.2.3') == 0x01020003
    assert address('0x') == 0
    assert address('1.256.3.4') is None
    assert address('4294967296') is None
    assert address('1e3') is None
    assert address('١.2.3.4') is None


@pytest.mark.parametrize(
    ('host', 'pattern', 'expected'),
    (
        ('a.com', 'a.com', True),
        ('A.com.', 'a.COM', True),
        ('x.a.com', 'a.com', False),
        ('x.y.a.com', '*.a.com', True),
        # as deno reads it
        ('a.com', '*.a.com', True),
        ('ba.com', '*.a.com', False),
        ('203.0.113.9', '203.0.113.9', True),
    ),
)
def test_matches(host, pattern, expected):
    assert matches(host, pattern) is expected
