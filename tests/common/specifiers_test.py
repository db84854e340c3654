from __future__ import annotations

import pytest
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common.fix import apply
from deno_ai_hooks.common.specifiers import KINDS
from deno_ai_hooks.common.specifiers import catalog
from deno_ai_hooks.common.specifiers import catalogued
from deno_ai_hooks.common.specifiers import requirement
from deno_ai_hooks.common.specifiers import specifiers
from deno_ai_hooks.common.text import whole


def found(path, code):
    """Return the specifiers of a file with those of what stands inside it."""
    todo = [kinds.document(kinds.named(path), path, whole(code.encode()))]
    result = []
    while todo:
        document = todo.pop(0)
        result += specifiers(document)
        todo += document.parts()
    return result


@pytest.mark.parametrize(
    ('path', 'code', 'expected'),
    (
        ('main.ts', 'import z from "npm:zod";', [('npm:zod', 'import', '')]),
        ('main.ts', "import 'npm:zod@3';", [('npm:zod@3', 'import', '')]),
        ('main.ts', 'export * from "jsr:@std/path";', [('jsr:@std/path', 'export', '')]),
        ('main.ts', 'await import("npm:zod");', [('npm:zod', 'dynamic', '')]),
        ('main.ts', 'await import(name); import(`npm:${x}`);', []),
        ('main.ts', 'const z = require("zod");', [('zod', 'require', '')]),
        ('main.ts', 'import.meta.resolve("npm:zod");', [('npm:zod', 'resolve', '')]),
        ('main.ts', 'new Worker("https://a.dev/w.ts", { type: "module" });', [('https://a.dev/w.ts', 'worker', '')]),
        ('main.ts', 'class Worker {}\nnew Worker("https://a.dev/w.ts");', []),
        ('main.ts', 'new Worker(new URL("https://a.dev/w.ts"));', [('https://a.dev/w.ts', 'worker', '')]),
        ('main.ts', 'new Worker(new URL("https://a.dev/w.ts").href);', [('https://a.dev/w.ts', 'worker', '')]),
        ('main.ts', 'new Worker(new URL("./w.ts", import.meta.url));', [('./w.ts', 'worker', '')]),
        ('main.ts', 'new Worker(new Blob(["npm:a"])); new Worker(url.href); new Worker(new URL());', []),
        ('main.ts', 'type Z = import("npm:zod").Z;', [('npm:zod', 'types', '')]),
        ('main.ts', 'let z: typeof import("npm:zod");', [('npm:zod', 'types', '')]),
        ('main.ts', 'function f(z: import("npm:zod").Z) {}', [('npm:zod', 'types', '')]),
        ('main.ts', 'f(x as import("npm:zod").Z);', [('npm:zod', 'types', '')]),
        ('main.ts', 'const { z } = await import("npm:zod") as Z;', [('npm:zod', 'dynamic', '')]),
        ('main.ts', 'import("npm:zod").then((m) => m.z);', [('npm:zod', 'dynamic', '')]),
        ('main.ts', 'import type { A } from "npm:zod";', [('npm:zod', 'types', '')]),
        ('main.ts', 'import { type A, type B } from "npm:zod";', [('npm:zod', 'types', '')]),
        ('main.ts', 'import { type A, b } from "npm:zod";', [('npm:zod', 'import', '')]),
        ('main.ts', 'import { type } from "npm:zod";', [('npm:zod', 'import', '')]),
        ('main.ts', 'export type { A } from "npm:zod";', [('npm:zod', 'types', '')]),
        ('main.ts', '// @deno-types="npm:@types/x"\nimport "x";', [('x', 'import', ''), ('npm:@types/x', 'types', '')]),
        ('main.ts', '/// <reference types="npm:@types/x" />', [('npm:@types/x', 'types', '')]),
        ('main.tsx', '/** @jsxImportSource npm:preact */', [('npm:preact', 'jsx', '')]),
        ('main.tsx', '/** @jsxImportSourceTypes npm:preact */', [('npm:preact', 'types', '')]),
        ('deno.json', '{"imports": {"z": "npm:zod"}}', [('npm:zod', 'map', 'z')]),
        ('deno.json', '{"scopes": {"./a/": {"z": "npm:zod"}}}', [('npm:zod', 'scope', 'z')]),
        ('import_map.json', '{"imports": {"z": "npm:zod"}}', [('npm:zod', 'map', 'z')]),
        ('data.json', '{"imports": {"z": "npm:zod"}}', []),
        ('deno.json', '{"catalog": {"z": "^3"}, "catalogs": {"old": {"z": "2"}}}',
         [('npm:z@^3', 'catalog', 'default'), ('npm:z@2', 'catalog', 'old')]),
        ('package.json', '{"catalog": {"z": "3"}, "workspaces": {"catalogs": {"old": {"z": "2"}}}}',
         [('npm:z@3', 'catalog', 'default'), ('npm:z@2', 'catalog', 'old')]),
        ('data.json', '{"catalog": {"z": "3"}}', []),
        ('deno.json', '{"catalog": {"z": "npm:y@1", "a": 1}, "catalogs": ["z"]}', []),
        ('deno.json', '{"lint": {"plugins": ["jsr:@a/b"]}}', [('jsr:@a/b', 'plugin', '')]),
        ('deno.json', '{"compilerOptions": {"jsxImportSource": "npm:preact", "types": ["npm:@types/x"]}}',
         [('npm:preact', 'jsx', ''), ('npm:@types/x', 'types', '')]),
        ('package.json', '{"dependencies": {"zod": "^3", "@a/b": "latest"}}',
         [('npm:zod@^3', 'manifest', 'dependencies'), ('npm:@a/b@latest', 'manifest', 'dependencies')]),
        ('package.json', '{"devDependencies": {"z": "npm:zod@^3", "q": "jsr:@std/path@1"}}',
         [('npm:zod@^3', 'manifest', 'devDependencies'), ('jsr:@std/path@1', 'manifest', 'devDependencies')]),
        ('package.json', '{"dependencies": {"@std/path": "jsr:^1"}}',
         [('jsr:@std/path@^1', 'manifest', 'dependencies')]),
        ('package.json', '{"dependencies": {"a": "workspace:*", "b": "file:../b", "c": "o/r","d": "git+ssh:x"}}', []),
        ('deno.json', '{"tasks": {"a": "deno run -A npm:vite build"}}', [('npm:vite', 'command', 'run')]),
        ('run.sh', 'deno run -A https://a.dev/x.ts https://b.dev/y.ts\n', [('https://a.dev/x.ts', 'command', 'run')]),
        ('run.sh', 'deno add npm:zod jsr:@std/path\n',
         [('npm:zod', 'command', 'add'), ('jsr:@std/path', 'command', 'add')]),
        ('run.sh', 'deno install -gA npm:a npm:b\n', [('npm:a', 'command', 'install')]),
        ('run.sh', 'deno x npm:cowsay hi\ndeno cache "npm:zod@1"\n',
         [('npm:cowsay', 'command', 'x'), ('npm:zod@1', 'command', 'cache')]),
        ('run.sh', 'deno x cowsay hi\ndeno x @a/b@1\ndeno x ./a.ts\n',
         [('cowsay', 'command', 'x'), ('@a/b@1', 'command', 'x')]),
        ('run.sh', 'deno add zod @a/b@1\ndeno install --dev zod\n',
         [('zod', 'command', 'add'), ('@a/b@1', 'command', 'add'), ('zod', 'command', 'install')]),
        ('run.sh', 'deno add --jsr @a/b\ndeno install -g tool\ndeno install --entrypoint main\ndeno cache main\n', []),
        ('run.sh', 'deno run main.ts npm:zod\ndeno eval npm:zod\n', []),
        ('Dockerfile', 'FROM denoland/deno:2.9.8\nRUN deno cache npm:zod\n', [('npm:zod', 'command', 'cache')]),
        ('.github/workflows/a.yml', 'jobs:\n  a:\n    steps:\n      - run: deno x npm:a\n',
         [('npm:a', 'command', 'x')]),
    ),
)
def test_specifiers(path, code, expected):
    specs = found(path, code)
    assert [(each.text, each.kind, each.name) for each in specs] == expected
    assert all(each.kind in KINDS for each in specs)


