from __future__ import annotations

import pytest
from deno_ai_hooks.facts.ranges import covered
from deno_ai_hooks.facts.ranges import is_exact
from deno_ai_hooks.facts.ranges import is_tag
from deno_ai_hooks.facts.ranges import normal
from deno_ai_hooks.facts.ranges import written
from hypothesis import given
from hypothesis import strategies as st

# what deno 2.9.8 wrote into deno.lock for these ranges of a package.json
WRITTEN = (
    ('', '*'),
    ('*', '*'),
    ('7', '7'),
    ('^7', '7'),
    ('^7.0', '7'),
    ('^7.0.0', '7'),
    ('7.x', '7'),
    ('7.*', '7'),
    ('7.0', '7.0'),
    ('7.0.x', '7.0'),
    ('~7', '7'),
    ('~7.0', '7.0'),
    ('~7.0.0', '7.0'),
    ('7.1', '7.1'),
    ('7.1.x', '7.1'),
    ('~7.1', '7.1'),
    ('~7.1.0', '7.1'),
    ('~7.1.2', '~7.1.2'),
    ('^7.1', '^7.1.0'),
    ('^7.1.2', '^7.1.2'),
    ('^7.1.0', '^7.1.0'),
    ('7.1.2', '7.1.2'),
    ('=7.1.2', '7.1.2'),
    ('v7.1.2', '7.1.2'),
    ('0', '0'),
    ('0.x', '0'),
    ('^0', '0'),
    ('^0.0', '0.0'),
    ('^0.0.0', '^0.0.0'),
    ('^0.0.3', '^0.0.3'),
    ('~0.0.3', '~0.0.3'),
    ('0.0', '0.0'),
    ('0.0.x', '0.0'),
    ('0.1', '0.1'),
    ('^0.1', '0.1'),
    ('^0.1.0', '0.1'),
    ('^0.1.1', '~0.1.1'),
    ('~0.1', '0.1'),
    ('~0.1.0', '0.1'),
    ('~0.1.1', '~0.1.1'),
    ('0.1.1', '0.1.1'),
    ('latest', 'latest'),
    ('^1.0.0-beta.1', '^1.0.0-beta.1'),
    ('~1.0.0-beta.1', '~1.0.0-beta.1'),
    ('1.0.0-beta.1', '1.0.0-beta.1'),
    ('^1.2.3-beta.1', '^1.2.3-beta.1'),
    ('~1.2.3-beta.1', '~1.2.3-beta.1'),
    ('x', '*'),
    ('X', '*'),
    ('>=7', '>=7.0.0'),
    ('>7', '>=8.0.0'),
    ('>=7.0.0', '>=7.0.0'),
    ('>=7.1.2', '>=7.1.2'),
    ('<8', '<8.0.0'),
    ('<=7.1.2', '<=7.1.2'),
    ('>=7 <8', '7'),
    ('>=7.0.0 <8.0.0', '7'),
    ('7 - 8', '>=7.0.0 <9.0.0'),
    ('7.1.2 - 7.3.0', '>=7.1.2 <=7.3.0'),
    ('^7 || ^8', '7 || 8'),
    ('^7||^8.1.0', '7 || ^8.1.0'),
    ('7.x.x', '7'),
    ('^7.x', '7'),
    ('~7.x', '7'),
    ('^ 7.0.0', '7'),
    ('07', '7'),
    ('1.0.0+b', '1.0.0+b'),
    ('^1.0.0+b', '^1.0.0+b'),
    (' ^7 ', '7'),
    ('^7.0.0 || ^6', '7 || 6'),
    ('>= 7.0.0', '>=7.0.0'),
    ('~> 7.1', '7.1'),
    ('=7', '7'),
    ('<8.0.0', '<8.0.0'),
    ('<=7', '<8.0.0'),
    ('>7.1', '>=7.2.0'),
    ('>=0.0.0', '>=0.0.0'),
    ('0.0.0', '0.0.0'),
    ('1.0.0 - 2', '>=1.0.0 <3.0.0'),
    ('*.*', '*'),
    ('^*', '*'),
    ('~*', '*'),
    ('^0.x', '0'),
    ('1.2.3 || 1.2.4', '1.2.3 || 1.2.4'),
    ('>1.0.0 <=2.0.0', '>1.0.0 <=2.0.0'),
    ('^1.2', '^1.2.0'),
    ('~1', '1'),
    ('~1.2', '1.2'),
    ('1.x.x', '1'),
)


