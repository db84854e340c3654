"""From sources to sinks: what passes, what stops it, across modules, and what ends at bounds."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import flow
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source

MODEL = 'import OpenAI from "npm:openai";\nconst ai = new OpenAI();\n'
ASKED = MODEL + 'const r = await ai.chat.completions.create({ model: "gpt-4o", messages: [] });\n'
SHELL = 'const p = new Deno.Command("sh", { args: ["-c", c] });\nreturn p.output();'


def found(files, main='main.ts'):
    """Return who chose what reaches which sink, and the expression by which it leaves the module."""
    files = files if isinstance(files, dict) else {main: files}
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    flows = flow.of(project.module(main)).flows()
    return [(each.origin.kind, each.sink.kind, each.sink.module.read(each.sink.node)) for each in flows]


def handler(body):
    return f'Deno.serve(async (req) => {{\n{body}\n}});'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        (handler('const { cmd } = await req.json();\nnew Deno.Command("bash", { args: ["-c", cmd] });'),
         ('request', 'command', 'cmd')),
        (handler('const u = new URL(req.url).searchParams.get("u")!;\n'
                 'return await fetch(u);'), ('request', 'url', 'u')),
        # before the first slash behind the scheme a host is chosen
        (handler('const { t } = await req.json();\nreturn await fetch(`https://${t}.example.com/`);'),
         ('request', 'url', '`https://${t}.example.com/`')),
        (handler('const f = new URL(req.url).searchParams.get("f");\nawait Deno.readTextFile(`${ROOT}/${f}`);'),
         ('request', 'path', '`${ROOT}/${f}`')),
        (handler('const { id } = await req.json();\nawait db.query(`SELECT * FROM t WHERE id = \'${id}\'`);'),
         ('request', 'sql', "`SELECT * FROM t WHERE id = '${id}'`")),
        (handler('const q = new URL(req.url).searchParams.get("q");\n'
                 'return new Response(`<h1>${q}</h1>`, { headers: { "content-type": "text/html" } });'),
         ('request', 'html', '`<h1>${q}</h1>`')),
        # callbacks, promises and loops
        (handler('const { names } = await req.json();\nawait Promise.all(names.map((n) => Deno.remove(n)));'),
         ('request', 'path', 'n')),
        (handler('const { names } = await req.json();\nfor (const [n] of names) { await Deno.remove(n); }'),
         ('request', 'path', 'n')),
        (handler('return await req.text().then((t) => eval(t));'), ('request', 'code', 't')),
        # a field of an object, a spread, a list that is filled
        (handler('const b = await req.json();\nconst o = { ...b, x: 1 };\n'
                 'eval(o.code);'), ('request', 'code', 'o.code')),
        (handler('const args = ["-c"];\nargs.push((await req.json()).cmd);\n'
                 'new Deno.Command("sh", { args: ["-c", args[1]] });'),
         ('request', 'command', 'args[1]')),
        # what a name was given last, on any way
        (handler('let c = "ls";\nif (req.method === "POST") { c = await req.text(); }\n'
                 'new Deno.Command("sh", { args: ["-c", c] });'),
         ('request', 'command', 'c')),
        # a schema that admits free text
        ('import { z } from "npm:zod";\nconst B = z.object({ id: z.string().max(9) });\n'
         + handler('const b = B.parse(await req.json());\n'
                   'await db.query(`SELECT * FROM t WHERE id = \'${b.id}\'`);'),
         ('request', 'sql', "`SELECT * FROM t WHERE id = '${b.id}'`")),
        # a handler known by its type only
        ('export async function handle(req: Request) {\nconst { f } = await req.json();\nawait Deno.remove(f);\n}',
         ('request', 'path', 'f')),
        ('import { Hono } from "jsr:@hono/hono";\nconst app = new Hono();\n'
         'app.get("/x", async (c) => c.text(await Deno.readTextFile(c.req.query("f"))));\nDeno.serve(app.fetch);',
         ('request', 'path', 'c.req.query("f")')),
        (ASKED + 'const { expr } = JSON.parse(r.choices[0].message.tool_calls[0].function.arguments);\neval(expr);',
         ('model', 'code', 'expr')),
        (MODEL + 'async function ask(q) {\n'
        'const r = await ai.chat.completions.create({ model: "x", messages: [] });\n'
         'return r.choices[0].message.content;\n}\ndocument.body.innerHTML = await ask("hello");',
         ('model', 'html', 'await ask("hello")')),
        (ASKED + 'for (const call of r.choices[0].message.tool_calls) {\n'
         'await runTool(call.function.name, JSON.parse(call.function.arguments));\n}\n'
         'async function runTool(name, args) {\nswitch (name) {\n'
         'case "shell": return new Deno.Command("bash", { args: ["-lc", args.command] }).output();\n}\n}',
         ('model', 'command', 'args.command')),
        # who asks is known; what is asked is not
        (handler('await requireUser(req);\neval(await req.text());'), ('request', 'code', 'await req.text()')),
        (handler('if (!(await isAuthorized(req))) return deny();\neval(await req.text());'),
         ('request', 'code', 'await req.text()')),
        # as service workers do
        ('addEventListener("fetch", (event) => event.respondWith(answer(event.request)));\n'
         'async function answer(request) { eval(await request.text()); }', ('request', 'code', 'await request.text()')),
        # a tool of the SDK's own making
        ('import { anthropic } from "npm:@ai-sdk/anthropic";\nimport { exec } from "node:child_process";\n'
         'const bash = anthropic.tools.bash_20250124({ execute: async (given) => exec(given.command) });',
         ('model', 'command', 'given.command')),
        (ASKED + 'const call = r.choices[0].message.tool_calls[0];\nawait tools[call.function.name](call);',
         ('model', 'key', 'call.function.name')),
    ),
)
def test_finds(code, expected):
    assert expected in found(code)


@pytest.mark.parametrize(
    'code',
    (
        # behind a fixed host, or a base that is one's own
        handler('const { id } = await req.json();\nreturn await fetch(`https://api.example.com/${id}`);'),
        handler('const { id } = await req.json();\nreturn await fetch(`${Deno.env.get("BASE")}/${id}`);'),
        handler('const { id } = await req.json();\nreturn await fetch(BASE + id);'),
        handler('return await fetch(new URL("/v1" + new URL(req.url).pathname, "https://api.example.com"));'),
        # looked up in a list, before
        handler('const u = new URL(await req.text());\nif (!HOSTS.has(u.hostname)) return deny();\n'
                'return await fetch(u);'),
        handler('const t = await req.text();\nconst u = new URL(t);\n'
                'if (!HOSTS.has(u.hostname)) return deny();\nreturn await fetch(t);'),
        handler('const { c } = await req.json();\nif (!ALLOWED.includes(c)) throw new Error("no");\n'
                'new Deno.Command(c);'),
        handler('const { c } = await req.json();\nif (c !== "ls" && c !== "df") return deny();\n'
                'new Deno.Command("sh", { args: ["-c", PROGRAMS[c]] });'),
        handler('const { c } = await req.json();\nswitch (c) { case "ls": new Deno.Command(c); }'),
        handler('const { c } = await req.json();\nconst safe = ALLOWED.has(c) ? c : "ls";\n'
                'new Deno.Command(safe);'),
        # a whole match
        handler('const f = await req.text();\nif (!/^[a-z]+$/.test(f)) return deny();\n'
                'await Deno.readTextFile(`./${f}.txt`);'),
        handler('const f = (await req.text()).replace(/[^a-z]/g, "");\nawait Deno.readTextFile(`./${f}.txt`);'),
        # paths that stay in their folder
        'import { basename } from "jsr:@std/path@1";\n'
        + handler('await Deno.readTextFile(`./x/${basename(await req.text())}`);'),
        'import { resolve } from "jsr:@std/path@1";\n'
        + handler('const p = resolve(ROOT, await req.text());\nif (!p.startsWith(ROOT + "/")) return deny();\n'
                  'await Deno.readTextFile(p);'),
        handler('const f = await req.text();\nif (f.includes("..")) return deny();\n'
                'await Deno.readTextFile("./x/" + f);'),
        # numbers, truths, lengths
        handler('const { id } = await req.json();\nawait db.query(`SELECT * FROM t WHERE id = ${Number(id)}`);'),
        handler('const { id } = await req.json();\nawait db.query(`SELECT * FROM t LIMIT ${id.length}`);'),
        handler('const { id } = await req.json();\nif (typeof id !== "number") return deny();\n'
                'await db.query(`SELECT ${id} FROM t`);'),
        # bound parameters
        handler('const { id } = await req.json();\nawait db.query("SELECT * FROM t WHERE id = $1", [id]);'),
        handler('const { id } = await req.json();\nawait sql`SELECT * FROM t WHERE id = ${id}`;'),
        # fields are kept apart, tables are constant
        handler('const b = await req.json();\nconst o = { cmd: "ls", other: b.x };\n'
                'new Deno.Command("sh", { args: ["-c", o.cmd] });'),
        'const T = { a: "ls" };\n' + handler('new Deno.Command("sh", { args: ["-c", T[await req.text()]] });'),
        # schemas that admit no free text
        'import { z } from "npm:zod";\n'
        'const B = z.object({ id: z.number(), m: z.enum(["a"]), u: z.string().uuid() });\n'
        + handler('const b = B.parse(await req.json());\n'
                  'await db.query(`SELECT ${b.id} FROM t WHERE m = \'${b.m}\' AND u = \'${b.u}\'`);'),
        # what another server answers is no caller's input
        handler('const d = await (await fetch("https://x.example/")).json();\nawait fetch(d.url);'),
        # calls of unknown functions pass nothing on
        handler('const b = await req.json();\nconst client = createClient(b.name);\neval(client);'),
        # a name that is given something else first
        handler('let c = await req.text();\nc = "ls";\nnew Deno.Command("sh", { args: ["-c", c] });'),
        # text that is escaped
        handler('const q = await req.text();\n'
                'return new Response(`<b>${escapeHtml(q)}</b>`, { headers: { "content-type": "text/html" } });'),
        handler('const q = await req.text();\nreturn new Response(`<b>${q}</b>`);'),
        # a fixed program with a list of arguments
        handler('const { f } = await req.json();\nnew Deno.Command("wc", { args: ["-l", "--", f] });'),
        # other things with such names
        handler('const q = await req.text();\nconst m = /x/.exec(q);\nredis.eval(q);\nstore.run(q);'),
        # what of a model's answer is no text
        ASKED + 'eval(r.usage.total_tokens);\nDeno.readTextFile(r.id);',
        ASKED + 'const n = r.choices[0].message.tool_calls[0].function.name;\n'
        'if (!Object.hasOwn(tools, n)) throw 1;\nawait tools[n]();',
        ASKED + 'const t = TOOLS.get(r.choices[0].message.tool_calls[0].function.name);\nawait t.run();',
        'for (const f of ["a", "b"]) await Deno.readTextFile(f);',
    ),
)
def test_leaves_alone(code):
    assert [each for each in found(code) if each[1] != 'prompt'] == []


def test_follows_imports_both_ways():
    assert found({
        'main.ts': 'import { run } from "./run.ts";\n' + handler('const b = await req.json();\nawait run(b.cmd);'),
        'run.ts': f'export async function run(c: string) {{ {SHELL} }}',
    }) == [('request', 'command', 'c')]
    assert found({
        'main.ts': 'import { body } from "./body.ts";\n' + handler('eval(await body(req));'),
        'body.ts': 'export async function body(request) { return (await request.json()).code; }',
    }) == [('request', 'code', 'await body(req)')]
    assert found({
        'main.ts': 'import { Tools } from "./lib/tools.ts";\nconst t = new Tools();\n'
                   + handler('await t.run((await req.json()).cmd);'),
        'lib/tools.ts': f'export class Tools {{ async run(x) {{ return await this.sh(x); }} sh(c) {{ {SHELL} }} }}',
    }) == [('request', 'command', 'c')]


def test_follows_reexports_and_the_import_map():
    assert found({
        'main.ts': 'import { run } from "@/mod.ts";\n' + handler('await run(await req.text());'),
        'deno.json': '{ "imports": { "@/": "./lib/" } }',
        'lib/mod.ts': 'export * from "./shell.ts";',
        'lib/shell.ts': f'export const run = async (c) => {{ {SHELL} }};',
    }) == [('request', 'command', 'c')]


def test_tells_the_places_on_the_way():
    files = {
        'main.ts': 'import { run } from "./run.ts";\n' + handler('const b = await req.json();\nawait run(b.cmd);'),
        'run.ts': f'export async function run(c: string) {{\n{SHELL} }}',
    }
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    (way,) = flow.of(project.module('main.ts')).flows()
    places = [(step.path, project.source(step.path).position(step.span.start).line) for step in way.steps]
    assert places[0] == ('main.ts', 2)
    assert places[-2:] == [('main.ts', 4), ('run.ts', 2)]


def chain(length):
    files = {'main.ts': 'import { f0 } from "./m0.ts";\n' + handler('await f0(await req.text());')}
    for n in range(length):
        imported = f'import {{ f{n + 1} }} from "./m{n + 1}.ts";'
        files[f'm{n}.ts'] = f'{imported}\nexport const f{n} = (v) => f{n + 1}(v + "x");'
    files[f'm{length}.ts'] = f'export const f{length} = (v) => eval(v);'
    return files


def test_follows_a_chain_of_fifty_modules():
    assert found(chain(50)) == [('request', 'code', 'v')]


@pytest.mark.parametrize(
    'code',
    (
        'function a(x) { return b(x); }\nfunction b(x) { return a(x); }\neval(a("x"));',
        'let x = x;\nx = x + x;\neval(x);',
        'const a = { ...b }, b = { ...a };\neval(a.x);',
        'class A extends A { m() { return this.m(); } }\neval(new A().m());',
        'const f = (g) => g(g);\neval(f(f));',
    ),
)
def test_ends_where_values_are_made_of_themselves(code):
    assert found(code) == []


def test_ends_where_modules_import_each_other():
    assert found({
        'main.ts': 'import { a } from "./a.ts";\n' + handler('a(await req.json());'),
        'a.ts': 'import { b } from "./b.ts";\nexport const a = (x) => b(x.y);',
        'b.ts': 'import { a } from "./a.ts";\nimport { no } from "./none.ts";\n'
        'export function b(x) { if (x) return a(x);\nno(x);\neval(x); }',
    }) == [('request', 'code', 'x')]


@pytest.mark.parametrize(
    'body',
    (
        'eval(' + ' + '.join(['b.x'] * 3000) + ');',
        'eval({' + ', '.join(f'k{n}: 1' for n in range(5000)) + ', ...b }.x);',
        ''.join(f'x.map((y{n}) => {{ ' for n in range(150)) + 'eval(b.x);' + '});' * 150,
        'if (b.y === 1) return; ' * 2000 + 'eval(b.x);',
        'eval(b.x); ' * 500,
        'eval(b.x' + '?.y' * 3000 + ');',
        'eval(b.x' + '.trim()' * 3000 + ');',
        'eval(' + '(' * 500 + 'b.x' + ')' * 500 + ');',
        'eval(' + 'a ? b.x : ' * 1000 + '1);',
        'const z = [' + '[' * 400 + 'b.x' + ']' * 400 + '];\neval(z);',
        'function (',
    ),
)
def test_stands_sheer_size_and_broken_syntax(body):
    code = handler('const b = await req.json();\n' + body)
    for _, sink, _ in found(code):
        assert sink == 'code'


def test_says_that_it_was_cut_short():
    code = handler('const b = await req.json();\neval(b.x' + '.trim()' * 3000 + ');')
    project = Project(lambda name: Source(name, code.encode()) if name == 'main.ts' else None)
    module = project.module('main.ts')
    flow.of(module).flows()
    assert 'part of the way' in module.unfinished