@pytest.mark.parametrize(
    ('path', 'code', 'expected'),
    (
        ('main.ts', 'import "npm:zod/v4";', 'import "npm:zod@1.2.3/v4";'),
        ('main.ts', 'import "npm:zod@latest/v4";', 'import "npm:zod@1.2.3/v4";'),
        ('main.ts', r'import "npm:z\u006fd@1";', r'import "npm:z\u006fd@1.2.3";'),
        ('main.ts', 'import "https://esm.sh/zod?dev";', 'import "https://esm.sh/zod@1.2.3?dev";'),
        ('main.ts', 'import "npm:zod@";', 'import "npm:zod@1.2.3";'),
        ('deno.json', '{"imports": {"z": "npm:zod"}}', '{"imports": {"z": "npm:zod@1.2.3"}}'),
        ('package.json', '{"dependencies": {"zod": "latest"}}', '{"dependencies": {"zod": "1.2.3"}}'),
        ('package.json', '{"dependencies": {"z": "npm:zod@*"}}', '{"dependencies": {"z": "npm:zod@1.2.3"}}'),
        ('run.sh', 'deno run -A npm:zod x\n', 'deno run -A npm:zod@1.2.3 x\n'),
        ('deno.json', '{"tasks": {"a": "deno run npm:zod@latest"}}', '{"tasks": {"a": "deno run npm:zod@1.2.3"}}'),
        # where the version would have to go is not known
        ('run.sh', 'deno run npm:zo""d\n', 'deno run npm:zo""d\n'),
    ),
)
def test_pinned(path, code, expected):
    specs = found(path, code)
    assert len(specs) == 1
    assert apply([specs[0].pinned('1.2.3')], code.encode()).decode() == expected


