"""What a hook imports when a commit holds nothing that it might report: what it does not need makes people wait."""
from __future__ import annotations

import os
import subprocess
import sys

import pytest
from deno_ai_hooks.common import catalog

UNNEEDED = frozenset('''
    asyncio concurrent.futures dataclasses detect_secrets difflib identify importlib.metadata inspect json logging
    multiprocessing pathlib pickle pre_commit regex rich shutil subprocess tempfile tree_sitter tree_sitter_toml
    tree_sitter_typescript tree_sitter_yaml typing_extensions unittest urllib.request yaml
    deno_ai_hooks.common.baseline deno_ai_hooks.common.chosen deno_ai_hooks.common.fix deno_ai_hooks.common.manifest
    deno_ai_hooks.common.precommit deno_ai_hooks.common.suppression
'''.split())
"""Modules that nothing of such a commit needs."""

COMMIT = {
    'main.ts': 'import { add } from "./add.ts";\nconsole.log(add(1, 2));\n',
    'add.ts': 'export function add(a: number, b: number): number {\n  return a + b;\n}\n',
    'add_test.ts': 'import { add } from "./add.ts";\nDeno.test("adds", () => assertEquals(add(1, 2), 3));\n',
    'settings.json': '{ "title": "Chat", "lines": 100 }\n',
    'README.md': '# Chat\n\nA small service.\n',
}
"""Five small files of a typical commit, with nothing in them that any hook looks for."""


def run_hook(id, folder, files):
    """Run a hook over files as its script does, and return its exit code, its output and the modules it imported."""
    for path, text in files.items():
        (folder / path).write_text(text)
    program = f'import sys; from deno_ai_hooks.{id.replace("-", "_")} import main; sys.exit(main())'
    ran = subprocess.run(
        (sys.executable, '-X', 'importtime', '-c', program, *files), cwd=folder, capture_output=True, text=True,
    )
    timed = [line for line in ran.stderr.splitlines() if line.startswith('import time:')]
    return ran.returncode, ran.stdout, {line.rpartition('|')[2].strip() for line in timed}


def unneeded(modules):
    return {name for name in modules for slow in UNNEEDED if name == slow or name.startswith(slow + '.')}


@pytest.mark.parametrize('id', catalog.ids())
def test_a_commit_without_anything_to_look_into(id, tmp_path):
    code, output, modules = run_hook(id, tmp_path, COMMIT)
    assert (code, output) == (0, '')
    assert not unneeded(modules)
    # other hooks are none of its business, nor is any document
    others = {f'deno_ai_hooks.{other.replace("-", "_")}' for other in catalog.ids() if other != id}
    assert not modules & others
    assert not {name for name in modules if name.startswith('deno_ai_hooks.common.documents.typescript')}


@pytest.mark.parametrize('id', ('explicit-permissions', 'scoped-permissions'))
def test_a_commit_of_scripts_needs_no_grammar(id, tmp_path):
    """Command lines, JSON and Dockerfiles have readers of their own."""
    files = {
        'deno.json': '{ "tasks": { "start": "deno run --allow-net=127.0.0.1:8000 main.ts" } }\n',
        'start.sh': 'exec deno run --allow-net=127.0.0.1:8000 main.ts\n',
        'Dockerfile': 'FROM denoland/deno:2.9.8\nCMD ["run", "--allow-net=0.0.0.0:8000", "main.ts"]\n',
    }
    code, output, modules = run_hook(id, tmp_path, files)
    assert (code, output) == (0, '')
    assert not unneeded(modules)


def test_help_needs_no_files(tmp_path):
    program = 'from deno_ai_hooks.explicit_permissions import main; main(["--help"])'
    ran = subprocess.run((sys.executable, '-c', program), cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith('usage: explicit-permissions')


def test_a_checked_repository_shadows_nothing(tmp_path):
    """The folder that a hook looks at may hold modules of any name: none is imported."""
    for name in ('re2.py', 'json.py', 'deno_ai_hooks.py', 'sitecustomize.py'):
        (tmp_path / name).write_text('raise SystemExit("shadowed")\n')
    script = os.path.join(os.path.dirname(sys.executable), 'explicit-permissions')
    (tmp_path / 'a.sh').write_text('deno run -A main.ts\n')
    ran = subprocess.run((script, 'a.sh'), cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 1
    assert 'shadowed' not in ran.stdout + ran.stderr
