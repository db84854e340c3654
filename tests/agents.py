"""The example agents under real deno: how they are started, asked and told from their README.

Packages are replaced by stand-ins, so that nothing needs more network than loopback; `WITH_PACKAGES=1` keeps the
packages, which takes a registry.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import ExitStack
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bystanders import Socket
from bystanders import Supabase
from examples_test import EXAMPLES
from examples_test import KEY
from examples_test import Answer
from examples_test import Service
from examples_test import Words
from examples_test import free_port
from examples_test import running
from examples_test import send
from examples_test import task
from model_server import ModelServer
from model_server import Reply
from model_server import ToolCall

STANDINS = Path(__file__).parent / 'standins'
PACKAGES = {
    '@modelcontextprotocol/sdk/server/mcp.js': './standins/mcp.ts',
    '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js': './standins/mcp.ts',
    '@supabase/supabase-js': './standins/supabase.ts',
    'zod': './standins/zod.ts',
}
WITH_PACKAGES = bool(os.environ.get('WITH_PACKAGES'))
CALLER = 'caller-' + 'c3' * 16
ADMIN = 'admin-' + 'a4' * 16
STOCK = 'stock-' + 's5' * 16
SERVICE = 'service-' + 'r6' * 16
ANON = 'anon-' + 'n7' * 16
EVE = 'eve-' + 'e8' * 16
ROW = re.compile(r'\| ([\w./-]+):(\d+) +\| ([\w-]+) +\| `([^`]+)`: ')


class Part(NamedTuple):
    """What one task of an example started, and the copy that it runs in, for running leaves files behind."""

    service: Service
    folder: Path


class Agent(NamedTuple):
    """A started agent with those it asks, and the token of its rightful callers, if it wants one."""

    main: Part
    mcp: Part
    remember: Part
    model: ModelServer
    supabase: Supabase
    token: str = ''

    @property
    def output(self) -> str:
        return self.main.service.output

    @property
    def marker(self) -> Path:
        """A file that nobody but an attacker writes."""
        return self.main.folder / 'marker'

    def ask(self, path: str, body: object = None, **query: str) -> Answer:
        """A request of somebody who may."""
        headers = {'authorization': f'Bearer {self.token}'} if self.token else {}
        encoded = f'?{urllib.parse.urlencode(query)}' if query else ''
        return tell(self.main, path + encoded, body, **headers)

    def steer(self, *replies: Reply, path: str = '/api/ask') -> Answer:
        """A harmless question, to which the model replies as the attacker likes."""
        self.model.replies[:] = replies
        return self.ask(path, {'question': 'hello'})

    def call(self, tool: str, /, **arguments: str) -> str:
        """What a tool told the model that called it; empty when there is no saying."""
        self.steer(ToolCall(tool, arguments), 'done')
        return ''.join(self.model.calls[-1].told)


class Fault(NamedTuple):
    """A row of what the careless agent's README owns up to; `excerpt` stands in the line."""

    path: str
    line: int
    rule: str
    excerpt: str


def faults() -> list[Fault]:
    readme = (EXAMPLES / 'careless-agent/README.md').read_text()
    return [Fault(path, int(line), rule, excerpt) for path, line, rule, excerpt in ROW.findall(readme)]


def tell(part: Part, path: str, body: object = None, **headers: str) -> Answer:
    """A request that says who is asking only if `headers` do."""
    data = None if body is None else json.dumps(body).encode()
    return send(urllib.request.Request(part.service.base + path, data, headers))


def write_note(agent: Agent, name: str, **headers: str) -> Answer:
    """The tool call of an MCP client."""
    params = {'name': 'write_note', 'arguments': {'name': name, 'text': 'from elsewhere'}}
    call = {'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call', 'params': params}
    accept = {'content-type': 'application/json', 'accept': 'application/json, text/event-stream'}
    return tell(agent.mcp, '/mcp', call, **accept, **headers)


def chat(agent: Agent, origin: str) -> Socket:
    """The socket that a page at `origin` opens, in the browser of somebody who may."""
    protocols = f'desk, bearer.{agent.token}' if agent.token else ''
    return Socket(agent.main.service.base, '/chat', origin, protocols)


