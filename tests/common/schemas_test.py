"""What schemas admit."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import schemas
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.facts.propagation import SINKS

SHARED = 'import { z } from "npm:zod";\nexport const Tier = z.enum(["free", "paid"]);\nexport const Name = z.string();'


def admitted(schema, *path):
    """Return the sinks for which text at `path` of what came through the schema is harmless."""
    code = f'import {{ Name, Tier }} from "./shared.ts";\nimport {{ Gone }} from "./gone.ts";\nuse({schema});'
    files = {'main.ts': code, 'shared.ts': SHARED}
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    module = project.module('main.ts')
    return schemas.admitted(module, next(module.calls('use')).arguments[0], path)


@pytest.mark.parametrize(
    ('schema', 'path'),
    (
        ('z.number().int().min(1)', ()),
        ('z.enum(["a", "b"]).optional()', ()),
        ('z.string().uuid()', ()),
        ('z.string().regex(/^[a-z]+$/)', ()),
        ('z.object({ tier: z.literal("free") })', ('tier',)),
        ('z.object({ tier: z.enum(["a"]) }).strict()', ('tier',)),
        ('z.strictObject({ a: z.object({ b: z.boolean() }) })', ('a', 'b')),
        ('z.array(z.number())', ('*',)),
        ('z.object({ ids: z.array(z.string().uuid()) })', ('ids', '*')),
        # valibot, TypeBox
        ('v.object({ tier: v.picklist(["a"]) })', ('tier',)),
        ('v.pipe(v.string(), v.uuid())', ()),
        ('Type.Object({ n: Type.Integer() })', ('n',)),
        # of another module
        ('Tier', ()),
        ('z.object({ tier: Tier })', ('tier',)),
    ),
)
def test_no_free_text(schema, path):
    assert admitted(schema, *path) == SINKS


@pytest.mark.parametrize(
    ('schema', 'path'),
    (
        ('z.string()', ()),
        # a limit of its length lets any text through
        ('z.string().min(1).max(99)', ()),
        ('z.string().url()', ()),
        ('z.string().email()', ()),
        ('z.any()', ()),
        ('z.object({ name: z.string() })', ('name',)),
        # the whole of an object holds the text in it, and so does what the schema does not name
        ('z.object({ tier: z.enum(["a"]) })', ()),
        ('z.object({ tier: z.enum(["a"]) }).passthrough()', ('other',)),
        ('z.array(z.string())', ('*',)),
        ('z.record(z.string(), z.string())', ('*',)),
        ('v.pipe(v.string(), v.maxLength(99))', ()),
        ('Type.Object({ name: Type.String() })', ('name',)),
        ('Name', ()),
    ),
)
def test_free_text(schema, path):
    assert admitted(schema, *path) == frozenset()


@pytest.mark.parametrize('schema', ('make()', 'z', 'Gone', '{}', 'z.somethingNew()', 'nobody.knows()'))
def test_unknown(schema):
    assert admitted(schema) is None


def test_depth():
    """Schemas within schemas are followed so far and no further."""
    deep = 'z.array(' * 40 + 'z.number()' + ')' * 40
    assert admitted(deep, *['*'] * 40) is None
