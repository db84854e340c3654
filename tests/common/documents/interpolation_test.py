from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.interpolation import LIMIT
from deno_ai_hooks.common.documents.interpolation import expand
from deno_ai_hooks.common.documents.interpolation import interpolate
from hypothesis import given
from hypothesis import strategies as st

KNOWN = {'A': 'a', 'E': '', 'LONG': 'x' * LIMIT}


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('x', 'x'),
        ('$A', 'a'),
        ('${A}b$A', 'aba'),
        ('"$A b"', 'a b'),
        ("'$A'", '$A'),
        ('\\$A', '$A'),
        ('a\\ b', 'a b'),
        ('"a\\b\\"c"', 'a\\b"c'),
        ('"it\'s"', "it's"),
        ('${A:-d}', 'a'),
        ('${E:-d}', 'd'),
        ('${E-d}', ''),
        ('${X:-d}', 'd'),
        ('${X-d}', 'd'),
        ('${X:-${A}b}', 'ab'),
        ('${A:+d}', 'd'),
        ('${E:+d}', ''),
        ('${E+d}', 'd'),
        ('${X:+d}', ''),
        ('${A:?no}', 'a'),
        # what is not known stays
        ('x$X', 'x$X'),
        ('x${X}', 'x${X}'),
        ('${X:?no}', '${X:?no}'),
        ('${A#a}', '${A#a}'),
        ('${A', '${A'),
        ('$', '$'),
        ('$1 $$', '$1 $$'),
        # alone it is nothing
        ('$X', None),
        ('"${X}"', None),
    ),
)
def test_expand(text, expected):
    assert expand(text, KNOWN.get) == expected


def test_other_escape():
    assert expand('`$A\\x', KNOWN.get, '`') == '$A\\x'


def test_values_do_not_grow():
    assert expand('$LONG$LONG', KNOWN.get) == 'x' * LIMIT + '$LONG'


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('${X:-d}:1', 'd:1'),
        ('$$X', '$X'),
        ('"\'\\', '"\'\\'),
        ('x:${X}', 'x:${X}'),
        ('${X}', None),
    ),
)
def test_interpolate(text, expected):
    assert interpolate(text) == expected


@given(st.text(alphabet='${}:-+\'"\\`AX', max_size=40))
def test_takes_anything(text):
    assert len(expand(text, KNOWN.get) or '') <= len(text) + LIMIT
    assert len(interpolate(text) or '') <= len(text)
