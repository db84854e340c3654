"""What npm registries tell of a lock file, against the real `deno audit`.

They agree on every release.  Of a prerelease deno tells only where the range names one of the same version, as a
resolver would: `<1.2.0` holds no 1.2.0-beta.1.  An advisory means all that comes before, and `npm audit` reads it so.
"""
from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess

import pytest
from deno_ai_hooks.audited_dependencies import main
from deno_ai_hooks.common import registries
from deno_ai_hooks.common.advisories import Advisory
from deno_ai_hooks.common.advisories import affects
from deno_ai_hooks.common.advisories import parsed
from deno_ai_hooks.common.documents.lockfile import Lockfile
from deno_ai_hooks.common.inventory import LOCK
from deno_ai_hooks.common.inventory import locked
from deno_ai_hooks.common.text import whole
from npm_registry import serving

SEEDS = range(int(os.environ.get('ORACLE_LOCKS', '200')))
NAMES = ('pear', 'plum', 'fig', '@fruit/lime', '@fruit/kiwi', 'base')
VERSIONS = (
    '0.0.3', '0.1.0', '0.1.5', '0.9.0-rc.1', '1.0.0', '1.1.9', '1.2.0-beta.1', '1.2.0-beta.2', '1.2.0', '1.2.3',
    '1.3.0-rc.1', '2.0.0-alpha.1', '2.0.0', '2.1.0', '3.0.0-0', '10.0.0',
)
LEVELS = ('low', 'moderate', 'high', 'critical')
FORMS = (
    '<{0}', '<={0}', '>{0}', '>={0}', '={0}', '{0}', '>={0} <{1}', '>={0} <={1}', '>{0} <{1}', '>= {0} < {1}',
    '>={0}, <{1}', '{0} - {1}', '^{0}', '~{0}', 'v{0}',
)
SHORT = ('*', '1', '1.x', '~1.2', '<2', '<=1', '>1', '>=2', '^0.1', '0.0.x', '1.2', '>1.1 <=2')
PAGES = 'https://advisories.example/'
INTEGRITY = 'sha512-' + 'A' * 86 + '=='

Locks = dict[str, object]


@pytest.fixture(scope='module')
def registry():
    packages = {name: {version: {} for version in VERSIONS} for name in NAMES}
    for name in NAMES[:3]:
        packages[name] = {version: {'base': '^1.0.0', '@fruit/kiwi': '*'} for version in VERSIONS}
    with serving(packages) as found:
        found.peers = {'fig': {'pear': '*'}, '@fruit/lime': {'@fruit/kiwi': '>=0.1.0'}}
        yield found


@pytest.fixture(scope='module')
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp('deno')


def span(chance: random.Random) -> str:
    """Return a range of npm."""
    if chance.random() < .25:
        return chance.choice(SHORT)
    low, high = sorted(chance.sample(range(len(VERSIONS)), 2))
    return chance.choice(FORMS).format(VERSIONS[low], VERSIONS[high])


def advisories(chance: random.Random) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = {}
    for number in range(1, chance.randint(2, 13)):
        text = ' || '.join(span(chance) for _ in range(chance.choice((1, 1, 2, 3))))
        found.setdefault(chance.choice(NAMES), []).append(advisory(number, text, chance.choice(LEVELS)))
    return found


def advisory(number: int, vulnerable: str, severity: str = 'high') -> dict[str, object]:
    """Return an advisory as npm's bulk route tells it."""
    return {
        'id': number, 'url': f'{PAGES}{number}', 'title': f'number {number}', 'severity': severity,
        'vulnerable_versions': vulnerable, 'cwe': [], 'cvss': {'score': 0, 'vectorString': None},
    }


def keys(chance: random.Random) -> list[str]:
    """Return packages with versions, of some several, of some with the peers that stand beside them."""
    found = [
        f'{name}@{version}' for name in chance.sample(NAMES, chance.randint(1, len(NAMES)))
        for version in chance.sample(VERSIONS, chance.choice((1, 1, 2, 3)))
    ]
    first = found[0]
    return [first, *(f'{key}_{first.replace("/", "+")}' if chance.random() < .2 else key for key in found[1:])]


