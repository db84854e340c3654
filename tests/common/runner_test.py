from __future__ import annotations

import os
import random
import signal
import time

import pytest
from deno_ai_hooks.common import runner
from deno_ai_hooks.common.diagnostic import Skipped
from deno_ai_hooks.common.finding import Edit
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.runner import Job
from deno_ai_hooks.common.runner import Judge
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.walk import Files

IGNORE = 'deno-ai-hooks-ignore'


def words(hook='fine-words', word=b'bad', kind='shell', **more):
    """Return a hook that finds a word in documents of a kind."""
    made = Hook(hook, f'No {word.decode()}.')

    @made.check(kind, **more)
    def check(document):
        at = document.text.data.find(word)
        while at >= 0:
            span = document.text.span(at, at + len(word))
            yield Finding(span, f'{word.decode()} word', fix=(Edit(span, 'good'),))
            at = document.text.data.find(word, at + 1)

    return made


def judge(*hooks, **more):
    return Judge([Job(hook, {}) for hook in hooks], os.getcwd(), **more)


def said(code, path='a.sh', *hooks, **more):
    found, skipped = judge(*(hooks or (words(),)), **more).source(Source(path, code.encode()))
    return [(d.rule, d.start.line, d.start.column) for d in found], [(s.path, s.reason, s.broken) for s in skipped]


def files(*paths, named=False):
    return Files(paths, frozenset(paths if named else ()), ())


def write(path, data):
    with open(path, 'w') as file:
        file.write(data)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is said of one file


def test_findings_are_told_in_the_order_of_the_file():
    found, skipped = said('x bad\n  bad bad\n', 'a.sh', words(), words('ads', b'ad'))
    assert found == [
        ('fine-words', 1, 3), ('ads', 1, 4), ('fine-words', 2, 3), ('ads', 2, 4), ('fine-words', 2, 7), ('ads', 2, 8),
    ]
    assert skipped == []


def test_a_diagnostic_has_all_that_a_report_wants():
    data = 'é\n  bad 中\r\nnext'.encode()
    (found,), _ = judge(words()).source(Source('sub/a.sh', data))
    assert (found.hook, found.rule, found.path, found.span) == ('fine-words', 'fine-words', 'sub/a.sh', Span(5, 8))
    assert (found.start, found.end, found.lines) == ((2, 3), (2, 6), ('  bad 中',))
    assert found.fix == (Edit(Span(5, 8), 'good'),)


@pytest.mark.parametrize(
    ('code', 'word', 'expected'),
    (
        ('a\nbad\nb', 'bad', ('bad',)),
        ('a\nbad\r\nbad\nb', 'bad\r\nbad', ('bad', 'bad')),
        # what ends with its line does not stand on the next
        ('bad\nb', 'bad\n', ('bad',)),
        ('bad', 'bad', ('bad',)),
        ('1\n2\n3\n4\n5\n6\n7', '1\n2\n3\n4\n5\n6\n7', ('1', '2', '3', '4', '5')),
    ),
)
def test_lines_of_a_finding(code, word, expected):
    (found,), _ = judge(words(word=word.encode())).source(Source('a.sh', code.encode()))
    assert found.lines == expected


def test_an_empty_finding_stands_on_its_line():
    hook = Hook('x', 'X.')

    @hook.check('shell')
    def check(document):
        yield Finding(Span(2, 2), 'here')

    (found,), _ = judge(hook).source(Source('a.sh', b'a\nb\nc'))
    assert (found.start, found.end, found.lines) == ((2, 1), (2, 1), ('b',))


def test_two_checks_that_say_the_same_say_it_once():
    hook = words()
    for check in hook.checks[:]:
        hook.checks.append(check._replace(needs=('bad',)))
    assert said('bad', 'a.sh', hook)[0] == [('fine-words', 1, 1)]


def test_one_function_for_several_kinds_says_it_once():
    """What stands inside a file may be shown twice: as a part of it, and by its own kind."""
    hook = words(kind='json')
    hook.checks += words(kind='shell').checks
    assert said('{"tasks": {"a": "bad"}}', 'deno.json', hook)[0] == [('fine-words', 1, 18)]


