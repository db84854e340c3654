from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.shell import Shell
from deno_ai_hooks.common.documents.wrappers import unwrap
from deno_ai_hooks.common.text import whole


def unwrapped(code):
    command = list(Shell('x.sh', whole(code.encode())).commands())[-1]
    return unwrap(command)


@pytest.mark.parametrize(
    'before',
    (
        'exec',
        'sudo',
        'sudo -E -u www-data',
        'env',
        'env -i K=v L=w',
        'env -u K -S K=v',
        '/usr/bin/env -S',
        'cross-env K=v',
        'command',
        '/usr/bin/time -f %e',
        'nohup',
        'nice -n 5',
        'timeout 10',
        'timeout -s KILL -k 5 10s',
        'xargs -n 1 -I {}',
        'exec env K=v nohup',
        'find . -name x -exec',
        'docker run --rm -it -v $PWD:/app -p 8000:8000 denoland/deno:2.0.0',
        'docker run --unknown value image',
        'docker exec -it api',
        'docker compose exec api',
        'docker compose -f prod.yml run --rm -e K=v api',
        'docker-compose exec -T api',
        'podman run image',
        'kubectl -n x exec -it pod -c app --',
        'watchexec -e ts --',
        'watchexec -w src',
        'nix develop --command',
        'nix develop .#dev -c',
        'nix shell nixpkgs#deno --command',
        'dotenv --',
        'dotenv -e .env.local --',
        'doppler run --',
        'mise exec deno@2 --',
        'direnv exec .',
        'tini --',
        '/tini -- docker-entrypoint.sh',
        'dumb-init --',
        'wait-for-it.sh db:5432 --',
        'npx',
        'npx --yes',
        'gosu app',
        'start "" /b',
        'cmd /c',
    ),
)
def test_finds_the_program(before):
    command = unwrapped(f'{before} deno run main.ts')
    assert [word.text for word in command.words] == ['deno', 'run', 'main.ts']


def test_covers_what_is_started():
    code = 'sudo env K=v deno run a.ts'
    command = unwrapped(code)
    assert code[command.span.start:command.span.end] == 'deno run a.ts'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('A=1 env B=2 C="3 4" deno run D=5', [('A', '1'), ('B', '2'), ('C', '3 4')]),
        ('sudo K=v deno run', [('K', 'v')]),
        ('env K=$X deno run', [('K', None)]),
        ('timeout 5 deno run K=v', []),
    ),
)
def test_gathers_the_environment(code, expected):
    assert [(v.name, v.value) for v in unwrapped(code).environment] == expected


@pytest.mark.parametrize(
    'code',
    (
        'deno run main.ts',
        'docker build -t deno .',
        'docker run --name deno image ls',
        'docker run image apt-get install -y deno',
        'docker compose up deno',
        'pm2 start "deno run main.ts" --name deno',
        'npx cowsay moo',
        'git add -A',
        'kubectl apply -f deno.yaml',
        'find . -name deno',
        'env',
        'sudo',
        'nix run nixpkgs#deno',
        'start notepad a b c deno',
    ),
)
def test_leaves_alone(code):
    command = list(Shell('x.sh', whole(code.encode())).commands())[-1]
    assert unwrap(command) == command
