from __future__ import annotations

import os
import sqlite3
import stat

import pytest
from deno_ai_hooks.common.advisories import FILE
from deno_ai_hooks.common.advisories import AdvisoriesError
from deno_ai_hooks.common.advisories import Advisory
from deno_ai_hooks.common.advisories import Range
from deno_ai_hooks.common.advisories import Store
from deno_ai_hooks.common.advisories import affects
from deno_ai_hooks.common.advisories import ascending
from deno_ai_hooks.common.advisories import is_version
from deno_ai_hooks.common.advisories import merged
from deno_ai_hooks.common.advisories import remedy
from hypothesis import given
from hypothesis import strategies as st
from osv_export import indexed
from osv_export import osv
from osv_export import stored
from osv_export import until
from semver import Version


def advisory(id='GHSA-1', *ranges, **more):
    values = {'aliases': (), 'ecosystem': 'npm', 'package': 'a', 'summary': '', 'severity': '', 'score': None,
              'fixed': (), 'ranges': tuple(Range(*each) for each in ranges)}
    return Advisory(id, **(values | more))


# versions


@pytest.mark.parametrize(
    'text', ('0.0.0', '1.2.3', 'v1.2.3', '1.2', '1', '1.0.0-alpha.1', '1.0.0+build.5', '0.0.0-0', '999999999.0.0'),
)
def test_versions(text):
    assert is_version(text)


@pytest.mark.parametrize(
    'text', ('', 'latest', '^1.2.3', '1.x', '1.2.3.4', '01.2.3', '1.0.0-', '1.0.0-01', '-1', '1.2.3 ', '1' * 300),
)
def test_no_versions(text):
    assert not is_version(text)


def test_order_of_versions():
    """The example of SemVer 2.0, section 11."""
    order = ('1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 '
             '1.0.1 1.2.0 1.10.0 2.0.0').split()
    assert ascending(reversed(order)) == tuple(order)
    assert ascending(('2.0.0', '1.0.0', '2.0.0')) == ('1.0.0', '2.0.0')


@pytest.mark.parametrize(
    ('ranges', 'inside', 'outside'),
    (
        ([('0', '1.2.3')], '0.0.0-0 0.0.0 1.2.2 1.2.3-rc.1 1.2.2+z', '1.2.3 1.2.3+build 1.2.4-alpha 2.0.0 latest'),
        ([('0',)], '0.0.0-alpha 1.0.0 99.0.0', 'main'),
        ([('1.0.0', '', '1.5.0')], '1.0.0 1.5.0 1.5.0-rc.1 1.5.0+x', '0.9.9 1.0.0-rc.1 1.5.1-0 1.5.1'),
        ([('1.0.0', '1.1.0'), ('2.0.0', '2.1.0')], '1.0.9 2.0.0', '1.1.0 1.9.0 2.1.0 2.0.0-beta'),
        # of 0.0.0 and not of what comes before it
        ([('0.0.0',)], '0.0.0 1.0.0', '0.0.0-alpha'),
        ([('1.0.0-beta.2', '1.0.0')], '1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc', '1.0.0-beta.1 1.0.0'),
        ([('v1.2', 'v1.4')], '1.2.0 v1.3.9', '1.1.9 v1.4.0'),
        ([], '', '1.0.0'),
    ),
)
def test_ranges(ranges, inside, outside):
    found = advisory('GHSA-1', *ranges)
    assert [version for version in inside.split() if not affects(found, version)] == []
    assert [version for version in outside.split() if affects(found, version)] == []


def test_listed_versions():
    found = advisory(versions=('1.0.0', 'release-7'))
    assert affects(found, '1.0.0')
    assert affects(found, 'release-7')
    assert not affects(found, '1.0.1')
    assert not affects(found, 'release-8')


@pytest.mark.parametrize(
    ('version', 'expected'),
    (('0.9.0', '1.1.0'), ('1.0.0', '1.1.0'), ('1.1.0', '2.1.0'), ('2.0.0', '2.1.0'), ('2.1.0', ''), ('main', '')),
)
def test_first_version_that_mends(version, expected):
    found = advisory('GHSA-1', ('0', '1.1.0'), ('2.0.0', '2.1.0'), fixed=('1.1.0', '2.1.0'))
    assert remedy(found, version) == expected


def test_what_mends_one_alias_does_not_mend_the_other():
    both = merged([
        advisory('GHSA-1', ('0', '1.2.0'), fixed=('1.2.0',), aliases=('CVE-2026-1',)),
        advisory('CVE-2026-1', ('0', '1.3.0'), fixed=('1.3.0',)),
    ])
    assert [remedy(each, '1.0.0') for each in both] == ['1.3.0']