def lock(chance: random.Random) -> Locks:
    """Return a lock file of one of the versions that hold packages of npm."""
    version = chance.choice('23455555')
    remote = {'https://esm.sh/pear@1.0.0': '0' * 64}
    if chance.random() < .05:
        return {'version': version, 'remote': remote}
    found = keys(chance)
    peers = {key: key.partition('_')[2].replace('+', '/') for key in found}
    names = {key: key[0] + key[1:].partition('@')[0] for key in found}
    old = version in '23'
    entries = {
        key: {'integrity': INTEGRITY} | (
            {'dependencies': {names[peers[key]]: peers[key]} if old else [peers[key]]} if peers[key]
            else {'dependencies': {}} if old else {}
        ) for key in found
    }
    specifiers = {f'{names[key]}@{index + 1}': key for index, key in enumerate(found)}
    if version == '2':
        return {'version': '2', 'remote': remote, 'npm': {'specifiers': specifiers, 'packages': entries}}
    named = {f'npm:{name}': f'npm:{key}' if old else key[len(names[key]) + 1:] for name, key in specifiers.items()}
    if old:
        return {'version': '3', 'packages': {'specifiers': named, 'npm': entries}, 'remote': remote}
    return {'version': version, 'specifiers': named, 'npm': entries, 'remote': remote}


def deno(folder, registry, cache, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith('_proxy')}
    return subprocess.run(
        ['deno', *words], cwd=folder, capture_output=True, text=True,
        env=environment | {'NPM_CONFIG_REGISTRY': registry.url, 'DENO_DIR': str(cache), 'NO_COLOR': '1'},
    )


ADVISORY = re.compile(r'│ Package: +(\S+)\n(?:│.*\n)*[│╰] Info: +(\S+)')


def audited(folder, registry, cache) -> set[tuple[str, str]]:
    """Return what `deno audit` tells: packages, and the advisories about them."""
    ran = deno(folder, registry, cache, 'audit')
    # older lock files lack what newer ones tell of a package
    assert not [line for line in ran.stderr.splitlines() if not line.startswith('Download')], ran.stderr[-500:]
    found = set(ADVISORY.findall(ran.stdout))
    assert (ran.returncode == 1) == bool(found), ran.stdout
    assert found or 'No known vulnerabilities found' in ran.stdout
    return found


def ours(folder, registry, *, entries: bool) -> set[tuple[str, str, str]]:
    """Return what we tell of the entries of a lock file, or of its URLs: packages, versions, and advisories."""
    document = Lockfile('deno.lock', whole((folder / 'deno.lock').read_bytes()))
    assert document.is_read
    dependencies = [each for each in locked(document) if (each.through == LOCK) == entries]
    found = registries.query('npm', dependencies, url=registry.url)
    return {(name, version, each.url) for (_, name, version), told in found.items() for each in told}


def resolves(text: str, version: str) -> bool:
    """Return whether a resolver would take a version for a range that covers it: of prereleases, those named."""
    numbers, dash, _ = version.partition('-')
    return not dash or any(f'{numbers}-' in each and holds(each, version) for each in text.split('||'))


def holds(text: str, version: str) -> bool:
    return affects(Advisory('1', (), 'npm', 'pear', '', '', None, (), registries.ranges(text)), version)


def agrees(folder, registry, cache) -> int:
    """Hold that both tell the same of entries; return how much we tell more."""
    found = ours(folder, registry, entries=True)
    told = {each['url']: each['vulnerable_versions'] for known in registry.advisories.values() for each in known}
    resolved = {each for each in found if resolves(told[each[2]], each[1])}
    assert {(name, url) for name, _, url in resolved} == audited(folder, registry, cache), (found, told)
    assert all('-' in version for _, version, _ in found - resolved)
    return len(found - resolved)


