"""What may know of what: imports point down only, few modules touch the world, and all start fast."""
from __future__ import annotations

import ast
import configparser
import os

import pytest
from deno_ai_hooks.common import catalog

ROOT = os.path.join(os.path.dirname(__file__), '..')
PACKAGE = os.path.join(ROOT, 'hooks', 'deno_ai_hooks')

PROGRAM = ('__init__', '__main__', 'program')
"""Modules at the top that are no hooks."""

BY_NAME = {'common/catalog.py', 'common/kinds.py', 'common/documents/typescript_tree.py', 'facts/plugins.py'}
"""Modules that import others by a name that they put together: hooks, documents, grammars, detectors."""

WORLD = frozenset('''
    asyncio glob http io multiprocessing os pathlib shutil socket subprocess sys tempfile urllib
'''.split())
"""Modules through which a program reaches what is outside it."""

SLOW = frozenset('''
    asyncio concurrent dataclasses detect_secrets difflib identify importlib.metadata inspect json logging
    multiprocessing pathlib pickle re2 regex rich shutil subprocess tempfile tree_sitter tree_sitter_toml
    tree_sitter_typescript tree_sitter_yaml typing_extensions unittest urllib yaml
'''.split())
"""Modules that take longer to import than most commits take to be looked at."""

READING = frozenset('open os.open os.read os.scandir os.listdir os.walk os.readlink'.split())
WRITING = frozenset('''
    print os.write os.replace os.rename os.unlink os.remove os.mkdir os.makedirs os.symlink os.link os.chmod os.truncate
    sys.stdout.write sys.stderr.write
'''.split())
RUNNING = frozenset('''
    os.fork os.system os.popen os.execv os.posix_spawn subprocess.run subprocess.Popen subprocess.call exec eval compile
    __import__
'''.split())

TOUCHES = {
    'common/catalog.py': {'os.listdir'},        # its own folder
    'common/cli.py': {'print', 'sys.stdout.write', 'open', 'os.open'},
    'common/exports.py': {                      # the index of advisories
        'open', 'os.open', 'os.scandir', 'os.makedirs', 'os.replace', 'os.unlink',
    },
    'common/fix.py': {'open', 'os.open', 'os.replace', 'os.unlink'},
    'common/baseline.py': {'open'},             # a file of its own
    'common/init.py': {'os.makedirs'},          # .github/workflows
    'common/runner.py': {'os.fork'},
    'common/walk.py': {'os.open', 'os.read', 'os.scandir', 'subprocess.run'},
    'program.py': {'print', 'sys.stdout.write'},
}
"""The modules that touch the world, and how.  Only the walk reads the files that are looked at."""

BELOW_DOCUMENTS = frozenset('''
    baseline catalog chosen cli commands fix hook manifest precommit project report runner screen suppression walk
'''.split())
"""Modules of `common` that documents know nothing of."""


def paths():
    found = []
    for folder, folders, names in os.walk(PACKAGE):
        folders[:] = [name for name in folders if name != '__pycache__']
        found += [os.path.relpath(os.path.join(folder, name), PACKAGE) for name in names if name.endswith('.py')]
    return sorted(found)


MODULES = [path for path in paths() if os.path.getsize(os.path.join(PACKAGE, path))]
HOOKS = [path for path in MODULES if '/' not in path and path.removesuffix('.py') not in PROGRAM]


def tree(path):
    with open(os.path.join(PACKAGE, path), encoding='utf-8') as file:
        return ast.parse(file.read())


