from __future__ import annotations

import io
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import pytest
import trustme
from deno_ai_hooks.common import web
from deno_ai_hooks.common.web import WebError
from deno_ai_hooks.common.web import download

BODY = b'0123456789' * 1000


class Server:
    """A server of this machine: `answers` are functions of a handler, by path; `asked` are the paths asked for."""

    def __init__(self):
        self.answers = {}
        self.asked = []
        self.url = ''


@contextmanager
def served(context):
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.answers[self.path](self)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    if context is not None:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
    server.url = f'http{"s" if context else ""}://localhost:{listening.server_port}'
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()


@pytest.fixture(scope='module')
def authority():
    return trustme.CA()


@pytest.fixture
def server(authority, tmp_path, monkeypatch):
    """A server whose certificate is trusted here, with no pause between tries."""
    authority.cert_pem.write_to_path(tmp_path / 'ca.pem')
    monkeypatch.setenv('SSL_CERT_FILE', str(tmp_path / 'ca.pem'))
    monkeypatch.setenv('NO_PROXY', '*')
    monkeypatch.setattr(web, 'PAUSES', (0.0, 0.0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert('localhost').configure_cert(context)
    with served(context) as made:
        yield made


def said(status, body=BODY, **headers):
    """Return an answer; headers are written with `_` for `-`."""
    def answer(handler):
        handler.send_response(status)
        for name, value in ({'content_length': len(body)} | headers).items():
            if value is not None:
                handler.send_header(name.replace('_', '-'), str(value))
        handler.end_headers()
        handler.wfile.write(body)
    return answer


def in_turn(*answers):
    left = list(answers)
    return lambda handler: left.pop(0)(handler)


def got(url, **options):
    file = io.BytesIO()
    download(url, file, **options)
    return file.getvalue()


def test_a_file(server):
    server.answers['/all.zip'] = said(200)
    assert got(f'{server.url}/all.zip') == BODY


def test_a_file_of_unknown_length(server):
    server.answers['/x'] = said(200, content_length=None)
    assert got(f'{server.url}/x') == BODY


def test_a_file_elsewhere(server):
    server.answers['/old'] = said(302, b'', location='/new')
    server.answers['/new'] = said(200)
    assert got(f'{server.url}/old') == BODY
    assert server.asked == ['/old', '/new']


@pytest.mark.parametrize('status', (429, 500, 502, 503))
def test_what_passes_is_tried_again(server, status):
    server.answers['/x'] = in_turn(said(status, b'busy'), said(200, BODY[:-1], content_length=len(BODY)), said(200))
    assert got(f'{server.url}/x') == BODY
    assert len(server.asked) == 3


@pytest.mark.parametrize(('status', 'tries'), ((404, 1), (403, 1), (401, 1), (503, 3)))
def test_what_does_not_pass(server, status, tries):
    server.answers['/x'] = said(status)
    with pytest.raises(WebError, match=f'/x: the server answered {status}'):
        got(f'{server.url}/x')
    assert len(server.asked) == tries


def test_a_file_that_ends_too_soon(server):
    server.answers['/x'] = said(200, content_length=len(BODY) + 1)
    with pytest.raises(WebError, match='ended after 10000 of 10001 bytes'):
        got(f'{server.url}/x')


def test_a_file_that_is_too_large(server):
    server.answers['/told'] = said(200, content_length=10 ** 12)
    server.answers['/not'] = said(200, b'x' * 3 * 1024 ** 2, content_length=None)
    with pytest.raises(WebError, match='953674 MiB, more than the 2 that are taken'):
        got(f'{server.url}/told', largest=2 * 1024 ** 2)
    with pytest.raises(WebError, match='more than the 2 MiB that are taken'):
        got(f'{server.url}/not', largest=2 * 1024 ** 2)
    assert server.asked == ['/told', '/not']


def test_a_server_that_says_nothing(server, monkeypatch):
    monkeypatch.setattr(web, 'SILENCE', 0.2)
    end = threading.Event()
    server.answers['/x'] = lambda handler: end.wait(5)
    with pytest.raises(WebError, match='timed out'):
        got(f'{server.url}/x')
    end.set()
    assert server.asked == ['/x'] * 3


def test_a_file_without_end(server, monkeypatch):
    monkeypatch.setattr(web, 'LONGEST', -1.0)
    server.answers['/x'] = said(200)
    with pytest.raises(WebError, match='takes longer than'):
        got(f'{server.url}/x')


@pytest.mark.parametrize(
    'url', ('http://localhost/x', 'file:///etc/passwd', 'ftp://localhost/x', '//localhost/x', 'https:///x', 'x', 'https://['),
)
def test_only_https(url):
    with pytest.raises(WebError, match=r'only https:// is fetched|no URL'):
        got(url)


def test_a_password_is_not_repeated():
    word = 'hunter' + '2'
    with pytest.raises(WebError, match='a URL with a user or a password') as e:
        got(f'https://me:{word}@localhost/x')
    assert word not in str(e.value)


def test_nobody_leads_to_plain_http(server):
    with served(None) as plain:
        plain.answers['/x'] = said(200)
        server.answers['/x'] = said(302, b'', location=f'{plain.url}/x')
        with pytest.raises(WebError, match='only https:// is fetched'):
            got(f'{server.url}/x')
        assert plain.asked == []
    server.answers['/file'] = said(302, b'', location='file:///etc/passwd')
    with pytest.raises(WebError):
        got(f'{server.url}/file')


def test_a_way_without_end(server):
    server.answers['/x'] = said(302, b'', location='/x')
    with pytest.raises(WebError, match='answered 302'):
        got(f'{server.url}/x')


def test_who_does_not_prove_who_they_are(server, tmp_path):
    server.answers['/x'] = said(200)
    with pytest.raises(WebError, match='certificate verify failed: IP address mismatch'):
        got(f'{server.url.replace("localhost", "127.0.0.1")}/x')
    trustme.CA().cert_pem.write_to_path(tmp_path / 'ca.pem')
    with pytest.raises(WebError, match='certificate verify failed'):
        got(f'{server.url}/x')
    assert server.asked == []


def test_nobody_there(server):
    with pytest.raises(WebError, match='refused'):
        got('https://localhost:1/x')
