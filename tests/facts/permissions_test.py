"""Command lines of deno: how they are read and what they grant, against 260 lines that the real deno ran."""
from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import pytest
from deno_ai_hooks.facts.permissions import Grants
from deno_ai_hooks.facts.permissions import as_json
from deno_ai_hooks.facts.permissions import grants
from deno_ai_hooks.facts.permissions import parse

ROWS = list(csv.reader(
    Path(__file__).with_name('deno-command-lines.tsv').read_text(encoding='utf-8').splitlines()[1:],
    delimiter='\t',
    quoting=csv.QUOTE_NONE,
))

# The configuration that the notes of the table speak of
CONFIG = {
    'permissions': {
        'default': {'read': ['./data'], 'env': ['OPENAI_API_KEY']},
        'api': {'net': ['api.openai.com:443'], 'env': {'allow': ['OPENAI_*'], 'deny': ['OPENAI_BASE_URL']}},
        'everything': {'all': True},
        'allbut': {'all': True, 'net': ['a.com']},
    },
    'test': {'permissions': 'api'},
    'bench': {'permissions': {'net': True}},
    'compile': {'permissions': 'everything'},
    'tasks': {
        'start': 'deno run --allow-net=api.openai.com:443 --allow-env=OPENAI_API_KEY main.ts',
        'bare': 'deno run',
        'all': 'deno run -A main.ts',
        'chain': 'FOO=1 deno run --allow-env=FOO main.ts && echo done',
        'quoted': """deno run '--allow-read=./data' "--allow-net=a.com" main.ts""",
        'withvar': 'P=--allow-net && deno run $P main.ts',
        # a program of a local package called by its name
        'p': 'deno run --ext=js -A npm:probe',
    },
}
FILES = {'main.ts', 'sub/main.ts', './sub/main.ts', 'server.ts', 'deno.json'}


def judge(words: list[str], config: dict | None = None) -> Grants:
    return grants(
        parse(words),
        words,
        config=config,
        exists=FILES.__contains__,
        resolves=lambda program: program != 'no-such-cmd',
        run_task=task,
    )


def task(name: str, extra: list[str]) -> Grants:
    """Just enough of a shell: assignments, `&&`, `$NAME`, and the command that starts with deno."""
    variables: dict[str, str] = {}
    for command in CONFIG['tasks'][name].split(' && '):
        words = shlex.split(command)
        while words and re.match(r'[A-Z]+=', words[0]):
            key, _, value = words.pop(0).partition('=')
            variables[key] = value
        if words[:1] == ['deno']:
            last = [variables[word[1:]] if word[0] == '$' else word for word in words[1:]]
    return judge(last + extra, CONFIG)


def words_of(command: str, notes: str) -> list[str]:
    if command.startswith('./'):
        interpreter = SHEBANGS[command.split()[0]]
        return [*interpreter.split(' ')[1:], 'main.ts', *command.split()[1:]]
    return shlex.split(command.removesuffix(' < main.ts'))[1:]


SHEBANGS = {
    './net.sh.ts': 'deno run --allow-net=a.com --allow-env=FOO',
    './all.sh.ts': 'deno run -A',
    './bare.sh.ts': 'deno run',
    './crlf.sh.ts': 'deno run --allow-net\r',
}


@pytest.mark.parametrize(
    'row',
    # env refuses this one, deno never sees it
    [row for row in ROWS if row[0] != './nos.sh.ts'],
    ids=lambda row: row[0],
)
def test_agrees_with_deno(row):
    command, subcommand, verdict, permissions, notes = row
    config = CONFIG if 'deno.json described' in notes else None
    if 'npm package "probe"' in notes:
        config = {}
    shown = as_json(judge(words_of(command, notes), config))
    error = shown.pop('error', None)
    assert (shown.pop('subcommand'), shown.pop('accepted')) == (subcommand, verdict == 'accepted'), error
    assert (shown or None) == json.loads(permissions)
