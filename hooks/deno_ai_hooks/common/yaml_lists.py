"""An item put behind the last one of a list in a YAML file, in the file's own style; not a byte of the rest changes.

No round trip: a library that reads and writes YAML keeps comments, but not every indentation, quote and blank
line.  Lists are found by PyYAML, as pre-commit reads: it takes what stricter readers refuse.  Whoever edits
so reads the result again and compares what it means.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.facts.patterns import pattern

DASH = pattern(r'(?m)^ *(-)(?=[ \r\n])')


class Style(NamedTuple):
    """How the items of a list are written: the column of their dashes, and of what stands behind them.

    `spaced` tells whether a blank line stands between two.
    """

    dash: int
    item: int
    spaced: bool = False


BOM = '\ufeff'


def read(text: str) -> Any:
    """Return the tree of a YAML text without a byte order mark; raises yaml.YAMLError."""
    import yaml

    return yaml.compose(text, loader())


def value(text: str) -> Any:
    """Return what a YAML text means; raises yaml.YAMLError."""
    import yaml

    return yaml.load(text, loader())


def loader() -> Any:
    """Return the reader that pre-commit 4.7 uses: that in C takes some tabs which the other does not."""
    import yaml

    return getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def get(node: Any, key: str) -> Any:
    """Return the node under a key of a map, or None; of equal keys the last counts."""
    pairs = node.value if node is not None and node.id == 'mapping' else ()
    return next((value for name, value in reversed(pairs) if name.value == key), None)


def items(node: Any) -> list[Any]:
    """Return the items of a list; nothing of anything else."""
    return list(node.value) if node is not None and node.id == 'sequence' else []


def style(text: str, node: Any) -> Style:
    """Return how the items of a list that is written with dashes are written."""
    start = _dash(text, node)
    behind = text[start + 1:].partition('\n')[0].rstrip('\r')
    bare = behind.lstrip(' ')
    width = 1 if not bare or bare.startswith('#') else len(behind) - len(bare)
    dash = _column(text, start)
    spaced = any(_is_spaced(text, each.start_mark.index) for each in node.value[1:])
    return Style(dash, dash + 1 + width, spaced)


def _dash(text: str, node: Any) -> int:
    """Return where the first dash stands; an anchor or a tag may stand before it."""
    start = int(node.start_mark.index)
    found = None if text.startswith('-', start) else DASH.search(text, start)
    return found.start(1) if found else start


def _column(text: str, at: int) -> int:
    return at - text.rfind('\n', 0, at) - 1


def _is_spaced(text: str, at: int) -> bool:
    """Return whether a blank line stands before the item at `at`, or before the comments on it."""
    before = text[:text.rfind('\n', 0, at) + 1].split('\n')[:-1]
    while before and before[-1].lstrip().startswith('#'):
        before.pop()
    return bool(before) and not before[-1].strip()


def with_item(text: str, node: Any, lines: Sequence[str], flow: str) -> str:
    """Return `text` with an item behind the last one of the list `node`.

    `lines` are the item as it is written behind a dash, the first without it; `flow` is the same in braces.
    """
    if node.flow_style:
        return _with_flow(text, node, lines, flow)
    own = style(text, node)
    dash = ' ' * own.dash + '-'.ljust(own.item - own.dash)
    written = [dash + lines[0], *(' ' * own.item + line for line in lines[1:])]
    return put(text, _end(text, _last(text, node), own.dash), ['', *written] if own.spaced else written)


def put(text: str, at: int, lines: Sequence[str]) -> str:
    """Return `text` with whole lines put in at the start of a line, or at its end."""
    newline = '\r\n' if '\r\n' in text else '\n'
    before = text[:at]
    if before and not before.endswith('\n'):
        before += newline
    return before + ''.join(line + newline for line in lines) + text[at:]


def _with_flow(text: str, node: Any, lines: Sequence[str], flow: str) -> str:
    start, end = node.start_mark.index, node.end_mark.index
    if node.value:
        last = node.value[-1].end_mark.index
        return f'{text[:last]}, {flow}{text[last:]}'
    line = text[start - _column(text, start):start]
    if text[end:].partition('\n')[0].strip() or not line.rstrip().endswith(':') or line.startswith('{'):
        return f'{text[:start + 1]}{flow}{text[start + 1:]}'
    # nothing is in the brackets: the list is written with dashes below
    indent = ' ' * (len(line) - len(line.lstrip()) + 2)
    written = [f'{indent}- {lines[0]}', *(f'{indent}  {each}' for each in lines[1:])]
    head, rest = text[:start].rstrip(), text[end:]
    return put(head + rest, len(head) + _line(rest), written)


def _line(text: str) -> int:
    """Return the length of the first line, with its end."""
    return text.find('\n') + 1 or len(text)


def _last(text: str, node: Any) -> int:
    """Return where the last value of a list ends; the mark behind a list stands behind its comments."""
    while node.id != 'scalar' and not node.flow_style and node.value:
        last = node.value[-1]
        inner = last[1] if node.id == 'mapping' else last
        if inner.start_mark.index < node.start_mark.index:
            return _without_comments(text, node.end_mark.index)  # an alias: what it names stands above
        node = inner
    return int(node.end_mark.index)


def _without_comments(text: str, end: int) -> int:
    """Return the end of the last line before `end` that holds more than a comment."""
    lines = text[:end].split('\n')
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith('#')):
        lines.pop()
    return len('\n'.join(lines))


def _end(text: str, end: int, dash: int) -> int:
    """Return the start of the line behind a list: its last one, and the comments on it below."""
    at = len(text[:end].rstrip())
    at += _line(text[at:])
    end = at
    while at < len(text):
        following = text[at:at + _line(text[at:])]
        if following.strip() and not _belongs(following, dash):
            break
        at += len(following)
        if following.strip():
            end = at
    return end


def _belongs(line: str, dash: int) -> bool:
    """Return whether a line is a comment on what stands in a list whose dashes are in column `dash`."""
    column = len(line) - len(line.lstrip())
    return line.lstrip().startswith('#') and (column > dash or (column == dash and dash > 0))
