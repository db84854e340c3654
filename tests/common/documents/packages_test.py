from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.packages import package
from deno_ai_hooks.common.documents.packages import without_default


@pytest.mark.parametrize(
    ('specifier', 'expected'),
    (
        ('npm:openai', 'npm:openai'),
        ('npm:openai@4', 'npm:openai'),
        ('npm:openai@^4.1.0/helpers/zod', 'npm:openai/helpers/zod'),
        ('npm:/openai@4', 'npm:openai'),
        ('npm:@ai-sdk/openai@1.2', 'npm:@ai-sdk/openai'),
        ('openai', 'npm:openai'),
        ('@ai-sdk/openai', 'npm:@ai-sdk/openai'),
        ('@langchain/core/messages', 'npm:@langchain/core/messages'),
        ('https://esm.sh/openai@4', 'npm:openai'),
        ('https://esm.sh/v135/openai@4.0.0?target=deno', 'npm:openai'),
        ('https://esm.sh/*openai@4', 'npm:openai'),
        ('https://esm.sh/@supabase/supabase-js@2', 'npm:@supabase/supabase-js'),
        ('https://cdn.jsdelivr.net/npm/zod@3/+esm', 'npm:zod/+esm'),
        ('https://unpkg.com/zod@3', 'npm:zod'),
        ('https://cdn.skypack.dev/zod', 'npm:zod'),
        ('jsr:@std/fs@1', 'jsr:@std/fs'),
        ('jsr:/@std/fs@^1/walk', 'jsr:@std/fs/walk'),
        ('https://jsr.io/@std/fs@1', 'jsr:@std/fs'),
        ('https://esm.sh/jsr/@std/fs@1', 'jsr:@std/fs'),
        ('@std/fs', 'jsr:@std/fs'),
        ('node:fs', 'node:fs'),
        ('node:fs/promises', 'node:fs/promises'),
        ('fs', 'node:fs'),
        ('fs/promises', 'node:fs/promises'),
        # as they are
        ('./fs', './fs'),
        ('../openai.ts', '../openai.ts'),
        ('/openai', '/openai'),
        ('@/lib/openai', '@/lib/openai'),
        ('~/openai', '~/openai'),
        ('#lib', '#lib'),
        ('$lib/x', '$lib/x'),
        ('https://deno.land/x/openai@v4/mod.ts', 'https://deno.land/x/openai@v4/mod.ts'),
        ('https://esm.sh/gh/a/b@c', 'https://esm.sh/gh/a/b@c'),
        ('https://example.com/openai', 'https://example.com/openai'),
        ('data:text/javascript,1', 'data:text/javascript,1'),
        ('', ''),
    ),
)
def test_packages(specifier, expected):
    assert package(specifier) == expected


@pytest.mark.parametrize(
    ('name', 'expected'),
    (
        ('npm:axios.default.get', 'npm:axios.get'),
        ('npm:axios.default', 'npm:axios'),
        ('npm:socket.io.default().on', 'npm:socket.io().on'),
        ('npm:axios.defaults', 'npm:axios.defaults'),
        ('./a.ts.default', './a.ts.default'),
        ('fetch', 'fetch'),
    ),
)
def test_default_exports(name, expected):
    assert without_default(name) == expected