def imported(nodes):
    """Yield the modules that statements import; of `from a import b` also `a.b`, which may be a module."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, 'imports are absolute'
            yield node.module
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


def own(path):
    """Return what a module imports of this package, below it: `common.walk`."""
    names = imported(ast.walk(tree(path)))
    return {name.partition('.')[2] for name in names if name.startswith('deno_ai_hooks.')}


def at_once(statements):
    """Yield the statements that run when a module is imported, less those that only a type checker reads."""
    for node in statements:
        if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test):
            yield from at_once(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
            for field in ('body', 'orelse', 'finalbody', 'handlers'):
                yield from at_once(getattr(node, field, ()))


def calls(path):
    return {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}


# Imports


@pytest.mark.parametrize('path', [path for path in MODULES if path.startswith('facts/')])
def test_facts_know_of_facts_only(path):
    assert not {name for name in own(path) if name.partition('.')[0] != 'facts'}
    names = {name.partition('.')[0] for name in imported(ast.walk(tree(path)))}
    assert not names & WORLD


@pytest.mark.parametrize('path', [path for path in MODULES if path.startswith('common/')])
def test_common_knows_no_practice(path):
    assert {name.partition('.')[0] for name in own(path)} <= {'common', 'facts'}


@pytest.mark.parametrize('path', [path for path in MODULES if path.startswith('common/documents/')])
def test_documents_know_nothing_of_what_is_made_of_them(path):
    names = {name.split('.')[1] for name in own(path) if name.startswith('common.')}
    assert not names & BELOW_DOCUMENTS


@pytest.mark.parametrize('path', HOOKS)
def test_hooks_know_nothing_of_each_other(path):
    assert {name.partition('.')[0] for name in own(path)} <= {'common', 'facts'}


def test_nothing_is_imported_by_a_name_but_where_it_must():
    found = {path for path in MODULES if {'import_module', 'importlib.import_module', '__import__'} & calls(path)}
    assert found <= BY_NAME


# detect-secrets loads it, nothing of ours does
LOADED_BY_OTHERS = 'common/detect_secrets_plugins.py'


@pytest.mark.parametrize('path', [path for path in MODULES if path != LOADED_BY_OTHERS])
def test_slow_modules_are_imported_where_they_are_used(path):
    names = set(imported(at_once(tree(path).body)))
    assert not {name for name in names if name in SLOW or name.partition('.')[0] in SLOW}


# The world


@pytest.mark.parametrize('path', MODULES)
def test_few_modules_touch_the_world(path):
    found = calls(path) & (READING | WRITING | RUNNING)
    assert found == TOUCHES.get(path, set())


# Files


def test_the_top_holds_hooks_and_the_program():
    assert [path.removesuffix('.py').replace('_', '-') for path in HOOKS] == catalog.ids()


@pytest.mark.parametrize('path', HOOKS)
def test_a_hook_has_the_names_that_every_hook_has(path):
    body = tree(path).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    names = {ast.unparse(target) for node in body if isinstance(node, ast.Assign) for target in node.targets}
    assert 'main' in functions
    assert 'hook' in names
    hook = catalog.load(path.removesuffix('.py').replace('_', '-'))
    assert hook.id == path.removesuffix('.py').replace('_', '-')
    assert hook.checks


def test_every_hook_has_a_script_and_a_test():
    setup = configparser.ConfigParser()
    setup.read(os.path.join(ROOT, 'setup.cfg'))
    lines = setup['options.entry_points']['console_scripts'].split('\n')
    scripts = dict(line.split(' = ') for line in lines if line)
    modules = {id: id.replace('-', '_') for id in catalog.ids()}
    assert scripts == {'deno-ai-hooks': 'deno_ai_hooks.program:main'} | {
        id: f'deno_ai_hooks.{module}:main' for id, module in modules.items()
    }
    tests = os.listdir(os.path.join(ROOT, 'tests'))
    assert not [module for module in modules.values() if f'{module}_test.py' not in tests]


@pytest.mark.parametrize('path', MODULES)
def test_a_module_says_what_it_is_for(path):
    module = tree(path)
    assert ast.get_docstring(module)
    if path != '__main__.py':
        assert 'annotations' in {
            alias.name for node in module.body if isinstance(node, ast.ImportFrom) and node.module == '__future__'
            for alias in node.names
        }


def test_packages_are_empty():
    assert [path for path in paths() if path.endswith('__init__.py') and path in MODULES] == []