@pytest.mark.parametrize('code', ('import "https://a.dev/x.ts";', 'import "./a.ts";'))
def test_nothing_to_pin(code):
    assert found('main.ts', code)[0].pinned('1.2.3') == ()


def test_erased_imports_are_found_among_many():
    code = 'import { type A } from "npm:a";\n' * 2000
    assert {each.kind for each in found('main.ts', code)} == {'types'}


ROOT = '{"catalog": {"fig": "^1.0.0"}, "catalogs": {"old": {"fig": "0.1"}}}'


@pytest.mark.parametrize(
    ('path', 'code', 'expected'),
    (
        ('package.json', '{"dependencies": {"fig": "catalog:"}}', [('npm:fig@1', 'dependencies', 'catalog:')]),
        ('package.json', '{"devDependencies": {"fig": "catalog:default"}}',
         [('npm:fig@1', 'devDependencies', 'catalog:default')]),
        ('package.json', '{"dependencies": {"fig": "catalog:old"}}', [('npm:fig@0.1', 'dependencies', 'catalog:old')]),
        ('deno.json', '{"imports": {"fig": "catalog:"}}', [('npm:fig@1', '', 'catalog:')]),
        ('deno.json', '{"scopes": {"./a/": {"fig": "catalog:old"}}}', [('npm:fig@0.1', '', 'catalog:old')]),
        # nobody gives it a version
        ('package.json', '{"dependencies": {"pear": "catalog:", "fig": "catalog:new", "plum": "1"}}', []),
        ('deno.json', '{"imports": {"fig": "npm:fig@catalog:", "x": 1}, "scopes": [1]}', []),
    ),
)
def test_catalogued(path, code, expected):
    entries = list(catalog(kinds.document('json', 'deno.json', whole(ROOT.encode()))))
    document = kinds.document('json', path, whole(code.encode()))
    result = list(catalogued(document, entries))
    assert [(requirement(each), each.name, code[slice(*each.span)]) for each in result] == expected
    assert not any(each.pinned('1.0.0') for each in result)
