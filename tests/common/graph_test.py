from __future__ import annotations

import pytest
from deno_ai_hooks.common.graph import dependents

CHAIN = {f'{n}.ts': (f'{n + 1}.ts',) for n in range(20)}
WIDE = {'x.ts': tuple(f'a{n}.ts' for n in range(400)), 'a0.ts': ('b.ts',)}
RING = {'a.ts': ('b.ts',), 'b.ts': ('c.ts',), 'c.ts': ('a.ts', 'd.ts')}


def found(graph, *paths, **bounds):
    return dependents(paths, lambda path: graph.get(path, ()), **bounds)


@pytest.mark.parametrize(
    ('graph', 'paths', 'expected'),
    (
        ({}, ('a.ts',), ()),
        (RING, ('a.ts',), ('b.ts', 'c.ts', 'd.ts')),
        (RING, ('c.ts', 'a.ts'), ('d.ts', 'b.ts')),
        (RING, ('d.ts',), ()),
        # those that import it directly come first
        ({'x.ts': ('a.ts', 'b.ts'), 'a.ts': ('c.ts',), 'b.ts': ('c.ts', 'a.ts')}, ('x.ts',), ('a.ts', 'b.ts', 'c.ts')),
    ),
)
def test_dependents(graph, paths, expected):
    assert found(graph, *paths) == (expected, ())


def test_dependents_are_bounded_by_depth():
    assert found(CHAIN, '0.ts') == (tuple(f'{n}.ts' for n in range(1, 9)), ('9.ts',))
    assert found(CHAIN, '0.ts', depth=2) == (('1.ts', '2.ts'), ('3.ts',))
    assert found(CHAIN, '12.ts') == (tuple(f'{n}.ts' for n in range(13, 21)), ())


def test_dependents_are_bounded_by_number():
    paths, left = found(WIDE, 'x.ts')
    assert (len(paths), len(left)) == (300, 100)
    assert found(WIDE, 'x.ts', modules=401).left == ()
    assert found(WIDE, 'x.ts', modules=400).left == ('b.ts',)
