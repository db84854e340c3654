from __future__ import annotations

import pytest
from checking import judged
from deno_ai_hooks.common import cli
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.hook import Option


def made(**more):
    return Hook('some-practice', 'Do this.\n\nBecause of that.\n', cwe=1, owasp='LLM01', severity=7.0, **more)


def test_manual():
    hook = made()
    assert hook.summary == 'Do this'
    assert hook.manual == 'Do this.\n\nBecause of that.'
    assert Hook('x', None).summary == ''


def test_a_hook_without_rules_is_its_own():
    (rule,) = made().rules
    assert (rule.id, rule.hook, rule.summary, rule.cwe, rule.owasp, rule.severity, rule.strict) == (
        'some-practice', 'some-practice', 'Do this', 1, 'LLM01', 7.0, False,
    )


def test_rules_take_over_what_they_do_not_say():
    hook = made()
    assert hook.rule('first', 'One face') == 'first'
    assert hook.rule('second', 'Another', cwe=2, owasp='LLM02', severity=0.0, strict=True) == 'second'
    assert [(r.id, r.hook, r.cwe, r.owasp, r.severity, r.strict) for r in hook.rules] == [
        ('first', 'some-practice', 1, 'LLM01', 7.0, False),
        ('second', 'some-practice', 2, 'LLM02', 0.0, True),
    ]


@pytest.mark.parametrize(
    ('flag', 'name'),
    (('--include-tests', 'include_tests'), ('--max', 'max'), ('--allow-host', 'allow_host')),
)
def test_options_are_arguments(flag, name):
    assert Option(flag, 'help').name == name


def number(text):
    if not text.isdecimal():
        raise ValueError(f'{text} is no number')
    return int(text)


def test_options_are_read():
    hook = made()
    hook.option('--most', 'help', values='one', read=number)
    hook.option('--each', 'help', values='many', read=number)
    parser = cli.parser(hook)
    given = parser.parse_args(['--most=3', '--each', '1', '--each', '2'])
    assert cli.options(hook, given) == {'most': 3, 'each': [1, 2]}
    assert cli.options(hook, parser.parse_args([])) == {'most': None, 'each': []}


@pytest.mark.parametrize('flag', ('--most', '--each'))
def test_an_option_that_cannot_be_read_is_told(flag, capsys):
    hook = made()
    hook.option(flag, 'help', values='many' if flag == '--each' else 'one', read=number)
    with pytest.raises(SystemExit) as e:
        cli.parser(hook).parse_args([f'{flag}=x'])
    assert e.value.code == 2
    assert f'error: argument {flag}: x is no number' in capsys.readouterr().err


def test_checks_are_given_what_they_name():
    hook, given = made(), {}
    hook.option('--first', 'help')
    hook.option('--second', 'help', values='one', metavar='X')
    hook.option('--third', 'help', values='many', metavar='X')

    @hook.check('shell')
    def plain(document):
        given['plain'] = ()
        yield from ()

    @hook.check('shell', 'json')
    def full(document, first, third, *, project):
        given['full'] = first, third, project
        yield Finding(Span(0, 1), 'found')

    assert [check.arguments for check in hook.checks] == [frozenset(), {'first', 'third', 'project'}]
    assert [check.kinds for check in hook.checks] == [{'shell'}, {'shell', 'json'}]
    (found,) = judged(hook, 'deno', 'a.sh', first=True, third=('x',))
    assert found.message == 'found'
    assert given['plain'] == ()
    assert given['full'][:2] == (True, ('x',))
    assert given['full'][2].source('a.sh').data == b'deno'


def test_a_check_that_waits_for_its_option():
    hook = made()
    hook.option('--more', 'help')

    @hook.check('shell', when='more')
    def check(document, more):
        yield Finding(Span(0, 1), str(more))

    assert judged(hook, 'x', 'a.sh') == []
    assert [d.message for d in judged(hook, 'x', 'a.sh', more=True)] == ['True']


def test_one_function_may_be_several_checks():
    hook = made()

    @hook.check('shell', needs=('x',))
    @hook.check('json', needs=('y',), docs=True)
    def check(document):
        yield from ()

    assert [(check.kinds, check.needs, check.docs) for check in hook.checks] == [
        ({'json'}, ('y',), True), ({'shell'}, ('x',), False),
    ]
