from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.common.values import POSSIBILITIES
from deno_ai_hooks.common.values import Hole
from deno_ai_hooks.common.values import Known
from deno_ai_hooks.common.values import evaluate
from deno_ai_hooks.common.values import prefix
from deno_ai_hooks.common.values import text
from deno_ai_hooks.common.values import texts


def module(code, others=None):
    found = Module('main.ts', whole(code.encode()))
    if others is not None:
        modules = {name: Module(name, whole(each.encode())) for name, each in others.items()}
        found.load = modules.get
    return found


def values(code, others=None):
    """Return the values of what the first call of `t` in `code` is given."""
    found = module(code, others)
    return evaluate(found, next(found.calls('t')).arguments[0])


def shown(value):
    return ''.join(part.text if isinstance(part, Known) else f'<{part.kind} {part.name}>' for part in value.parts)


def show(code, others=None):
    return [shown(value) for value in values(code, others)]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('t("a")', 'a'),
        ("t('a')", 'a'),
        ('t(`a`)', 'a'),
        (r't("\x61\n")', 'a\n'),
        ('t("")', ''),
        ('t(5)', '5'),
        ('t(true)', 'true'),
        ('t(null)', 'null'),
        ('t(("a"))', 'a'),
        ('t("a" as const)', 'a'),
        ('t("a" satisfies string)', 'a'),
        ('t("a"!)', 'a'),
        ('t(<string>"a")', 'a'),
        ('t((0, "a"))', 'a'),
        ('t("a" + "b" + "c")', 'abc'),
        ('t("a" + ("b" + 1))', 'ab1'),
        ('const b = "b"; t(`a${b}c`)', 'abc'),
        ('t(`a${1}${`b`}`)', 'a1b'),
        # constants
        ('const x = "a"; t(x)', 'a'),
        ('let x = "a"; t(x)', 'a'),
        ('const x = "a", y = x; t(y)', 'a'),
        ('const x = "a"; { const x = "b"; t(x) }', 'b'),
        ('const o = { a: { b: "c" } }; t(o.a.b)', 'c'),
        ('const o = { a: { b: "c" } }; t(o?.["a"]["b"])', 'c'),
        ('const k = "a", o = { [k]: "c" }; t(o[k])', 'c'),
        ('const o = { "a": "c" } as const; t(o.a)', 'c'),
        ('const o = Object.freeze({ a: "c" }); t(o.a)', 'c'),
        ('const x = "c", o = { x }; t(o.x)', 'c'),
        ('const p = { a: "c" }, o = { ...p }; t(o.a)', 'c'),
        ('const o = { a: "c" }; const { a } = o; t(a)', 'c'),
        ('const o = { a: { b: "c" } }; const { a: { b: d } } = o; t(d)', 'c'),
        ('const [, x] = ["a", "b"]; t(x)', 'b'),
        ('const l = ["a", "b"]; t(l[1])', 'b'),
        ('enum E { A = "a", B = "b" } t(E.B)', 'b'),
        ('class C { readonly a = "b"; m() { t(this.a) } }', 'b'),
        ('class C { a; constructor() { this.a = "b" } m() { t(this.a + "c") } }', 'bc'),
        ('class C { #a = "b"; m() { t(this.#a) } }', 'b'),
        # defaults that are taken or not
        ('t(null ?? "a")', 'a'),
        ('t("" ?? "a")', ''),
        ('t("" || "a")', 'a'),
        ('t("b" || "a")', 'b'),
        ('t("null" ?? "a")', 'null'),
        ('t("0" || "a")', '0'),
        ('const { a = "b" } = {}; t(a)', 'b'),
        # URLs and methods
        ('t(new URL("http://a/b"))', 'http://a/b'),
        ('t(new URL("/b", "http://a"))', 'http://a/b'),
        ('t(new URL("b", "http://a"))', 'http://a/b'),
        ('t(new URL("/c", "http://a/b/d"))', 'http://a/c'),
        ('t(new URL("c", "http://a/b/d"))', 'http://a/b/c'),
        ('t(new URL("//c", "http://a/b"))', 'http://c'),
        ('t(new URL("https://c", "http://a/b"))', 'https://c'),
        ('const u = new URL("/b", "http://a"); t(u.href)', 'http://a/b'),
        ('t(new URL("http://a/b").toString())', 'http://a/b'),
        ('t(String(new URL("http://a/b")))', 'http://a/b'),
        ('t(["a", "b"].join("/"))', 'a/b'),
        ('const l = ["a", "b"]; t(l.join(""))', 'ab'),
        ('t(["a", "b"].join())', 'a,b'),
        ('t("a".concat("b", "c"))', 'abc'),
        ('t(" a ".trim())', 'a'),
        ('t(" a ".trimStart())', 'a '),
    ),
)
def test_known(code, expected):
    assert [text(value) for value in values(code)] == [expected]


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('t(Deno.env.get("A"))', ['<env A>']),
        ('t(Deno.env.get("A")!)', ['<env A>']),
        ('const K = "A"; t(Deno.env.get(K))', ['<env A>']),
        ('t(Deno.env.get(k))', ['<env >']),
        ('t(process.env.A)', ['<env A>']),
        ('t(process.env["A"])', ['<env A>']),
        ('import { env } from "node:process"; t(env.A)', ['<env A>']),
        ('t(import.meta.env.A)', ['<env A>']),
        ('t(Deno.env.toObject().A)', ['<env A>']),
        ('import { load } from "jsr:@std/dotenv"; const e = await load(); t(e.A)', ['<env A>']),
        ('const { A } = process.env; t(A)', ['<env A>']),
        ('const { A: b = "c" } = process.env; t(b)', ['<env A>', 'c']),
        ('t(Deno.env.get("A") ?? "b")', ['<env A>', 'b']),
        ('t(Deno.env.get("A") || "")', ['<env A>', '']),
        ('t(Deno.env.get("A") + "/b")', ['<env A>/b']),
        ('const a = Deno.env.get("A") ?? "b"; t(`${a}/c`)', ['<env A>/c', 'b/c']),
        ('const a = process.env.A; t(a ? a : "b")', ['<env A>', 'b']),
        ('const get = Deno.env.get; t(get("A"))', ['<env A>']),
        ('t(new URL("/v1", Deno.env.get("A")))', ['<env A>/v1']),
    ),
)
def test_environment(code, expected):
    assert show(code) == expected


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('t(a ? "b" : "c")', ['b', 'c']),
        ('t(a ? "b" : "b")', ['b', 'b']),
        ('t(a ?? "b")', ['<unknown a>', 'b']),
        ('t(a && "b")', ['b']),
        ('t((a ? "b" : "c") + (d ? "e" : "f"))', ['be', 'bf', 'ce', 'cf']),
        ('function f(a = "b") { t(a) }', ['<unknown a>', 'b']),
        ('function f({ a = "b" }) { t(a) }', ['<unknown a>', 'b']),
        ('const f = ({ a = "b" } = {}) => t(a)', ['<unknown a>', 'b']),
        ('const { a = "b" } = c; t(a)', ['<unknown c.a>', 'b']),
    ),
)
def test_possibilities(code, expected):
    assert show(code) == expected


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('t(a)', '<unknown a>'),
        ('t(a.b)', '<unknown a.b>'),
        ('t(`a${b.c}d`)', 'a<unknown b.c>d'),
        ('t("a" + f())', 'a<unknown f()>'),
        ('t(1 + 2)', '<unknown >'),
        ('t("a".replace("a", "b"))', '<unknown >'),
        ('let a = "b"; a = "c"; t(a)', '<unknown a>'),
        ('let a = "b"; a += "c"; t(a)', '<unknown a>'),
        ('function f(a) { t(a) }', '<unknown a>'),
        ('for (const a of ["b"]) t(a)', '<unknown a>'),
        ('const o = { a: "b" }; o.a = "c"; t(o.a)', '<unknown >'),
        ('const o = { a: "b" }; o[k] = "c"; t(o.a)', '<unknown >'),
        ('const o = { ...p }; t(o.a)', '<unknown >'),
        ('const l = [...p, "a"]; t(l[1])', '<unknown >'),
        ('class C { a = "b"; m() { this.a = "c"; t(this.a) } }', '<unknown >'),
        ('class C { a = "b" } function f() { t(this.a) }', '<unknown >'),
        ('class C { constructor(private a = "b") {} m() { t(this.a) } }', '<unknown >'),
        ('import { a } from "./b.ts"; t(a)', '<unknown ./b.ts.a>'),
        ('const a = b, b = a; t(a)', '<unknown b>'),
        ('const Deno = mine; t(Deno.env.get("A"))', '<unknown mine.env.get()>'),
        ('class URL {} t(new URL("http://a"))', '<unknown local:URL()>'),
    ),
)
def test_unknown(code, expected):
    assert show(code) == [expected]
    assert text(values(code)[0]) is None


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('import { A } from "./b.ts"; t(A)', 'a'),
        ('import { A as X } from "./b.ts"; t(`${X}/c`)', 'a/c'),
        ('import * as b from "./b.ts"; t(b.A)', 'a'),
        ('import b from "./b.ts"; t(b)', 'default'),
        ('import { CONFIG } from "./b.ts"; t(CONFIG.api.base)', 'base'),
        ('import * as b from "./b.ts"; t(b.CONFIG.api["base"])', 'base'),
        ('import { B } from "./b.ts"; t(B)', 'b'),
        ('import { E } from "./b.ts"; t(E.X)', 'x'),
    ),
)
def test_imports_are_followed_one_module_deep(code, expected):
    other = '''
export const A = "a"; const inner = "b"; export { inner as B }; export default "default";
export const CONFIG = { api: { base: "base" } }; export enum E { X = "x" }
'''
    found = values(code, {'./b.ts': other})
    assert [text(value) for value in found] == [expected]
    assert found[0].parts[0].module.path == './b.ts'


