from __future__ import annotations

import json
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from deno_ai_hooks.common.components import Component
from deno_ai_hooks.common.components import Inventory
from deno_ai_hooks.common.components import Place
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.report.components import as_cyclonedx
from deno_ai_hooks.common.report.components import as_json
from deno_ai_hooks.common.report.components import as_text
from deno_ai_hooks.common.source import Position

HERE = Place('main.ts', Position(3, 8), 'import', '')
LOCK = Place('deno.lock', Position(7, 20), 'lock', '')
FOUND = Inventory((
    Component('deno.land', 'oak', 'v12.6.1', (HERE,)),
    Component('deno.land', 'std', '0.224.0', (HERE,)),
    Component('gist', 'me/0123456789abcdef0123', '', (HERE,)),
    Component('github', 'owner/repo', 'v1.0.0', (HERE,)),
    Component('jsr', '@std/path', '1.0.8', (LOCK,)),
    Component('npm', '@anthropic-ai/sdk', '0.30.1', (LOCK,)),
    Component('npm', 'zod', '', (HERE,)),
    Component('npm', 'zod', '3.22.4', (
        HERE._replace(alias='z'), LOCK, LOCK._replace(path='a'), LOCK._replace(path='b'),
    )),
    Component('url', 'https://code.example.com/a/mod.ts', '', (HERE,)),
), (Skipped('x.ts', 'generated'),))
STRANGE = Inventory((
    Component('npm', 'zod', '1.0.0-\x1b[31m', (Place('a\udcff\n.ts', Position(1, 1), 'import', '\u202e'),)),
    Component('url', 'https://a.example/', '', (Place('a.ts', Position(1, 1), 'a.example', ''),)),
), ())


def test_text():
    assert as_text(FOUND).splitlines() == [
        'deno.land:oak@v12.6.1  main.ts:3 (import)',
        'deno.land:std@0.224.0  main.ts:3 (import)',
        'gist:me/0123456789abcdef0123  main.ts:3 (import)',
        'github:owner/repo@v1.0.0  main.ts:3 (import)',
        'jsr:@std/path@1.0.8  deno.lock:7 (lock)',
        'npm:@anthropic-ai/sdk@0.30.1  deno.lock:7 (lock)',
        'npm:zod  main.ts:3 (import)',
        'npm:zod@3.22.4  main.ts:3 (import), deno.lock:7 (lock), a:7 (lock), and 1 more',
        'url:https://code.example.com/a/mod.ts  main.ts:3 (import)',
    ]


def test_text_shows_what_is_there():
    assert as_text(STRANGE).splitlines()[0] == r'npm:zod@1.0.0-\x1b[31m  a\xff\x0a.ts:1 (import)'


def test_json():
    told = json.loads(as_json(FOUND))
    assert told.keys() == {'version', 'dependencies', 'skipped'}
    assert told['version'] == 1
    assert told['skipped'] == [{'path': 'x.ts', 'reason': 'generated'}]
    assert told['dependencies'][7] == {
        'ecosystem': 'npm', 'name': 'zod', 'version': '3.22.4', 'places': [
            {'path': 'main.ts', 'line': 3, 'column': 8, 'through': 'import', 'alias': 'z'},
            {'path': 'deno.lock', 'line': 7, 'column': 20, 'through': 'lock'},
            {'path': 'a', 'line': 7, 'column': 20, 'through': 'lock'},
            {'path': 'b', 'line': 7, 'column': 20, 'through': 'lock'},
        ],
    }
    assert as_json(STRANGE).isascii()


def test_cyclonedx():
    told = json.loads(as_cyclonedx(FOUND))
    assert (told['bomFormat'], told['specVersion']) == ('CycloneDX', '1.6')
    assert [tool['name'] for tool in told['metadata']['tools']['components']] == ['deno-ai-hooks']
    assert sorted(part['purl'] for part in told['components']) == [
        'pkg:generic/me/0123456789abcdef0123?download_url=https://gist.github.com/me/0123456789abcdef0123',
        'pkg:generic/mod.ts?download_url=https://code.example.com/a/mod.ts',
        'pkg:generic/oak@v12.6.1?download_url=https://deno.land/x/oak%40v12.6.1',
        'pkg:generic/std@0.224.0?download_url=https://deno.land/std%400.224.0',
        'pkg:github/owner/repo@v1.0.0',
        'pkg:jsr/%40std/path@1.0.8',
        'pkg:npm/%40anthropic-ai/sdk@0.30.1',
        'pkg:npm/zod',
        'pkg:npm/zod@3.22.4',
    ]
    sdk = next(part for part in told['components'] if part['name'] == 'sdk')
    assert (sdk['group'], sdk['version'], sdk['type']) == ('@anthropic-ai', '0.30.1', 'library')
    assert sdk['evidence']['occurrences'] == [{'location': 'deno.lock', 'line': 7, 'additionalContext': 'lock'}]


@pytest.mark.parametrize('found', (FOUND, STRANGE, Inventory((), ())))
def test_cyclonedx_is_valid(found):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(as_cyclonedx(found)) is None


def test_cyclonedx_needs_a_library(monkeypatch):
    monkeypatch.setitem(sys.modules, 'cyclonedx.model.bom', None)
    with pytest.raises(ValueError, match=r"pip install 'deno-ai-hooks\[cyclonedx\]'"):
        as_cyclonedx(FOUND)
