from __future__ import annotations

import pytest
from deno_ai_hooks.common.cookies import cookies
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.text import whole

STD = 'import { setCookie } from "jsr:@std/http/cookie"; '
HONO = 'import { setCookie, setSignedCookie } from "jsr:@hono/hono/cookie"; '


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        (STD + 'setCookie(h, { name: "a", value: b })', [('a', ('HttpOnly', 'Secure'))]),
        (STD + 'setCookie(h, { name: "a", value: b, secure: true })', [('a', ('HttpOnly',))]),
        (STD + 'setCookie(h, { name: "a", value: b, secure: true, httpOnly: true })', [('a', ())]),
        (STD + 'setCookie(h, { name: "a", value: "" })', []),
        (STD + 'setCookie(h, { name: "a", value: b, maxAge: 0 })', []),
        (STD + 'setCookie(h, { name, value: b })', []),
        (STD + 'setCookie(h, cookie)', []),
        (HONO + 'setCookie(c, "a", b)', [('a', ('HttpOnly', 'Secure'))]),
        (HONO + 'setCookie(c, "a", b, { httpOnly: true, prefix: "secure" })', [('a', ())]),
        (HONO + 'await setSignedCookie(c, "a", b, key, { httpOnly: true })', [('a', ('Secure',))]),
        ('res.cookie("a", b)', [('a', ('HttpOnly', 'Secure'))]),
        ('headers.set("Set-Cookie", `a=${b}; HttpOnly`)', [('a', ('Secure',))]),
        ('headers.append("set-cookie", `a=${b}; Path=/; secure; httponly`)', [('a', ())]),
        ('const h = { "Set-Cookie": `a=${b}` }', [('a', ('HttpOnly', 'Secure'))]),
        ('headers.set("Set-Cookie", `a=; HttpOnly`)', []),
        ('headers.set("Set-Cookie", `${a}=${b}`)', []),
        ('headers.set("Set-Cookie", cookie)', []),
        ('headers.set("Cookie", `a=${b}`)', []),
        ('document.cookie = `a=${b}; Secure`', [('a', ('HttpOnly',))]),
        ('setCookie(h, { name: "a", value: b })', []),
    ),
)
def test_cookies(code, expected):
    module = Module('main.ts', whole(code.encode()))
    assert [(cookie.name, cookie.missing) for cookie in cookies(module)] == expected
