from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.instructions import assignments
from deno_ai_hooks.common.documents.instructions import escape_token
from deno_ai_hooks.common.documents.instructions import instructions
from deno_ai_hooks.common.documents.instructions import words
from deno_ai_hooks.common.text import whole
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

WHITESPACE_SEPARATED = ('FROM', 'EXPOSE', 'COPY', 'ADD', 'VOLUME')
WHOLE = ('RUN', 'CMD', 'ENTRYPOINT', 'SHELL', 'USER', 'WORKDIR', 'STOPSIGNAL', 'MAINTAINER')
ATOMS = r'''
RUN |CMD |ENTRYPOINT |COPY |ENV |ARG |LABEL |USER x|EXPOSE 80|FROM a:1 AS b|ONBUILD |HEALTHCHECK |SHELL ["pwsh", "-c"]
--from=b |--mount=type=cache,target="/a b" |--interval=3s |-- |["a", "b"]|["run","-A"]|deno run -A|X|X=1|A=b|A="b c"
'd e'| $X|${X:-d}|\|"|'|`|ü|#| # c|<<EOF|<<-"E F"|EOF|=|-
'''.strip().replace('\n', '|').split('|')
ENDS = [
    '\n', '\\\n', '\\  \n', '`\n', '\r\n', '\\\r\n', ' ', '\t', '\n# c\n', '\n# escape=`\n', '\nEOF\n', '\n\tE F\n', '',
]
dockerfiles = st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(ENDS)), max_size=9).map(
    lambda parts: ''.join(map(''.join, parts)),
)


def read(code):
    return list(instructions(whole(code.encode())))


def one(code):
    (found,) = read(code)
    return found


def text(value):
    return value.data.decode()


@pytest.mark.parametrize(
    ('code', 'name', 'value'),
    (
        ('RUN a', 'RUN', 'a'),
        ('run a  b ', 'RUN', 'a  b'),
        ('  RUN\ta', 'RUN', 'a'),
        ('RUN a \\\n  b\n', 'RUN', 'a   b'),
        # blanks may follow the backslash
        ('RUN a \\ \t\n  b\n', 'RUN', 'a   b'),
        ('RUN a \\\r\n  b\r\n', 'RUN', 'a   b'),
        # two of them are no continuation
        ('RUN a\\\\', 'RUN', 'a\\\\'),
        # comments and empty lines inside are none of it
        ('RUN a \\\n# c \\\n\n  # d\n b', 'RUN', 'a  b'),
        # a # further on is no comment
        ('RUN a # b', 'RUN', 'a # b'),
        ('# escape=`\nRUN a `\nb', 'RUN', 'a b'),
        ('# syntax=docker/dockerfile:1\n# escape=`\nRUN a `\nb', 'RUN', 'a b'),
        ('\ufeffRUN a', 'RUN', 'a'),
    ),
)
def test_lines(code, name, value):
    found = one(code)
    assert (found.name, text(found.value)) == (name, value)


@pytest.mark.parametrize(
    'code',
    (
        # a comment before it ends the directives
        '# hello\n# escape=`\nRUN a `\nb',
        '\n# escape=`\nRUN a `\nb',
        '# escape=x\nRUN a `\nb',
        '# other=1\n# escape=`\nRUN a `\nb',
    ),
)
def test_no_directive(code):
    assert escape_token(code.encode()) == '\\'
    assert len(read(code)) == 2


@pytest.mark.parametrize('code', ('', '\n\n', '# a\n  # b\n', '\\\n', '\\\n\n# c\n', '  \t'))
def test_nothing(code):
    assert read(code) == []


