from __future__ import annotations

import subprocess
import sys
import time

import pytest
from deno_ai_hooks.common.documents import typescript_tree
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.text import TextBuilder
from deno_ai_hooks.common.text import cut
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.common.values import evaluate
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies


def module(code, path='main.ts'):
    return Module(path, whole(code.encode()))


def called(code, *names, path='main.ts'):
    found = module(code, path)
    return [found.read(call.node) for call in found.calls(*names)]


def names(code):
    return [call.callee for call in module(code).calls()]


# the global, under whatever name


@pytest.mark.parametrize(
    'code',
    (
        'fetch(url)',
        'await fetch(url)',
        'globalThis.fetch(url)',
        'window["fetch"](url)',
        'self.window.fetch(url)',
        'fetch?.(url)',
        'fetch<Reply>(url)',
        '(fetch)(url)',
        '(0, fetch)(url)',
        'fetch!(url)',
        '(fetch as any)(url)',
        'const get = fetch; get(url)',
        'const get = globalThis.fetch, again = get; again(url)',
        'let get = fetch; get(url)',
        'const { fetch: get } = globalThis; get(url)',
        'const api = { get: fetch }; api.get(url)',
        'const api = { deep: { "get": fetch } }; api.deep["get"](url)',
        'const NAME = "fetch"; globalThis[NAME](url)',
        'class Api { #get = fetch; run() { this.#get(url) } }',
        'class Api { get; constructor() { this.get = fetch } run() { this.get(url) } }',
        'const bound = fetch.bind(globalThis); bound(url)',
        # declared where the call is not
        'function f() { const fetch = mine } fetch(url)',
        '{ let fetch = 1 } fetch(url)',
        'f((fetch) => 1); fetch(url)',
        'type F = (fetch: string) => void; fetch(url)',
        'interface A { fetch(fetch: string): void } fetch(url)',
        'class A { fetch() { fetch(url) } }',
        'const o = { fetch() {} }; fetch(url)',
        'const f = function fetch() {}; fetch(url)',
        'for (const fetch of x) {} fetch(url)',
        'try {} catch (fetch) {} fetch(url)',
    ),
)
def test_finds_the_global(code):
    assert len(called(code, 'fetch')) == 1


@pytest.mark.parametrize(
    'code',
    (
        'cache.fetch(url)',
        'this.fetch(url)',
        'prefetch(url)',
        '"fetch(url)"',
        '// fetch(url)',
        'fetch',
        'fetch.call',
        'import { fetch } from "./mine.ts"; fetch(url)',
        'import fetch from "npm:node-fetch"; fetch(url)',
        'import * as fetch from "./mine.ts"; fetch(url)',
        'import { get as fetch } from "./mine.ts"; fetch(url)',
        'function fetch() {} fetch(url)',
        'fetch(url); function fetch() {}',
        'fetch(url); var fetch = mine',
        'function f() { fetch(url); if (x) { var fetch = 1 } }',
        'const fetch = mine; fetch(url)',
        'const fetch = fetch; fetch(url)',
        'function f(fetch) { fetch(url) }',
        'function f({ fetch }) { fetch(url) }',
        'function f({ a: [fetch = 1] }) { fetch(url) }',
        'function f(...fetch) { fetch(url) }',
        'const f = fetch => fetch(url)',
        'const f = async (fetch: typeof globalThis.fetch) => { if (x) { await fetch(url) } }',
        'class fetch {} new fetch(url)',
        'enum fetch { A } fetch(url)',
        'for (const fetch of all) fetch(url)',
        'for (let fetch = 0;;) { fetch(url) }',
        'try {} catch (fetch) { fetch(url) }',
        'try {} catch ({ fetch }) { fetch(url) }',
        'const f = function fetch() { fetch(url) }',
        'let get = fetch; get = other; get(url)',
        'let get = fetch; [get] = others; get(url)',
        'let get = fetch; for (get of others) {} get(url)',
        'const api = { get: fetch }; api.get = other; api.get(url)',
        'const api = { ...other }; api.get(url)',
        'class Api { get = fetch; swap() { this.get = other } run() { this.get(url) } }',
        'switch (x) { case 1: let fetch; fetch(url) }',
        'const { fetch } = client; fetch(url)',
        'const [fetch] = clients; fetch(url)',
    ),
)
def test_leaves_others_alone(code):
    assert called(code, 'fetch') == []


