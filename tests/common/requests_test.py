from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.requests import Origins
from deno_ai_hooks.common.requests import prepared
from deno_ai_hooks.common.requests import requests
from deno_ai_hooks.common.text import whole


def urls_of(code):
    module = Module('main.ts', whole(code.encode()))
    origins = Origins(module)
    return [(each.name, each.sure, sorted({text.text for url in each.urls for text in origins.texts(url)}))
            for each in requests(module)]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('fetch("a:b")', [('fetch()', True, ['a:b'])]),
        ('fetch(x)', [('fetch()', True, [])]),
        ('fetch(`a:${x.y}/${f(1)}`)', [('fetch()', True, ['a:${x.y}/${f.}'])]),
        ('fetch(`a:${Deno.env.get("HOST")}`)', [('fetch()', True, ['a:${HOST}'])]),
        ('new WebSocket("a:b")', [('new WebSocket', True, ['a:b'])]),
        ('import axios from "npm:axios"; axios.get("a:b")', [('axios.get()', True, ['a:b'])]),
        ('import axios from "npm:axios"; axios({ url: "a:b", method })', [('axios()', True, ['a:b'])]),
        ('new QdrantClient({ url: "a:b" })', [('new QdrantClient()', False, ['a:b'])]),
        ('let u = "a:b"; if (x) u = "c:d"; fetch(u)', [('fetch()', True, ['a:b', 'c:d'])]),
        ('let u; u = "c:d"; fetch(u)', [('fetch()', True, ['c:d'])]),
        ('for (const u of ["a:b", "c:d"]) fetch(u)', [('fetch()', True, ['a:b', 'c:d'])]),
        ('const all = ["a:b", "c:d"]; fetch(all[i])', [('fetch()', True, ['a:b', 'c:d'])]),
        ('const all = { x: "a:b", y: "c:d" }; fetch(all[i])', [('fetch()', True, ['a:b', 'c:d'])]),
        ('const all = [{ u: "a:b" }, { v: 1 }]; for (const one of all) fetch(one.u)', [('fetch()', True, ['a:b'])]),
        ('const f = () => "a:b"; fetch(f())', [('fetch()', True, ['a:b'])]),
        ('function f() { if (x) return "a:b"; return "c:d"; } fetch(await f())', [('fetch()', True, ['a:b', 'c:d'])]),
        ('fetch(x ? "a:b" : (y as string) ?? "c:d")', [('fetch()', True, ['a:b', 'c:d'])]),
        # endless
        ('function f() { return f(); } fetch(f())', [('fetch()', True, [])]),
        ('let a = b, b = a; a = b; b = a; fetch(a)', [('fetch()', True, [])]),
        # not a request
        ('cache.fetch("a:b"); fetch(); fetch(...all); prefetched("a:b")', []),
    ),
)
def test_requests(code, expected):
    found = urls_of(code)
    assert [each for each in found if each[2] or expected] == expected


def test_prepared():
    code = 'send({ method: "GET", url: "a:b" }); link({ title: "x", url: "c:d" });'
    module = Module('main.ts', whole(code.encode()))
    assert [module.read(url) for _, url in prepared(module)] == ['"a:b"']


def test_knows_where_a_text_begins():
    module = Module('main.ts', whole(b'const root = "a:b"; fetch(`${root}/c`)'))
    ((found,),) = [list(Origins(module).texts(each.urls[0])) for each in requests(module)]
    assert (found.text, module.text.data[found.first.span.start:found.first.span.end]) == ('a:b/c', b'a:b')
