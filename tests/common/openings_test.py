"""Handlers through which anyone comes to a model, and how far the way to one is followed."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import openings
from deno_ai_hooks.common import reach
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source

ASK = (
    'await fetch("https://api.openai.com/v1/chat/completions", { method: "POST", headers: { authorization: '
    '`Bearer ${Deno.env.get("K")}` }, body: JSON.stringify({ model: "m", messages }) })'
)


def project(files):
    return Project(lambda name: Source(name, files[name].encode()) if name in files else None, files=lambda: files)


def opened(files, path='main.ts'):
    """Return, for each opening, how many model calls it comes to and what looks like a check."""
    files = files if isinstance(files, dict) else {path: files}
    known = project(files)
    found = openings.openings(known, known.module(path))
    return [(len(each.calls), [near.kind for near in each.near]) for each in found]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        (f'Deno.serve(async (req) => {{ return {ASK}; }});', [(1, [])]),
        (f'Deno.serve(async (req) => {{ const a = {ASK}; const b = {ASK}; return a; }});', [(2, [])]),
        # of two calls one is kept
        (f'Deno.serve(async (req) => {{ const a = {ASK}; if (req.headers.get("x-key") !== K) return no(); return '
         f'{ASK}; }});',
         [(1, [])]),
        # what is only called behind a check is no way
        (f'Deno.serve(async (req) => {{ async function ask() {{ return {ASK}; }} if (req.headers.get("x-key") !== K) '
         'return no(); return ask(); });', []),
        (f'Deno.serve(async (req) => {{ async function ask() {{ return {ASK}; }} return ask(); }});', [(1, [])]),
        (f'Deno.serve(async (req) => new Response(new ReadableStream({{ async start(c) {{ c.enqueue({ASK}); }} }})));',
         [(1, [])]),
        # by a table, and by name
        ('const routes = { "/chat": chat }; Deno.serve((req) => { const h = routes[new URL(req.url).pathname]; return '
         'h ? '
         f'h(req) : nf(); }}); async function chat(req) {{ return {ASK}; }}', [(1, [])]),
        (f'Deno.serve(async (req) => Response.json(await Promise.all((await req.json()).map(ask)))); async function '
         f'ask(q) {{ '
         f'return {ASK}; }}', [(1, [])]),
        # moderation costs nothing
        ('import OpenAI from "npm:openai"; const ai = new OpenAI(); Deno.serve(async () => Response.json(await '
         'ai.moderations.create({ model: "m", input: "x" })));', []),
        # calls in a circle
        (f'Deno.serve((req) => a(req)); async function a(x) {{ return await b(x); }} async function b(x) {{ if (x) '
         f'return await '
         f'a(x); return {ASK}; }}', [(1, [])]),
        ('Deno.serve((req) => a(req)); async function a(x) { return await a(x); }', []),
    ),
)
def test_openings(code, expected):
    assert opened(code) == expected


def test_one_way_of_two_is_enough():
    files = {'main.ts': 'import { ask } from "./llm.ts"; Deno.serve(async (req) => { if (new URL(req.url).pathname '
                        '=== "/free") '
                        'return ask(); if (req.headers.get("x-key") !== K) return no(); return ask(); });',
             'llm.ts': f'export async function ask() {{ return {ASK}; }}'}
    assert opened(files) == [(1, [])]


def test_reached_only_through_what_passes():
    known = project({'main.ts': f'async function f() {{ return await g(); }} async function g() {{ return {ASK}; }}'})
    module = known.module('main.ts')
    function = next(module.nodes('function_declaration'))
    assert len(reach.reached(module, function)) == 1
    assert reach.reached(module, function, passes=lambda site: module.read(site.node) != 'g()') == []


def test_a_place_is_guarded_where_whoever_leads_to_it_is():
    main = 'import { chat } from "./chat.ts"; Deno.serve((req) => { %s return chat(req); });'
    chat = 'export function chat(req) { return MODEL(req); }'
    for check, kept in (('', False), ('if (req.headers.get("x-key") !== K) return no();', True)):
        known = project({'main.ts': main % check, 'chat.ts': chat})
        assert openings.is_guarded(known, known.module('chat.ts'), chat.index('MODEL')) is kept