@pytest.mark.parametrize(
    ('code', 'name'),
    (
        ('import { spawn } from "node:child_process"; spawn(x)', 'node:child_process.spawn'),
        ('import { spawn as s } from "child_process"; s(x)', 'node:child_process.spawn'),
        ('import { "spawn" as s } from "child_process"; s(x)', 'node:child_process.spawn'),
        ('import cp from "node:child_process"; cp.spawn(x)', 'node:child_process.spawn'),
        ('import * as cp from "child_process"; cp.spawn(x)', 'node:child_process.spawn'),
        ('import cp = require("child_process"); cp.spawn(x)', 'node:child_process.spawn'),
        ('import { readFile } from "fs/promises"; readFile(x)', 'node:fs/promises.readFile'),
        ('import OpenAI from "npm:openai@4"; new OpenAI()', 'npm:openai.default'),
        ('import OpenAI from "https://esm.sh/openai@4.1.0?bundle"; new OpenAI()', 'npm:openai.default'),
        ('import { OpenAI as O } from "openai"; new O()', 'npm:openai.OpenAI'),
        ('import OpenAI from "openai"; new OpenAI().chat.completions.create(x)', 'npm:openai.default'),
        ('import A from "npm:openai"; const a = new A(); a.chat.completions.create(x)',
         'npm:openai.default().chat.completions.create'),
        ('import A from "npm:openai"; class B { a = new A(); c() { this.a.chat.create(x) } }',
         'npm:openai.default().chat.create'),
        ('import { encode } from "jsr:@std/encoding@1/hex"; encode(x)', 'jsr:@std/encoding/hex.encode'),
        ('import x from "https://deno.land/x/oak@v1/mod.ts"; x()', 'https://deno.land/x/oak@v1/mod.ts.default'),
        ('import { x } from "./a.ts"; x()', './a.ts.x'),
        ('import process from "node:process"; process.exit()', 'process.exit'),
        ('import { exit } from "node:process"; exit()', 'process.exit'),
        ('new Deno.Command(x)', 'Deno.Command'),
        ('const { Command: C } = Deno; new C(x)', 'Deno.Command'),
        ('const { env: { get } } = Deno; get(x)', 'Deno.env.get'),
        ('globalThis.Deno.env.get(x)', 'Deno.env.get'),
        ('const D = Deno; D.env.get(x)', 'Deno.env.get'),
        ('helper(); function helper() {}', 'local:helper'),
        ('const helper = async () => 1; helper()', 'local:helper'),
        ('class Store {} new Store()', 'local:Store'),
        ('super(x)', 'super'),
    ),
)
def test_names_what_is_called(code, name):
    assert name in names(code)


@pytest.mark.parametrize(
    ('code', 'name'),
    (
        ('const { exec } = require("child_process"); exec(x)', 'node:child_process.exec'),
        ('const cp = require("node:child_process"); cp.exec(x)', 'node:child_process.exec'),
        ('const { exec } = await import("node:child_process"); exec(x)', 'node:child_process.exec'),
        ('(await import("npm:zod@3")).z.string()', 'npm:zod.z.string'),
        ('import { createRequire } from "module"; const require = createRequire(x); require("fs").rm(y)',
         'node:fs.rm'),
        ('import { promisify } from "util"; import { exec } from "child_process"; const e = promisify(exec); e(x)',
         'node:child_process.exec'),
    ),
)
def test_names_what_is_required(code, name):
    assert name in names(code)


@pytest.mark.parametrize(
    'code',
    (
        'function f(g) { g(x) }',
        'let g; g = h; g(x)',
        '(() => 1)()',
        'const g = a ? b : c; g(x)',
        'for (const g of all) g(x)',
    ),
)
def test_does_not_guess(code):
    assert names(code)[-1] is None


def test_default_exports_are_the_package():
    code = 'import axios, { get } from "npm:axios"; axios.get(a); get(b); axios(c)'
    assert called(code, 'npm:axios.get') == ['axios.get(a)', 'get(b)']
    assert called(code, 'npm:axios.default') == called(code, 'npm:axios') == ['axios(c)']


def test_methods_of_whatever_object():
    code = 'function f(ai) { ai.chat.completions.create(a); ai?.chat["completions"].create(b); ai.create(c) }'
    assert len(called(code, '*.chat.completions.create')) == 2
    assert called('create(x); completions.create(y)', '*.chat.completions.create') == []


def test_calls_have_arguments():
    found = module('f(a, /* b */ ...c); new f; new f(d)')
    calls = list(found.calls('f'))
    assert [[found.read(each) for each in call.arguments] for call in calls] == [['a', '...c'], [], ['d']]
    assert [call.new for call in calls] == [False, True, True]


