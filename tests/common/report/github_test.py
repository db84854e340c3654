from __future__ import annotations

import pytest
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.github import write
from reporting import marked
from reporting import written


def test_says_nothing_when_there_is_nothing_to_say():
    assert written(write, skipped=[Skipped('node_modules', 'vendored')]) == ''


@pytest.mark.parametrize(
    ('diagnostic', 'expected'),
    (
        (
            marked('\nfetch(«"http://a"»)'),
            '::error file=main.ts,line=2,col=7,endLine=2,endColumn=17,title=https-only-fetch'
            '::main.ts:2:7: fetch() over plain HTTP; use https:// [https-only-fetch]\n',
        ),
        # columns only where it begins and ends on one line
        (
            marked('f(«a\nb»)', message='no'),
            '::error file=main.ts,line=1,endLine=2,title=https-only-fetch::main.ts:1:3: no [https-only-fetch]\n',
        ),
        # a path and a message that try to say something else
        (
            marked('«x»', path='a,line=9:b%0A\n::stop-commands::t', message='100%\n::add-mask::x\r\x1b[2J\u202e'),
            '::error file=a%2Cline=9%3Ab%250A%0A%3A%3Astop-commands%3A%3At,line=1,col=1,endLine=1,endColumn=2,'
            'title=https-only-fetch::a,line=9:b%250A\\x0a::stop-commands::t:1:1: '
            '100%25\\x0a::add-mask::x\\x0d\\x1b[2J\\u202e [https-only-fetch]\n',
        ),
    ),
)
def test_annotates(diagnostic, expected):
    assert written(write, diagnostic) == expected


def test_one_line_a_finding_whatever_it_holds():
    report = written(write, marked('«x»', path='\u2028\x85\udcff\n', message='\x0b\u2029\ud800'))
    assert len(report.splitlines()) == 1 and report.encode()


def test_a_file_that_could_not_be_looked_at_is_an_error():
    report = written(write, skipped=[Skipped('a b.ts', 'Permission denied', True)])
    assert report == '::error file=a b.ts,title=not checked::a b.ts: Permission denied\n'