@pytest.mark.parametrize('seed', SEEDS)
def test_lock_files(seed, registry, cache, tmp_path):
    chance = random.Random(seed)
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'deno.lock').write_text(json.dumps(lock(chance)))
    registry.advisories = advisories(chance)
    agrees(tmp_path, registry, cache)


FOUND = re.compile(r'npm:(\S+)@(\S+) has (\d+)[ ,]')


@pytest.mark.parametrize('seed', range(20))
def test_the_hook_tells_the_same(seed, registry, cache, tmp_path, monkeypatch, capsys):
    chance = random.Random(seed)
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'deno.lock').write_text(json.dumps(lock(chance)))
    registry.advisories = advisories(chance)
    monkeypatch.chdir(tmp_path)
    code = main(['--online', f'npm={registry.url}', '--format', 'json', 'deno.lock'])
    told = [each['message'] for each in json.loads(capsys.readouterr().out)['diagnostics']]
    found = {(name, version, PAGES + number) for each in told for name, version, number in FOUND.findall(each)}
    assert found == ours(tmp_path, registry, entries=True) | ours(tmp_path, registry, entries=False)
    assert len(told) == len(found)
    assert code == bool(found)
    # where deno finds something, so does the hook
    assert found or not audited(tmp_path, registry, cache)


def test_more_is_told_of_prereleases(registry, cache, tmp_path):
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'deno.lock').write_text(json.dumps({'version': '5', 'npm': {
        'pear@1.2.0-beta.1': {'integrity': INTEGRITY}, 'plum@1.2.0-beta.1': {'integrity': INTEGRITY},
    }}))
    registry.advisories = {'pear': [advisory(1, '<1.2.0')], 'plum': [advisory(2, '>=1.2.0-alpha <1.2.0')]}
    assert audited(tmp_path, registry, cache) == {('plum', f'{PAGES}2')}
    assert agrees(tmp_path, registry, cache) == 1


def test_a_range_that_nobody_can_read_takes_in_every_version(registry, cache, tmp_path):
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'deno.lock').write_text(json.dumps({'version': '5', 'npm': {'pear@1.0.0': {'integrity': INTEGRITY}}}))
    registry.advisories = {'pear': [advisory(1, 'not a range'), advisory(2, '>1.0.0')]}
    assert audited(tmp_path, registry, cache) == {('pear', f'{PAGES}1')}
    assert agrees(tmp_path, registry, cache) == 0


# lock files that deno wrote


EXAMPLES = os.path.join(os.path.dirname(__file__), '..', 'examples')
PROGRAMS = sorted(name for name in os.listdir(EXAMPLES) if os.path.exists(os.path.join(EXAMPLES, name, 'deno.lock')))
WANTED = ('1', '^1.0.0', '2', '0.1', '1.2.0-beta.1', '10.0.0')


@pytest.mark.parametrize('seed', range(20))
def test_lock_files_that_deno_wrote(seed, registry, cache, tmp_path):
    chance = random.Random(seed)
    wanted = [(chance.choice(NAMES), chance.choice(WANTED)) for _ in range(chance.randint(1, 5))]
    imports = {f'name{index}': f'npm:{name}@{version}' for index, (name, version) in enumerate(wanted)}
    (tmp_path / 'deno.json').write_text(json.dumps({'imports': imports}))
    installed = deno(tmp_path, registry, cache, 'install')
    assert installed.returncode == 0, installed.stderr[-500:]
    written = json.loads((tmp_path / 'deno.lock').read_text())
    assert written['version'] == '5'
    registry.advisories = {name: [advisory(index, '<=10.0.0')] for index, name in enumerate(NAMES)}
    assert audited(tmp_path, registry, cache)
    agrees(tmp_path, registry, cache)
    document = Lockfile('deno.lock', whole((tmp_path / 'deno.lock').read_bytes()))
    assert {f'{each.name}@{each.version}' for each in locked(document)} == {
        key.partition('_')[0] for key in written['npm']
    }