def test_rules_that_were_not_chosen_are_silent():
    hook = Hook('two-faces', 'X.')
    first, second = hook.rule('first', 'One.'), hook.rule('second', 'Two.')

    @hook.check('shell')
    def check(document):
        yield Finding(Span(0, 1), 'one', rule=first)
        yield Finding(Span(0, 1), 'two', rule=second)

    assert said('x', 'a.sh', hook)[0] == [('first', 1, 1), ('second', 1, 1)]
    assert said('x', 'a.sh', hook, rules={'second'})[0] == [('second', 1, 1)]


def test_related_places_are_in_their_own_files(folder):
    hook = Hook('x', 'X.')

    @hook.check('shell')
    def check(document):
        steps = (Step('a.sh', Span(2, 3), 'here'), Step('b.ts', Span(4, 5), 'there'), Step('gone.ts', Span(0, 1), 'no'))
        yield Finding(Span(0, 1), 'flow', related=steps)

    write('b.ts', 'one\ntwo\n')
    (found,), _ = judge(hook).source(Source('a.sh', b'a\nb'))
    assert [(p.path, p.start, p.end, p.message) for p in found.related] == [
        ('a.sh', (2, 1), (2, 2), 'here'), ('b.ts', (2, 1), (2, 2), 'there'),
    ]


def test_a_check_is_given_all_files_of_the_repository(folder):
    hook = Hook('x', 'X.')

    @hook.check('shell')
    def check(document, project):
        yield Finding(Span(0, 1), ' '.join(sorted(project.files)))

    for path in ('a.sh', 'b.ts', 'sub/c.ts'):
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        write(path, 'x')
    # without a work tree nobody knows where it ends
    assert [d.message for d in runner.run(judge(hook), files('a.sh', named=True))[0]] == ['a.sh']
    assert [d.message for d in runner.run(judge(hook), files('a.sh', 'sub/c.ts'))[0]] == ['a.sh sub/c.ts']
    os.mkdir('.git')
    assert [d.message for d in runner.run(judge(hook), files('a.sh', named=True))[0]] == ['a.sh b.ts sub/c.ts']
    assert [d.message for d in runner.run(judge(hook), files('a.sh', '/x.sh', named=True))[0]] == [
        '/x.sh a.sh b.ts sub/c.ts',
    ]


# Documents within documents


def test_parts_of_parts_are_shown():
    code = '```json\n{"tasks": {"a": "sh -c \\"echo bad\\""}}\n```\n'
    found, _ = said(code, 'README.md', words(docs=True))
    # as the task's command line, and as the script that it starts
    assert set(found) == {('fine-words', 2, 31)}


def test_documentation_is_for_checks_that_ask():
    code = '```sh\nbad\n```\n'
    assert said(code, 'README.md', words(docs=True))[0] == [('fine-words', 2, 1)]
    assert said(code, 'README.md', words())[0] == []


def test_nesting_is_bounded():
    code = 'bad'
    for _ in range(12):
        code = "sh -c '" + code.replace('\\', '\\\\').replace("'", "'\\''") + "'"
        if len(code) > 20_000:
            break
    found, skipped = said(code, 'a.sh', words())
    assert found
    assert skipped == []


# What goes wrong


def test_a_check_that_fails_is_told_and_the_others_go_on():
    hook = Hook('broken', 'X.')

    @hook.check('shell')
    def check(document):
        yield Finding(Span(0, 1), 'half')
        raise KeyError('sk-' + 'x' * 20)

    found, skipped = said('bad', 'a.sh', hook, words())
    assert found == [('fine-words', 1, 1)]
    # the error's text may hold what the file holds
    assert skipped == [('a.sh', 'broken failed: KeyError', True)]


def test_a_check_tells_what_it_could_not_judge():
    hook = Hook('unsure', 'X.')

    @hook.check('shell')
    def check(document):
        yield Finding(Span(0, 1), 'one')
        yield Skipped(document.path, 'the other half', seen=True)

    found, skipped = judge(hook).source(Source('a.sh', b'bad'))
    assert [d.message for d in found] == ['one']
    assert skipped == [Skipped('a.sh', 'the other half', seen=True)]


