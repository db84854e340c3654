"""What the careful agent needs to start and to serve under real deno: each permission of its flags, each token.

Every test starts it anew, where its flags say; so nothing here may hold it started.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.error
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import agents
import pytest
from agents import CALLER
from agents import EVE
from agents import Agent
from agents import Part
from agents import tell
from agents import write_note
from examples_test import EXAMPLES
from examples_test import environment
from examples_test import grants
from examples_test import task
from examples_test import without

__all__ = ('environment',)  # the fixture

pytestmark = pytest.mark.xdist_group('agents')

EXAMPLE = EXAMPLES / 'careful-agent'
SITE = 'docs.deno.com:443'


def use_the_agent(agent: Agent) -> Part:
    agent.ask('/notes/hours.md')
    tell(agent.main, '/islands/Ask.tsx')
    agent.call('write_note', name='new.md', text='new')
    agent.call('archive_note', name='hours.md')
    return agent.main


def fetch_a_page(agent: Agent) -> Part:
    """Asked for only while it is out of reach: tests use no network."""
    agent.call('fetch_page', url='https://docs.deno.com/')
    return agent.main


def use_the_notes(agent: Agent) -> Part:
    write_note(agent, 'theirs.md', authorization=f'Bearer {CALLER}')
    return agent.mcp


def use_the_function(agent: Agent) -> Part:
    tell(agent.remember, '/', {'note': 'likes lamps'}, authorization=f'Bearer {EVE}')
    return agent.remember


USES: dict[str, Callable[[Agent], Part]] = {
    'local': use_the_agent,
    'mcp': use_the_notes,
    'remember': use_the_function,
}
NEEDS = [(name, *grant) for name in USES for grant in sorted(grants(task('careful-agent', name)))]


def output(agent: Agent, name: str) -> str:
    """What a part prints while it is used; one that does not start prints why."""
    part = dict(zip(USES, (agent.main, agent.mcp, agent.remember), strict=True))[name]
    return part.service.output


@pytest.mark.parametrize(('name', 'kind', 'item'), NEEDS)
def test_each_permission_is_needed(
    name: str, kind: str, item: str, environment: dict[str, str], tmp_path: Path
) -> None:
    command = ['env', *without(task('careful-agent', name), kind, item)]
    use = fetch_a_page if item == SITE else USES[name]
    with agents.careful_agent(tmp_path, environment, **{name: command}) as agent:
        # without some it does not start, or has no answer
        with suppress(OSError, IndexError):
            use(agent)
        # folders are asked for by what is in them
        wanted = re.escape(item.removeprefix('./'))
        assert re.search(rf'NotCapable: Requires {kind} access to .*{wanted}', output(agent, name))


@pytest.mark.parametrize(
    ('variables', 'reason'),
    (
        ({'AGENT_TOKEN': ''}, 'AGENT_TOKEN is not set'),
        ({'AGENT_TOKEN': 'short'}, 'AGENT_TOKEN is shorter than 32'),
        ({'ADMIN_TOKEN': ''}, 'ADMIN_TOKEN is not set'),
        ({'OPENAI_API_KEY': ''}, 'OPENAI_API_KEY is not set'),
        ({'OPENAI_BASE_URL': 'http://models.careless-agent-demo.net/v1'}, 'OPENAI_BASE_URL must use https'),
    ),
)
def test_it_does_not_start_half_configured(
    variables: dict[str, str], reason: str, environment: dict[str, str], tmp_path: Path
) -> None:
    whole = {'AGENT_TOKEN': CALLER, 'ADMIN_TOKEN': CALLER, 'OPENAI_API_KEY': 'k', **environment}
    with agents.alone():
        found = {**whole, **variables}
        with agents.part('careful-agent', task('careful-agent', 'start'), agents.own('start'), tmp_path, found) as part:
            with pytest.raises(urllib.error.URLError):
                tell(part, '/')
            assert reason in part.service.output


def test_start_differs_in_the_model_alone() -> None:
    public, here = ('net', 'api.openai.com:443'), ('net', f'127.0.0.1:{agents.neighbour("local")}')
    assert grants(task('careful-agent', 'start')) ^ grants(task('careful-agent', 'local')) == {public, here}


def test_the_container_runs_the_start_task() -> None:
    (words,) = re.findall(r'^CMD (\[.*\])$', (EXAMPLE / 'Dockerfile').read_text(), re.MULTILINE)
    inside = [word.replace('127.0.0.1', '0.0.0.0') for word in task('careful-agent', 'start')]
    assert ['deno', *json.loads(words)] == inside


@pytest.mark.parametrize(
    ('example', 'command'),
    (
        ('careful-agent', 'deno fmt --check'),
        ('careful-agent', 'deno lint'),
        ('careful-agent', 'deno check main.ts mcp.ts supabase'),
        ('careful-agent', 'deno task test'),
        ('careless-agent', 'deno fmt --check'),
        ('careless-agent', 'deno check main.ts mcp.ts supabase'),
    ),
)
def test_an_agent_is_in_order(example: str, command: str, tmp_path: Path, environment: dict[str, str]) -> None:
    """The islands are a matter for Fresh: to check them takes its packages."""
    folder = EXAMPLES / example if 'fmt' in command else agents.copy(example, tmp_path)
    result = subprocess.run(command.split(), cwd=folder, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


# it judges by advisories, which are fetched first
DATA = 'audited-dependencies'


def test_the_hooks_are_silent(tmp_path: Path) -> None:
    """Here, and where no folder says that it is an example."""
    elsewhere = shutil.copytree(EXAMPLE, tmp_path / 'agent')
    for folder in (EXAMPLE, elsewhere):
        command = [sys.executable, '-m', 'deno_ai_hooks', 'check', '--no-config', '--skip', DATA, str(folder)]
        result = subprocess.run(command, capture_output=True, text=True)
        assert (result.returncode, result.stdout) == (0, ''), result.stdout + result.stderr
