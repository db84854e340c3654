"""The hooks that there are: the modules at the top of the package, each named after its hook."""
from __future__ import annotations

import os
from importlib import import_module

from deno_ai_hooks.common.hook import Hook

PACKAGE = 'deno_ai_hooks'
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = ('__init__', '__main__', 'program')


def ids() -> list[str]:
    """Return the ids of all hooks, sorted."""
    modules = (name.removesuffix('.py') for name in os.listdir(HERE) if name.endswith('.py'))
    return sorted(name.replace('_', '-') for name in modules if name not in PROGRAM)


def load(id: str) -> Hook:
    """Return the hook `id`, which must be one of ids()."""
    hook = import_module(f'{PACKAGE}.{id.replace("-", "_")}').hook
    assert isinstance(hook, Hook)
    return hook


def known() -> frozenset[str]:
    """Return the ids of all hooks and of their rules."""
    hooks = [load(id) for id in ids()]
    return frozenset(id for hook in hooks for id in (hook.id, *(rule.id for rule in hook.rules)))
