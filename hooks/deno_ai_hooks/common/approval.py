"""Who is asked before something happens: what a person has said yes to is not done behind anybody's back.

    approved(module, offset)     # `if (!confirm(`run ${command}?`)) return;` stands before
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from deno_ai_hooks.common import control
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module

ASKING = pattern(
    r'(?i)\b(?:prompt|confirm|question|readline(?:Sync)?)\s*\(|(?<![a-z])(?:is_?|needs_?|require_?|ask_?(?:for_?)?)?'
    r'(?:approv(?:e|ed|al)|confirm(?:ed|ation)|consent(?:ed)?|permission)(?![a-z])|[a-z](?:Approv(?:e|ed|al)|Confirm(?:ed|ation)?'
    r'|Consent|Permission)(?![a-z])|confirm(?:Action|With|Command|Tool|Write|Exec\w*|Run)|ask_?(?:user|human)'
)
"""Asking a person, and what the answer is called."""

NAMES = pattern(r'(?<![\w$.])[A-Za-z_$][\w$]*')
LONG = 600           # bytes of a condition, and of what a name in it stands for, that are read
FEW = 8              # names of one condition
DEPTH = 3            # names that stand for names


def approved(module: Module, offset: int) -> bool:
    """Return whether a place is only reached once a person has been asked."""
    return any(_asks(module, condition.node) for condition in control.of(module).conditions(offset))


def _asks(module: Module, node: Node, depth: int = DEPTH) -> bool:
    if ASKING.search(module.read(node)[:LONG]):
        return True
    if depth <= 0:
        return False
    for name in dict.fromkeys(NAMES.findall(module.read(node)[:LONG])[:FEW]):
        binding = module.scopes.find(name, node.start_byte)
        value = module.constant(binding) if binding is not None else None
        if value is not None and value.end_byte - value.start_byte < LONG and _asks(module, value, depth - 1):
            return True
    return False