@pytest.mark.parametrize('asked', (False, True))
def test_a_check_is_told_whether_its_hook_was_asked_for(asked):
    hook = Hook('x', 'X.')

    @hook.check('shell')
    def check(document, asked):
        yield Finding(Span(0, 1), str(asked))

    found, _ = Judge([Job(hook, {}, asked=asked)], os.getcwd()).source(Source('a.sh', b'bad'))
    assert [d.message for d in found] == [str(asked)]


def test_a_file_that_cannot_be_read_is_told(monkeypatch):
    monkeypatch.setattr(runner.kinds, 'document', lambda *_: [][0])
    assert said('bad') == ([], [('a.sh', 'could not be read: IndexError', True)])


@pytest.mark.parametrize(
    ('path', 'data', 'expected'),
    (
        ('a.sh', b'bad \xff', ('not UTF-8 (line 1); save it as UTF-8', True)),
        ('a.sh', b'\xff\xfeb\0a\0d\0', ('UTF-16 text; save it as UTF-8', True)),
        ('a.sh', b'bad\0', ('binary', False)),
        # no check would have looked into it
        ('a.ts', b'\xff', None),
        ('a.png', b'\xff', None),
    ),
)
def test_files_that_are_no_text_are_told(path, data, expected):
    hook = words(kind='shell')
    hook.checks = [check._replace(kinds=frozenset(('dotenv', 'make'))) for check in hook.checks]
    if expected:
        hook = words()
    found, skipped = judge(hook).source(Source(path, data))
    assert found == []
    assert [(s.reason, s.broken) for s in skipped] == ([expected] if expected else [])


def test_a_configuration_that_deno_refuses_is_told_and_judged():
    hook = words(kind='json')
    found, skipped = said('{"tasks": {"a": "bad"}', 'deno.json', hook)
    assert found == [('fine-words', 1, 18)]
    assert skipped == [('deno.json', 'syntax error at 1:23', True)]
    assert said('{"tasks": {"a": "bad"}', 'data.json', hook)[1] == []


# Which files


@pytest.mark.parametrize(
    ('path', 'expected'),
    (('a.sh', True), ('deno.json', True), ('bin/run', True), ('a.ts', True), ('.env', False), ('a.png', False)),
)
def test_wants_what_may_hold_what_a_check_looks_into(path, expected):
    assert judge(words()).wants(path) is expected


def test_scripts_without_an_extension(folder):
    write('run', '#!/bin/sh\nbad\n')
    write('LICENSE', 'bad\n')
    found, skipped = runner.run(judge(words()), files('LICENSE', 'run'))
    assert [(d.path, d.start) for d in found] == [('run', (2, 1))]
    assert skipped == []


def test_paths_that_a_hook_was_not_told_to_look_at():
    jobs = [Job(words(), {}, lambda path: path.startswith('src/')), Job(words('other', b'a'), {})]
    made = Judge(jobs, '/')
    assert [d.rule for d in made.source(Source('a.sh', b'bad'))[0]] == ['other']
    assert [d.rule for d in made.source(Source('src/a.sh', b'bad'))[0]] == ['fine-words', 'other']


def test_minified_bundles_are_passed_over_unless_named():
    hook, code = words(kind='typescript'), 'bad;' * 10_000
    source = Source('a.js', code.encode())
    found, skipped = judge(hook).source(source, named=False)
    assert (found, [(s.path, s.reason, s.broken) for s in skipped]) == ([], [('a.js', 'generated', False)])
    assert len(judge(hook).source(source)[0]) == 10_000
    # a key in a bundle is a key
    found, skipped = judge(words(kind='text')).source(source, named=False)
    assert (len(found), skipped) == (10_000, [])
    # nothing is said of a bundle that no check would look into
    assert judge(words(kind='typescript', needs=('never',))).source(source, named=False) == ([], [])


def test_one_long_line_with_many_findings_takes_linear_time():
    code = '{"a": "' + 'é bad ' * 20_000 + '"}'
    started = time.process_time()
    found, _ = judge(words(kind='json')).source(Source('a.json', code.encode()))
    assert len(found) == 20_000
    # the line is kept once, whoever stands on it
    assert len({id(line) for d in found for line in d.lines}) == 1
    assert time.process_time() - started < 6


