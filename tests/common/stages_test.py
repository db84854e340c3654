from __future__ import annotations

import pytest
from deno_ai_hooks.common import stages
from deno_ai_hooks.common.documents.containerfile import Containerfile
from deno_ai_hooks.common.text import whole

THREE = '''FROM a AS one
WORKDIR /app
USER x
COPY . .
CMD ["one"]
FROM one AS two
WORKDIR sub
COPY a b/
FROM b AS three
COPY --from=two /app/sub /three
ENTRYPOINT ["three"]
'''


def read(text):
    return Containerfile('Dockerfile', whole(text.encode()))


def test_chain():
    document = read(THREE)
    assert [[each.name for each in stages.chain(document, stage)] for stage in document.stages()] == [
        ['one'], ['two', 'one'], ['three'],
    ]


def test_chain_ends():
    document = read('FROM a AS s0\n' + ''.join(f'FROM s{n} AS s{n + 1}\n' for n in range(200)))
    assert len(list(stages.chain(document, document.stages()[-1]))) == stages.ANCESTORS


def test_last_and_start():
    document = read(THREE)
    _, two, three = document.stages()
    assert stages.last(document, two, 'USER')[1] == 'x'
    assert stages.last(document, three, 'USER') is None
    entry, command = stages.start(document, two)
    assert entry is None
    assert command.words[0].text == 'one'
    entry, command = stages.start(document, three)
    assert (entry.words[0].text, command) == ('three', None)


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        (THREE, {'0', 'two'}),
        ('FROM a\nCOPY --from=x/y:1 /a /b', {'x/y:1'}),
        ('FROM a\nRUN --mount=type=bind,from=Build,target=/a ls', {'build'}),
        ('FROM a\nCOPY a b\nRUN --mount=type=cache,target=/a ls', set()),
        ('', set()),
    ),
)
def test_used(text, expected):
    assert stages.used(read(text)) == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        (THREE, [(0, '/app'), (1, '/app/sub/b')]),
        ('FROM a\nCOPY a /b/', [(0, '/b')]),
        ('FROM a\nWORKDIR /a\nWORKDIR b\nADD x ../c', [(0, '/a/c')]),
        ('FROM a\nENV D=/data\nWORKDIR $D\nCOPY x .', [(0, '/data')]),
        ('FROM a\nCOPY a', []),
        ('FROM a\nCOPY --from=b a c', []),
    ),
)
def test_copies(text, expected):
    assert [(copy.stage, copy.target) for copy in stages.copies(read(text))] == expected


@pytest.mark.parametrize(
    ('taken', 'expected'),
    (
        ('COPY --from=build /app /x', True),
        ('COPY --from=build /app/a /x', True),
        ('COPY --from=build / /x', True),
        ('COPY --from=0 /app /x', True),
        ('COPY --from=BUILD /app/ /x', True),
        ('COPY --from=build /app/b /x', False),
        ('COPY --from=build /ap /x', False),
        ('COPY --from=other /app /x', False),
        ('COPY app /x', False),
    ),
)
def test_is_shipped(taken, expected):
    document = read(f'FROM a AS build\nWORKDIR /app\nCOPY secret a/\nFROM b\n{taken}')
    copy = next(stages.copies(document))
    assert stages.is_shipped(document, copy, stages.onward(document)) is expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    (('FROM a AS x\nFROM x AS y\nFROM y', ['', 'y', 'x']), ('FROM a AS x\nFROM b AS y', ['y']), ('', [])),
)
def test_shipped(text, expected):
    assert [stage.name for stage in stages.shipped(read(text))] == expected


@pytest.mark.parametrize(
    ('text', 'path', 'expected'),
    (
        ('FROM a\nWORKDIR /app\nCOPY . .', '/app/x/y', ['x/y']),
        ('FROM a\nCOPY . /app', '/app', ['.']),
        ('FROM a\nCOPY . /app', '/x', []),
        ('FROM a\nCOPY . /app', '/apple', []),
        ('FROM a\nCOPY src /app', '/app/x', ['src/x']),
        ('FROM a\nCOPY a.sh /e.sh', '/e.sh', ['a.sh']),
        ('FROM a\nCOPY a.sh b.sh /bin/', '/bin/b.sh', ['a.sh/b.sh', 'b.sh', 'b.sh/b.sh']),
        ('FROM a\nCOPY d/*.sh /bin/', '/bin/b.sh', ['d/b.sh']),
        ('FROM a\nCOPY *.sh /bin/', '/bin/b.txt', []),
        ('FROM a\nCOPY --chown=x deno.* /app/', '/app/deno.lock', ['deno.lock']),
        # the last copied first
        ('FROM a\nCOPY . /app\nCOPY b /app', '/app/x', ['b/x', 'x']),
        ('FROM a AS b\nCOPY . /b\nFROM c\nCOPY --from=b /b /c', '/c/x', ['x']),
        ('FROM a AS b\nCOPY . /b\nFROM c\nCOPY --from=0 /b/x /y', '/y', ['x']),
        ('FROM a AS b\nWORKDIR /b\nCOPY . .\nFROM b\nCOPY y z', '/b/x', ['x']),
        ('FROM a AS b\nWORKDIR /b\nFROM b\nCOPY y z', '/b/z', ['y']),
        ('FROM a\nCOPY --from=x/y:1 /a /b', '/b', []),
        ('FROM a\nCOPY --from=0 /a /a', '/a/b', []),
        # what leads out of a context stays in it
        ('FROM a\nCOPY ../../etc /app', '/app/passwd', ['etc/passwd']),
        ('FROM a\nADD .. /app', '/app/x', ['x']),
        ('FROM a\nCOPY /src /app', '/app/x', ['src/x']),
    ),
)
def test_origins(text, path, expected):
    document = read(text)
    assert list(stages.Contents(document, document.stages()[-1]).origins(path)) == expected


def test_origins_end():
    text = ''.join(f'FROM a AS s{n}\n' + ''.join(f'COPY --from=s{m} / /\n' for m in range(n)) for n in range(40))
    document = read(text)
    assert list(stages.Contents(document, document.stages()[-1]).origins('/x')) == []


@pytest.mark.parametrize(
    ('name', 'expected'), (('', 'three'), ('one', 'one'), ('TWO', 'two'), ('1', 'two'), ('four', None)),
)
def test_target(name, expected):
    found = stages.target(read(THREE), name)
    assert (found and found.name) == expected


@pytest.mark.parametrize(
    ('name', 'expected'), (('one', 0), ('TWO', 1), ('2', 2), ('a', None), ('', None), ('x/y:1', None)),
)
def test_named(name, expected):
    assert stages.named(read(THREE), name) == expected


def test_taken():
    document = read(THREE)
    assert [stages.taken(document, stage) for stage in document.stages()] == [{0}, {0, 1}, {1, 2}]


def test_at():
    document = read(THREE)
    places = [stages.at(document, document.text.span(at, at)) for at in (0, THREE.index('sub'), len(THREE) - 1)]
    assert places == [0, 1, 2]
    assert stages.at(read('ARG A\nFROM a'), document.text.span(0, 3)) == -1


def test_flags():
    (stage,) = read('FROM a\nCOPY --exclude=x --chown=y --exclude=z a b').stages()
    instruction = stage.instructions[1]
    assert stages.flags(instruction, 'exclude') == ['x', 'z']
    assert (stages.flag(instruction, 'chown'), stages.flag(instruction, 'from')) == ('y', '')
