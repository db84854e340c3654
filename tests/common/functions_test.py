"""Which function an expression stands for."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import functions
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source

LLM = '''
export async function ask(q) { return q; }
export class Client { run(q) { return ask(q); } static make() { return new Client(); } }
export const helpers = { ask, quick: (q) => q };
export default ask;
'''
FILES = {
    'llm.ts': LLM,
    'default.ts': 'export default function whole(q) { return q; }',
    're.ts': 'export { ask as re } from "./llm.ts";\nexport * from "./llm.ts";',
}
ASK, RUN, QUICK = 'async function ask', 'run(q)', '(q) => q'


def called(code):
    """Return the beginning of the functions that the last call of the code runs, with their modules."""
    files = {'main.ts': code, **FILES}
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    module = project.module('main.ts')
    known = functions.of(module)
    last = max(known.calls, key=lambda call: (call.node.end_byte, -call.node.start_byte))
    return [(each.module.path, each.module.read(each.node)) for each in known.called(last)]


@pytest.mark.parametrize(
    ('code', 'path', 'beginning'),
    (
        ('function f() {}\nf()', 'main.ts', 'function f'),
        ('const f = () => 1;\nf()', 'main.ts', '() => 1'),
        ('const o = { m() {} };\no.m()', 'main.ts', 'm() {}'),
        ('const o = { m: async () => 1 };\no["m"]()', 'main.ts', 'async () => 1'),
        ('class A { m() { this.n(); } n() {} }', 'main.ts', 'n() {}'),
        ('class B { m() {} }\nclass A extends B {}\nnew A().m()', 'main.ts', 'm() {}'),
        ('class A { constructor(x) {} }\nnew A(1)', 'main.ts', 'constructor'),
        ('class A { m = () => 2; }\nconst a = new A();\na.m()', 'main.ts', '() => 2'),
        ('class A { m() {} }\nfunction f(a: A) { a.m(); }', 'main.ts', 'm() {}'),
        ('class A { m() {} }\nclass B { constructor(private a: A) {}\n f() { this.a.m(); } }', 'main.ts', 'm() {}'),
        ('const make = () => ({ go() {} });\nmake().go()', 'main.ts', 'go() {}'),
        ('const f = limit(async () => 1);\nf()', 'main.ts', 'async () => 1'),
        ('function f() {}\nf.call(null)', 'main.ts', 'function f'),
        ('import { ask } from "./llm.ts";\nask(1)', 'llm.ts', ASK),
        ('import q from "./llm.ts";\nq(1)', 'llm.ts', ASK),
        ('import whole from "./default.ts";\nwhole(1)', 'default.ts', 'function whole'),
        ('import * as llm from "./llm.ts";\nllm.ask(1)', 'llm.ts', ASK),
        ('import { helpers } from "./llm.ts";\nhelpers.quick(1)', 'llm.ts', QUICK),
        ('import { helpers } from "./llm.ts";\nconst { ask } = helpers;\nask(1)', 'llm.ts', ASK),
        ('import { Client } from "./llm.ts";\nconst c = new Client();\nc.run(1)', 'llm.ts', RUN),
        ('import { Client } from "./llm.ts";\nfunction f(c: Client) { c.run(1); }', 'llm.ts', RUN),
        ('import { re } from "./re.ts";\nre(1)', 'llm.ts', ASK),
        ('import { Client } from "./re.ts";\nnew Client().run(1)', 'llm.ts', RUN),
    ),
)
def test_finds(code, path, beginning):
    assert [(where, text[:len(beginning)]) for where, text in called(code)] == [(path, beginning)]


@pytest.mark.parametrize(
    'code',
    (
        'f()',
        'import { f } from "npm:x";\nf()',
        'import { none } from "./llm.ts";\nnone()',
        'import { f } from "./none.ts";\nf()',
        'function f(g) { g(); }',
        'let f = () => 1;\nf = other;\nf()',
        'console.log(1)',
        'const f = f;\nf()',
        'class A extends A {}\nnew A().m()',
        '[1].map(String).filter(Boolean)',
    ),
)
def test_guesses_nothing(code):
    assert called(code) == []


def test_knows_callers_and_what_is_passed():
    code = 'function f(x) { return x; }\nf(1);\n[1].map(f);\nconst g = (y) => f(y);'
    project = Project(lambda name: Source(name, code.encode()) if name == 'main.ts' else None)
    module = project.module('main.ts')
    known = functions.of(module)
    function = next(module.nodes('function_declaration'))
    assert [module.read(call.node) for call in known.callers(function)] == ['f(1)', 'f(y)']
    assert [(module.read(each.call.node), each.at) for each in known.passed(function)] == [('[1].map(f)', 0)]
    assert [module.read(value) for value in known.returns(function)] == ['x']
