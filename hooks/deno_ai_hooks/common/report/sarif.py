"""SARIF 2.1.0, as GitHub code scanning reads it.

What GitHub shows of a rule: `shortDescription`, `fullDescription`, `help.markdown`, `security-severity`,
`precision` and the tags.  `partialFingerprints` holds our own fingerprint only: the upload action works
out `primaryLocationLineHash` itself and warns about any other value under that name.
"""
from __future__ import annotations

from typing import TextIO
from typing import TypeAlias

from deno_ai_hooks.common.diagnostic import Diagnostic
from deno_ai_hooks.common.diagnostic import Outcome
from deno_ai_hooks.common.diagnostic import Place
from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.report.plain import visible
from deno_ai_hooks.common.report.plain import visible_lines
from deno_ai_hooks.common.source import Position

Json: TypeAlias = dict[str, object]

PACKAGE = 'deno-ai-hooks'
SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
BASE = '%SRCROOT%'
LONGEST = 1000  # GitHub takes 1,024 characters of a description
ERROR, WARNING = 7.0, 4.0  # GitHub calls 7.0 and more high, 4.0 and more medium


def write(outcome: Outcome, out: TextIO) -> None:
    """Write `outcome` as one SARIF run, in ASCII."""
    import json

    out.write(json.dumps({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [_run(outcome)]}) + '\n')


def _run(outcome: Outcome) -> Json:
    stated = {rule.id: {'ruleIndex': n, 'level': _level(rule.severity)} for n, rule in enumerate(outcome.rules)}
    told = [skipped for skipped in outcome.skipped if skipped.broken or skipped.seen]
    return {
        'tool': {'driver': _driver(outcome.rules)},
        'invocations': [{
            'executionSuccessful': not any(skipped.broken for skipped in told),
            'toolExecutionNotifications': [_notification(skipped) for skipped in told],
        }],
        'originalUriBaseIds': {BASE: {'description': {'text': 'The working directory of the run.'}}},
        'columnKind': 'unicodeCodePoints',
        'results': [_result(diagnostic, stated.get(diagnostic.rule, {})) for diagnostic in outcome.diagnostics],
    }


def _driver(rules: tuple[Rule, ...]) -> Json:
    return {'name': PACKAGE, **_about(), 'rules': [_rule(rule) for rule in rules]}


def _about() -> Json:
    """Return what the installed package says of itself: its version and, where it names one, its page."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import metadata

    try:
        stated = metadata(PACKAGE)
    except PackageNotFoundError:
        return {}
    pages = [entry.partition(',')[2].strip() for entry in stated.get_all('Project-URL') or ()]
    about: Json = {'semanticVersion': stated['Version']}
    return {**about, 'informationUri': pages[0]} if pages else about


def _rule(rule: Rule) -> Json:
    manual = visible_lines(rule.manual).strip() or rule.summary
    return {
        'id': rule.id,
        'shortDescription': {'text': _short(rule.summary)},
        'fullDescription': {'text': _short(_reason(rule))},
        'help': {'text': manual, 'markdown': manual},
        'defaultConfiguration': {'level': _level(rule.severity)},
        'properties': {
            'tags': _tags(rule),
            # what is not right nine times in ten on unseen code speaks only with --strict
            'precision': 'medium' if rule.strict else 'high',
            'security-severity': f'{rule.severity:.1f}',
        },
    }


def _reason(rule: Rule) -> str:
    """Return the paragraph of the manual after its first line, which says why."""
    _, _, rest = rule.manual.strip().partition('\n\n')
    return ' '.join(rest.partition('\n\n')[0].split()) or rule.summary


def _short(text: str) -> str:
    return visible(text if len(text) <= LONGEST else text[:LONGEST] + '…')


def _tags(rule: Rule) -> list[str]:
    cwe = [] if rule.cwe is None else [f'external/cwe/cwe-{rule.cwe:03d}']
    owasp = [] if rule.owasp is None else [f'external/owasp/{rule.owasp.lower()}']
    return ['security', *cwe, *owasp]


def _level(severity: float) -> str:
    if severity >= ERROR:
        return 'error'
    return 'warning' if severity >= WARNING else 'note'


def _result(diagnostic: Diagnostic, stated: Json) -> Json:
    place = Place(diagnostic.path, diagnostic.start, diagnostic.end, diagnostic.message)
    return {
        'ruleId': diagnostic.rule,
        **stated,
        'message': _message(diagnostic.message),
        'locations': [_location(place)],
        'partialFingerprints': {'denoAiHooks/v1': diagnostic.fingerprint},
        **_related(diagnostic, place),
        **({'fixes': [_fix(diagnostic)]} if _can_show(diagnostic) else {}),
    }


def _related(diagnostic: Diagnostic, place: Place) -> Json:
    """Return several related places as a flow that ends where the finding stands, one as a related location."""
    if len(diagnostic.related) <= 1:
        numbered = enumerate(diagnostic.related, 1)
        locations = [{'id': number, **_location(step), 'message': _message(step.message)} for number, step in numbered]
        return {'relatedLocations': locations} if locations else {}
    last = diagnostic.related[-1]
    arrived = (last.path, last.start) == (place.path, place.start)
    steps = diagnostic.related if arrived else (*diagnostic.related, place)
    locations = [{'location': {**_location(step), 'message': _message(step.message)}} for step in steps]
    return {'codeFlows': [{'threadFlows': [{'locations': locations}]}]}


def _message(text: str) -> Json:
    """Return `text` as a message in which nothing reads as a link (SARIF 2.1.0, 3.11.6)."""
    return {'text': visible(text).replace('](', '] (')}


def _location(place: Place) -> Json:
    return {'physicalLocation': {'artifactLocation': _artifact(place.path), 'region': _region(place.start, place.end)}}


def _region(start: Position, end: Position) -> Json:
    return {'startLine': start.line, 'startColumn': start.column, 'endLine': end.line, 'endColumn': end.column}


def _artifact(path: str) -> Json:
    from urllib.parse import quote

    try:
        name = path.encode('utf-8', 'surrogateescape')
    except UnicodeEncodeError:
        name = path.encode('utf-8', 'backslashreplace')
    return {'uri': quote(name), 'uriBaseId': BASE}


def _can_show(diagnostic: Diagnostic) -> bool:
    """Return whether there is a fix that moves no credential about."""
    from deno_ai_hooks.common.redact import redact

    return bool(diagnostic.fix) and all(redact(text) == text for _, text in diagnostic.fix)


def _fix(diagnostic: Diagnostic) -> Json:
    change = {'artifactLocation': _artifact(diagnostic.path), 'replacements': [_replacement(e) for e in diagnostic.fix]}
    return {'description': {'text': 'What --fix writes.'}, 'artifactChanges': [change]}


def _replacement(edit: Edit) -> Json:
    (start, end), text = edit
    return {'deletedRegion': {'byteOffset': start, 'byteLength': end - start}, 'insertedContent': {'text': text}}


def _notification(skipped: Skipped) -> Json:
    return {
        'level': 'error' if skipped.broken else 'note',
        'message': _message(f'{skipped.path}: {skipped.reason}'),
        'locations': [{'physicalLocation': {'artifactLocation': _artifact(skipped.path)}}],
    }
