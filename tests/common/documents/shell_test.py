from __future__ import annotations

import time

import pytest
from deno_ai_hooks.common.documents.base import Place
from deno_ai_hooks.common.documents.shell import Shell
from deno_ai_hooks.common.documents.shell import without_prompts
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import whole
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

DOCS = Place('docs')


def shell(code, carrier='file', dialect='sh'):
    return Shell('run.sh', whole(code.encode()), Place(carrier), dialect)


def scripts(document):
    """Return a document with all that stands inside it."""
    yield document
    for part in document.parts():
        yield from scripts(part)


def words(code, carrier='file', dialect='sh'):
    return [[word.text for word in command.words] for command in shell(code, carrier, dialect).commands()]


def inner(code, dialect='sh'):
    """Return the words of the scripts inside a script."""
    parts = shell(code, dialect=dialect).parts()
    return [[word.text for word in command.words] for part in parts for command in part.commands()]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('deno run -A main.ts', ['deno run -A main.ts']),
        ('a && b || c; d | e |& f & g\nh', [*'abcdefgh']),
        ('(deno a; deno b) && { deno c; }', ['deno a', 'deno b', 'deno c']),
        ('if deno a; then deno b; elif deno c; then :; else deno d; fi', ['deno a', 'deno b', 'deno c', ':', 'deno d']),
        ('while deno a; do deno b; done; until deno c; do :; done', ['deno a', 'deno b', 'deno c', ':']),
        ('! deno a; time deno b; time -p deno c', ['deno a', 'deno b', 'deno c']),
        ('case $1 in a|b) deno a ;; (*) deno b;& c) deno c; esac; deno d', ['deno a', 'deno b', 'deno c', 'deno d']),
        ('case x in\n  x)\n    deno a\n    ;;\nesac\ndeno b', ['deno a', 'deno b']),
        ('f() { deno a; }\nfunction g { deno b; }\nfunction h() {\n deno c\n}', ['deno a', 'deno b', 'deno c']),
        ('for x in deno a; do deno b; done', ['deno b']),
        ('for ((i=0; i<3; i++)); do deno a; done', ['deno a']),
        ('[[ a && b || c ]] && deno a', ['deno a']),
        ('((n > 1)) && deno a', ['deno a']),
        ('deno a $((1 + (2 * 3))) b', ['deno a $((1 + (2 * 3))) b']),
        ('deno a # deno b\n# deno c', ['deno a']),
        # only a blank in front makes it a comment
        ('deno a#b x#', ['deno a#b x#']),
        ('deno a \\\n  b \\\r\n  c', ['deno a b c']),
        ('de\\\nno a', ['deno a']),
        ('deno a\r\ndeno b\r\n', ['deno a', 'deno b']),
        ('\N{BYTE ORDER MARK}deno a', ['deno a']),
        ('#!/bin/sh\ndeno a', ['deno a']),
    ),
)
def test_commands(code, expected):
    assert [' '.join(each) for each in words(code)] == expected


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ("deno 'a b' \"c d\" e\\ f", ['deno', 'a b', 'c d', 'e f']),
        ('--x="y z"\'w\'', ['--x=y zw']),
        ("$'a\\n\\x41\\101\\''", ["a\nAA'"]),
        ('$"a" "" \'\'', ['a', '', '']),
        ('"a\\"b\\$c\\d"', ['a"b$c\\d']),
        ("'a\\'", ['a\\']),
        ('"a\\\nb"', ['ab']),
        # nothing closes these
        ("don't", ["don't"]),
        ('a "b', ['a', '"b']),
        ('a $(b', ['a', '$(b']),
        ('a ${b', ['a', '${b']),
        ('a `b', ['a', '`b']),
        ('a \\', ['a', '\\']),
        ('~/.deno/bin/deno run', ['~/.deno/bin/deno', 'run']),
        ('$HOME/.deno/bin/deno run', ['$HOME/.deno/bin/deno', 'run']),
        ('deno --allow-read=./{a,b} *.ts', ['deno', '--allow-read=./{a,b}', '*.ts']),
        ('deno npm:@scope/x@1 https://x.example/?a=b', ['deno', 'npm:@scope/x@1', 'https://x.example/?a=b']),
    ),
)
def test_quotes(code, expected):
    assert words(code) == [expected]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('deno a > out.txt b 2>&1 >>log </dev/null &>x >|y 2>x', ['deno', 'a', 'b']),
        ('deno a <<< "text" b', ['deno', 'a', 'b']),
        ('> out deno a', ['deno', 'a']),
        ('deno a2>x', ['deno', 'a2']),
        ('deno --allow-net=a.com>x', ['deno', '--allow-net=a.com']),
        ('done < <(deno a)', ['deno', 'a']),
    ),
)
def test_redirects_are_no_arguments(code, expected):
    assert words(code) == [expected]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('a $(b $(c)) d', [['a', None, 'd'], ['b', None], ['c']]),
        ('a "x $(b "c")"', [['a', 'x $(b "c")'], ['b', 'c']]),
        ('a `b "c"` d', [['a', None, 'd'], ['b', 'c']]),
        ('diff <(a b) >(c)', [['diff', '<(a b)', '>(c)'], ['a', 'b'], ['c']]),
        ('X=$(a b)', [['a', 'b']]),
        ('X=(1 $(a b))', [['a', 'b']]),
        ('a ${X:-$(b)}', [['a', None], ['b']]),
        ('for x in $(a); do b; done', [['a'], ['b']]),
        ('a $(case x in y) b;; esac) c', [['a', None, 'c'], ['b']]),
        ('cat <<EOF\nx $(a b) y\nEOF', [['cat'], ['a', 'b']]),
        ("cat <<'EOF'\nx $(a b) y\nEOF", [['cat']]),
        ("echo '$(a)' \\$(b)", [['echo', '$(a)', '$'], ['b']]),
    ),
)
def test_substitutions(code, expected):
    assert words(code) == expected


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('F="-A --x"; deno $F a', ['-A', '--x', 'a']),
        ('F="-A --x"; deno "$F" a', ['-A --x', 'a']),
        ('F=-A\ndeno ${F}', ['-A']),
        ('export F=-A; deno $F', ['-A']),
        ('readonly P=8000; deno --allow-net=:$P', ['--allow-net=:8000']),
        ('P=--allow-net && deno run $P', ['run', '--allow-net']),
        ('A=1; B="$A,2"; deno --x=$B', ['--x=1,2']),
        ('F=(-A "--x y"); deno "${F[@]}" z', ['-A', '--x y', 'z']),
        ('F=(\n  -A # all\n  --x\n)\ndeno ${F[*]}', ['-A', '--x']),
        ('E=; deno $E a "$E"', ['a', '']),
        ('deno ${F:--A} "${P:-80}" ${D-x}', ['-A', '80', 'x']),
    ),
)
def test_variables_that_are_known(code, expected):
    assert words(code)[-1] in (['deno', *expected], expected)


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('deno $F a', [None, 'a']),
        ('deno ${F[@]} "$@" $* $1', [None, None, None, None]),
        ('deno "$F" --allow-net=${HOST} --x=$Y', ['$F', '--allow-net=${HOST}', '--x=$Y']),
        # afterwards, twice, of an unknown value, in a loop, for one command only, read from somewhere
        ('deno $F; F=-A', [None]),
        ('F=1; F=2; deno $F', [None]),
        ('F=1; F+=2; deno $F', [None]),
        ('F=$X; deno $F', [None]),
        ('for F in 1 2; do deno $F; done', [None]),
        ('F=1 true; deno $F', [None]),
        ('F=1; read -r F; deno $F', [None]),
        ('F=(a); F+=(b); deno "${F[@]}"', [None]),
        ('D=x; deno ${D:+--y} ${D%x} ${#D}', [None, None, None]),
        ('deno ${{ matrix.flags }} --x=${{ a }} "${{ b }}"', [None, '--x=${{ a }}', '${{ b }}']),
        ('deno {{flags}} --x={{ y }}', [None, '--x={{ y }}']),
        # a brace expansion
        ('deno {{a,b},c}', ['{{a,b},c}']),
    ),
)
def test_variables_that_are_not_known(code, expected):
    assert next(each for each in words(code) if each[0] == 'deno')[1:] == expected