def test_calls_come_in_source_order_each_once():
    code = 'a(b(c()), d().e()); a.b()'
    assert called(code) == ['a(b(c()), d().e())', 'b(c())', 'c()', 'd().e()', 'd()', 'a.b()']


def test_tagged_templates_are_no_calls():
    code = 'import sql from "npm:postgres"; sql`select ${1}`; html`x`'
    found = module(code)
    assert [call.callee for call in found.tagged('npm:postgres')] == ['npm:postgres.default']
    assert list(found.calls()) == []


def test_the_import_map_renames():
    found = module('import x from "ai"; x()')
    found.rename = {'ai': 'npm:@scope/ai@1'}.__getitem__
    assert [call.callee for call in found.calls()] == ['npm:@scope/ai.default']


# declarations


@pytest.mark.parametrize(
    ('code', 'kind'),
    (
        ('import x from "a"; x', 'import'),
        ('var x = 1; x', 'var'),
        ('let x = 1; x', 'let'),
        ('const x = 1; x', 'const'),
        ('function x() {} x', 'function'),
        ('class x {} x', 'class'),
        ('enum x {} x', 'enum'),
        ('namespace x {} x', 'namespace'),
        ('function f(x) { x }', 'parameter'),
        ('(x) => x', 'parameter'),
        ('try {} catch (x) { x }', 'catch'),
        ('(function x() { x })', 'own name'),
        ('(function x(x) { x })', 'parameter'),
        ('const x = 1; { let x = 2; { x } }', 'let'),
        ('const x = 1; { { let x = 2 } x }', 'const'),
        ('{ const x = 1 } x', None),
        ('x', None),
    ),
)
def test_declarations(code, kind):
    found = module(code)
    name = [node for node in found.nodes('identifier') if found.read(node) == 'x'][-1]
    declared = found.declaration(name)
    assert (declared.kind if declared else None) == kind


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('let x = 1', False),
        ('let x = 1; f(x); x === 2; y.x = 3', False),
        ('let x = 1; { let x = 2; x = 3 }', False),
        ('let x = 1; x = 2', True),
        ('let x = 1; x += 2', True),
        ('let x = 1; x++', True),
        ('let x = 1; ({ a: x } = b)', True),
        ('let x = 1; ({ x } = b)', True),
        ('let x = 1; [y, ...x] = b', True),
        ('let x = 1; for (x of b) {}', True),
        ('var x = 1; var x = 2', True),
        ('let x = 1; (x as any) = 2', True),
    ),
)
def test_reassignment(code, expected):
    found = module(code)
    assert found.is_reassigned(found.declaration(next(found.nodes('identifier')))) is expected


# objects


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('f({ a: 1, "b": 2, ["c"]: 3, 4: 5 })', {'a': '1', 'b': '2', 'c': '3', '4': '5'}),
        ('f({ d, e() {} })', {'d': 'd', 'e': 'e() {}'}),
        ('const o = { a: 1 }; f(o)', {'a': '1'}),
        ('const o = { a: 1, b: 2 }; f({ a: 0, ...o, b: 3 })', {'a': '1', 'b': '3'}),
        ('f({ ...{ a: 1 }, b: 2 } as const)', {'a': '1', 'b': '2'}),
        ('f(Object.freeze({ a: 1 }))', {'a': '1'}),
        ('const KEY = "a"; f({ [KEY]: 1 })', {'a': '1'}),
        ('const o = { ...o, a: 1 }; f(o)', {'a': '1'}),
        ('f(x)', {}),
    ),
)
def test_properties(code, expected):
    found = module(code)
    call = next(found.calls('f'))
    values = found.properties(call.arguments[0])
    assert {key: found.read(value) for key, value in values.items()} == expected


@pytest.mark.parametrize(
    ('code', 'complete'),
    (('f({ a: 1 })', True), ('f({ ...x })', False), ('f({ [x]: 1 })', False), ('f(x)', False)),
)
def test_properties_say_what_they_leave_out(code, complete):
    found = module(code)
    assert found.properties(next(found.calls('f')).arguments[0]).complete is complete


def test_keywords():
    found = module('const base = { b: 2 }; f(u, { a: 1, ...base }); f(u); f(...u, { a: 1 })')
    first, second, third = found.calls('f')
    assert found.read(found.keyword(first, 'b')) == '2'
    assert [found.keyword(first, 'c'), found.keyword(second, 'a'), found.keyword(third, 'a')] == [None] * 3


# imports, strings, comments


