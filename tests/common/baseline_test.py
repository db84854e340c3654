from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from deno_ai_hooks.common.baseline import Baseline
from deno_ai_hooks.common.baseline import BaselineError
from deno_ai_hooks.common.baseline import Entry
from deno_ai_hooks.common.baseline import fingerprint
from deno_ai_hooks.common.baseline import known
from deno_ai_hooks.common.baseline import load
from deno_ai_hooks.common.baseline import save
from reporting import marked

PARTS = ('hook', 'rule', 'a.ts', 'message', 'const x =', 0)


def test_a_fingerprint_is_the_same_forever():
    """Baselines that people keep break when this changes."""
    assert fingerprint(*PARTS) == 'c81cf3f9c13ec39f6af53f265e746932'
    assert fingerprint('h', 'r', 'é\udcff\U0001f512', "it's \"so\"", '', 3) == 'd2cf34cb776e26ff343f641a2c47fca5'


@pytest.mark.parametrize('place', range(len(PARTS)))
def test_a_fingerprint_depends_on_every_part(place):
    other = [*PARTS]
    other[place] = 1 if place == 5 else 'other'
    assert fingerprint(*other) != fingerprint(*PARTS)


def test_parts_do_not_run_together():
    assert fingerprint('a', 'b', 'c', 'd', "e', 'f", 0) != fingerprint('a', 'b', 'c', "d', 'e", 'f', 0)


def test_a_fingerprint_does_not_hang_on_the_process():
    program = f'from deno_ai_hooks.common.baseline import fingerprint; print(fingerprint(*{PARTS!r}))'
    found = subprocess.run(
        (sys.executable, '-c', program), capture_output=True, text=True, check=True,
        env={**os.environ, 'PYTHONHASHSEED': '7', 'PYTHONPATH': os.pathsep.join(sys.path)},
    )
    assert found.stdout.strip() == fingerprint(*PARTS)


def diagnostic(path='a.ts', nth=0, message='no', line=1):
    name = fingerprint('h', 'h', path, message, '', nth)
    return marked('\n' * (line - 1) + '«x»', path=path, message=message)._replace(fingerprint=name)


def test_what_was_saved_is_known(tmp_path):
    file = str(tmp_path / 'baseline.json')
    several = [diagnostic(), diagnostic('b/\udcff\u202e模.ts'), diagnostic(nth=1)]
    save(file, several)
    new = diagnostic(message='another')
    compared = known([*several, new], load(file))
    assert compared == ((new,), tuple(several), ())


def test_is_written_for_review_and_without_lines(tmp_path):
    file = tmp_path / 'baseline.json'
    save(str(file), [diagnostic('b.ts', line=7), diagnostic('a.ts', message='“no”')])
    first = file.read_text()
    assert first == f'''{{
  "version": 1,
  "findings": [
    {{"path": "a.ts", "rule": "https-only-fetch", "message": "\\u201cno\\u201d", "fingerprint": "{
        fingerprint('h', 'h', 'a.ts', '“no”', '', 0)}"}},
    {{"path": "b.ts", "rule": "https-only-fetch", "message": "no", "fingerprint": "{
        fingerprint('h', 'h', 'b.ts', 'no', '', 0)}"}}
  ]
}}
'''
    save(str(file), [diagnostic('a.ts', message='“no”', line=3), diagnostic('b.ts')])
    assert file.read_text() == first
    assert len(json.loads(first)['findings']) == 2


def test_an_empty_baseline(tmp_path):
    file = tmp_path / 'baseline.json'
    save(str(file), [])
    assert file.read_text() == '{\n  "version": 1,\n  "findings": []\n}\n'
    assert load(str(file)) == Baseline()
    assert known([diagnostic()], Baseline()).new == (diagnostic(),)


def test_each_entry_lets_one_finding_stand():
    entry = Entry('a.ts', 'r', '', diagnostic().fingerprint)
    one, two = diagnostic(line=1), diagnostic(line=2)
    assert known([one, two], Baseline((entry,))) == ((two,), (one,), ())
    assert known([one, two], Baseline((entry, entry))) == ((), (one, two), ())
    assert known([one], Baseline((entry, entry, entry))) == ((), (one,), (entry, entry))


def test_entries_that_are_gone_are_stale():
    kept, gone = (Entry(d.path, d.rule, '', d.fingerprint) for d in (diagnostic(), diagnostic('gone.ts')))
    assert known([diagnostic()], Baseline((gone, kept))).stale == (gone,)


NAME = 'a1' * 16


@pytest.mark.parametrize(
    ('text', 'complaint'),
    (
        ('', 'not JSON at line 1'),
        ('{"version": 1,\n "findings": [,]}', 'not JSON at line 2, column 15'),
        (b'\xff{}', 'not UTF-8 at byte 0'),
        ('[]', 'no baseline'),
        ('{}', 'no baseline'),
        ('null', 'no baseline'),
        ('{"version": 2, "findings": []}', 'version 2 of the format; this program reads 1'),
        ('{"version": "1", "findings": []}', 'version 1 of the format'),
        ('{"version": true, "findings": []}', 'version True of the format'),
        ('{"version": NaN, "findings": []}', 'version nan of the format'),
        ('{"version": 1}', '"findings" is no list'),
        ('{"version": 1, "findings": {}}', '"findings" is no list'),
        ('{"version": 1, "findings": [7]}', 'finding 1 is no object'),
        ('{"version": 1, "findings": [{"path": "a", "rule": "r"}]}', 'finding 1 has no text for "fingerprint"'),
        (f'{{"version": 1, "findings": [{{"path": 1, "rule": "r", "fingerprint": "{NAME}"}}]}}', 'text for "path"'),
        ('{"version": 1, "findings": [{"path": "a", "rule": "r", "fingerprint": "A1"}]}', '32 hexadecimal digits'),
        # made to break a reader
        ('[' * 200_000, 'nested too deep'),
        ('{"version": ' + '1' * 10_000 + '}', 'a number too long'),
        ('{"version": "' + 'x' * 10_000 + '"}', 'version xxxxxxxxxxxxxxxxxxxx of the format'),
    ),
)
def test_says_what_is_wrong_with_a_file(text, complaint, tmp_path):
    file = tmp_path / 'baseline.json'
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BaselineError) as caught:
        load(str(file))
    assert str(caught.value).startswith(f'{file}: ') and complaint in str(caught.value)


def test_reads_what_people_and_tools_leave_behind(tmp_path):
    file = tmp_path / 'baseline.json'
    entry = f'{{"path": "a", "rule": "r", "fingerprint": "{NAME}", "note": "ours"}}'
    file.write_bytes(f'\ufeff{{"findings": [{entry}], "version": 1}}'.encode())
    assert load(str(file)) == Baseline((Entry('a', 'r', '', NAME),))


def test_no_file_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / 'none.json'))