# aliases


def test_aliases_are_one():
    found = merged([
        advisory('CVE-2026-1', severity='high', score=7.5, modified='2026-02'),
        advisory('OSV-9', aliases=('CVE-2026-1',), summary='nine'),
        advisory('GHSA-1', aliases=('CVE-2026-1',), severity='low', modified='2026-01'),
        advisory('GHSA-2', aliases=('CVE-2026-2',), severity='low'),
    ])
    assert [(each.id, each.aliases, each.severity, each.score, each.summary, each.modified) for each in found] == [
        ('GHSA-1', ('CVE-2026-1', 'OSV-9'), 'high', 7.5, 'nine', '2026-02'),
        ('GHSA-2', ('CVE-2026-2',), 'low', None, '', ''),
    ]


def test_aliases_that_a_third_one_joins():
    found = merged([advisory('A-1'), advisory('B-1'), advisory('C-1', aliases=('B-1', 'A-1')), advisory('D-1')])
    assert [each.ids for each in found] == [('A-1', 'B-1', 'C-1'), ('D-1',)]


def test_many_aliases_take_no_time():
    chain = [advisory(f'X-{n}', aliases=(f'X-{n + 1}',)) for n in range(1500)]
    assert len(merged(chain)) == 1


def test_nothing_is_merged_of_nothing():
    assert merged([]) == []


# the index


def test_what_is_found(tmp_path):
    store = stored(
        tmp_path,
        until('GHSA-aaaa', 'lodash', '4.17.21', aliases=['CVE-2021-1'], summary='Injection',
              database_specific={'severity': 'HIGH'}),
        until('CVE-2021-1', 'lodash', '4.17.20'),
        until('GHSA-bbbb', 'lodash', '4.0.0'),
        until('GHSA-cccc', '@scope/name', '1.0.0'),
        until('JSR-1', '@scope/name', '2.0.0', ecosystem='JSR'),
        osv('DENO-1', 'oak', versions=['v10.0.0'], ecosystem='deno.land', modified='2026-03-02T03:04:05.5Z'),
    )
    assert [found.ids for found in store.find('npm', 'lodash', '4.17.15')] == [('GHSA-aaaa', 'CVE-2021-1')]
    assert [found.id for found in store.find('npm', 'lodash', '4.17.20')] == ['GHSA-aaaa']
    assert [found.id for found in store.find('npm', 'lodash', '3.0.0')] == ['GHSA-aaaa', 'GHSA-bbbb']
    for ecosystem, name, version in (
        ('npm', 'lodash', '4.17.21'), ('npm', 'lodash', ''), ('npm', 'Lodash', '1.0.0'), ('npm', 'lodas', '1.0.0'),
        ('jsr', 'lodash', '1.0.0'), ('npm', '@scope/name', '1.0.0'), ('npm', "x' OR '1'='1", '1.0.0'), ('', '', ''),
    ):
        assert store.find(ecosystem, name, version) == []
    assert [found.id for found in store.find('jsr', '@scope/name', '1.0.0')] == ['JSR-1']
    assert [found.id for found in store.find('deno.land', 'oak', 'v10.0.0')] == ['DENO-1']
    first = store.find('npm', 'lodash', '4.17.20')[0]
    assert (first.ecosystem, first.package, first.summary, first.severity, first.fixed, first.ranges) == (
        'npm', 'lodash', 'Injection', 'high', ('4.17.21',), (Range('0', '4.17.21'),))
    assert first.url == 'https://github.com/advisories/GHSA-aaaa'
    assert store.age.isoformat() == '2026-03-02T03:04:05.500000+00:00'
    assert (store.count, store.ecosystems) == (6, {'npm', 'jsr', 'deno.land'})
    assert len(store.known('npm', 'lodash')) == 3
    assert store.made > store.age


def test_many_packages_are_read_at_once(tmp_path):
    entries = [until(f'GHSA-{n}', f'package-{n}', '1.0.0') for n in range(0, 1200, 2)]
    one, other = stored(tmp_path / 'a', *entries), stored(tmp_path / 'b', *entries)
    one.load_all(('npm', f'package-{n}') for n in range(1200))
    for n in range(1200):
        found = one.find('npm', f'package-{n}', '0.1.0')
        assert found == other.find('npm', f'package-{n}', '0.1.0')
        assert one.knows('npm', f'package-{n}') == bool(found) == (n % 2 == 0)