def copy(example: str, folder: Path) -> Path:
    """The example with stand-ins in the place of packages."""
    copied = Path(shutil.copytree(EXAMPLES / example, folder / example))
    if not WITH_PACKAGES:
        shutil.copytree(STANDINS, copied / 'standins')
        (copied / 'deno.lock').unlink()
        path = copied / 'deno.json'
        path.write_text(json.dumps({**json.loads(path.read_text()), 'imports': PACKAGES}))
    return copied


@contextmanager
def part(example: str, command: Words, port: int, folder: Path, variables: Mapping[str, str]) -> Iterator[Part]:
    copied = copy(example, folder)
    with running(command, copied, port, dict(variables)) as service:
        yield Part(service, copied)


def around(environment: dict[str, str], model: ModelServer, supabase: Supabase) -> dict[str, str]:
    """What both agents find in their environment: the same keys, whether or not they use them."""
    here = {**os.environ, 'PATH': environment['PATH']} if WITH_PACKAGES else environment
    keys = {'OPENAI_API_KEY': KEY, 'STOCK_TOKEN': STOCK, 'FRESH_PUBLIC_OPENAI_KEY': KEY}
    theirs = {'SUPABASE_URL': supabase.url, 'SUPABASE_SERVICE_ROLE_KEY': SERVICE, 'SUPABASE_ANON_KEY': ANON}
    return {**here, 'OPENAI_BASE_URL': model.base_url, **keys, **theirs}


@contextmanager
def careless_agent(folder: Path, environment: dict[str, str]) -> Iterator[Agent]:
    """Started as by somebody who tries it out: nothing set but keys, and addresses that keep it on this machine."""
    ports = [free_port() for _ in range(3)]
    places = (
        ('start', {'HOST': '127.0.0.1', 'PORT': str(ports[0])}),
        ('mcp', {'HOST': '127.0.0.1', 'MCP_PORT': str(ports[1])}),
        ('remember', {'DENO_SERVE_ADDRESS': f'tcp:127.0.0.1:{ports[2]}'}),
    )
    with ModelServer(KEY) as model, Supabase({EVE: 'eve'}, SERVICE) as supabase, ExitStack() as stack:
        found = around(environment, model, supabase)
        parts = [
            part('careless-agent', ['deno', 'task', name], port, folder / name, {**found, **place})
            for (name, place), port in zip(places, ports, strict=True)
        ]
        main, mcp, remember = map(stack.enter_context, parts)
        yield Agent(main, mcp, remember, model, supabase)


@contextmanager
def careful_agent(folder: Path, environment: dict[str, str], **commands: Words) -> Iterator[Agent]:
    """Started where its flags allow it, for they name its ports and those of what it asks.

    A task of `commands` is started by that command line.
    """
    with (
        alone(),
        ModelServer(KEY, port=neighbour('local')) as model,
        Supabase({EVE: 'eve'}, SERVICE, neighbour('remember')) as supabase,
        ExitStack() as stack,
    ):
        found = {**around(environment, model, supabase), 'AGENT_TOKEN': CALLER, 'ADMIN_TOKEN': ADMIN}
        parts = [
            part('careful-agent', commands.get(name, ['deno', 'task', name]), own(name), folder / name, found)
            for name in ('local', 'mcp', 'remember')
        ]
        main, mcp, remember = map(stack.enter_context, parts)
        yield Agent(main, mcp, remember, model, supabase, CALLER)


def local(name: str) -> list[int]:
    """The ports of this machine that a careful task's flags name: its own, then its neighbour's."""
    (flag,) = (word for word in task('careful-agent', name) if word.startswith('--allow-net='))
    return [int(port) for port in re.findall(r'127\.0\.0\.1:(\d+)', flag)]


def own(name: str) -> int:
    return local(name)[0]


def neighbour(name: str) -> int:
    return local(name)[1]


@contextmanager
def alone() -> Iterator[None]:
    """Hold the fixed ports against the same tests in other processes."""
    path = Path(tempfile.gettempdir()) / f'deno-ai-hooks-agents-{os.getuid()}.lock'
    with path.open('a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