# Comments that let findings stand


@pytest.mark.parametrize(
    ('code', 'expected'),
    (
        (f'bad # {IGNORE} fine-words -- ours', []),
        (f'# {IGNORE} fine-words -- ours\nbad\nbad', [('fine-words', 3, 1)]),
        (f'# {IGNORE}-file fine-words -- ours\nbad\nbad', []),
        # unused, unknown, without a reason
        (f'good # {IGNORE} fine-words -- ours', [('ignore-comment', 1, 29)]),
        (f'bad # {IGNORE} fine-wards -- ours', [('fine-words', 1, 1), ('ignore-comment', 1, 28)]),
        (f'bad # {IGNORE} fine-words', [('ignore-comment', 1, 7)]),
        # another hook's, which is not judged by today
        (f'good # {IGNORE} other -- ours', []),
        # no comment
        (f'echo "{IGNORE} fine-words -- ours"; bad', [('fine-words', 1, 49)]),
    ),
)
def test_suppressions(code, expected):
    found, skipped = said(code, 'a.sh', words(), known=lambda: {'fine-words', 'other'})
    assert found == expected
    assert skipped == []


def test_a_comment_in_a_file_that_nothing_else_holds():
    """The screen lets no check in, and what lets nothing stand is told all the same."""
    hook = words(needs=('bad',))
    assert said(f'x # {IGNORE} fine-words -- ours', 'a.sh', hook)[0] == [('ignore-comment', 1, 26)]


def test_complaints_have_fingerprints_of_their_own():
    code = f'x # {IGNORE} fine-words -- ours\ny # {IGNORE} fine-words -- ours\n'.encode()
    found, _ = judge(words()).source(Source('a.sh', code))
    assert len({d.fingerprint for d in found}) == len(found) == 2


# Fingerprints


def fingerprints(code, path='a.sh'):
    return [d.fingerprint for d in judge(words()).source(Source(path, code.encode()))[0]]


@pytest.mark.parametrize(
    ('before', 'after'),
    (
        ('bad x', '# new\n\n\nbad x'),
        ('bad x\n', '    bad    x\r\n'),
        ('a bad b', 'a bad b\na bad c'),
        ('x bad', '\nx bad'),
    ),
)
def test_fingerprints_outlive_moved_lines(before, after):
    assert fingerprints(before)[0] in fingerprints(after)


@pytest.mark.parametrize(
    ('one', 'other'),
    (('bad x', 'bad y'), ('a; bad', 'bad')),
)
def test_fingerprints_tell_lines_apart(one, other):
    assert set(fingerprints(one)).isdisjoint(fingerprints(other))


def test_fingerprints_tell_files_apart():
    assert set(fingerprints('bad')).isdisjoint(fingerprints('bad', 'b.sh'))


def test_fingerprints_are_unique_within_a_file():
    found = fingerprints('bad\nbad\n  bad\nbad bad bad\n' + 'bad\n' * 20)
    assert len(set(found)) == len(found) == 26


def test_paths_of_any_bytes_have_fingerprints():
    assert fingerprints('bad', os.fsdecode(b'\xff.sh'))


# Many files


def many(count):
    chance = random.Random(1)
    for number in range(count):
        write(f'{number:04}.sh', '\n'.join(chance.choice(('bad', 'good', f'# {IGNORE} fine-words')) for _ in range(5)))
    os.mkfifo('pipe.sh')
    return files(*(f'{number:04}.sh' for number in range(count)), 'pipe.sh', 'gone.sh')


def test_several_processes_say_what_one_says(folder):
    paths = many(450)
    one = runner.run(judge(words(), words('ads', b'ad')), paths, 1)
    assert len(one[0]) > 500
    assert [s.path for s in one[1]] == ['pipe.sh']
    for workers in (2, 3, 8):
        assert runner.run(judge(words(), words('ads', b'ad')), paths, workers) == one