@pytest.mark.parametrize(
    ('code', 'flags', 'value'),
    (
        ('RUN --mount=type=cache,target=/x a --b', ['--mount=type=cache,target=/x'], 'a --b'),
        ('RUN --mount=target="/a b" \\\n --network=none a', ['--mount=target=/a b', '--network=none'], 'a'),
        ('RUN -- --a', [], '--a'),
        ('COPY --from=build --chown=1:1 /a /b', ['--from=build', '--chown=1:1'], '/a /b'),
        ('FROM --platform=$BUILDPLATFORM x AS y', ['--platform=$BUILDPLATFORM'], 'x AS y'),
        ('RUN -x', [], '-x'),
    ),
)
def test_flags(code, flags, value):
    found = one(code)
    assert [flag.text for flag in found.flags] == flags
    assert text(found.value) == value


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('CMD ["a", "b c"]', ['a', 'b c']),
        ('CMD [ "a" ,\\\n "b" ]', ['a', 'b']),
        (r'CMD ["\"\\\u0041\n\ud83d\ude00"]', ['"\\A\n😀']),
        ('CMD []', []),
        ('CMD [""]', ['']),
        ('COPY ["a b", "/c"]', ['a b', '/c']),
        # what is no JSON is for the shell
        ("CMD ['a']", None),
        ('CMD ["a",]', None),
        ('CMD ["a"', None),
        ('CMD ["a" "b"]', None),
        ('CMD ["a"] && b', None),
        ('CMD [ -f x ] || y', None),
        ('CMD ["\\x"]', None),
        # has no exec form
        ('USER ["a"]', None),
    ),
)
def test_exec_form(code, expected):
    found = one(code)
    assert (found.words if found.words is None else [word.text for word in found.words]) == expected


def test_exec_form_spans():
    code = 'CMD ["deno", \\\n  "\\u002dA", ""]'
    places = [code[word.span.start:word.span.end] for word in one(code).words]
    assert places == ['deno', '\\u002dA', '']


@pytest.mark.parametrize(
    ('code', 'heredocs', 'script'),
    (
        ('RUN <<EOF\na\nb\nEOF\n', [('EOF', 'a\nb\n')], 'a\nb\n'),
        ('RUN <<-"E F"\n\ta\n\tE F\n', [('E F', 'a\n')], 'a\n'),
        ('RUN << EOF\na\nEOF', [('EOF', 'a\n')], 'a\n'),
        ('RUN python3 <<EOF\nx\nEOF\n', [('EOF', 'x\n')], 'python3 <<EOF\nx\nEOF'),
        ('RUN a <<A && b <<B\n1\nA\n2\nB\n', [('A', '1\n'), ('B', '2\n')], 'a <<A && b <<B\n1\nA\n2\nB'),
        ('COPY <<EOF /x\na\\\nEOF\n', [('EOF', 'a\\\n')], '<<EOF /x\na\\\nEOF'),
        ('RUN <<EOF\r\na\r\nEOF\r\n', [('EOF', 'a\r\n')], 'a\r\n'),
        # quoted, arithmetic, a here-string, never closed
        ('RUN echo "<<EOF"\n', [], 'echo "<<EOF"'),
        ('RUN x=$((1<<2))\n', [], 'x=$((1<<2))'),
        ('RUN cat <<<EOF\n', [], 'cat <<<EOF'),
        ('RUN cat <<EOF', [], 'cat <<EOF'),
        ('CMD cat <<EOF', [], 'cat <<EOF'),
    ),
)
def test_heredocs(code, heredocs, script):
    found = one(code)
    assert [(heredoc.name, text(heredoc.text)) for heredoc in found.heredocs] == heredocs
    assert text(found.script) == script


def test_heredoc_keeps_its_places():
    code = 'FROM x\nRUN cat <<EOF && deno run -A\nhi\nEOF\nUSER y\n'
    _, run, user = read(code)
    data = run.script.data
    for word in (b'-A', b'hi', b'EOF', b'cat'):
        at = data.rfind(word)
        span = run.script.span(at, at + len(word))
        assert code[span.start:span.end].encode() == word
    assert code[run.span.start:run.span.end] == 'RUN cat <<EOF && deno run -A\nhi\nEOF'
    assert user.name == 'USER'


