"""The careful agent under real deno: it serves those who may, and needs what its flags grant.

What it refuses is in `agent_attacks_test`.
"""

from __future__ import annotations

from collections.abc import Iterator

import agents
import pytest
from agents import ADMIN
from agents import CALLER
from agents import EVE
from agents import Agent
from agents import chat
from agents import tell
from agents import write_note
from bystanders import Socket
from examples_test import environment
from model_server import ToolCall

__all__ = ('environment',)  # the fixture

# it listens where its flags say: one process starts it
pytestmark = pytest.mark.xdist_group('agents')


LAMP = '{"id":1,"customer":"ada","item":"lamp","price":40}'


@pytest.fixture(scope='module')
def started(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with agents.careful_agent(tmp_path_factory.mktemp('careful'), environment) as agent:
        yield agent


@pytest.fixture
def agent(started: Agent) -> Agent:
    started.model.calls.clear()
    started.model.replies.clear()
    return started


@pytest.mark.parametrize(
    ('call', 'told'),
    (
        (ToolCall('evaluate', {'formula': '6 * 7'}), '42'),
        (ToolCall('find_orders', {'item': 'lamp', 'most': '50'}), f'[{LAMP}]'),
        (ToolCall('find_orders', {'item': 'lamp', 'most': '30'}), '[]'),
        (ToolCall('read_note', {'name': 'hours.md'}), 'The shop opens at nine and closes at six.\n'),
        (ToolCall('write_note', {'name': 'new.md', 'text': 'new'}), 'written'),
        (ToolCall('archive_note', {'name': 'hours.md'}), 'archived'),
        (ToolCall('run_script', {'code': 'postMessage(6 * 7)'}), '42'),
        (ToolCall('run_script', {'code': 'for (;;);'}), 'the tool could not do that'),
        (ToolCall('find_orders', {'item': 'lamp', 'most': 'all'}), 'the tool could not do that'),
        (ToolCall('write_note', {'name': 'new.md'}), 'the tool could not do that'),
    ),
)
def test_tools_do_what_they_are_for(call: ToolCall, told: str, agent: Agent) -> None:
    assert agent.call(call.name, **call.arguments) == told
    assert len(agent.model.answered) == 2


def test_files_are_where_they_belong(agent: Agent) -> None:
    agent.call('write_note', name='new.md', text='new')
    assert agent.ask('/api/archive', {'name': 'new.md'}).text == 'archived'
    assert (agent.main.folder / 'notes/new.md').read_text() == 'new'
    assert b'new.md' in (agent.main.folder / 'data/notes.tar').read_bytes()


def test_what_callers_get(agent: Agent) -> None:
    assert agent.ask('/notes/hours.md').text.startswith('The shop opens')
    assert agent.ask('/notes', word='hours').text.endswith('<ul><li>hours.md</li></ul>')
    assert [order['item'] for order in agent.ask('/orders', customer='bob').json] == ['desk']
    assert agent.ask('/api/preferences', {'user': 'ada', 'language': 'fr'}).status == 204
    assert agent.ask('/api/preferences', user='ada').json == {'language': 'fr'}
    assert agent.ask('/api/complete', {'prompt': 'hello', 'tier': 'large'}).json == {'answer': 'hello'}


def test_callers_choose_a_persona_by_name(agent: Agent) -> None:
    agent.ask('/api/ask', {'question': 'hello', 'persona': 'buyer'})
    (call,) = agent.model.answered
    assert call.said_by('system')[0].startswith('You buy for a small shop.')
    assert call.said_by('user') == ['hello']
    assert call.body['max_tokens'] == 600


def test_the_digest_has_a_token_of_its_own(agent: Agent) -> None:
    assert tell(agent.main, '/admin/digest', {}, authorization=f'Bearer {CALLER}').status == 401
    assert agent.model.calls == []
    assert 'digest' in tell(agent.main, '/admin/digest', {}, authorization=f'Bearer {ADMIN}').json


def test_a_page_of_ours_opens_a_socket(agent: Agent) -> None:
    with chat(agent, agent.main.service.base) as socket:
        assert socket.ask('hello') == 'hello'


@pytest.mark.parametrize('protocols', ('', 'desk', f'desk, bearer.{CALLER}x', 'desk, bearer.'))
def test_a_socket_takes_a_token(protocols: str, agent: Agent) -> None:
    with Socket(agent.main.service.base, '/chat', agent.main.service.base, protocols) as socket:
        assert 'not authorised' in socket.ask('hello')
    assert agent.model.calls == []


def test_assistants_write_notes(agent: Agent) -> None:
    answer = write_note(agent, 'theirs.md', authorization=f'Bearer {CALLER}')
    assert answer.json['result'] == {'content': [{'type': 'text', 'text': 'written'}]}
    assert (agent.mcp.folder / 'notes/theirs.md').exists()


@pytest.mark.parametrize('name', ('../marker', 'x' * 81))
def test_assistants_stay_within_the_notes(name: str, agent: Agent) -> None:
    assert write_note(agent, name, authorization=f'Bearer {CALLER}').json['result']['isError']
    assert not (agent.mcp.folder / 'marker').exists()


def test_assistants_name_this_machine(agent: Agent) -> None:
    """A page whose name was pointed at this machine sends its own."""
    answer = write_note(agent, 'rebound.md', authorization=f'Bearer {CALLER}', host='elsewhere.example')
    assert (answer.status, answer.text) == (403, 'not for this host')
    assert not (agent.mcp.folder / 'notes/rebound.md').exists()


def test_customers_are_remembered_by_their_token(agent: Agent) -> None:
    agent.supabase.rows.clear()
    assert tell(agent.remember, '/', {'note': 'likes lamps'}, authorization=f'Bearer {EVE}').status == 204
    assert tell(agent.remember, '/', {'note': 'likes lamps'}, authorization='Bearer eve').status == 401
    assert agent.supabase.rows == [{'user_id': 'eve', 'note': 'likes lamps'}]


def test_its_flags_suffice(agent: Agent) -> None:
    """The tests above used all that they grant, or would find what is missing here."""
    outputs = [part.service.output for part in (agent.main, agent.mcp, agent.remember)]
    assert all(outputs)
    assert 'NotCapable' not in ''.join(outputs)