@pytest.mark.parametrize(
    'other', ('', 'const A = "a";', 'export let A = "a"; A = f();', 'import { A } from "./c.ts"; export { A };'),
)
def test_imports_that_stay_unknown(other):
    found = values('import { A } from "./b.ts"; t(A)', {'./b.ts': other, './c.ts': 'export const A = "deep"'})
    assert [text(value) for value in found] == [None]


def test_parts_know_where_they_are_written():
    code = 'const BASE = "http://a"; const o = { path: `/v1` }; t(BASE + o.path + "/" + x)'
    value, = values(code)
    assert [code[slice(*part.span)] for part in value.parts if isinstance(part, Known)] == ['http://a', '/v1', '/']
    assert isinstance(value.parts[-1], Hole)
    assert prefix(value) == 'http://a/v1/'
    assert text(value) is None


def test_parts_of_embedded_modules_stand_in_their_host():
    from deno_ai_hooks.common.text import cut

    host = whole(b'# Title\nt("a")\n')
    found = Module('README.md', cut(host, 8, 14))
    value, = evaluate(found, next(found.calls('t')).arguments[0])
    assert host.data[slice(*value.parts[0].span)] == b'a'


@pytest.mark.parametrize(
    ('code', 'kind'),
    (
        ('t("1")', 'string'), ('t(1)', 'number'), ('t(true)', 'boolean'), ('t(null)', 'null'),
        ('t(undefined)', 'undefined'), ('t(x)', 'unknown'), ('t(`${x}`)', 'string'),
    ),
)
def test_types(code, kind):
    assert values(code)[0].type == kind


def test_texts_leave_out_what_is_not_known():
    found = module('t(Deno.env.get("A") ?? "b")')
    assert list(texts(found, next(found.calls('t')).arguments[0])) == ['b']


@pytest.mark.parametrize(
    'code',
    (
        't(' + ' + '.join(['(a ? "b" : "c")'] * 30) + ')',
        't(' + ''.join(f'a{n} ? "{n}" : ' for n in range(500)) + '"end")',
        't(' + ' ?? '.join(f'a{n}' for n in range(500)) + ')',
        't(`' + '${a ?? "b"}' * 400 + '`)',
        't([' + '"a", ' * 5_000 + '].join("/"))',
        't(' + 'String(' * 1_000 + '"a"' + ')' * 1_000 + ')',
        ''.join(f'const a{n} = b ? a{n + 1} : a{n + 2};' for n in range(200)) + 't(a0)',
    ),
    ids=lambda code: code[:24],
)
def test_work_is_bounded(code):
    found = values(code)
    assert 0 < len(found) <= POSSIBILITIES
    assert all(len(value.parts) < 500 for value in found)