def test_values_that_grow_stay_unknown():
    code = 'A=' + 'x' * 1000 + ';' + ''.join(f'{b}=${a}${a}${a};' for a, b in zip('ABCDEFG', 'BCDEFGH', strict=True))
    assert words(code + 'deno $H') == [['deno', None]]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('K=v', [('K', 'v', 'v')]),
        ('K="v w"; L=\'x\'', [('K', 'v w', 'v w'), ('L', 'x', 'x')]),
        ('export K=v L="w"', [('K', 'v', 'v'), ('L', 'w', 'w')]),
        ('K=v deno run', [('K', 'v', 'v')]),
        ('env -i K=v L="w x" deno run', [('K', 'v', 'v'), ('L', 'w x', 'L="w x"')]),
        ('cross-env K=v deno run', [('K', 'v', 'v')]),
        ('K=', [('K', '', 'K=')]),
        ('K=$X L=$(x) M="a$X"', [('K', None, '$X'), ('L', None, '$(x)'), ('M', None, 'a$X')]),
        ('A=1; K=$A', [('A', '1', '1'), ('K', '1', '$A')]),
        # none of these assigns
        ('export K; echo K=v; deno run K=v; "K=v"; F=(a b)', []),
    ),
)
def test_assignments(code, expected):
    found = shell(code).variables()
    assert [(v.name, v.value, code[v.span.start:v.span.end]) for v in found] == expected