@pytest.mark.parametrize(('text', 'expected'), WRITTEN)
def test_normal(text, expected):
    assert normal(text) == expected


@pytest.mark.parametrize(('text', 'expected'), WRITTEN)
def test_normal_of_a_normal_range_is_itself(text, expected):
    assert normal(expected) == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        (None, '*'), ('^7.0.0', '7'), ('~0.1.0', '0.1'), ('latest', 'latest'), ('1.2.3', '1.2.3'), ('v1', 'v1'),
        # refused in a specifier
        ('>=7', None), ('^7 || ^8', None), ('', None), ('=7', None), ('^ 7', None), ('1' * 300, None),
    ),
)
def test_written(text, expected):
    assert written(text) == expected


@pytest.mark.parametrize('text', ('1.2.3', '0.0.0', '1.2.3-beta.1', '1.2.3+build'))
def test_is_exact(text):
    assert is_exact(text)
    assert not is_tag(text)


@pytest.mark.parametrize('text', ('1.2', '^1.2.3', '*', 'latest', '', '1.x.3', '1.2.3 || 1.2.4'))
def test_is_not_exact(text):
    assert not is_exact(text)


@pytest.mark.parametrize(('text', 'expected'), (
    ('latest', True), ('next', True), ('x', False), ('v1.2.3', False), ('^1', False), ('', False),
))
def test_is_tag(text, expected):
    assert is_tag(text) is expected


@given(st.text('0123456789.^~<>=|x*-+ab v', max_size=40))
def test_settles_at_once(text):
    once = normal(text)
    assert normal(once) == once


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('*', [('', '', False)]),
        ('', [('', '', False)]),
        ('<1.2.0', [('', '1.2.0', False)]),
        ('<=1.2.0', [('', '1.2.0', True)]),
        ('>=1.0.0 <1.2.0', [('1.0.0', '1.2.0', False)]),
        ('>= 1.0.0 < 1.2.0', [('1.0.0', '1.2.0', False)]),
        # as GitHub writes it
        ('>= 1.0.0, < 1.2.0', [('1.0.0', '1.2.0', False)]),
        ('=1.2.0', [('1.2.0', '1.2.0', True)]),
        ('v1.2.0', [('1.2.0', '1.2.0', True)]),
        ('1.2.0-beta.1', [('1.2.0-beta.1', '1.2.0-beta.1', True)]),
        ('>=1.2.0-beta <1.2.0-rc.1', [('1.2.0-beta', '1.2.0-rc.1', False)]),
        ('<1.2.0+build', [('', '1.2.0', False)]),
        # the first version behind one that does not belong to it
        ('>1.0.0', [('1.0.1-0', '', False)]),
        ('>1.2.0-beta.1', [('1.2.0-beta.1.0', '', False)]),
        # numbers that are left out take in the prereleases of what they stand for, and no others
        ('1', [('1.0.0-0', '2.0.0-0', False)]),
        ('1.x', [('1.0.0-0', '2.0.0-0', False)]),
        ('~1.2', [('1.2.0-0', '1.3.0-0', False)]),
        ('<2', [('', '2.0.0-0', False)]),
        ('<=1', [('', '2.0.0-0', False)]),
        ('>1', [('2.0.0-0', '', False)]),
        ('>=2', [('2.0.0-0', '', False)]),
        ('1 - 2', [('1.0.0-0', '3.0.0-0', False)]),
        ('1.0.0 - 1.3.0', [('1.0.0', '1.3.0', True)]),
        ('^1.0.0', [('1.0.0', '2.0.0-0', False)]),
        ('^0.0.3', [('0.0.3', '0.0.4-0', False)]),
        ('~1.2.3', [('1.2.3', '1.3.0-0', False)]),
        ('<0.9.0 || >=1.0.0 <1.2.3', [('', '0.9.0', False), ('1.0.0', '1.2.3', False)]),
        ('<1.0.0||' * 500 + '2.0.0', [('', '1.0.0', False)] * 500 + [('2.0.0', '2.0.0', True)]),
    ),
)
def test_covered(text, expected):
    assert covered(text) == tuple(expected)


@pytest.mark.parametrize(
    'text', ('latest', 'not a range', '<1.0.0 || garbage', '>=1.0.0 <', '1.0.0 ' * 2000, '<1.2.3.4'),
)
def test_what_is_no_range_covers_nothing_that_is_known(text):
    assert covered(text) is None
