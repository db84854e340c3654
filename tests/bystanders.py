"""Whom an attack on an agent takes besides the agent: a service inside, a browser's socket, a database."""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import Any
from typing import NamedTuple
from typing import Self

PATIENCE = 20.0


class Reply(NamedTuple):
    status: int
    body: object


class Bystander:
    """An HTTP server on loopback that answers while the context lasts.  Raises OSError if `port` is taken."""

    def __init__(self, port: int = 0) -> None:
        self._http = _Listener(('127.0.0.1', port), _Handler)
        self._http.bystander = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f'http://127.0.0.1:{self._http.server_port}'

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, path: str, authorization: str, body: object) -> Reply:
        raise NotImplementedError


class Inside(Bystander):
    """A service that only this machine should reach; it tells `SECRET` to whoever does."""

    SECRET = 'inner-' + 'i6' * 12

    def answer(self, path: str, authorization: str, body: object) -> Reply:
        return Reply(200, self.SECRET)


class Supabase(Bystander):
    """Users by their tokens, and rows that row-level security keeps to their owners.

    Only the service key is above that, as in the real one.
    """

    def __init__(self, users: dict[str, str], service_key: str, port: int = 0) -> None:
        super().__init__(port)
        self.users = users
        self.service_key = service_key
        self.rows: list[dict[str, Any]] = []

    def answer(self, path: str, authorization: str, body: object) -> Reply:
        token = authorization.removeprefix('Bearer ')
        user = self.users.get(token)
        if urllib.parse.urlsplit(path).path == '/rest/v1/memories' and isinstance(body, dict):
            return self._insert(body, token == self.service_key or (user is not None and user == body['user_id']))
        return Reply(200, {'id': user, 'aud': 'authenticated'}) if user else Reply(401, {'message': 'invalid JWT'})

    def _insert(self, row: dict[str, Any], allowed: bool) -> Reply:
        if not allowed:
            return Reply(403, {'message': 'new row violates row-level security policy'})
        self.rows.append(row)
        return Reply(201, None)


class Socket:
    """A web socket of a page at `origin`; as RFC 6455, for texts of less than 126 bytes."""

    def __init__(self, base: str, path: str, origin: str, protocols: str = '') -> None:
        url = urllib.parse.urlsplit(base)
        self._socket = socket.create_connection((url.hostname, url.port), PATIENCE)
        lines = [f'GET {path} HTTP/1.1', f'Host: {url.netloc}', f'Origin: {origin}', 'Sec-WebSocket-Version: 13']
        lines += ['Connection: Upgrade', 'Upgrade: websocket']
        lines += [f'Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}']
        lines += [f'Sec-WebSocket-Protocol: {protocols}'] if protocols else []
        self._socket.sendall('\r\n'.join((*lines, '', '')).encode())
        self._file = self._socket.makefile('rb')
        self.status = int(self._file.readline().split()[1])
        self.headers = list(iter(self._file.readline, b'\r\n'))

    def ask(self, text: str) -> str:
        """The answer to `text`; in place of a socket that was refused, the refusal."""
        if self.status != 101:
            (length,) = (int(line.split()[1]) for line in self.headers if line.lower().startswith(b'content-length'))
            return self._file.read(length).decode()
        # masked with zeros, which change nothing
        self._socket.sendall(bytes((0x81, 0x80 | len(text), 0, 0, 0, 0)) + text.encode())
        _, length = self._file.read(2)
        return self._file.read(length).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    bystander: Bystander


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers['content-length']))))

    def _answer(self, body: object) -> None:
        assert isinstance(self.server, _Listener)
        reply = self.server.bystander.answer(self.path, self.headers.get('authorization', ''), body)
        data = b'' if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Tests read what comes back."""
