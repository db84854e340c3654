from __future__ import annotations

import json
from time import perf_counter

import pytest
from deno_ai_hooks.common.documents.lockfile import Lockfile
from deno_ai_hooks.common.origins import origins
from deno_ai_hooks.common.text import whole


def told(value):
    """Return the origins in a lock file, by `name@version` of npm packages and `jsr:name@version` of others."""
    found = origins(Lockfile('deno.lock', whole(json.dumps(value).encode())))
    names = {package: f'{"jsr:" * (package[0] == "jsr")}{package[1]}@{package[2]}' for package in found}
    return {names[package]: text for package, text in found.items()}


def lock(specifiers, npm, **more):
    entries = {key: {'dependencies': list(needed)} if needed else {} for key, needed in npm.items()}
    return {'version': '5', 'specifiers': specifiers, 'npm': entries, **more}


@pytest.mark.parametrize(
    ('value', 'expected'),
    (
        (lock({}, {}), {}),
        (lock({'npm:a@1': '1.0.0'}, {'a@1.0.0': ()}), {'a@1.0.0': 'npm:a@1'}),
        # at first, second and third hand
        (
            lock({'npm:a@1': '1.0.0'}, {'a@1.0.0': ['b'], 'b@2.0.0': ['@c/d'], '@c/d@3.0.0': ()}),
            {'a@1.0.0': 'npm:a@1', 'b@2.0.0': 'npm:a@1', '@c/d@3.0.0': 'npm:a@1'},
        ),
        # the nearest one
        (
            lock({'npm:a@1': '1.0.0', 'npm:z@1': '1.0.0'}, {'a@1.0.0': ['b'], 'b@1.0.0': ['c'], 'c@1.0.0': (),
                                                            'z@1.0.0': ['c']}),
            {'a@1.0.0': 'npm:a@1', 'z@1.0.0': 'npm:z@1', 'b@1.0.0': 'npm:a@1', 'c@1.0.0': 'npm:z@1'},
        ),
        # one version of several
        (
            lock({'npm:a@1': '1.0.0', 'npm:b@*': '1.0.0'}, {'a@1.0.0': ['b@2.0.0'], 'b@1.0.0': (), 'b@2.0.0': ()}),
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:b@*', 'b@2.0.0': 'npm:a@1'},
        ),
        # another name, peers, what is optional
        (
            lock({'npm:a@1': '1.0.0_b@1.0.0'}, {'a@1.0.0_b@1.0.0': ['x@npm:b@1.0.0'], 'b@1.0.0': ()})
            | {'jsr': {}},
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:a@1'},
        ),
        (
            {'version': '5', 'specifiers': {'npm:a@1': '1.0.0'},
             'npm': {'a@1.0.0': {'optionalDependencies': ['b']}, 'b@1.0.0': {}}},
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:a@1'},
        ),
        # what asks for itself
        (
            lock({'npm:a@1': '1.0.0'}, {'a@1.0.0': ['b', 'a'], 'b@1.0.0': ['a']}),
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:a@1'},
        ),
        # nobody asks for it, or it is not there
        (lock({'npm:a@1': '1.0.0'}, {'a@1.0.0': ['gone'], 'b@1.0.0': ()}), {'a@1.0.0': 'npm:a@1'}),
        (lock({'npm:gone@1': '1.0.0'}, {'b@1.0.0': ()}), {}),
        # across registries
        (
            {'version': '5', 'specifiers': {'jsr:@a/b@1': '1.0.0'}, 'npm': {'c@1.0.0': {}},
             'jsr': {'@a/b@1.0.0': {'dependencies': ['npm:c', 'jsr:@a/d@2']}, '@a/d@2.0.0': {}}},
            {'jsr:@a/b@1.0.0': 'jsr:@a/b@1', 'c@1.0.0': 'jsr:@a/b@1'},
        ),
        # older files
        (
            {'version': '3', 'packages': {
                'specifiers': {'npm:a@1': 'npm:a@1.0.0'},
                'npm': {'a@1.0.0': {'dependencies': {'b': 'b@1.0.0'}}, 'b@1.0.0': {'dependencies': {}}},
            }},
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:a@1'},
        ),
        (
            {'version': '2', 'npm': {
                'specifiers': {'a@1': 'a@1.0.0'},
                'packages': {'a@1.0.0': {'dependencies': {'b': 'b@1.0.0'}}, 'b@1.0.0': {}},
            }},
            {'a@1.0.0': 'npm:a@1', 'b@1.0.0': 'npm:a@1'},
        ),
        ({'https://esm.sh/a@1.0.0': '0'}, {}),
        # what has no sense is nothing
        (
            {'version': '5', 'specifiers': [],
             'npm': {'': {}, '@': 7, 'a': {'dependencies': 'b'}, 'b@1': {'dependencies': [1]}}},
            {},
        ),
    ),
)
def test_origins(value, expected):
    assert told(value) == expected


def test_a_long_way_takes_linear_time():
    npm = {f'p{n}@1.0.0': [f'p{n + 1}'] for n in range(5000)}
    started = perf_counter()
    assert len(told(lock({'npm:p0@1': '1.0.0'}, npm))) == 5000
    assert perf_counter() - started < 5