def test_few_files_start_no_process(folder, monkeypatch):
    monkeypatch.setattr(os, 'fork', lambda: pytest.fail('forked'))
    assert runner.run(judge(words()), many(300), 8)[0]


def at_the_other_process(act):
    """Return a hook that acts in a forked process only."""
    hook, parent = words(), os.getpid()

    @hook.check('shell')
    def check(document):
        if os.getpid() != parent:
            act()
        yield from ()

    return hook


@pytest.mark.parametrize(
    ('act', 'reason'),
    (
        (lambda: os.kill(os.getpid(), signal.SIGKILL), r'signal 9'),
        (lambda: os._exit(3), r'exit code 3'),
    ),
)
def test_a_process_that_dies_is_told(folder, act, reason):
    with pytest.raises(ChildProcessError, match=rf'worker process ended before its work was done \({reason}\)'):
        runner.run(judge(at_the_other_process(act)), many(450), 2)


def test_an_error_in_another_process_rises_here(folder, monkeypatch):
    made, parent = judge(words()), os.getpid()
    real = made.file

    def file(path, *, named):
        if os.getpid() != parent:
            raise ValueError(f'not {path}')
        return real(path, named=named)

    monkeypatch.setattr(made, 'file', file)
    with pytest.raises(ValueError, match=r'not 0\d+\.sh'):
        runner.run(made, many(450), 2)


def test_no_process_is_left_behind(folder):
    runner.run(judge(words()), many(450), 2)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_what_the_walk_passed_over_is_told(folder):
    passed = (Skipped('vendor', 'vendored'),)
    write('a.sh', 'bad\0')
    _, skipped = runner.run(judge(words()), Files(('a.sh',), frozenset(), passed))
    assert skipped == [*passed, Skipped('a.sh', 'binary')]


def test_rules_of_a_repository_speak_once(folder):
    hook = Hook('whole', 'X.')
    rule = hook.rule('whole-one', 'One.', once=True)

    @hook.check('shell')
    def check(document):
        yield Finding(Span(0, 1), 'x', rule=rule)

    write('a.sh', 'a')
    write('b.sh', 'b')
    found, _ = runner.run(judge(hook), files('b.sh', 'a.sh'))
    assert [d.path for d in found] == ['a.sh']


# secrets


def test_secrets_of_all_findings_are_hidden_on_the_lines_of_each(folder):
    hook = Hook('keys', 'X.')

    @hook.check('shell')
    def check(document):
        yield Finding(Span(2, 6), 'one', secret=True)
        yield Finding(Span(0, 1), 'two', related=(Step('a.sh', Span(8, 12), 'there', secret=True),))

    write('a.sh', 'a abcd, efgh i')
    found, _ = runner.run(judge(hook), files('a.sh'))
    assert [d.lines for d in found] == [('a ****, **** i',), ('a ****, **** i',)]
    assert [d.hidden for d in found] == [(Span(8, 12),), (Span(2, 6),)]


def covering(*findings):
    hook = Hook('telling', 'X.', covers=('plain',))

    @hook.check('shell')
    def check(document):
        yield from findings if document.path == 'a.sh' else ()

    return hook


def plain(*spans):
    hook = Hook('plain', 'X.')

    @hook.check('shell')
    def check(document):
        yield from (Finding(span, 'x', secret=True) for span in spans)

    return hook


THERE = Step('a.sh', Span(8, 12), 'there', secret=True)


