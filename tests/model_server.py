"""A model API on loopback, as OpenAI's clients expect it.

It keeps the calls it got and answers from a list that the test wrote, so that a test
can be the model: say what it likes and call the tools it likes.  Without a list it
repeats the last message.  Streaming is refused.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from typing import Any
from typing import NamedTuple
from typing import Self

DIMENSIONS = 8
WORD = 4  # what a token is worth here, in characters


class Call(NamedTuple):
    """A request: where to, with which key, saying what."""

    path: str
    key: str
    body: dict[str, Any]

    @property
    def told(self) -> list[str]:
        """What this request reports of the tools' results."""
        return self.said_by('tool')

    def said_by(self, role: str) -> list[str]:
        """The messages of a role: what the model is made to believe stands under `system`."""
        return [m['content'] for m in self.body.get('messages', ()) if m['role'] == role]


class ToolCall(NamedTuple):
    """A reply of the model that asks for a tool."""

    name: str
    arguments: dict[str, str]


Reply = str | ToolCall


class ModelServer:
    """Serves `/v1/chat/completions` and `/v1/embeddings` while the context lasts.

    A key other than `key` gets 401; its calls are kept all the same.  Raises OSError if `port` is
    taken; port 0 takes a free one.
    """

    def __init__(self, key: str, replies: Iterable[Reply] = (), port: int = 0) -> None:
        self.key = key
        self.replies = list(replies)
        self.calls: list[Call] = []
        self._http = _Listener(('127.0.0.1', port), _Handler)
        self._http.model = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def base_url(self) -> str:
        return f'http://127.0.0.1:{self._http.server_port}/v1'

    @property
    def answered(self) -> list[Call]:
        """The calls that had the right key: those that somebody pays for."""
        return [call for call in self.calls if call.key == self.key]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, call: Call) -> tuple[int, dict[str, Any]]:
        """Status and body; the call is counted whatever becomes of it."""
        self.calls.append(call)
        if call.key != self.key:
            return 401, _error('Incorrect API key provided')
        if call.body.get('stream'):
            return 400, _error('streaming is off')
        match call.path:
            case '/v1/chat/completions':
                return 200, self._complete(call.body)
            case '/v1/embeddings':
                return 200, _embed(call.body)
        return 404, _error('no such path')

    def _complete(self, body: dict[str, Any]) -> dict[str, Any]:
        said = body['messages'][-1]['content']
        reply = self.replies.pop(0) if self.replies else said
        return {
            'object': 'chat.completion',
            'model': body['model'],
            'choices': [{'index': 0, **_choice(reply, len(self.calls))}],
            'usage': _usage(len(said) // WORD, len(str(reply)) // WORD),
        }


def _choice(reply: Reply, number: int) -> dict[str, Any]:
    if isinstance(reply, str):
        return {'finish_reason': 'stop', 'message': {'role': 'assistant', 'content': reply}}
    function = {'name': reply.name, 'arguments': json.dumps(reply.arguments)}
    calls = [{'id': f'call_{number}', 'type': 'function', 'function': function}]
    return {'finish_reason': 'tool_calls', 'message': {'role': 'assistant', 'content': None, 'tool_calls': calls}}


def _embed(body: dict[str, Any]) -> dict[str, Any]:
    texts = [body['input']] if isinstance(body['input'], str) else body['input']
    data = [{'object': 'embedding', 'index': i, 'embedding': _vector(text)} for i, text in enumerate(texts)]
    return {'object': 'list', 'model': body['model'], 'data': data, 'usage': _usage(len(texts), 0)}


def _vector(text: str) -> list[float]:
    """Equal texts, equal vectors; no likeness beyond that."""
    return [byte / 255 for byte in hashlib.sha256(text.encode()).digest()[:DIMENSIONS]]


def _usage(prompt: int, completion: int) -> dict[str, int]:
    return {'prompt_tokens': prompt, 'completion_tokens': completion, 'total_tokens': prompt + completion}


def _error(message: str) -> dict[str, Any]:
    return {'error': {'message': message, 'type': 'invalid_request_error'}}


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    model: ModelServer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, _Listener)
        body = json.loads(self.rfile.read(int(self.headers['content-length'])))
        key = self.headers.get('authorization', '').removeprefix('Bearer ')
        status, answer = self.server.model.answer(Call(self.path, key, body))
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Tests read what the service prints; this server says nothing."""
