"""Flows told: one line that says what may happen and what to write, and the places on the way."""
from __future__ import annotations

from typing import TYPE_CHECKING

from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.flow import Flow

NAMED = pattern(r'[\w$]+(?:\??\.[\w$]+|\[["\w$]+\])*')
LONG = 40            # characters of an expression that a message shows


def story(flow: Flow, rule: str, subject: str, told: str) -> Finding:
    """Return the finding for a flow, at its sink: `told` says what comes of it and what to write."""
    sink = flow.sink
    message = f'{subject}{named(sink.module, sink.node)} {SINKS[sink.kind]}: {told}'
    return Finding(sink.step.span, message, rule=rule, related=flow.steps, path=sink.step.path)


SINKS = {
    'code': 'runs as code', 'apart': 'runs as code', 'command': 'runs as a command', 'sql': 'becomes part of a query',
    'html': 'becomes part of a page', 'url': 'says where a request goes', 'path': 'names a file',
    'prompt': 'becomes part of the system prompt', 'key': 'chooses the function that is called',
    'told': 'is sent to a model', 'role': 'stands beside the system prompt with its roles',
    'merge': 'becomes keys of an object, however deep',
}


def named(module: Module, node: Node) -> str:
    """Return an expression as a message shows it, where it is a name with members: ` (body.cmd)`."""
    text = module.read(node)[:LONG + 1]
    return f' ({text})' if len(text) <= LONG and NAMED.fullmatch(text) else ''
