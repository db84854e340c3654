"""How long an audit takes: an export of OSV's size made into an index, and a large lock file judged by it.

    pip install . && python bench/advisories.py [--advisories N] [--packages N] [--runs N]

The export is made up, entries of the size and form of those of npm: half of the packages of the lock file have
advisories, some of which speak of the version that is locked.
"""
from __future__ import annotations

import argparse
import base64
import itertools
import json
import os
import random
import sys
import tempfile
import zipfile
from multiprocessing import Process
from statistics import median

from timing import compare
from timing import once
from timing import program
from timing import table

METRICS = (('AV', 'NL'), ('AC', 'LH'), ('PR', 'NL'), ('UI', 'NR'), ('S', 'UC'), ('C', 'NLH'), ('I', 'NLH'), ('A', 'LH'))
VECTORS = ['/'.join(('CVSS:3.1', *(f'{name}:{value}' for (name, _), value in zip(METRICS, values, strict=True))))
           for values in itertools.product(*(values for _, values in METRICS))]
WORDS = 'An attacker who controls the name of a file may read what stands beside it when the parser'.split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--advisories', type=int, default=200_000)
    parser.add_argument('--packages', type=int, default=1500)
    parser.add_argument('--runs', type=int, default=21)
    arguments = parser.parse_args()
    ours, hook = _needed('deno-ai-hooks'), _needed('audited-dependencies')
    with tempfile.TemporaryDirectory() as folder:
        # another process: what is started counts the memory of who started it as its own
        writer = Process(target=_write, args=(folder, arguments.advisories, arguments.packages))
        writer.start()
        writer.join()
        update = [ours, 'advisories', 'update', 'data', '--from', 'all.zip']
        made = [once(update, folder) for _ in range(3)]
        print(f'{arguments.advisories} advisories: archive {_size(folder, "all.zip")} MB, index '
              f'{_size(folder, "data", "advisories.sqlite")} MB, written in {median(run.wall for run in made):.1f} s '
              f'with at most {max(run.memory for run in made):.0f} MiB, exit {made[-1].status}; median of 3')
        print(f'{arguments.packages} packages, a lock file of {_size(folder, "deno.lock")} MB, {arguments.runs} runs '
              'each in turn, medians')
        audit = [hook, '--advisories', 'data']
        print(table(compare({
            'python -c pass': [sys.executable, '-c', 'pass'],
            'audited-dependencies, no dependency': [*audit, 'empty.ts'],
            'audited-dependencies deno.lock': [*audit, 'deno.lock'],
            '… nothing found': [*audit, 'sound/deno.lock'],
        }, folder, arguments.runs), 'python -c pass'))


def _write(folder: str, advisories: int, packages: int) -> None:
    chance = random.Random(1)
    _export(os.path.join(folder, 'all.zip'), advisories, chance)
    _lock(os.path.join(folder, 'deno.lock'), packages, advisories // 2, chance)


def _export(path: str, count: int, chance: random.Random) -> None:
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            entry = _entry(number, f'package-{chance.randrange(count // 2)}', chance)
            archive.writestr(f'{entry["id"]}.json', json.dumps(entry, indent=2))


def _entry(number: int, package: str, chance: random.Random) -> dict[str, object]:
    fixed = f'{chance.randrange(5)}.{chance.randrange(20)}.{chance.randrange(1, 10)}'
    events = [{'introduced': '0'}, {'fixed': fixed}]
    return {
        'schema_version': '1.7.3', 'id': f'GHSA-{number:08x}', 'aliases': [f'CVE-2026-{number}'],
        'modified': f'2026-{chance.randrange(1, 11):02}-{chance.randrange(1, 28):02}T04:05:06.789Z',
        'published': '2026-01-01T00:00:00Z', 'summary': f'{package} tells what stands beside a file',
        'details': ' '.join(chance.choices(WORDS, k=150)),
        'affected': [{
            'package': {'ecosystem': 'npm', 'name': package, 'purl': f'pkg:npm/{package}'},
            'ranges': [{'type': 'SEMVER', 'events': events}],
        }],
        'severity': [{'type': 'CVSS_V3', 'score': chance.choice(VECTORS)}],
        'database_specific': {'severity': chance.choice(('LOW', 'MODERATE', 'HIGH', 'CRITICAL'))},
        'references': [{'type': 'WEB', 'url': f'https://example.com/{number}/{n}'} for n in range(5)],
    }


def _lock(path: str, packages: int, names: int, chance: random.Random) -> None:
    """Write a lock file of which half the packages have advisories, and another one without any beside it."""
    known = [f'package-{number}' for number in chance.sample(range(names), packages // 2)]
    others = [f'other-{number}' for number in range(packages - len(known))]
    with open(path, 'w') as file:
        json.dump(_locked(known + others, chance), file, indent=2)
    folder = os.path.dirname(path)
    os.mkdir(os.path.join(folder, 'sound'))
    with open(os.path.join(folder, 'sound', 'deno.lock'), 'w') as file:
        json.dump(_locked([f'other-{number}' for number in range(packages)], chance), file, indent=2)
    with open(os.path.join(folder, 'empty.ts'), 'w') as file:
        file.write('export const answer = 42;\n')


def _locked(names: list[str], chance: random.Random) -> dict[str, object]:
    """Return a lock file of packages, each of which needs some that come after it; a few are of an old version."""
    npm = {}
    for number, name in enumerate(names):
        version = '0.0.1' if number % 50 == 0 else f'{chance.randrange(5, 9)}.{chance.randrange(20)}.0'
        digest = base64.b64encode(chance.randbytes(64)).decode()
        needed = chance.sample(names[number + 1:], min(3, len(names) - number - 1))
        npm[f'{name}@{version}'] = {'integrity': f'sha512-{digest}', 'dependencies': needed}
    return {'version': '5', 'specifiers': {f'npm:{names[0]}@*': '0.0.1'}, 'npm': npm}


def _size(*path: str) -> str:
    return f'{os.path.getsize(os.path.join(*path)) / 1e6:.1f}'


def _needed(name: str) -> str:
    path = program(name)
    if path is None:
        raise SystemExit(f'{name} is not installed: pip install .')
    return path


if __name__ == '__main__':
    main()