def test_environment_of_a_command():
    command = next(iter(shell('A=1 B="x y" deno run -A').commands()))
    assert [(v.name, v.value) for v in command.environment] == [('A', '1'), ('B', 'x y')]
    assert command.words[0].text == 'deno'


def test_spans_cover_words_as_they_are_written():
    code = 'F="-A --x"; K=1 deno "a b"c \\\n  $F # d'
    command = next(iter(shell(code).commands()))
    assert [code[s.start:s.end] for _, s in command.words] == ['deno', '"a b"c', '$F', '$F']
    assert code[command.span.start:command.span.end] == 'K=1 deno "a b"c \\\n  $F'


def test_spans_stand_in_the_outer_file():
    data = b'"x": "deno \\"a b\\" c"'
    builder = TextBuilder(whole(data))
    builder.copy(6, 11)
    builder.put(b'"', 11, 13)
    builder.copy(13, 16)
    builder.put(b'"', 16, 18)
    builder.copy(18, 20)
    command = next(iter(Shell('deno.json', builder.build()).commands()))
    assert [(word.text, data[word.span.start:word.span.end]) for word in command.words] == [
        ('deno', b'deno'),
        ('a b', b'\\"a b\\"'),
        ('c', b'c'),
    ]


@pytest.mark.parametrize(
    'code',
    (
        'bash <<EOF\ndeno a\nEOF\n',
        "sh -s -- x <<-'EOF'\n\tdeno a\n\tEOF\n",
        'cat <<EOF | sudo bash\ndeno a\nEOF',
        'ssh -p 22 me@host <<EOF\ndeno a\nEOF',
        "ssh host bash -s <<'EOF'\ndeno a\nEOF",
        'cat > run.sh <<EOF\ndeno a\nEOF',
        'cat <<"EOF" >>/usr/bin/run.bash\ndeno a\nEOF',
        'sudo tee bin/run.sh <<EOF\ndeno a\nEOF',
        'cat > run <<EOF\n#!/usr/bin/env bash\ndeno a\nEOF',
        # nothing ends it
        'bash <<EOF\ndeno a\n',
        'bash <<< "deno a"',
        'sh -c "deno a"',
        "bash -lc 'deno a' x",
        'bash -o pipefail -ec "deno a"',
        'sudo -u x sh -c "deno a"',
        'docker compose exec api sh -c "deno a"',
        'env -S "deno a"',
        'pm2 start "deno a" --name deno',
        "concurrently -n x 'deno a'",
        'npx concurrently "deno a"',
        'watchexec -e ts "deno a"',
        'nodemon -e ts --exec "deno a"',
        'nix-shell -p deno --run "deno a"',
        'su - me -c "deno a"',
        'eval "deno a"',
        "trap 'deno a' EXIT",
        "ssh host 'deno a'",
        'F="deno a"; sh -c "$F"; bash -c "deno a"',
    ),
)
def test_scripts_inside(code):
    assert inner(code)[-1] == ['deno', 'a']


