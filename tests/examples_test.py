"""The examples under real deno, each started by a task of its own deno.json.

A test plays the model (see `model_server`), so nothing here needs more network than loopback.
The careful example's flags name its ports, hence they must be free; tests that use them wait for each other.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import NamedTuple

import pytest
from model_server import Call
from model_server import ModelServer
from model_server import Reply
from model_server import ToolCall

EXAMPLES = Path(__file__).parents[1] / 'examples'
NOWHERE = 'http://127.0.0.1:9/'  # the discard port: registries that answer nothing
PATIENCE = 20.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
KEY = 'model-' + 'k1' * 12
TOKEN = 'caller-' + 't2' * 16

Words = list[str]


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def send(request: urllib.request.Request) -> Answer:
    """Ask without any proxy; an answer is an answer, whatever its status."""
    try:
        response = DIRECT.open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as e:
        response = e
    with response:
        return Answer(response.status, response.read().decode(), dict(response.headers))


class Service:
    """A started example: ask it, and read what it printed."""

    def __init__(self, port: int, printed: Path) -> None:
        self.base = f'http://127.0.0.1:{port}'
        self._printed = printed

    @property
    def output(self) -> str:
        return self._printed.read_text()

    def get(self, path: str) -> Answer:
        return send(urllib.request.Request(self.base + path))

    def post(self, body: object, authorization: str | None = None) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if authorization is None else {'authorization': authorization}
        return send(urllib.request.Request(f'{self.base}/api/chat', data, headers))

    def ask(self, message: str, **more: str) -> Answer:
        """A question of somebody who holds the token."""
        return self.post({'message': message, **more}, f'Bearer {TOKEN}')


@pytest.fixture(scope='session')
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What every deno here gets: its own cache, and registries out of reach."""
    folder = tmp_path_factory.mktemp('deno')
    return {
        'PATH': os.pathsep.join((f'{sys.prefix}/bin', os.environ['PATH'])),
        'HOME': str(folder),
        'DENO_DIR': str(folder),
        'DENO_NO_UPDATE_CHECK': '1',
        'JSR_URL': NOWHERE,
        'NPM_CONFIG_REGISTRY': NOWHERE,
        'NO_COLOR': '1',
    }


@pytest.fixture
def careful(tmp_path: Path) -> Path:
    """A copy, for running leaves files behind."""
    return Path(shutil.copytree(EXAMPLES / 'careful-chat', tmp_path / 'careful-chat'))


@pytest.fixture
def careless(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / 'careless-chat', tmp_path / 'careless-chat'))


def task(example: str, name: str) -> Words:
    declared = json.loads((EXAMPLES / example / 'deno.json').read_text())['tasks'][name]
    return shlex.split(declared if isinstance(declared, str) else declared['command'])


def grants(words: Sequence[str]) -> set[tuple[str, str]]:
    """Every item of every `--allow-KIND=` of a command line."""
    lists = (word.removeprefix('--allow-').partition('=') for word in words if word.startswith('--allow-'))
    return {(kind, item) for kind, _, items in lists for item in items.split(',')}


def without(words: Words, kind: str, item: str) -> Words:
    """The command line less one item; less the flag if that was its last."""
    flag = f'--allow-{kind}='
    found = next(word for word in words if word.startswith(flag))
    rest = [each for each in found.removeprefix(flag).split(',') if each != item]
    shorter = [flag + ','.join(rest)] if rest else []
    at = words.index(found)
    return words[:at] + shorter + words[at + 1 :]


def ports(name: str) -> tuple[int, int]:
    """Where a careful task listens, and where it expects a model on this machine."""
    local = [item for kind, item in grants(task('careful-chat', name)) if item.startswith('127.0.0.1:')]
    numbers = {int(item.rpartition(':')[2]) for item in local}
    (own,) = map(int, re.findall(r'const PORT = (\d+)', (EXAMPLES / 'careful-chat/main.ts').read_text()))
    (model,) = numbers - {own} or {0}
    return own, model