@pytest.mark.parametrize(
    ('finding', 'left'),
    (
        (Finding(Span(2, 6), 'x', secret=True), ['a.sh 8', 'b.sh 2', 'b.sh 8']),
        (Finding(Span(1, 7), 'x', secret=True), ['a.sh 8', 'b.sh 2', 'b.sh 8']),
        # what is written elsewhere
        (Finding(Span(0, 1), 'x', related=(THERE,)), ['a.sh 2', 'b.sh 2', 'b.sh 8']),
        (Finding(Span(0, 1), 'x', related=(THERE._replace(path='b.sh'),)), ['a.sh 2', 'a.sh 8', 'b.sh 2']),
        # what is no secret covers no more than its own place
        (Finding(Span(2, 6), 'x'), ['a.sh 8', 'b.sh 2', 'b.sh 8']),
        (Finding(Span(1, 7), 'x'), ['a.sh 2', 'a.sh 8', 'b.sh 2', 'b.sh 8']),
        (Finding(Span(6, 8), 'x', secret=True), ['a.sh 2', 'a.sh 8', 'b.sh 2', 'b.sh 8']),
    ),
)
def test_a_secret_is_told_of_by_the_hook_that_says_most(folder, finding, left):
    write('a.sh', 'a abcd, efgh i')
    write('b.sh', 'a abcd, efgh i')
    found, _ = runner.run(judge(covering(finding), plain(Span(2, 6), Span(8, 12))), files('b.sh', 'a.sh'))
    assert [f'{d.path} {d.span.start}' for d in found if d.hook == 'plain'] == left
    assert [d.path for d in found if d.hook == 'telling'] == ['a.sh']


def test_without_the_hook_that_says_more_all_is_told(folder):
    write('a.sh', 'a abcd, efgh i')
    found, _ = runner.run(judge(plain(Span(2, 6), Span(8, 12))), files('a.sh'))
    assert len(found) == 2


# Modules that import what was named


CONNECTED = Hook('no-connections', 'No import of a module that exports bad.')


@CONNECTED.check('typescript', needs=('import',), across=True)
def find_connections(module, project):
    """Point at the specifier of every module in which there is something bad, however far away."""
    for found in module.imports():
        if 'bad' in reached(project, module.load(found.specifier)):
            yield Finding(module.span(found.node), 'imports something bad', fix=(Edit(module.span(found.node), 'x'),))


@CONNECTED.check('typescript', needs=('worse',))
def find_worse(module):
    yield Finding(Span(0, 1), 'worse')


def reached(project, module, depth=9):
    if module is None or not depth:
        return ''
    others = (reached(project, module.load(found.specifier), depth - 1) for found in module.imports())
    return module.text.data.decode() + ''.join(others)


TREE = {
    'main.ts': 'import { ask } from "./chat/ask.ts";\n// worse\n',
    'chat/ask.ts': 'import { llm } from "../_shared/llm.ts";\nexport const ask = llm;\n',
    '_shared/llm.ts': 'export const llm = "bad"; // worse\n',
    'other.ts': 'import { good } from "./good.ts";\n',
    'good.ts': 'export const good = 1;\n',
    'node_modules/x/main.ts': 'import { llm } from "../../_shared/llm.ts";\n',
}


def planted(more=(), git=True):
    for path, text in {**TREE, **dict(more)}.items():
        os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
        write(path, text)
    if git:
        os.mkdir('.git')


def connections(*named, **more):
    jobs = [Job(CONNECTED, {}, **more)]
    found, skipped = runner.run(Judge(jobs, os.getcwd()), files(*named, named=True))
    return [(d.path, d.message) for d in found], [(s.path, s.reason, s.broken) for s in skipped]


BAD, WORSE = 'imports something bad', 'worse'


def test_what_imports_a_named_module_is_judged_by_checks_that_look_across():
    planted()
    expected = [('_shared/llm.ts', WORSE), ('chat/ask.ts', BAD), ('main.ts', BAD)]
    assert connections('_shared/llm.ts') == (expected, [])
    assert connections('good.ts') == connections('other.ts') == ([], [])


def test_nothing_is_said_twice_of_what_was_named_as_well():
    planted()
    expected = [('_shared/llm.ts', WORSE), ('chat/ask.ts', BAD), ('main.ts', WORSE), ('main.ts', BAD)]
    assert connections('main.ts', '_shared/llm.ts', 'chat/ask.ts') == (expected, [])
    assert connections('_shared/llm.ts', 'main.ts') == (expected, [])


def test_a_whole_tree_is_looked_at_once(monkeypatch):
    planted()
    monkeypatch.setattr(runner, '_dependents', lambda judge, files: pytest.fail() if files.named else ([], []))
    made = Judge([Job(CONNECTED, {})], os.getcwd())
    found, _ = runner.run(made, files(*made.project.files))
    assert [d.path for d in found] == ['_shared/llm.ts', 'chat/ask.ts', 'main.ts', 'main.ts']


