"""No value is written: every format through every report, and through whatever can go wrong."""
from __future__ import annotations

import os
import re
from random import Random

import pytest
from deno_ai_hooks import no_hardcoded_secrets
from deno_ai_hooks import program
from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.redact import redact
from deno_ai_hooks.facts.tokens import formats
from fake_keys import fake
from fake_keys import letters
from fake_keys import pem
from fake_keys import structures

IGNORE = 'deno-ai-hooks-' + 'ignore'  # no comment of this file's own

PIECE = 8
RANDOM = Random(11)
WORD = letters(RANDOM, 14)


def secrets() -> dict[str, str]:
    """Return the line of each secret with the part of it that is random."""
    lines = {}
    for row in formats():
        # without a digit a value that has no mark of its own passes for a word
        key = next(key for seed in range(9) if any(map(str.isdigit, key := fake(row, seed))))
        drawn = re.search(row.pattern, key)
        secret = drawn[drawn.lastindex or 0].removeprefix(row.word)
        lines[f'const k = 1; const {row.variable} = "{key}"; // {row.provider}'] = secret
    for name, value in structures(5).items():
        secret = value.split(':')[2].partition('@')[0] if '://' in value else value.rpartition('.')[2]
        lines[f'const k = 1; const {name.upper().replace(" ", "_")}_TOKEN = "{value}";'] = secret
    lines[f'const k = 1; const login = {{ password: "{WORD}" }};'] = WORD
    lines[f'const k = 1; const pem = "{key_on_a_line()}";'] = key_on_a_line()[40:200]
    return lines


def key_on_a_line() -> str:
    return pem(Random(1)).replace('\n', '\\n')


SECRETS = secrets()
CODE = '\n'.join(SECRETS) + '\n'


def pieces() -> set[bytes]:
    found = set()
    for value in SECRETS.values():
        for at in range(len(value) - PIECE + 1):
            piece = value[at:at + PIECE]
            if len(set(piece)) > 3 and 'EY-----' not in piece:
                found.add(piece.encode())
    return found


PIECES = pieces()


def assert_silent(*outputs: bytes) -> None:
    for output in outputs:
        seen = {output[at:at + PIECE] for at in range(len(output) - PIECE + 1)}
        assert not sorted(seen & PIECES)[:3]


def talkative() -> Hook:
    """Return a hook that repeats the lines it sees, mends them, and points at them."""
    hook = Hook('talkative', 'Repeats what it sees.')

    @hook.check('text', docs=True)
    def check(document):
        data, at = document.text.data, 0
        for line in data.split(b'\n'):
            if line.startswith(b'const k'):
                span = Span(at, at + 5)
                text = line.decode()
                edit = Edit(Span(at, at + len(line)), text.replace('const', 'let'))
                yield Finding(span, f'look: {text}', (edit,), related=(Step(document.path, span, text),))
            at += len(line) + 1
    return hook


def failing() -> Hook:
    hook = Hook('failing', 'Fails over what it sees.')

    @hook.check('text')
    def check(document):
        raise ValueError(document.text.data.decode())
        yield
    return hook


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / 'main.ts').write_text(CODE)
    (tmp_path / 'README.md').write_text(f'```ts\n{CODE}```\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(capsysbinary, folder, *, known=('main.ts', 'README.md')):
    """Return all bytes that were printed, and those of every new file."""
    done = capsysbinary.readouterr()
    files = [path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in known]
    return done.out, done.err, *files


FORMATS = ('text', 'json', 'sarif', 'github')


def test_there_is_something_to_leak(folder, capsysbinary):
    assert no_hardcoded_secrets.main(['main.ts', '--format', 'github']) == 1
    assert capsysbinary.readouterr().out.count(b'::error') >= len(SECRETS) * 0.97
    assert len(PIECES) > 3000


@pytest.mark.parametrize('form', FORMATS)
def test_reports(form, folder, capsysbinary):
    no_hardcoded_secrets.main(['main.ts', 'README.md', '--format', form])
    no_hardcoded_secrets.main(['main.ts', 'README.md', '--format', form, '--output', 'report'])
    assert_silent(*written(capsysbinary, folder))


@pytest.mark.parametrize('form', FORMATS)
def test_reports_of_other_hooks(form, folder, capsysbinary):
    assert run(talkative(), ['main.ts', '--format', form]) == (0 if form == 'sarif' else 1)
    out, *others = written(capsysbinary, folder)
    assert b'look: ' in out
    assert_silent(out, *others)


def test_differences(folder, capsysbinary):
    assert run(talkative(), ['main.ts', '--diff']) == 1
    out, *others = written(capsysbinary, folder)
    assert b'+let k = 1;' in out
    assert_silent(out, *others)


def test_mending_keeps_the_values(folder, capsysbinary):
    run(talkative(), ['main.ts', '--fix'])
    assert (folder / 'main.ts').read_text() == CODE.replace('const', 'let')
    assert_silent(*written(capsysbinary, folder))


@pytest.mark.parametrize('form', FORMATS)
def test_failures(form, folder, capsysbinary):
    assert run(failing(), ['main.ts', '--format', form]) == 2
    assert_silent(*written(capsysbinary, folder))


def test_baselines(folder, capsysbinary):
    program.main(['baseline', '--only', 'no-hardcoded-secrets', '--output', 'known.json', 'main.ts'])
    program.main(['check', '--only', 'no-hardcoded-secrets', '--baseline', 'known.json', 'main.ts', '--format', 'json'])
    assert_silent(*written(capsysbinary, folder))


@pytest.mark.parametrize('name', ('known.json', 'nothing.json', 'main.ts'))
def test_broken_baselines(name, folder, capsysbinary):
    (folder / 'known.json').write_text('{"version": 1, "findings": [' + CODE)
    assert no_hardcoded_secrets.main(['main.ts', '--baseline', name]) == 2
    assert_silent(*written(capsysbinary, folder, known=('main.ts', 'README.md', 'known.json')))


def test_broken_files(folder, capsysbinary):
    (folder / 'latin.ts').write_bytes(CODE.encode() + b'// caf\xe9\n')
    (folder / 'deno.json').write_text('{"tasks": ' + CODE)
    (folder / 'wide.ts').write_bytes(CODE.encode('utf-16'))
    names = ('main.ts', 'latin.ts', 'deno.json', 'wide.ts')
    program.main(['check', 'gone.ts', *names])
    assert_silent(*written(capsysbinary, folder, known=(*names, 'README.md')))


def test_reports_that_cannot_be_written(folder, capsysbinary):
    assert no_hardcoded_secrets.main(['main.ts', '--output', 'gone/report']) == 2
    assert_silent(*written(capsysbinary, folder))


def test_comments_that_name_a_value(folder, capsysbinary):
    text = ''.join(f'// {IGNORE} {value} -- because\nf();\n' for value in (WORD, *SECRETS.values()))
    (folder / 'main.ts').write_text(CODE + text)
    no_hardcoded_secrets.main(['main.ts'])
    assert_silent(*written(capsysbinary, folder))


def test_many_processes(folder, capsysbinary):
    os.mkdir('many')
    for number in range(450):
        (folder / f'many/{number}.ts').write_text(f'{list(SECRETS)[number % len(SECRETS)]}\n')
    assert no_hardcoded_secrets.main(['many', '--format', 'json']) == 1
    assert_silent(*written(capsysbinary, folder))


def test_redact_keeps_the_width():
    for line in SECRETS:
        assert len(redact(line)) == len(line)
    assert_silent(*(redact(line).encode() for line in SECRETS))
    assert redact('const greeting = "hello";') == 'const greeting = "hello";'