def test_imports():
    code = '''
import a from "a"; import "b"; import type { T } from "c"; export * from "d"; export { e } from "e";
const f = await import("f"); require("g"); import h = require("h"); import(i); export const x = "no";
require.resolve("no");
export type { T } from "j";
'''
    assert [(each.specifier, each.kind) for each in module(code).imports()] == [
        ('a', 'import'), ('b', 'import'), ('c', 'type'), ('d', 'export'), ('e', 'export'), ('f', 'dynamic'),
        ('g', 'require'), ('h', 'import'), ('j', 'type'),
    ]


@pytest.mark.parametrize(
    ('code', 'prefix', 'is_whole'),
    (
        ('"a"', 'a', True),
        ("'a'", 'a', True),
        ('``', '', True),
        ('`a`', 'a', True),
        ('`a${b}c`', 'a', False),
        ('`${b}c`', '', False),
        (r'"\n\t\0\\\"\q"', '\n\t\0\\"q', True),
        (r'"\x41\u0042\u{1F600}\ud83d\ude00"', 'AB😀😀', True),
        (r'"\ud83d"', '\ufffd', True),
        ('"a\\\nb\\\r\nc"', 'abc', True),
        ('"é\\é"', 'éé', True),
        (r'`\`${b}`', '`', False),
    ),
)
def test_strings(code, prefix, is_whole):
    found = module(code)
    literal = next(found.strings())
    assert literal[1:3] == (prefix, is_whole)
    assert found.text.data[literal.span.start - 1:literal.span.start].decode() == code[0]


def test_content_is_mapped_to_the_file():
    found = module(r'x("a\x2db", 1)')
    text = found.content(next(found.nodes('string')))
    assert text.data == b'a-b'
    assert [text.span(at, at + 1) for at in range(3)] == [(3, 4), (4, 8), (8, 9)]
    assert text.edit(2, 3, '"\\').text == '\\"\\\\'


def test_comments_and_shebang():
    found = module('#!/usr/bin/env deno\n/* a */ x // b\n"// c"')
    data = found.text.data
    assert [data[start:end] for start, end in found.comments()] == [b'/* a */', b'// b']
    assert data[slice(*found.shebang)] == b'#!/usr/bin/env deno'
    assert module('x').shebang is None


def test_exports():
    found = module('export const a = 1; const b = 2; export { b as c }; export default "d"; import e from "e"')
    read = [found.export(name) for name in ('a', 'b', 'c', 'default', 'e', 'f')]
    assert [node and found.read(node) for node in read] == ['a', None, 'b', '"d"', None, None]


# dialects and errors


@pytest.mark.parametrize(
    ('path', 'code', 'dialect'),
    (
        ('a.ts', 'let a = <string>b', 'ts'),
        ('a.tsx', 'let a = <b>{fetch(c)}</b>', 'tsx'),
        ('a.js', 'let a = <b>{fetch(c)}</b>', 'tsx'),
        ('a.mjs', 'let a', 'tsx'),
        ('a.mts', 'let a', 'ts'),
        # the other one fits
        ('a.ts', 'let a = <b c="d">{fetch(c)}</b>', 'tsx'),
        ('a.js', 'let a = <string>b', 'ts'),
        # neither fits
        ('a.js', 'let = = <', 'tsx'),
    ),
)
def test_dialects(path, code, dialect):
    found = module(code, path)
    assert found.root.type in ('program', 'ERROR')
    assert found.dialect == dialect


def test_broken_modules_keep_what_was_parsed():
    found = module('fetch(a); const x = = 1;\nfunction f() { fetch(b) }')
    assert found.broken
    assert found.error.start in range(10, 24)
    assert len(list(found.calls('fetch'))) == 2
    assert not module('fetch(a)').broken
    assert module('fetch(a)').error is None


def test_large_broken_modules_too():
    code = 'function f() { fetch(b); }\n' * 500 + 'const x = = 1; {{{' + 'function g() { fetch(c); }\n' * 500
    found = module(code)
    assert found.broken
    assert len(list(found.calls('fetch'))) > 990


def test_a_parse_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr('deno_ai_hooks.common.documents.typescript_tree.SECONDS', -10.0)
    found = module('fetch(a);' * 500)
    assert (found.broken, found.error, list(found.calls())) == (True, (0, 0), [])


def test_embedded_text_keeps_the_offsets_of_its_host():
    host = whole(b'> fetch(a)\n> fetch(b)\n')
    builder = TextBuilder(host)
    for start, end in ((2, 11), (13, 22)):
        builder.copy(start, end)
    found = Module('README.md', builder.build())
    assert [found.span(call.node) for call in found.calls('fetch')] == [(2, 10), (13, 21)]
    assert Module('a.md', cut(host, 2, 10)).root.type == 'program'


# whatever is read


