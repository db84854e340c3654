from __future__ import annotations

import time

import pytest
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.source import Lines
from deno_ai_hooks.common.source import Source
from hypothesis import given
from hypothesis import strategies as st

BOM = b'\xef\xbb\xbf'


@pytest.mark.parametrize(
    ('marked', 'expected'),
    (
        (b'|', (1, 1)),
        (b'|a', (1, 1)),
        (b'a\n|b', (2, 1)),
        (b'a|\nb', (1, 2)),
        # the last line, with and without a line end
        (b'a\nb|', (2, 2)),
        (b'a\nb\n|', (3, 1)),
        (b'a\r\nb|c\r\n', (2, 2)),
        # a tab is one character
        (b'\t\tx|', (1, 4)),
        ('é中😀|x'.encode(), (1, 4)),
        ('# 中\n😀|'.encode(), (2, 2)),
        # a byte order mark is no character of the first line, nor of any other
        (BOM + b'|a', (1, 1)),
        (b'|' + BOM + b'a', (1, 1)),
        (BOM + b'a|b\nc', (1, 2)),
        (BOM + b'a\nbc|', (2, 3)),
        # it is one anywhere else
        (b'a\n' + BOM + b'|', (2, 2)),
        # a lone carriage return and other separators of Unicode end no line
        (b'a\rb|', (1, 4)),
        ('a\u2028\x0b\x85b|'.encode(), (1, 6)),
    ),
)
def test_positions(marked, expected):
    offset, data = marked.index(b'|'), marked.replace(b'|', b'')
    assert Source('x', data).position(offset) == expected
    assert Lines(data).position(offset) == expected


@pytest.mark.parametrize(
    ('marked', 'expected'),
    (
        (b'|', b''),
        (b'on|e', b'one'),
        (b'|one\ntwo', b'one'),
        # the line end belongs to the line that it ends
        (b'one|\ntwo', b'one'),
        (b'one\n|two', b'two'),
        (b'one\ntwo|', b'two'),
        (b'one\n|', b''),
        (b'one\r\nt|wo\r\n', b'two'),
        (b'one|\r\ntwo', b'one'),
        (b'\r\n|\r\n', b''),
        (b'one\n|\ntwo', b''),
    ),
)
def test_lines(marked, expected):
    offset, data = marked.index(b'|'), marked.replace(b'|', b'')
    source, lines = Source('x', data), Lines(data)
    assert data[slice(*source.line_at(offset))] == expected
    assert data[slice(*lines.span(lines.position(offset).line))] == expected


def test_reads_what_stands_under_a_span():
    source = Source('x', 'a中b'.encode())
    assert source.read(Span(1, 4)) == '中'
    # half a character is told as such, not raised
    assert source.read(Span(0, 2)) == 'a\ufffd'


@given(st.text(alphabet='ab\n\r\té中😀\ufeff', max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_positions_count_lines_and_characters(text, order):
    data = text.encode()
    lines = Lines(data)
    body = text.removeprefix('\ufeff')
    for index in order:
        before = body[:index]
        offset = len(data) - len(body.encode()) + len(before.encode())
        expected = before.count('\n') + 1, len(before) - (before.rfind('\n') + 1) + 1
        assert lines.position(offset) == expected
        assert Source('x', data).position(offset) == expected


def test_one_long_line_takes_no_longer():
    data = 'é "x" '.encode() * 200_000
    started = time.process_time()
    lines = Lines(data)
    positions = [lines.position(at) for at in range(0, len(data), 70)]
    assert positions[-1].line == 1
    assert positions == sorted(positions)
    assert time.process_time() - started < 1