def free_port() -> int:
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return int(listener.getsockname()[1])


def need(port: int) -> None:
    """Fail, with the reason, when something else listens on a port that a flag names."""
    try:
        socket.create_server(('127.0.0.1', port)).close()
    except OSError as e:
        pytest.fail(f'this test needs port {port} of 127.0.0.1, which is taken: {e}')


@contextmanager
def alone() -> Iterator[None]:
    """Hold the fixed ports against the same tests in other processes."""
    path = Path(tempfile.gettempdir()) / f'deno-ai-hooks-examples-{os.getuid()}.lock'
    with path.open('a') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running(command: Words, folder: Path, port: int, environment: dict[str, str]) -> Iterator[Service]:
    """Start `command` and wait until it listens or has given up."""
    need(port)
    printed = folder.parent / 'printed'
    with printed.open('wb') as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(process, port, printed)
        yield Service(port, printed)
    finally:
        stop(process)


def wait_for(process: subprocess.Popen[bytes], port: int, printed: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(('127.0.0.1', port)) == 0:
                return
        if time.monotonic() > deadline:
            pytest.fail(f'no service on port {port} after {PATIENCE:.0f} s:\n{printed.read_text()}')
        time.sleep(0.02)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process with those it started: a task is deno under deno."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)


# The careful example


@contextmanager
def careful_chat(
    folder: Path,
    environment: dict[str, str],
    replies: Sequence[Reply] = (),
    command: Words | None = None,
    variables: dict[str, str] | None = None,
) -> Iterator[tuple[Service, ModelServer]]:
    """The service of task `local`, unless `command` says otherwise, beside a model where its flags allow one."""
    own, model_port = ports('local')
    with alone():
        need(model_port)
        with ModelServer(KEY, replies, model_port) as model:
            secrets = {'CHAT_TOKEN': TOKEN, 'OPENAI_API_KEY': KEY, 'OPENAI_BASE_URL': model.base_url}
            chosen = {**environment, **secrets, **(variables or {})}
            with running(command or ['deno', 'task', 'local'], folder, own, chosen) as service:
                yield service, model


def use_everything(service: Service) -> None:
    """Every part of the service that a permission serves; a part that fails shows in its output."""
    try:
        service.get('/')
        service.get('/chat.js')
        service.ask('hello')
    except OSError:
        assert 'NotCapable' in service.output


def refused(kind: str, item: str) -> re.Pattern[str]:
    return re.compile(rf'NotCapable: Requires {kind} access to \W*{re.escape(item)}')


def test_careful_runs_with_its_declared_flags(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment, [ToolCall('calculate', {'expression': '6 * 7'}), 'It is 42.']) as (
        service,
        model,
    ):
        page, script = service.get('/'), service.get('/chat.js')
        answer = service.ask('What is 6 * 7?')
    assert (page.status, script.status, answer.status) == (200, 200, 200)
    assert answer.json['reply'] == 'It is 42.'
    assert model.calls[-1].told == ['42']
    assert len(model.answered) == 2
    assert 'NotCapable' not in service.output


@pytest.mark.parametrize(('kind', 'item'), sorted(grants(task('careful-chat', 'local'))))
def test_careful_needs_each_permission(kind: str, item: str, careful: Path, environment: dict[str, str]) -> None:
    # the manual is asked for only while it is out of reach: tests use no network
    replies = [ToolCall('read_page', {'page': 'permissions'})] if item == 'docs.deno.com:443' else []
    command = without(task('careful-chat', 'local'), kind, item)
    with careful_chat(careful, environment, replies, command) as (service, _):
        use_everything(service)
        assert refused(kind, item).search(service.output), service.output


def test_careful_needs_the_model_it_names(careful: Path, environment: dict[str, str]) -> None:
    """Task `start` differs from `local` in the model alone, and needs that one."""
    public, local = ('net', 'api.openai.com:443'), ('net', f'127.0.0.1:{ports("local")[1]}')
    start = task('careful-chat', 'start')
    assert grants(start) ^ grants(task('careful-chat', 'local')) == {public, local}
    variables = {**environment, 'CHAT_TOKEN': TOKEN, 'OPENAI_API_KEY': KEY}
    with alone(), running(without(start, *public), careful, ports('start')[0], variables) as service:
        assert service.ask('hello').status == 500
        assert refused(*public).search(service.output), service.output


def test_careful_container_runs_the_start_task() -> None:
    dockerfile = (EXAMPLES / 'careful-chat/Dockerfile').read_text()
    (words,) = re.findall(r'^CMD (\[.*\])$', dockerfile, re.MULTILINE)
    inside = [word.replace('127.0.0.1', '0.0.0.0') for word in task('careful-chat', 'start')]
    assert ['deno', *json.loads(words)] == inside


def test_careful_refuses_strangers(careful: Path, environment: dict[str, str]) -> None:
    offers = (None, '', 'Bearer', 'Bearer undefined', TOKEN, f'Bearer {TOKEN}x', f'Bearer {KEY}')
    with careful_chat(careful, environment) as (service, model):
        answers = [service.post({'message': 'hello'}, offer) for offer in offers]
    assert [answer.status for answer in answers] == [401] * len(offers)
    assert model.calls == []


def test_careful_goes_on_with_a_conversation(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment, ['Hello, Ada.', 'Ada.']) as (service, model):
        first = service.ask('I am Ada.').json
        service.ask('Who am I?', conversation=first['conversation'])
        service.ask('Who am I?')
    turns = [[message['content'] for message in call.body['messages'][1:]] for call in model.calls]
    assert turns == [['I am Ada.'], ['I am Ada.', 'Hello, Ada.', 'Who am I?'], ['Who am I?']]


@pytest.mark.parametrize(
    ('call', 'told'),
    (
        (ToolCall('run_command', {'command': 'id'}), 'there is no such tool'),
        (ToolCall('read_page', {'page': 'http://127.0.0.1/'}), 'there is no such page'),
        (ToolCall('calculate', {'expression': 'Deno.exit()'}), 'the tool could not do that'),
        (ToolCall('calculate', {}), 'the tool could not do that'),
    ),
)
def test_careful_cages_the_model(call: ToolCall, told: str, careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment, [call, 'done']) as (service, model):
        assert service.ask('hello').json['reply'] == 'done'
    assert model.calls[-1].told == [told]


def test_careful_bounds_the_turns(careful: Path, environment: dict[str, str]) -> None:
    again = [ToolCall('calculate', {'expression': '1'})] * 50
    with careful_chat(careful, environment, again) as (service, model):
        assert service.ask('hello').status == 500
    assert len(model.calls) == 4
    assert all(call.body['max_tokens'] <= 600 for call in model.calls)


@pytest.mark.parametrize(
    ('body', 'status'),
    (
        (b'{', 400),
        ([], 400),
        ({}, 400),
        ({'message': ' '}, 400),
        ({'message': 'hello', 'conversation': '../deno'}, 400),
        ({'message': 'hello', 'conversation': 1}, 400),
        ({'message': 'x' * 4_001}, 413),
        (b'"' + b'x' * 20_000 + b'"', 413),
    ),
)
def test_careful_checks_its_input(body: object, status: int, careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment) as (service, model):
        assert service.post(body, f'Bearer {TOKEN}').status == status
    assert model.calls == []


def test_careful_limits_the_rate(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment) as (service, model):
        statuses = [service.ask('hello').status for _ in range(33)]
    assert statuses == [200] * 30 + [429] * 3
    assert len(model.calls) == 30


def test_careful_keeps_secrets_and_prompts_out_of_its_log(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment, ['the reply']) as (service, _):
        service.ask('the question')
        service.post({'message': 'the question'}, f'Bearer {TOKEN}x')
        events = [json.loads(line) for line in service.output.splitlines() if line.startswith('{')]
        for secret in (KEY, TOKEN, 'the question', 'the reply'):
            assert secret not in service.output
    assert [event['event'] for event in events] == ['listening', 'model call', 'request', 'request']
    assert events[1]['tokens'] > 0


def test_careful_keeps_causes_to_itself(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment, variables={'OPENAI_API_KEY': 'wrong'}) as (service, _):
        answer = service.ask('hello')
        assert answer.status == 500
        assert answer.json.keys() == {'error', 'id'}
        assert answer.json['error'] == 'internal error'
        (cause,) = (line for line in service.output.splitlines() if answer.json['id'] in line)
    assert 'the model API answered 401' in cause


def test_careful_page_shows_text(careful: Path, environment: dict[str, str]) -> None:
    with careful_chat(careful, environment) as (service, _):
        page, script = service.get('/'), service.get('/chat.js').text
        assert service.get('/deno.json').status == 404
    assert "script-src 'self'" in page.headers['content-security-policy']
    assert 'textContent' in script
    assert 'innerHTML' not in script


@pytest.mark.parametrize(
    ('variables', 'reason'),
    (
        ({'CHAT_TOKEN': ''}, 'CHAT_TOKEN is not set'),
        ({'CHAT_TOKEN': 'short'}, 'CHAT_TOKEN is shorter than 32'),
        ({'OPENAI_API_KEY': ''}, 'OPENAI_API_KEY is not set'),
        ({'OPENAI_BASE_URL': 'http://models.careless-chat-demo.net/v1'}, 'OPENAI_BASE_URL must use https'),
        ({'OPENAI_BASE_URL': 'http://127.0.0.1.careless-chat-demo.net/'}, 'OPENAI_BASE_URL must use https'),
    ),
)
def test_careful_does_not_start_half_configured(
    variables: dict[str, str], reason: str, careful: Path, environment: dict[str, str]
) -> None:
    with careful_chat(careful, environment, variables=variables) as (service, _):
        with pytest.raises(urllib.error.URLError):
            service.get('/')
        assert reason in service.output


# The careless example


@contextmanager
def careless_chat(
    folder: Path, environment: dict[str, str], replies: Sequence[Reply] = (), name: str = 'start', key: str = KEY
) -> Iterator[tuple[Service, ModelServer]]:
    port = free_port()
    with ModelServer(KEY, replies) as model:
        # without HOST it would listen on every interface, with a shell for its callers
        chosen = {'HOST': '127.0.0.1', 'PORT': str(port), 'OPENAI_BASE_URL': model.base_url}
        secrets = {'OPENAI_API_KEY': key} if key else {}
        with running(['deno', 'task', name], folder, port, {**environment, **chosen, **secrets}) as service:
            yield service, model


@pytest.mark.parametrize('name', ('start', 'dev'))
def test_careless_lets_anyone_spend_the_key(name: str, careless: Path, environment: dict[str, str]) -> None:
    with careless_chat(careless, environment, ['You are welcome.'], name) as (service, model):
        answer = service.post({'message': 'hello'})
        assert service.get('/').status == 200
    assert (answer.status, answer.json['reply']) == (200, 'You are welcome.')
    assert [call.path for call in model.answered] == ['/v1/chat/completions']


@pytest.mark.parametrize(
    ('call', 'told'),
    (
        (ToolCall('run_command', {'command': 'echo $((6 * 7))'}), '42\n'),
        (ToolCall('calculate', {'expression': 'Deno.env.get("OPENAI_API_KEY")'}), KEY),
        (ToolCall('fetch_page', {'url': 'data:,any%20address'}), 'any address'),
    ),
)
def test_careless_does_what_the_model_says(
    call: ToolCall, told: str, careless: Path, environment: dict[str, str]
) -> None:
    with careless_chat(careless, environment, [call, 'done']) as (service, model):
        service.post({'message': 'hello'})
    assert model.calls[-1].told == [told]


def test_careless_tells_its_key(careless: Path, environment: dict[str, str]) -> None:
    with careless_chat(careless, environment) as (service, _):
        assert service.get('/api/config').json['apiKey'] == KEY
        service.post({'message': 'the question'})
        assert KEY in service.output
        assert 'the question' in service.output


def test_careless_falls_back_on_a_literal_key(careless: Path, environment: dict[str, str]) -> None:
    with careless_chat(careless, environment, key='') as (service, model):
        service.post({'message': 'hello'})
    assert [call.key for call in model.calls] == ['dev-key-please-change']
    assert model.answered == []


def test_careless_tells_callers_where_it_failed(careless: Path, environment: dict[str, str]) -> None:
    with careless_chat(careless, environment) as (service, _):
        answer = service.post(b'{')
    assert answer.status == 500
    assert re.search(r'at .*main\.ts:\d+', answer.text)


def test_careless_serves_markup_of_the_model(careless: Path, environment: dict[str, str]) -> None:
    markup = '<img src=x onerror=alert(1)>'
    with careless_chat(careless, environment, [markup]) as (service, _):
        service.post({'message': 'hello'})
        transcript = service.get('/transcript')
        assert 'innerHTML' in service.get('/chat.js').text
    assert transcript.headers['content-type'] == 'text/html'
    assert markup in transcript.text


def test_careless_takes_paths_from_callers(careless: Path, environment: dict[str, str]) -> None:
    with careless_chat(careless, environment) as (service, _):
        assert 'tasks' in service.get('/..%2fdeno.json').json
        service.post({'message': 'hello', 'conversation': '../escaped'})
    assert (careless / 'escaped.json').exists()


# Both


@pytest.mark.parametrize(
    ('example', 'command'),
    (
        ('careful-chat', 'deno fmt --check'),
        ('careful-chat', 'deno lint'),
        ('careful-chat', 'deno check'),
        ('careful-chat', 'deno task test'),
        ('careless-chat', 'deno fmt --check'),
        # its script needs packages, which the service does not
        ('careless-chat', 'deno check main.ts'),
    ),
)
def test_example_is_in_order(example: str, command: str, tmp_path: Path, environment: dict[str, str]) -> None:
    folder = shutil.copytree(EXAMPLES / example, tmp_path / example)
    result = subprocess.run(command.split(), cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


# The model


def post(model: ModelServer, path: str, body: object, key: str = KEY) -> Answer:
    headers = {'authorization': f'Bearer {key}'}
    return send(urllib.request.Request(model.base_url + path, json.dumps(body).encode(), headers))


def test_model_server_checks_keys_and_counts_calls() -> None:
    body = {'model': 'm', 'messages': [{'role': 'user', 'content': 'hello'}]}
    with ModelServer(KEY) as model:
        right, wrong = post(model, '/chat/completions', body), post(model, '/chat/completions', body, key='')
        streamed = post(model, '/chat/completions', {**body, 'stream': True})
    assert right.json['choices'][0]['message'] == {'role': 'assistant', 'content': 'hello'}
    assert (right.status, wrong.status, streamed.status) == (200, 401, 400)
    assert model.calls[:2] == [Call('/v1/chat/completions', KEY, body), Call('/v1/chat/completions', '', body)]
    assert len(model.answered) == 2


def test_model_server_embeds() -> None:
    with ModelServer(KEY) as model:
        data = post(model, '/embeddings', {'model': 'm', 'input': ['a', 'b', 'a']}).json['data']
        assert post(model, '/models', {}).status == 404
    first, second, third = (each['embedding'] for each in data)
    assert first == third != second
    assert all(0 <= number <= 1 for number in first)
