from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.jsonc import string
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.fix import apply
from deno_ai_hooks.common.text import Text
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import strategies as st


def joined(outer: Text) -> Text:
    """Return `outer` with its `\\` line ends taken out, as a shell reads it."""
    builder = TextBuilder(outer)
    at = 0
    while (end := outer.data.find(b'\\\n', at)) >= 0:
        builder.copy(at, end)
        at = end + 2
    builder.copy(at, len(outer.data))
    return builder.build()


def between_quotes(data: bytes) -> Text:
    return string(whole(data), data.index(b'"') + 1, data.rindex(b'"'))


@pytest.mark.parametrize(
    ('code', 'word', 'expected'),
    (
        (b'"deno run -A"', b'-A', b'-A'),
        (b'"a\\tb"', b'\t', b'\\t'),
        (b'"a\\tb"', b'b', b'b'),
        (b'"a\\tb"', b'a\tb', b'a\\tb'),
        (b'"\\u002d\\u0041 x"', b'-A', b'\\u002d\\u0041'),
        (b'"\\u002dA"', b'A', b'A'),
        # two bytes for an escape of two: not byte for byte the same
        (b'"\\u00e9"', 'é'.encode(), b'\\u00e9'),
        ('"é-A"'.encode(), b'-A', b'-A'),
    ),
)
def test_finds_text_in_its_file(code, word, expected):
    text = between_quotes(code)
    at = text.data.index(word)
    start, end = text.span(at, at + len(word))
    assert code[start:end] == expected


def test_text_within_text_keeps_its_place_in_the_file():
    code = b'{"dev": "deno run \\\\\\n -\\u0041 x"}'
    command = string(whole(code), 9, code.index(b'x"') + 1)
    assert command.data == b'deno run \\\n -A x'
    script = joined(command)
    assert script.data == b'deno run  -A x'
    at = script.data.index(b'-A')
    assert code[slice(*script.span(at, at + 2))] == b'-\\u0041'
    assert code[slice(*script.span(at - 1, at))] == b' '
    # the line end that was taken out belongs to what surrounds it
    assert code[slice(*script.span(at - 2, at))] == b' \\\\\\n '


def test_part_of_a_whole_is_the_whole():
    builder = TextBuilder(whole(b'a$xb'))
    builder.copy(0, 1)
    builder.put(b'123', 1, 3)
    builder.copy(3, 4)
    text = builder.build()
    assert text.data == b'a123b'
    for start, end in ((1, 2), (2, 3), (3, 4), (1, 4), (2, 4)):
        assert text.span(start, end) == (1, 3)
    # two of its three bytes are as many as it is wide
    part = cut(text, 2, 4)
    assert [part.span(at, at + 1) for at in range(2)] == [(1, 3), (1, 3)]


def test_as_many_bytes_as_it_is_wide_is_not_the_same():
    builder = TextBuilder(whole(b'a\\Nb'))
    builder.put('\x85'.encode(), 1, 3)
    text = builder.build()
    assert [text.span(at, at + 1) for at in range(2)] == [(1, 3), (1, 3)]
    assert text.span(0, 2) == (1, 3)


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        (b'x: ""', 4),
        (b'x: "" # more', 4),
    ),
)
def test_empty_text_knows_where_it_stands(code, expected):
    text = between_quotes(code)
    assert text.data == b''
    assert text.span(0, 0) == (expected, expected)
    assert cut(text, 0, 0).span(0, 0) == (expected, expected)


def test_nothing_stands_where_it_would_be_put_in():
    text = between_quotes(b'"ab\\tc"')
    assert [text.span(at, at) for at in range(5)] == [(1, 1), (2, 2), (3, 3), (5, 5), (6, 6)]


def test_edits_are_written_in_the_notation_of_the_file():
    code = b'{"dev": "sh -c \\"deno run -A\\""}'
    text = string(whole(code), 9, len(code) - 2)
    at = text.data.index(b'-A')
    edit = text.edit(at, at + 2, '--allow-read="a\\b"')
    assert isinstance(edit, Edit)
    assert apply([(edit,)], code) == b'{"dev": "sh -c \\"deno run --allow-read=\\"a\\\\b\\"\\""}'


def test_notations_are_nested():
    outer = TextBuilder(whole(b'abc'))
    outer.copy(0, 3)
    inner = TextBuilder(outer.build(lambda text: f'<{text}>'))
    inner.copy(1, 2)
    assert inner.build(lambda text: f'({text})').edit(0, 1, 'x') == (Span(1, 2), '<(x)>')


# Any text within text: every byte is followed by hand


operations = st.lists(
    st.tuples(st.booleans(), st.integers(0, 12), st.integers(0, 12), st.integers(0, 4)), max_size=8,
)


@given(st.binary(max_size=24), st.lists(operations, max_size=3))
def test_every_range_maps_into_the_file(data, layers):
    text, places = whole(data), [(at, at + 1) for at in range(len(data))]
    for layer in layers:
        text, places = _layered(text, places, layer)
    assert len(places) == len(text.data)
    for start in range(len(text.data)):
        for end in range(start + 1, len(text.data) + 1):
            span = text.span(start, end)
            assert span == (places[start][0], places[end - 1][1])
            assert 0 <= span.start <= span.end <= len(data)
    assert [piece.at for piece in text.pieces] == sorted(piece.at for piece in text.pieces)


@given(st.binary(min_size=1, max_size=24), st.lists(operations, max_size=3))
def test_what_is_copied_is_the_same(data, layers):
    text = whole(data)
    for layer in layers:
        builder, at = TextBuilder(text), 0
        for _, skip, length, _ in layer:
            builder.copy(at + skip, min(at + skip + length, len(text.data)))
            at += skip + length
        text = builder.build()
    for at in range(len(text.data)):
        assert data[slice(*text.span(at, at + 1))] == text.data[at:at + 1]


def _layered(outer, places, layer):
    """Return text made from `outer` by copying and replacing, and the file's bytes under each byte of it."""
    builder, made, at = TextBuilder(outer), [], 0
    for copied, skip, length, width in layer:
        start = min(at + skip, len(places))
        end = at = min(start + length, len(places))
        if copied:
            builder.copy(start, end)
            made += places[start:end]
        elif end > start:
            builder.put(b'x' * width, start, end)
            made += [(places[start][0], places[end - 1][1])] * width
    return builder.build(), made
