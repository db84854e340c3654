"""The schema in `tests/data` is the OASIS one, from the address that its `id` states."""
from __future__ import annotations

import io
import json
import os
from importlib.metadata import version
from urllib.parse import unquote_to_bytes

import pytest
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Place
from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.sarif import write
from deno_ai_hooks.common.source import Position
from jsonschema import Draft4Validator
from reporting import FINGERPRINT
from reporting import RULE
from reporting import marked

SCHEMA = os.path.join(os.path.dirname(__file__), '..', '..', 'data', 'sarif-schema-2.1.0.json')
STRICT = Rule('b', 'h', 'Be strict.', severity=3.0, strict=True)
UNSURE = Rule('c', 'h', 'x' * 5000, 'One.\n\n' + 'why ' * 500, cwe=1426, severity=4.0)


@pytest.fixture(scope='module')
def schema():
    with open(SCHEMA, encoding='utf-8') as file:
        return Draft4Validator(json.load(file))


@pytest.fixture
def run(schema):
    def run(*diagnostics, skipped=()):
        out = io.StringIO()
        write(Outcome(diagnostics, tuple(skipped), (STRICT, RULE, UNSURE)), out)
        assert out.getvalue().isascii()
        log = json.loads(out.getvalue())
        assert [error.message for error in schema.iter_errors(log)] == []
        return log['runs'][0]

    return run


def test_the_schema_refuses_what_is_wrong(schema):
    assert not schema.is_valid({'version': '2.1.0', 'runs': [{'results': []}]})


def test_is_whole_when_there_is_nothing_to_say(run):
    empty = run()
    assert empty['results'] == []
    assert empty['invocations'] == [{'executionSuccessful': True, 'toolExecutionNotifications': []}]
    assert empty['columnKind'] == 'unicodeCodePoints'


def test_describes_the_rules(run):
    driver = run()['tool']['driver']
    assert (driver['name'], driver['semanticVersion']) == ('deno-ai-hooks', version('deno-ai-hooks'))
    strict, rule, unsure = driver['rules']
    assert rule == {
        'id': 'https-only-fetch',
        'shortDescription': {'text': 'Fetch over HTTPS only.'},
        'fullDescription': {'text': 'A prompt sent over plain HTTP can be read on its way.'},
        'help': {'text': RULE.manual, 'markdown': RULE.manual},
        'defaultConfiguration': {'level': 'error'},
        'properties': {
            'tags': ['security', 'external/cwe/cwe-079', 'external/owasp/llm02'],
            'precision': 'high',
            'security-severity': '7.5',
        },
    }
    assert strict['defaultConfiguration'] == {'level': 'note'}
    assert strict['properties'] == {'tags': ['security'], 'precision': 'medium', 'security-severity': '3.0'}
    assert strict['help']['text'] == strict['fullDescription']['text'] == 'Be strict.'
    assert unsure['defaultConfiguration'] == {'level': 'warning'}
    assert unsure['properties']['tags'] == ['security', 'external/cwe/cwe-1426']
    assert max(len(unsure[key]['text']) for key in ('shortDescription', 'fullDescription')) <= 1024


def test_states_a_result(run):
    diagnostic = marked('\n模 «"http://a"»', path='src/main.ts', fixed='"https://a"')
    artifact = {'uri': 'src/main.ts', 'uriBaseId': '%SRCROOT%'}
    assert run(diagnostic)['results'] == [{
        'ruleId': 'https-only-fetch',
        'ruleIndex': 1,
        'level': 'error',
        'message': {'text': 'fetch() over plain HTTP; use https://'},
        'locations': [{'physicalLocation': {
            'artifactLocation': artifact,
            'region': {'startLine': 2, 'startColumn': 3, 'endLine': 2, 'endColumn': 13},
        }}],
        'partialFingerprints': {'denoAiHooks/v1': FINGERPRINT},
        'fixes': [{
            'description': {'text': 'What --fix writes.'},
            'artifactChanges': [{
                'artifactLocation': artifact,
                'replacements': [{
                    'deletedRegion': {'byteOffset': 5, 'byteLength': 10},
                    'insertedContent': {'text': '"https://a"'},
                }],
            }],
        }],
    }]


def test_a_rule_that_is_not_listed(run):
    result = run(marked('«x»')._replace(rule='other'))['results'][0]
    assert result['ruleId'] == 'other' and 'ruleIndex' not in result and 'level' not in result


def step(line, message='here'):
    return Place('a.ts', Position(line, 1), Position(line, 2), message)


def test_one_related_place_is_a_related_location(run):
    result = run(marked('«x»', related=(step(4),)))['results'][0]
    assert [(place['id'], place['message']['text']) for place in result['relatedLocations']] == [(1, 'here')]
    assert 'codeFlows' not in result


@pytest.mark.parametrize(
    ('steps', 'lines'),
    (
        ((step(4), step(7)), [4, 7, 2]),
        # the flow already ends where the finding stands
        ((step(4), Place('main.ts', Position(2, 1), Position(2, 2), 'sink')), [4, 2]),
    ),
)
def test_several_are_a_flow_that_ends_at_the_finding(run, steps, lines):
    result = run(marked('\n«x»', related=steps))['results'][0]
    (flow,), = (flow['threadFlows'] for flow in result['codeFlows'])
    regions = [place['location']['physicalLocation']['region'] for place in flow['locations']]
    assert [region['startLine'] for region in regions] == lines
    assert 'relatedLocations' not in result


def test_a_file_that_could_not_be_looked_at_is_a_notification(run):
    skipped = [Skipped('node_modules', 'vendored'), Skipped('a b.ts', 'Permission denied', True)]
    invocation, = run(skipped=skipped)['invocations']
    notification, = invocation['toolExecutionNotifications']
    assert invocation['executionSuccessful'] is False
    assert notification['message'] == {'text': 'a b.ts: Permission denied'}
    assert notification['locations'][0]['physicalLocation']['artifactLocation']['uri'] == 'a%20b.ts'
    assert notification['level'] == 'error'


def test_how_far_a_file_was_looked_at_is_a_note(run):
    invocation, = run(skipped=[Skipped('deno.lock', '3 of 4 judged', seen=True)])['invocations']
    notification, = invocation['toolExecutionNotifications']
    assert invocation['executionSuccessful'] is True
    assert (notification['level'], notification['message']) == ('note', {'text': 'deno.lock: 3 of 4 judged'})


@pytest.mark.parametrize(
    ('path', 'uri'),
    (
        ('a/b.ts', 'a/b.ts'),
        ('[id]/a b#1?.ts', '%5Bid%5D/a%20b%231%3F.ts'),
        # no scheme
        ('javascript:alert(1).ts', 'javascript%3Aalert%281%29.ts'),
        ('100%.ts', '100%25.ts'),
        ('模型.ts', '%E6%A8%A1%E5%9E%8B.ts'),
        ('\x1b\n\udcff.ts', '%1B%0A%FF.ts'),
        ('\ud800.ts', '%5Cud800.ts'),
    ),
)
def test_a_path_is_a_uri(run, path, uri):
    location = run(marked('«x»')._replace(path=path))['results'][0]['locations'][0]
    assert location['physicalLocation']['artifactLocation']['uri'] == uri
    assert unquote_to_bytes(uri).decode(errors='surrogateescape') == path.replace('\ud800', '\\ud800')


def test_a_message_holds_no_link_and_nothing_invisible(run):
    result = run(marked('«x»', message='see [this](https://evil.example) \x1b[2J\u202e\ud800'))['results'][0]
    assert result['message']['text'] == r'see [this] (https://evil.example) \x1b[2J\u202e\ud800'