@pytest.mark.parametrize('program', PROGRAMS)
@pytest.mark.parametrize('seed', range(5))
def test_lock_files_of_programs(program, seed, registry, cache, tmp_path):
    """Packages that there are, with versions as they are given."""
    chance = random.Random(seed)
    for name in ('deno.json', 'deno.lock'):
        shutil.copy(os.path.join(EXAMPLES, program, name), tmp_path)
    document = Lockfile('deno.lock', whole((tmp_path / 'deno.lock').read_bytes()))
    found = [each for each in locked(document) if each.ecosystem == 'npm']
    versions = sorted({each.version for each in found}, key=parsed)
    registry.advisories = {each.name: [] for each in found}
    for number, each in enumerate(chance.choices(found, k=100)):
        low, high = sorted((each.version, chance.choice(versions)), key=parsed)
        text = chance.choice(FORMS).format(low, high)
        registry.advisories[each.name].append(advisory(number, text, chance.choice(LEVELS)))
    assert audited(tmp_path, registry, cache)
    agrees(tmp_path, registry, cache)


def test_peers_stand_in_the_keys_that_deno_writes(registry, cache, tmp_path):
    (tmp_path / 'deno.json').write_text('{"imports": {"fig": "npm:fig@1.0.0", "pear": "npm:pear@1.0.0"}}')
    assert deno(tmp_path, registry, cache, 'install').returncode == 0
    assert [key for key in json.loads((tmp_path / 'deno.lock').read_text())['npm'] if key.startswith('fig@1.0.0_pear@')]
    registry.advisories = {'fig': [advisory(1, '1.0.0')]}
    assert ours(tmp_path, registry, entries=True) == {('fig', '1.0.0', f'{PAGES}1')}
    assert agrees(tmp_path, registry, cache) == 0


# what deno does not look into


@pytest.mark.parametrize(
    ('url', 'expected'),
    (
        ('https://esm.sh/pear@1.0.0', 'pear'),
        ('https://esm.sh/v135/pear@1.0.0/es2022/pear.mjs', 'pear'),
        ('https://esm.sh/stable/pear@1.0.0/deno/pear.mjs', 'pear'),
        ('https://esm.sh/*@fruit/lime@1.0.0', '@fruit/lime'),
        ('https://esm.sh/fig@10.0.0?deps=pear@1.0.0', 'pear'),
        ('https://cdn.jsdelivr.net/npm/pear@1.0.0/+esm', 'pear'),
        ('https://cdn.jsdelivr.net/npm/@fruit/lime@1.0.0/mod.js', '@fruit/lime'),
        ('https://cdn.jsdelivr.net/combine/npm/fig@10.0.0,npm/pear@1.0.0', 'pear'),
        ('https://unpkg.com/pear@1.0.0/index.js', 'pear'),
        ('https://cdn.skypack.dev/pear@1.0.0', 'pear'),
    ),
)
def test_packages_behind_urls(url, expected, registry, cache, tmp_path):
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'main.ts').write_text(f'import "{url}";\n')
    (tmp_path / 'deno.lock').write_text(json.dumps({'version': '5', 'remote': {url: '0' * 64}}))
    registry.advisories = {name: [advisory(1, '<2.0.0')] for name in NAMES}
    assert audited(tmp_path, registry, cache) == set()
    assert ours(tmp_path, registry, entries=False) == {(expected, '1.0.0', f'{PAGES}1')}


def test_lock_files_of_version_1_hold_urls_alone(registry, cache, tmp_path):
    (tmp_path / 'deno.json').write_text('{}')
    (tmp_path / 'deno.lock').write_text(json.dumps({'https://esm.sh/pear@1.0.0': '0' * 64}))
    registry.advisories = {'pear': [advisory(1, '<2.0.0')]}
    assert audited(tmp_path, registry, cache) == set()
    assert ours(tmp_path, registry, entries=False) == {('pear', '1.0.0', f'{PAGES}1')}