@pytest.mark.parametrize(
    ('code', 'names', 'value'),
    (
        ('ONBUILD RUN a', ['ONBUILD', 'RUN'], 'a'),
        ('HEALTHCHECK --interval=3s CMD curl -f x', ['HEALTHCHECK', 'CMD'], 'curl -f x'),
        ('HEALTHCHECK NONE', ['HEALTHCHECK', 'NONE'], ''),
        ('ONBUILD HEALTHCHECK CMD a', ['ONBUILD', 'HEALTHCHECK', 'CMD'], 'a'),
        ('ONBUILD RUN <<EOF\na\nEOF', ['ONBUILD', 'RUN'], '<<EOF'),
    ),
)
def test_inner(code, names, value):
    found, seen = one(code), []
    while found:
        seen.append(found.name)
        last, found = found, found.inner
    assert (seen, text(last.value)) == (names, value)


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('ENV A=b C="d e" F=g\\ h', [('A', 'b'), ('C', '"d e"'), ('F', 'g\\ h')]),
        ('ENV A b  c', [('A', 'b  c')]),
        ('ENV A=', [('A', '')]),
        ('ENV A', []),
        ('ARG A B=c', [('B', 'c')]),
        ('ARG A', []),
        ('LABEL "a b"=c', [('"a b"', 'c')]),
    ),
)
def test_assignments(code, expected):
    assert [(name, text(value)) for name, value in assignments(one(code), '\\')] == expected


def ours(code):
    data, token = code.encode(), escape_token(code.encode())
    for found in instructions(whole(data)):
        target = found.inner if found.name == 'ONBUILD' and found.inner else found
        lines = tuple(data.count(b'\n', 0, offset) + 1 for offset in found.span)
        heredocs = tuple((heredoc.name, text(heredoc.text)) for heredoc in target.heredocs)
        flags = tuple(flag.text for flag in found.flags)
        yield found.name, values(target, token, found), flags, lines, heredocs


def values(target, token, outer):
    name, value = target.name, text(target.value)
    if name == 'HEALTHCHECK' and target.inner:
        return target.inner.name, *values(target.inner._replace(name='CMD'), token, outer)
    if target.words is not None or name in WHITESPACE_SEPARATED:
        return tuple(word.text for word in target.arguments)
    if name in ('ENV', 'LABEL'):
        return tuple(part for name, written in assignments(target, token) for part in (name, text(written)))
    if name == 'ARG':
        return tuple(match[0].decode() for match in words(target.value.data, token))
    if name in WHOLE:
        return (value,) if value else ()
    return () if name in ('ONBUILD', 'HEALTHCHECK') else ('',)


def theirs(dockerfile, code):
    for command in dockerfile.parse_string(code):
        if not command.cmd:
            continue
        heredocs = tuple((heredoc.name, heredoc.content) for heredoc in command.heredocs)
        found = command.value
        if command.cmd.upper() == 'HEALTHCHECK' and found:
            found = (found[0].upper(), *found[1:])
        yield command.cmd.upper(), found, command.flags, (command.start_line, command.end_line), heredocs


@settings(max_examples=400, deadline=None)
@given(dockerfiles)
@example('FROM a\nRUN --mount=type=x a \\\n # c\n\n  b\nCMD ["a", "b"]\n')
@example('# escape=`\nRUN a `\n b\nENV A=1 B="2 3"\n')
def test_reads_as_docker_does(code):
    dockerfile = pytest.importorskip('dockerfile')
    try:
        expected = list(theirs(dockerfile, code))
    except dockerfile.GoParseError:
        assert all(found.name for found in read(code))
        return
    # the judge (BuildKit 0.12) takes `["a"] b` for JSON, and an ONBUILD in another has two readings
    if not any('[' in str(item) for found in ours(code) for item in found[1]) and code.count('ONBUILD') < 2:
        assert list(ours(code)) == expected


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | dockerfiles.map(str.encode))
def test_takes_anything(data):
    for found in instructions(whole(data)):
        assert 0 <= found.span.start <= found.span.end <= len(data)
        assert all(0 <= word.span.start <= word.span.end <= len(data) for word in (*found.flags, *found.arguments))
