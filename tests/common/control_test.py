"""What has been decided, and what has run, where a place is reached."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import control
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.text import whole


def known(body):
    """Return what holds, and what does not, at `HERE`."""
    code = f'async function f(x, y) {{\n{body}\n}}\nfunction fail() {{ throw new Error(); }}'.encode()
    module = Module('main.ts', whole(code))
    at = code.index(b'HERE')
    return {module.read(each.node): each.holds for each in control.of(module).conditions(at) if each.case is None}


def ran(body):
    """Return the statements that have run at `HERE`, as they are written."""
    code = f'async function f(x, y) {{\n{body}\n}}'.encode()
    module = Module('main.ts', whole(code))
    return [module.read(each) for each in control.of(module).before(code.index(b'HERE'))]


@pytest.mark.parametrize(
    ('body', 'expected'),
    (
        ('if (a) { HERE }', {'a': True}),
        ('if (a) {} else { HERE }', {'a': False}),
        ('if (!a) return; HERE', {'a': True}),
        ('if (a) throw new Error(); HERE', {'a': False}),
        ('if (a) { log(); return 1 } HERE', {'a': False}),
        ('if (a) { HERE } else return', {'a': True}),
        ('if (a) {} else { return } HERE', {'a': True}),
        ('if (a && b) { HERE }', {'a': True, 'b': True}),
        ('if (a || b) return; HERE', {'a': False, 'b': False}),
        ('if (!(a || b)) { HERE }', {'a': False, 'b': False}),
        ('a && HERE', {'a': True}),
        ('a || HERE', {'a': False}),
        ('a ? HERE : 1', {'a': True}),
        ('a ? 1 : HERE', {'a': False}),
        ('while (a) { HERE }', {'a': True}),
        ('const ok = a && b; if (!ok) return; HERE', {'ok': True, 'a': True, 'b': True}),
        ('if (a) fail(); HERE', {'a': False}),
        ('if (a) Deno.exit(1); HERE', {'a': False}),
        ('for (const z of zs) { if (a) continue; HERE }', {'a': False}),
        ('try { if (a) return; } catch { return } HERE', {'a': False}),
        ('{ if (a) return; } HERE', {'a': False}),
        # a function is reached from where it is written
        ('if (!a) return; zs.map((z) => { HERE })', {'a': True}),
    ),
)
def test_knows(body, expected):
    assert known(body) == expected


@pytest.mark.parametrize(
    'body',
    (
        'HERE',
        'if (a) { log() } HERE',
        'if (a) return; else return 2; ',
        'if (a || b) { HERE }',
        'if (a && b) return; HERE',
        'HERE; if (a) return;',
        'try { if (a) return; } catch { log() } HERE',
        'while (b) { if (a) return; } HERE',
        'if (a) { if (c) return; } HERE',
        'if (a) log(); HERE',
        'zs.map((z) => { if (a) return; }); HERE',
    ),
)
def test_knows_nothing_else(body):
    told = known(body if 'HERE' in body else body + 'HERE')
    assert all(name not in ('a', 'c') for name in told)


def test_knows_the_case():
    code = b'function f(x) { switch (x) { case "a": HERE } }'
    module = Module('main.ts', whole(code))
    (condition,) = control.of(module).conditions(code.index(b'HERE'))
    assert (module.read(condition.node), module.read(condition.case)) == ('(x)', '"a"')


def test_tells_what_has_run():
    assert ran('await a(); const b = c(); if (d) { e() } HERE') == ['(d)', 'const b = c();', 'await a();']
    assert ran('try { await a(); } catch { return } HERE') == ['await a();']
    assert ran('try { await a(); } catch { b() } HERE') == []
    assert ran('try { await a(); HERE } catch { b() }') == ['await a();']
    assert ran('try { x() } finally { await a(); } HERE') == ['await a();', 'x()']


def test_stands_sheer_depth():
    code = ('if (a) { ' * 800 + 'HERE' + ' }' * 800).encode()
    module = Module('main.ts', whole(code))
    assert len(list(control.of(module).conditions(code.index(b'HERE')))) >= 100