def test_an_index_is_named_by_its_folder_or_its_file(tmp_path):
    path = indexed(tmp_path / 'odd ?mode=rw#%41', until('GHSA-1', 'a', '1.0.0'))
    for name in (path, os.path.join(path, FILE)):
        assert [found.id for found in Store.load(name).find('npm', 'a', '0.1.0')] == ['GHSA-1']


def test_an_index_that_cannot_be_written_is_read(tmp_path):
    path = indexed(tmp_path, until('GHSA-1', 'a', '1.0.0'))
    os.chmod(os.path.join(path, FILE), stat.S_IRUSR)
    os.chmod(path, stat.S_IRUSR | stat.S_IXUSR)
    assert Store.load(path).find('npm', 'a', '0.1.0')
    os.chmod(path, stat.S_IRWXU)
    assert os.listdir(path) == [FILE]


@pytest.mark.parametrize('text', (b'', b'x', b'SQLite format 3\0', b'{"id": "GHSA-1"}', b'\0' * 9000))
def test_what_is_no_index(tmp_path, text):
    (tmp_path / FILE).write_bytes(text)
    with pytest.raises(AdvisoriesError, match=r'are damaged|does not read'):
        Store.load(str(tmp_path))


def test_no_index(tmp_path):
    with pytest.raises(AdvisoriesError, match='no advisories are here; `deno-ai-hooks advisories update'):
        Store.load(str(tmp_path))
    with pytest.raises(AdvisoriesError, match='no advisories are here'):
        Store.load(str(tmp_path / 'gone'))
    assert os.listdir(tmp_path) == []


def test_a_damaged_index_is_no_clean_one(tmp_path):
    entries = [until(f'GHSA-{n}', f'package-{n}', '1.0.0', summary='x' * 150) for n in range(200)]
    path = os.path.join(indexed(tmp_path, *entries), FILE)
    with open(path, 'rb') as file:
        whole = file.read()
    for data in (whole[:-1], whole[:len(whole) // 2], whole + b'\0' * 4096):
        with open(path, 'wb') as file:
            file.write(data)
        with pytest.raises(AdvisoriesError, match='damaged'):
            Store.load(path)


@pytest.mark.parametrize(
    'change',
    (
        "affected = '{'", "affected = '[1]'", "affected = '{}'", "affected = x'ff'", "affected = '[[[0,0,0]],[]]'",
        "affected = '[[[\"1.0\"]],[]]'", "told = '{'", "told = '[]'", "told = 'null'",
    ),
)
def test_rows_that_are_none(tmp_path, change):
    path = os.path.join(indexed(tmp_path, until('GHSA-1', 'a', '1.0.0')), FILE)
    with sqlite3.connect(path) as connection:
        connection.execute(f'UPDATE advisory SET {change}')
    connection.close()
    with pytest.raises(AdvisoriesError, match='damaged'):
        Store.load(path).find('npm', 'a', '0.1.0')


@pytest.mark.parametrize(
    'change', ("UPDATE about SET value = '99' WHERE name = 'form'", 'DELETE FROM about', 'DROP TABLE about'),
)
def test_an_index_of_another_form(tmp_path, change):
    path = os.path.join(indexed(tmp_path, until('GHSA-1', 'a', '1.0.0')), FILE)
    with sqlite3.connect(path) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(AdvisoriesError, match=r'write (it|them) anew'):
        Store.load(path)


# the order of the library

NUMBERS = st.integers(0, 12)
LABELS = st.lists(st.sampled_from(('alpha', 'beta', 'rc', '0', '1', '2', '10', 'a-b')), max_size=3)


@st.composite
def versions(draw):
    numbers = '.'.join(str(draw(NUMBERS)) for _ in range(3))
    labels = '.'.join(draw(LABELS))
    build = draw(st.sampled_from(('', '+b', '+1.2')))
    return f'{numbers}-{labels}{build}' if labels else f'{numbers}{build}'


@given(versions(), versions(), versions())
def test_versions_are_ordered_as_semver_orders_them(low, high, version):
    between = Version.parse(low) <= Version.parse(version) < Version.parse(high)
    assert affects(advisory('GHSA-1', (low, high)), version) == between
    within = Version.parse(low) <= Version.parse(version) <= Version.parse(high)
    assert affects(advisory('GHSA-1', (low, '', high)), version) == within
    assert affects(advisory('GHSA-1', ('0', high)), version) == (Version.parse(version) < Version.parse(high))
    assert list(map(Version.parse, ascending((low, high)))) == sorted(map(Version.parse, {low, high}))