DEEP = 20_000


@pytest.mark.parametrize(
    'code',
    (
        '(' * DEEP + '1' + ')' * DEEP,
        'f(' * DEEP + '1' + ')' * DEEP,
        'x = ' + '{a:' * DEEP + '1' + '}' * DEEP,
        'a' + '.b()' * DEEP,
        'a' + '.b' * DEEP + '()',
        'x(' + '"a" + ' * DEEP + '1)',
        'x(' + 'a ? 1 : ' * DEEP + '1)',
        'x(' + '`${' * 5_000 + '1' + '}`' * 5_000 + ')',
        '{ let e = 1; e();' * 5_000 + '}' * 5_000,
        'const ' + '[' * DEEP + 'x' + ']' * DEEP + ' = y; x()',
        'x([' + '"deno", ' * 5_000 + '])',
        'x({' + ''.join(f'k{n}: {n}, ' for n in range(5_000)) + '})',
        'const a0 = "deno";' + ''.join(f'const a{n} = a{n - 1} + a{n - 1}; f(a{n});' for n in range(1, 500)),
        'const o0 = {};' + ''.join(f'const o{n} = {{...o{n - 1}, ...o{n - 1}}}; f(o{n});' for n in range(1, 500)),
        'let args = ["deno", "run", ...args]; args.push(...args); new Deno.Command("deno", { args });' * 300,
        '[' * DEEP,
        '(' * DEEP,
        '`${' * DEEP,
        '"' * DEEP,
    ),
    ids=lambda code: code[:24],
)
def test_deep_and_wide_modules_take_linear_time(code):
    start = time.process_time()
    use(module(code))
    assert time.process_time() - start < 3


def use(found):
    """Ask a module for everything; return its spans."""
    spans = [found.span(call.node) for call in found.calls()]
    for call in list(found.calls())[:200]:
        for argument in call.arguments[:2]:
            found.properties(argument)
            evaluate(found, argument)
    spans += [literal.span for literal in found.strings()]
    spans += [found.span(each.node) for each in found.imports()]
    for command in found.commands():
        spans += [command.span, *(word.span for word in command.words)]
    for part in found.parts():
        spans += [part.text.span(0, len(part.text.data))]
    spans += [variable.span for variable in found.variables()]
    return [*spans, *found.comments(), *filter(None, (found.error, found.shebang))]


PIECES = strategies.sampled_from(
    'import export from as const let var function class enum => ( ) { } [ ] ; , . ... = + ?? ? : new await `${ ` " \' '
    'fetch Deno Command env get set args x y "a" "deno" \'run\' `b` require process exec $ \\ \n /* */ // #! é 😀 1 '
    '< > this async for of try catch'.split(' ')
)


@settings(max_examples=200, deadline=None)
@given(strategies.lists(PIECES, max_size=40).map(' '.join) | strategies.text(max_size=60))
def test_any_text_is_read(code):
    found = module(code)
    size = len(found.text.data)
    assert all(0 <= start <= end <= size for start, end in use(found))


@settings(max_examples=100, deadline=None)
@given(strategies.binary(max_size=60))
def test_any_bytes_are_read(data):
    found = Module('a.js', whole(data))
    assert all(0 <= start <= end <= len(data) for start, end in use(found))


@settings(max_examples=100, deadline=None)
@given(strategies.text(strategies.characters(blacklist_categories=('Cs',)), max_size=20))
def test_strings_mean_what_their_content_maps(text):
    quoted = ''.join(f'\\u{{{ord(each):x}}}' for each in text)
    found = module(f'"{quoted}"')
    node = next(found.nodes('string'))
    assert found.string(node) == found.content(node).data.decode() == text


def test_starts_without_slow_imports():
    code = (
        'import sys; from deno_ai_hooks.common.documents.typescript import Module;'
        'from deno_ai_hooks.common.text import whole; Module("a.ts", whole(b"fetch(a)")).broken;'
        'print(*{"pathlib", "importlib.resources", "json", "dataclasses", "subprocess"} & set(sys.modules))'
    )
    done = subprocess.run([sys.executable, '-I', '-c', code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ''


def test_is_refused_only_where_nothing_could_be_parsed(monkeypatch):
    broken = Module('main.ts', whole(b'const = ; fetch("x")'))
    assert broken.broken
    assert broken.refused is None
    monkeypatch.setattr(typescript_tree, 'SECONDS', -1000)
    slow = Module('main.ts', whole(b'fetch("x");\n' * 20000))
    assert slow.refused is None  # nobody asked yet
    assert list(slow.calls('fetch')) == []
    assert slow.refused == 0
