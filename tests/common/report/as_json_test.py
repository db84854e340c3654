from __future__ import annotations

import json

from deno_ai_hooks.common.diagnostic import Place
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.as_json import write
from deno_ai_hooks.common.source import Position
from reporting import FINGERPRINT
from reporting import marked
from reporting import written


def test_says_so_when_there_is_nothing_to_say():
    assert json.loads(written(write)) == {'version': 1, 'diagnostics': [], 'skipped': []}


def test_holds_what_is_promised():
    report = written(write, marked('\n模 «"http://a"\n»', fixed='y'), skipped=[Skipped('node_modules', 'vendored')])
    assert json.loads(report) == {
        'version': 1,
        'diagnostics': [{
            'hook': 'https-only-fetch',
            'rule': 'https-only-fetch',
            'path': 'main.ts',
            'line': 2,
            'column': 3,
            'end_line': 3,
            'end_column': 1,
            'message': 'fetch() over plain HTTP; use https://',
            'fixable': True,
            'fingerprint': FINGERPRINT,
        }],
        'skipped': [{'path': 'node_modules', 'reason': 'vendored'}],
    }


def test_holds_how_far_files_were_looked_at_where_any_was():
    report = json.loads(written(write, skipped=[Skipped('deno.lock', '3 of 4 judged', seen=True)]))
    assert (report['skipped'], report['seen']) == ([], [{'path': 'deno.lock', 'reason': '3 of 4 judged'}])


def test_holds_related_places_where_there_are_any():
    step = Place('a.ts', Position(1, 2), Position(1, 3), 'read here')
    report = json.loads(written(write, marked('«x»', related=(step,)), marked('«x»')))
    assert report['diagnostics'][0]['related'] == [
        {'path': 'a.ts', 'line': 1, 'column': 2, 'end_line': 1, 'end_column': 3, 'message': 'read here'},
    ]
    assert 'related' not in report['diagnostics'][1]
    assert report['diagnostics'][1]['fixable'] is False


def test_is_ascii_that_every_parser_takes():
    report = written(write, marked('«x»', path='\udcff\u202e\x1b.ts', message='\ud800 "模"'))
    assert report.isascii() and report.count('\n') == 1
    assert '\\ud8' not in report.replace('\\\\', '') and '\\udc' not in report.replace('\\\\', '')
    diagnostic = json.loads(report)['diagnostics'][0]
    assert (diagnostic['path'], diagnostic['message']) == ('\\udcff\u202e\x1b.ts', '\\ud800 "模"')
