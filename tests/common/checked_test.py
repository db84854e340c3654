"""What is made sure of before a value is used, and for which sinks that makes it harmless."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import checked
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.text import whole
from deno_ai_hooks.facts.propagation import PATH
from deno_ai_hooks.facts.propagation import SINKS
from deno_ai_hooks.facts.propagation import URL

LIST = 'const LIST = ["a", "b"];\nconst TABLE = { a: 1 };\n'


def harmless(body):
    """Return the sinks for which what is handed to use() can do no harm."""
    module = Module('main.ts', whole(f'{LIST}async function f(x, y, req) {{\n{body}\n}}'.encode()))
    return checked.of(module).harmless(next(module.calls('use')).arguments[0])


@pytest.mark.parametrize(
    'body',
    (
        # one of a list, or of a table
        'if (!LIST.includes(x)) return; use(x);',
        'if (LIST.includes(x)) { use(x); }',
        'if (LIST.indexOf(x) === -1) return; use(x);',
        'if (LIST.indexOf(x) < 0) return; use(x);',
        'if (LIST.indexOf(x) >= 0) use(x);',
        'if (!(x in TABLE)) throw new Error(); use(x);',
        'if (!Object.hasOwn(TABLE, x)) return; use(x);',
        'if (new Set(LIST).has(x)) use(x);',
        'if (!LIST.some((each) => each === x)) return; use(x);',
        'if (!LIST.some((each) => { if (x === each) return true; return false; })) return; use(x);',
        # a constant
        'if (x === "a") use(x);',
        'if (x === "a" || x === "b" || x === "c") use(x);',
        'if (x !== "a" && x !== "b") return; use(x);',
        'if (x === "a" || LIST.includes(x)) use(x);',
        'switch (x) { case "a": use(x); }',
        'x === "a" ? use(x) : stop();',
        # neither a number nor a truth holds text
        'if (typeof x !== "number") return; use(x);',
        # the whole text fits
        'if (!/^[a-z]{1,9}$/.test(x)) return; use(x);',
        'if (!x.match(/^[a-z]+$/)) return; use(x);',
        'if (/[^a-z]/.test(x)) return; use(x);',
        # a function judges it, and leaves or says so
        'if (!isAllowed(x)) return; use(x);',
        'if (await isBlocked(x)) return; use(x);',
        'assertAllowed(x); use(x);',
        'assert(LIST.includes(x)); use(x);',
        # the member that is used
        'if (!LIST.includes(y.tier)) return; use(y.tier);',
        'const { tier } = y; if (!LIST.includes(tier)) return; use(y.tier);',
        # the same text in another form
        'if (!LIST.includes(x.toLowerCase())) return; use(x);',
    ),
)
def test_harmless_everywhere(body):
    assert harmless(body) >= SINKS


@pytest.mark.parametrize(
    ('body', 'expected'),
    (
        # the host is known, the rest of the address is not
        ('const url = new URL(x); if (!LIST.includes(url.hostname)) return; use(url);', {URL}),
        ('if (!x.startsWith("https://a.example/")) return; use(x);', {URL}),
        # a path that is resolved keeps to its folder
        ('const p = resolve(x); if (!p.startsWith(ROOT)) return; use(p);', {PATH}),
        ('if (x.includes("..")) return; use(x);', {PATH}),
    ),
)
def test_harmless_for_some(body, expected):
    assert harmless(body) == expected


@pytest.mark.parametrize(
    'body',
    (
        'use(x);',
        # the branch that fails goes on
        'if (!LIST.includes(x)) log(x); use(x);',
        # what is used is another value, or the other branch
        'if (!LIST.includes(y)) return; use(x);',
        'if (LIST.includes(x)) return; use(x);',
        'if (!LIST.includes(y.tier)) return; use(y);',
        'if (!LIST.includes(y.tier)) return; use(y.name);',
        # it is looked at too late
        'use(x); if (!LIST.includes(x)) return;',
        # that it is there, and that it is a text, says nothing
        'if (!x) return; use(x);',
        'if (x === null || x === undefined) return; use(x);',
        'if (typeof x !== "string") return; use(x);',
        'if (x !== "a") use(x);',
        'if (x === y) use(x);',
        # one side says nothing of it
        'if (x === "a" || y === "b") use(x);',
        'if (x === "a" || y) use(x);',
        'if (x === "a" && y || y === "b") use(x);',
        'if (x !== "a" && y) return; use(x);',
        'if (x !== "a" || x !== "b") use(x);',
        'if (x.length > 99) return; use(x);',
        # a part of the text fits, or anything does
        'if (!/[a-z]+/.test(x)) return; use(x);',
        'if (!/^.*$/.test(x)) return; use(x);',
        'if (!/^a/.test(x)) return; use(x);',
        # a beginning of a host is another host
        'if (!x.startsWith("https://a.example")) return; use(x);',
        # a path that is not resolved leaves its folder again
        'if (!x.startsWith("/srv/")) return; use(x);',
        # the scheme says nothing of the host
        'const url = new URL(x); if (url.protocol !== "https:") return; use(url);',
        # who asks is judged, not what is asked
        'if (!isAllowed(req)) return; use(req);',
        'log(x); use(x);',
        'if (!isBlocked(x)) return; use(x);',
    ),
)
def test_harmful(body):
    assert harmless(body) == frozenset()
