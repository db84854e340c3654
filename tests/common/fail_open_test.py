"""Checks that let everybody in while a variable is unset, and how they do."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import fail_open
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source


def leaks(code):
    files = {'main.ts': code}
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    return [(each.kind, each.variable) for each in fail_open.leaks(project.module('main.ts'))]


def handler(body):
    return f'Deno.serve(async (req) => {{ {body} return go(); }});'


@pytest.mark.parametrize(
    ('kind', 'code'),
    (
        ('text', handler('const auth = req.headers.get("authorization"); if (auth !== `Bearer '
                         '${Deno.env.get("CRON_SECRET")}`) return deny();')),
        ('text', 'const S = Deno.env.get("S"); ' + handler('if (req.headers.get("authorization") !== `Bearer ${S}`) '
                                                           'return deny();')),
        ('text', 'const S = Deno.env.get("S")!; ' + handler('if (req.headers.get("authorization") !== "Bearer " + S) '
                                                            'return deny();')),
        ('skipped', handler('const s = Deno.env.get("S"); if (s && req.headers.get("x-api-key") !== s) return '
                            'deny();')),
        ('skipped', handler('const s = Deno.env.get("S"); if (s) { if (req.headers.get("x-api-key") !== s) return '
                            'deny(); }')),
        ('skipped', 'const S = Deno.env.get("S"); function ok(req) { if (!S) return true; return '
                    'req.headers.get("x-api-key") === S; }'),
        ('skipped', handler('const s = Deno.env.get("S") ?? ""; const t = req.headers.get("x-api-key"); if (s && t '
                            '!== s) return deny();')),
        ('same', 'app.post("/x", (c) => { if (c.req.header("x-api-key") !== Deno.env.get("S")) return c.text("no", '
                 '401); return go(); });'),
        ('same', handler('const t = req.headers.get("x-api-key") ?? ""; if (t !== (Deno.env.get("S") ?? "")) return '
                         'deny();')),
        ('same', handler('const { secret } = await req.json(); if (secret !== Deno.env.get("S")) return deny();')),
        ('same', handler('const t = req.headers.get("authorization")?.replace("Bearer ", ""); if (t !== '
                         'Deno.env.get("S")) return deny();')),
        ('same', handler('const t = req.headers.get("x-key") ?? ""; if (!timingSafeEqual(t, Deno.env.get("S") ?? "")) '
                         'return deny();')),
        ('key', 'import { createHmac } from "node:crypto"; ' + handler('const sig = req.headers.get("x-signature"); '
                                                                       'const mac = createHmac("sha256", '
                                                                       'Deno.env.get("S") ?? "").update(await '
                                                                       'req.text()).digest("hex"); if (mac !== sig) '
                                                                       'return deny();')),
    ),
)
def test_fails_open(kind, code):
    assert [each for each, _ in leaks(code)] == [kind]


@pytest.mark.parametrize(
    'code',
    (
        'const S = Deno.env.get("S"); if (!S) throw new Error("S"); ' + handler('if (req.headers.get("authorization") '
                                                                                '!== `Bearer ${S}`) return deny();'),
        'const S = Deno.env.get("S"); if (!S) { Deno.exit(1); } ' + handler('if (req.headers.get("authorization") !== '
                                                                            '`Bearer ${S}`) return deny();'),
        handler('const s = Deno.env.get("S"); if (!s) return fail(); if (req.headers.get("authorization") !== `Bearer '
                '${s}`) return deny();'),
        handler('const s = Deno.env.get("S"); if (!s || req.headers.get("authorization") !== `Bearer ${s}`) return '
                'deny();'),
        'const S = Deno.env.get("S") ?? fail("S"); ' + handler('if (req.headers.get("authorization") !== `Bearer '
                                                               '${S}`) return deny();'),
        handler('const res = await fetch(u, { headers: { Authorization: `Bearer ${Deno.env.get("K")}` } });'),
        handler('const s = Deno.env.get("S"); if (s && req.headers.get("x-api-key") === s) return admin();'),
        'const S = Deno.env.get("S"); function ok(req) { if (!S) return false; return req.headers.get("x-api-key") '
        '=== S; }',
        handler('if (req.headers.get("x-api-key") !== Deno.env.get("S")) return deny();'),
        handler('const t = req.headers.get("authorization")?.replace("Bearer ", ""); if (!t || t !== '
                'Deno.env.get("S")) return deny();'),
        handler('const t = req.headers.get("authorization")?.replace("Bearer ", ""); if (!t) return deny(); if (t !== '
                'Deno.env.get("S")) return deny();'),
        'import { createHmac } from "node:crypto"; const mac = createHmac("sha256", Deno.env.get("S") ?? '
        '"").update(q).digest("hex"); await fetch(u + mac);',
    ),
)
def test_holds(code):
    assert leaks(code) == []


def test_names_the_variable():
    code = handler('if (req.headers.get("authorization") !== `Bearer ${process.env.JOB_TOKEN}`) return deny();')
    assert leaks(code) == [('text', 'JOB_TOKEN')]
