from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.typescript import Module
from deno_ai_hooks.common.secret_flow import SecretFlow
from deno_ai_hooks.common.text import whole


def carried(code):
    """Return kind, name, the place, the part and whether it stands in an object, of what `show` is given last."""
    module = Module('main.ts', whole(code.encode()))
    *_, call = module.calls('show')
    secret = SecretFlow(module).carried(call.arguments[0])
    return secret and (secret.kind, secret.name, module.read(secret.at), secret.part, secret.inside)


KEY = 'const key = Deno.env.get("A_API_KEY");\n'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('show(Deno.env.get("A_API_KEY"))', ('variable', 'A_API_KEY', 'Deno.env.get("A_API_KEY")', None, False)),
        (f'{KEY}show(key)', ('variable', 'A_API_KEY', 'key', None, False)),
        (f'{KEY}show(`a ${{key}}`)', ('variable', 'A_API_KEY', 'key', None, False)),
        (f'{KEY}show({{ a: key }})', ('variable', 'A_API_KEY', 'key', None, True)),
        (f'{KEY}show([key])', ('variable', 'A_API_KEY', 'key', None, True)),
        (f'{KEY}show(JSON.stringify([key]))', ('variable', 'A_API_KEY', 'key', None, False)),
        (f'{KEY}show(key.slice(0, 9))', ('variable', 'A_API_KEY', 'key', 9, False)),
        (f'{KEY}show(key.slice(-9))', ('variable', 'A_API_KEY', 'key', 9, False)),
        (f'{KEY}show(key.substr(3, 9))', ('variable', 'A_API_KEY', 'key', 9, False)),
        (f'{KEY}show(key.slice(4))', ('variable', 'A_API_KEY', 'key', None, False)),
        (f'{KEY}const n = 12;\nshow(key.slice(0, n))', ('variable', 'A_API_KEY', 'key', 12, False)),
        (f'{KEY}show(new URL(`https://a.example?k=${{key}}`))', ('variable', 'A_API_KEY', 'key', None, False)),
        (f'{KEY}show(new Error(`no ${{key}}`))', ('variable', 'A_API_KEY', 'key', None, False)),
        ('show(req.headers)', ('request', 'headers', 'req.headers', None, True)),
        ('show(Object.fromEntries(req.headers))', ('headers', 'headers', 'req.headers', None, True)),
        ('show(req.headers.get("Cookie"))', ('header', 'cookie', 'req.headers.get("Cookie")', None, False)),
        ('show(process.env)', ('environment', 'process.env', 'process.env', None, True)),
        ('show(options.apiKey)', ('named', 'apiKey', 'options.apiKey', None, False)),
        # a member, a name that is given twice, what gives itself
        (f'{KEY}const o = {{ key, b: 1 }};\nshow(o.b)', None),
        (f'{KEY}const o = {{ key }};\nshow(`${{o}}`)', None),
        (f'{KEY}show(key.slice(0, 4))', None),
        (f'{KEY}show(key.slice(-4))', None),
        (f'{KEY}show(key.slice(0, m))', None),
        (f'{KEY}show(key === other)', None),
        (f'{KEY}show(!key)', None),
        (f'{KEY}show(typeof key)', None),
        (f'{KEY}show(key ? 1 : 0)', None),
        (f'{KEY}show(key.length)', None),
        (f'{KEY}show(f(key))', None),
        (f'{KEY}show(() => key)', None),
        ('const a = b;\nconst b = a;\nshow(a)', None),
        ('const a = { ...a };\nshow(a)', None),
        ('function f() { return f(); }\nshow(f())', None),
        ('show(Deno.env.get("PORT"))', None),
        ('show(Deno.env.get(name))', None),
        ('show(response.headers)', None),
        ('show(JSON.stringify(req.headers))', None),
        ('show(token)', None),
    ),
)
def test_carried(code, expected):
    assert carried(code) == expected
