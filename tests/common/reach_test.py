"""Which model calls a function comes to, and by which calls."""
from __future__ import annotations

import pytest
from deno_ai_hooks.common import reach
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source

MODEL = '''
import OpenAI from "npm:openai@4";
const ai = new OpenAI();
export async function ask(messages) { return await ai.chat.completions.create({ model: "gpt-4o", messages }); }
export class Desk { answer(q) { return ask([q]); } }
'''
IMPORT = 'import { ask, Desk } from "./model.ts";\n'


def reached(code, passes=None):
    """Return the ways from `start` to model calls: the callees, as they are written."""
    files = {'main.ts': IMPORT + code, 'model.ts': MODEL}
    project = Project(lambda name: Source(name, files[name].encode()) if name in files else None)
    module = project.module('main.ts')
    start = next(each for each in module.nodes('function_declaration')
                 if module.read(each.child_by_field_name('name')) == 'start')
    return [
        tuple(each.module.read(each.node.child_by_field_name('function')) for each in found.sites)
        for found in reach.reached(module, start, passes=passes)
    ]


CREATE = 'ai.chat.completions.create'


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        ('function start(q) { return ask([q]); }', [('ask', CREATE)]),
        ('function start(q) { return help(q); }\nfunction help(q) { return ask([q]); }', [('help', 'ask', CREATE)]),
        ('function start(q) { return new Desk().answer(q); }', [('new Desk().answer', 'ask', CREATE)]),
        # the shortest way is told, once
        ('function start(q) { help(q); ask([q]); }\nfunction help(q) { return ask([q]); }', [('ask', CREATE)]),
        # within a function that nobody calls by name: it is handed on
        ('function start(qs) { return qs.map((q) => ask([q])); }', [('ask', CREATE)]),
        ('function start(q) { return q.then(ask); }', [('q.then', CREATE)]),
        # one of a table of functions
        ('const TOOLS = { ask, stop() {} };\nfunction start(name, q) { return TOOLS[name](q); }',
         [('TOOLS[name]', CREATE)]),
        # functions that call each other come to an end
        ('function start(q) { return other(q); }\nfunction other(q) { start(q); return ask([q]); }',
         [('other', 'ask', CREATE)]),
    ),
)
def test_reaches(code, expected):
    assert reached(code) == expected


@pytest.mark.parametrize(
    'code',
    (
        'function start(q) { return q; }',
        # another function asks
        'function start(q) { return q; }\nfunction other(q) { return ask([q]); }',
        # it is named, not called
        'function start(q) { return typeof ask; }',
        # a function of that name which is another one
        'function start(ask) { return ask([1]); }',
        'function start(q) { function ask(q) { return q; } return ask(q); }',
    ),
)
def test_reaches_nothing(code):
    assert reached(code) == []


def test_ways_that_are_let_pass():
    """Who asks decides which calls lead on; it is asked of those alone that may lead to a model."""
    asked = []

    def passes(site):
        asked.append(site.module.read(site.node))
        return 'guarded' not in asked[-1]

    code = '''
function start(q) { console.log(q); guarded(q); open(q); }
function guarded(q) { return ask([q]); }
function open(q) { return ask([q]); }
'''
    assert reached(code, passes) == [('open', 'ask', CREATE)]
    assert not any('console' in each for each in asked)