def test_without_a_check_that_looks_across_nothing_is_listed(monkeypatch):
    planted()
    monkeypatch.setattr(runner, 'listed', lambda root: pytest.fail('listed'))
    runner.run(judge(words(kind='typescript')), files('_shared/llm.ts', named=True))
    # nor for what no module imports, nor where everything is named, nor outside a work tree
    runner.run(judge(CONNECTED), files('README.md', named=True))
    runner.run(judge(CONNECTED), files('main.ts'))
    runner.run(judge(CONNECTED), files(*(f'{n}.ts' for n in range(501)), named=True))
    runner.run(judge(CONNECTED), files('main.ts', named=True), alone=True)
    os.rmdir('.git')
    runner.run(judge(CONNECTED), files('main.ts', named=True))


def test_a_hook_does_not_look_beyond_what_it_was_told():
    planted()
    assert connections('_shared/llm.ts', beyond=lambda path: path != 'main.ts')[0] == [
        ('_shared/llm.ts', WORSE), ('chat/ask.ts', BAD),
    ]
    assert connections('_shared/llm.ts', applies=lambda path: path.startswith('_'))[0] == [('_shared/llm.ts', WORSE)]


def test_comments_let_findings_stand_there_and_are_not_judged():
    planted({
        'main.ts': f'// {IGNORE} no-connections -- ours\n' + TREE['main.ts'],
        'chat/ask.ts': TREE['chat/ask.ts'] + f'// {IGNORE} fine-words\n',
    })
    assert connections('_shared/llm.ts')[0] == [('_shared/llm.ts', WORSE), ('chat/ask.ts', BAD)]


def test_nothing_is_mended_in_what_was_not_named():
    planted()
    found, _ = runner.run(judge(CONNECTED), files('_shared/llm.ts', 'chat/ask.ts', named=True))
    assert [(d.path, bool(d.fix)) for d in found] == [
        ('_shared/llm.ts', False), ('chat/ask.ts', True), ('main.ts', False),
    ]


def test_what_ails_a_file_that_was_not_named_stops_nothing():
    planted()
    with open('main.ts', 'ab') as file:
        file.write(b'\xff')
    assert connections('_shared/llm.ts') == (
        [('_shared/llm.ts', WORSE), ('chat/ask.ts', BAD)],
        [('main.ts', 'not UTF-8 (line 3); save it as UTF-8', False)],
    )


def test_what_is_cut_is_told(monkeypatch):
    planted({f'a{n}.ts': 'import "./_shared/llm.ts";' for n in range(310)})
    found, skipped = connections('_shared/llm.ts')
    assert len(found) == 301
    assert {reason for _, reason, _ in skipped} == {'too many modules belong to what is looked at'}
    assert len(skipped) == 11


def test_a_changed_file_of_data_is_a_module_too():
    planted({'app.ts': 'import words from "./words.json" with { type: "json" };', 'words.json': '["bad"]'})
    assert connections('words.json')[0] == [('app.ts', BAD)]


def test_what_a_named_module_imports_is_judged_by_checks_that_look_up():
    planted()
    hook = Hook('seen', 'No module that main.ts imports.')

    @hook.check('typescript', up=True)
    def look(module, project):
        todo, seen = [module.path], set()
        while todo:
            seen.update(todo)
            todo = [other for path in todo for other in project.importers(path) if other not in seen]
        if 'main.ts' in seen - {module.path}:
            yield Finding(Span(0, 1), 'seen')

    assert hook.across
    found, skipped = runner.run(judge(hook), files('main.ts', named=True))
    assert ([d.path for d in found], skipped) == (['_shared/llm.ts', 'chat/ask.ts'], [])
    found, _ = runner.run(judge(hook), files('main.ts', 'chat/ask.ts', named=True))
    assert [d.path for d in found] == ['_shared/llm.ts', 'chat/ask.ts']
    # what imports it is none of its business
    found, _ = runner.run(judge(hook), files('_shared/llm.ts', named=True))
    assert [d.path for d in found] == ['_shared/llm.ts']