@pytest.mark.parametrize(
    'code',
    (
        'cat <<EOF\ndeno a\nEOF',
        'cat > README.md <<EOF\ndeno a\nEOF',
        'cat > main.ts <<EOF\ndeno a\nEOF',
        'cat > run.sh <<EOF\n#!/usr/bin/env -S deno run\ndeno a\nEOF',
        'bash run.sh <<EOF\ndeno a\nEOF',
        'psql <<EOF\ndeno a\nEOF',
        'ssh host psql <<EOF\ndeno a\nEOF',
        'grep "deno a" x',
        'git commit -m "deno a"',
        'bash run.sh -c "deno a"',
        'sh -x "deno a"',
        'echo "deno a" | grep deno',
        'docker build -t sh -c "deno a" .',
    ),
)
def test_texts_that_no_shell_reads(code):
    assert inner(code) == []


def test_scripts_inside_keep_their_place_and_escapes():
    code = 'sh -c "deno run \\"a b\\" \\$X"'
    script = next(iter(shell(code, 'task').parts()))
    command = next(iter(script.commands()))
    assert [(w.text, code[w.span.start:w.span.end]) for w in command.words] == [
        ('deno', 'deno'),
        ('run', 'run'),
        ('a b', '\\"a b\\"'),
        (None, '\\$X'),
    ]
    assert script.place == Place('task')
    assert script.text.escape('"$') == '\\"\\$'


def test_units_and_variables_written_by_a_script():
    unit, env = shell('cat >/x/a.service <<E\nExecStart=deno run -A\nE\ncat > .env <<E\nK=v\nE\n').parts()
    assert [w.text for c in unit.commands() for w in c.words] == ['deno', 'run', '-A']
    assert [(v.name, v.value) for v in env.variables()] == [('K', 'v')]


def test_scripts_in_scripts_end_somewhere():
    code = ''.join(f'bash <<E{n}\n' for n in range(200)) + 'deno\n'
    assert len(list(scripts(shell(code)))) < 10


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('$ deno run -A \\\n>   main.ts\nListening\n$ deno task x', ['deno run -A main.ts', 'deno task x']),
        ('> deno run\noutput', ['deno run']),
        ('❯ deno run\noutput', ['deno run']),
        ('me@host:~/app$ deno run', ['deno run']),
        ('PS C:\\app> deno run', ['deno run']),
        ('% deno run', ['deno run']),
        ('# first\n$ deno run\ndeno no', ['deno run']),
        ('deno run\ndeno task', ['deno run', 'deno task']),
        ('deno run --allow-net=<host> <file>', ['deno run --allow-net=<host> <file>']),
        ('deno run main.ts\nIt\'s running\nDon\'t worry', ['deno run main.ts', "It's running", "Don't worry"]),
    ),
)
def test_shown_sessions(code, expected):
    assert [' '.join(each) for each in words(code, 'docs')] == expected


def test_a_script_has_no_prompts():
    assert words('$ deno run') == [['$', 'deno', 'run']]


