from __future__ import annotations

import pytest
import yaml
from deno_ai_hooks.common import yaml_lists
from hypothesis import given
from hypothesis import strategies as st

LINES = ['repo: x', 'rev: y']
FLOW = '{"repo": "x", "rev": "y"}'
NEW = {'repo': 'x', 'rev': 'y'}


READERS = (yaml_lists.loader(), yaml.SafeLoader)
"""The reader in C, where there is one, and that in Python."""


def added(text, *keys):
    """Return `text` with an item behind the last one of the list under `keys`."""
    found = {_added(text, keys, reader) for reader in READERS}
    assert len(found) == 1, found
    return found.pop()


def _added(text, keys, reader):
    node = yaml.compose(text, reader)
    for key in keys:
        node = node.value[key] if isinstance(key, int) else yaml_lists.get(node, key)
    return yaml_lists.with_item(text, node, LINES, FLOW)


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        ('repos:\n  - repo: a\n', 'repos:\n  - repo: a\n  - repo: x\n    rev: y\n'),
        ('repos:\n- repo: a\n', 'repos:\n- repo: a\n- repo: x\n  rev: y\n'),
        ('repos:\n-   repo: a\n    rev: 1\n', 'repos:\n-   repo: a\n    rev: 1\n-   repo: x\n    rev: y\n'),
        # no end of line
        ('repos:\n  - repo: a', 'repos:\n  - repo: a\n  - repo: x\n    rev: y\n'),
        ('repos:\r\n  - repo: a\r\n', 'repos:\r\n  - repo: a\r\n  - repo: x\r\n    rev: y\r\n'),
        # what comes behind stays behind
        ('repos:\n  - repo: a\nexclude: b\n', 'repos:\n  - repo: a\n  - repo: x\n    rev: y\nexclude: b\n'),
        ('repos:\n  - repo: a\n\nexclude: b\n', 'repos:\n  - repo: a\n  - repo: x\n    rev: y\n\nexclude: b\n'),
        ('repos:\n  - repo: a\n# b\nexclude: c\n', 'repos:\n  - repo: a\n  - repo: x\n    rev: y\n# b\nexclude: c\n'),
        ('repos:\n- repo: a\n# b\nexclude: c\n', 'repos:\n- repo: a\n- repo: x\n  rev: y\n# b\nexclude: c\n'),
        # comments on the last item
        ('repos:\n  - repo: a # b\n', 'repos:\n  - repo: a # b\n  - repo: x\n    rev: y\n'),
        ('repos:\n  - repo: a\n    # b\n\n\n', 'repos:\n  - repo: a\n    # b\n  - repo: x\n    rev: y\n\n\n'),
        ('repos:\n  - repo: a\n\n    # b\n', 'repos:\n  - repo: a\n\n    # b\n  - repo: x\n    rev: y\n'),
        ('repos:\n  - repo: a\n  # - repo: b\n', 'repos:\n  - repo: a\n  # - repo: b\n  - repo: x\n    rev: y\n'),
        # blank lines between items
        (
            'repos:\n  - repo: a\n\n  - repo: b\n',
            'repos:\n  - repo: a\n\n  - repo: b\n\n  - repo: x\n    rev: y\n',
        ),
        (
            'repos:\n  - repo: a\n\n  # b\n  - repo: b\n',
            'repos:\n  - repo: a\n\n  # b\n  - repo: b\n\n  - repo: x\n    rev: y\n',
        ),
        # a dash with a line of its own
        ('repos:\n  -\n    repo: a\n', 'repos:\n  -\n    repo: a\n  - repo: x\n    rev: y\n'),
        # values over several lines
        ('repos:\n  - a: |\n      b\n\n      c\n', 'repos:\n  - a: |\n      b\n\n      c\n  - repo: x\n    rev: y\n'),
        ('repos:\n  - a: [b,\n    c]\nd: e\n', 'repos:\n  - a: [b,\n    c]\n  - repo: x\n    rev: y\nd: e\n'),
        # the bracket in the column of the key: YAML 1.2 has it further right, PyYAML takes it
        ('repos:\n- a: [\n    b,\n  ]\n', 'repos:\n- a: [\n    b,\n  ]\n- repo: x\n  rev: y\n'),
        ('repos:\n  - a: "b\n\n      c"\n', 'repos:\n  - a: "b\n\n      c"\n  - repo: x\n    rev: y\n'),
        # brackets
        ('repos: [{repo: a}]\n', f'repos: [{{repo: a}}, {FLOW}]\n'),
        ('repos: [\n  {repo: a}, # b\n]\n', f'repos: [\n  {{repo: a}}, {FLOW}, # b\n]\n'),
        ('{"repos": [{"repo": "a"}]}', f'{{"repos": [{{"repo": "a"}}, {FLOW}]}}'),
        ('{"repos": []}', f'{{"repos": [{FLOW}]}}'),
        ('repos: []\n', 'repos:\n  - repo: x\n    rev: y\n'),
        ('repos: [] # none yet\na: b\n', f'repos: [{FLOW}] # none yet\na: b\n'),
        ('# \U0001f600 é\nrepos:\n- é: ü\n', '# \U0001f600 é\nrepos:\n- é: ü\n- repo: x\n  rev: y\n'),
        ('---\nrepos:\n- repo: a\n...\n', '---\nrepos:\n- repo: a\n- repo: x\n  rev: y\n...\n'),
        ('r: &b {repo: a}\nrepos:\n  - *b\n', 'r: &b {repo: a}\nrepos:\n  - *b\n  - repo: x\n    rev: y\n'),
        ('repos: &r\n  - &b {repo: a}\n', 'repos: &r\n  - &b {repo: a}\n  - repo: x\n    rev: y\n'),
    ),
)
def test_items(before, after):
    assert added(before, 'repos') == after
    meant = yaml.safe_load(before)
    meant['repos'].append(NEW)
    assert yaml.safe_load(after) == meant


def test_items_of_lists_within():
    text = 'repos:\n  - hooks:\n    - id: a\n    # b\n  - hooks:\n      - id: c\n'
    assert added(text, 'repos', 0, 'hooks') == text.replace('    # b\n', '    # b\n    - repo: x\n      rev: y\n')
    assert added(text, 'repos', 1, 'hooks') == text + '      - repo: x\n        rev: y\n'


ITEMS = st.sampled_from(('repo: a', 'hooks: [b]', 'hooks:\n{0}- id: a', 'args: "b"', 'a: >\n{0}  b', 'a: null'))
COMMENTS = st.sampled_from(('', '', '\n', '{0}# c\n', '\n# d\n', '# e\n', '\n{0}# f\n'))


@given(
    st.lists(st.tuples(ITEMS, COMMENTS), min_size=1, max_size=4), st.integers(0, 4), st.integers(1, 3),
    st.sampled_from(('', 'exclude: z\n', '\n# end\n')), st.booleans(),
)
def test_any_list_holds_what_it_held_and_the_item(items, dash, width, rest, crlf):
    indent = ' ' * (dash + 1 + width)
    text = 'repos:\n' + ''.join(
        f"{' ' * dash}-{' ' * width}{item.format(indent)}\n{comment.format(indent)}" for item, comment in items
    ) + rest
    before = text.replace('\n', '\r\n') if crlf else text
    after = added(before, 'repos')
    expected = yaml.safe_load(before)
    expected['repos'].append(NEW)
    assert yaml.safe_load(after) == expected
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.splitlines())
    assert after.count('\r\n') in (0, after.count('\n'))
