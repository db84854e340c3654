"""What configuration files mean, whichever notation they are written in: who runs which value."""
from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from deno_ai_hooks.common.documents.base import Setting
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.text import Text

MAP = 'map'
LIST = 'list'
SCALAR = 'scalar'
DEPTH = 100  # readers cut off what is nested deeper, so that walking a tree needs no other bound


class Node(NamedTuple):
    """A value of a configuration file.

    `kind` is MAP, LIST or SCALAR; `items` are the values inside under their keys, those of a list
    under '0', '1', ….  `value` is that of a scalar, None for null and for what cannot be read; `text`
    holds a scalar's characters with escapes resolved, for a number or a boolean as it is written.
    `span` covers a string without its quotes, any other value as it is written.
    """

    kind: str
    span: Span
    items: tuple[tuple[str, Node], ...] = ()
    value: str | bool | float | None = None
    text: Text | None = None

    def get(self, *keys: str) -> Node | None:
        """Return the value under `keys`; of equal keys the last counts."""
        node: Node | None = self
        for key in keys:
            node = next((item for name, item in reversed(node.items) if name == key), None) if node else None
        return node


def settings(node: Node, keys: tuple[str, ...] = ()) -> Iterator[Setting]:
    """Yield the scalars of a tree with their keys."""
    if node.kind == SCALAR:
        yield Setting(keys, node.value, node.span)
    for key, item in node.items:
        yield from settings(item, (*keys, key))