def test_prompts_keep_offsets():
    text = without_prompts(whole(b'$ deno a\nx\n$ deno b'))
    assert text.data == b'deno a\ndeno b'
    assert text.span(7, 13) == (13, 19)


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('deno run `\n  -A `\r\n main.ts', ['deno run -A main.ts']),
        ('& "C:\\Program Files\\deno.exe" run', ['C:\\Program Files\\deno.exe run']),
        ('.\\deno.exe run .\\main.ts; deno test', ['.\\deno.exe run .\\main.ts', 'deno test']),
        ("deno 'a b' \"c`\"d\"\"e\" f` g", ['deno a b c"d"e f g']),
        ('if (Test-Path x) { deno run } else { deno test }', ['Test-Path x', 'deno run', 'deno test']),
        ('$x = deno eval 1', ['deno eval 1']),
        ('<# deno a\ndeno b #> deno c # deno d', ['deno c']),
        ('deno @"\na "b" c\n"@ d', ['deno \na "b" c d']),
    ),
)
def test_powershell(code, expected):
    assert [' '.join(each) for each in words(code, dialect='powershell')] == expected


def test_powershell_variables():
    found = shell("$env:K = 'v'; $env:L=\"w\"; deno run $x", dialect='powershell').variables()
    assert [(v.name, v.value) for v in found] == [('K', 'v'), ('L', 'w')]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('@echo off\r\nREM deno a\r\n:: deno b\r\n@deno run ^\r\n  -A x.ts\r\n', ['echo off', 'deno run -A x.ts']),
        ('set F=-A --x\ndeno %F% %1 "%~dp0\\a b.ts"', ['set F=-A --x', 'deno -A --x - %~dp0\\a b.ts']),
        ('if exist x (deno run) else (deno test)', ['exist x', 'deno run', 'deno test']),
        ("deno a & deno b && deno 'c", ['deno a', 'deno b', "deno 'c"]),
        ('deno a^&b C:\\x\\y.ts', ['deno a&b C:\\x\\y.ts']),
    ),
)
def test_batch(code, expected):
    assert [' '.join(word or '-' for word in each) for each in words(code, dialect='batch')] == expected


def test_batch_variables():
    found = shell('set K=v w\nset "L=x"\nset /p M=\nset N=%K%', dialect='batch').variables()
    assert [(v.name, v.value) for v in found] == [('K', 'v w'), ('L', 'x'), ('N', None)]


def test_scripts_of_other_shells():
    assert inner('pwsh -Command "deno run `\n -A"', dialect='sh') != []
    assert inner('cmd /c "deno run"', dialect='batch') == [['deno', 'run']]


TOKENS = st.lists(
    st.sampled_from(
        'deno $( ) ( " \' ` \\ \n \r\n ; && | & # $ ${ } {{ }} <<E E << <<< > < K= K=( export case in ;; esac if fi'
        ' for [[ ]] (( )) $F ${F[@]} sh -c env % ^ @ $\' é \x00 > $'.split(' ')
    ).flatmap(lambda token: st.sampled_from((token, token + ' '))),
    max_size=40,
).map(lambda tokens: ''.join(tokens).encode())


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=60), TOKENS),
    dialect=st.sampled_from(('sh', 'powershell', 'batch')),
    carrier=st.sampled_from(('file', 'docs')),
)
def test_never_raises_and_stays_inside(data, dialect, carrier):
    for document in scripts(Shell('x.sh', whole(data), Place(carrier), dialect)):
        for variable in document.variables():
            assert 0 <= variable.span.start <= variable.span.end <= len(data)
        for command in document.commands():
            starts = [word.span.start for word in command.words]
            assert starts == sorted(starts)
            assert all(0 <= word.span.start <= word.span.end <= len(data) for word in command.words)


@pytest.mark.parametrize(
    'piece',
    ('(', ')', '"', "'", '`', '$(', '${', '"$(', '\\', '\\\n', '{{', '<(', 'A=(', '$((', "$'\\", '<<a ', 'case a in ',
     '$(cat <<A\n', 'sh -c "', 'env ', 'A=$A$A;', '<a', 'user@', '@"\n'),
)  # fmt: skip
@pytest.mark.parametrize('close', ('', '"\'`)}}'))
def test_time_grows_with_length_only(piece, close):
    code = piece * (100_000 // len(piece)) + close
    before = time.process_time()
    for document in scripts(shell(code)):
        list(document.commands())
        list(document.variables())
    assert time.process_time() - before < 5
