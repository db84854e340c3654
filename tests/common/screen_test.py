from __future__ import annotations

import os
import re
import time

import pytest
from deno_ai_hooks.common import catalog
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.runner import Job
from deno_ai_hooks.common.runner import Judge
from deno_ai_hooks.common.screen import HIDDEN
from deno_ai_hooks.common.screen import Screen
from deno_ai_hooks.common.screen import undisguised
from deno_ai_hooks.common.source import Source
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

EXAMPLES = os.path.join(os.path.dirname(__file__), '..', '..', 'examples')


def judge(*, screen):
    """Return all hooks with all that their options add, over a repository of one file."""
    values = {'flag': True, 'one': None, 'many': ()}
    hooks = [catalog.load(id) for id in catalog.ids()]
    jobs = [Job(hook, {option.name: values[option.values] for option in hook.options}) for hook in hooks]
    made = Judge(jobs, '/', screen=screen)
    made.project = Project(lambda path: None)
    return made


@pytest.fixture(scope='module')
def judges():
    return judge(screen=True), judge(screen=False)


def both(judges, path, code):
    source = Source(path, code.encode() if isinstance(code, str) else code)
    return [made.source(source)[0] for made in judges]


def assert_same(judges, path, code):
    screened, parsed = both(judges, path, code)
    assert screened == parsed
    return parsed


# Whatever the spelling


@pytest.mark.parametrize(
    ('path', 'code'),
    (
        ('a.sh', 'deno run -A main.ts'),
        ('a.sh', 'de\\\nno run -A main.ts'),
        ('a.sh', "de''no run -A main.ts"),
        ('a.sh', 'd"en"o run -A main.ts'),
        ('a.sh', 'de"no" run -A main.ts'),
        ('a.sh', '"de"no run -A main.ts'),
        ('a.sh', "$'\\x64eno' run -A main.ts"),
        ('a.sh', "$'\\144eno' run -A main.ts"),
        ('a.sh', "sh -c 'de\"\"no run -A main.ts'"),
        ('a.sh', 'DENO=de"n"o; $DENO run -A main.ts'),
        ('deno.json', '{"tasks": {"a": "\\u0064eno run -A main.ts"}}'),
        ('deno.json', '{"tasks": {"a": "de\'\'no run -A main.ts"}}'),
        ('deno.json', '{"tasks": {"a": "d\\"en\\"o run -A main.ts"}}'),
        ('deno.json', '{"p\\u0065rmissions": {"default": {"\\u0061ll": true}}}'),
        ('mcp.json', '{"mcpServers": {"x": {"command": "den\\u006f", "args": ["run", "-A", "x.ts"]}}}'),
        ('.github/workflows/a.yml', 'jobs: {a: {steps: [{run: "d\\x65no run -A main.ts"}]}}'),
        ('.github/workflows/a.yml', "jobs: {a: {steps: [{run: de''no run -A main.ts}]}}"),
        ('compose.yaml', 'services: {a: {command: ["d\\u0065no", run, -A, main.ts]}}'),
        ('Dockerfile', 'FROM x\nRUN de\\\nno run -A main.ts\n'),
        ('Dockerfile', 'FROM x\nCMD ["d\\u0065no", "run", "-A", "main.ts"]\n'),
        ('Dockerfile', 'FROM x\nCMD d\'e\'no run -A main.ts\n'),
        ('mise.toml', '[tasks]\na = "d\\u0065no run -A main.ts"\n'),
        ('Makefile', "run:\n\tde''no run -A main.ts\n"),
        ('Procfile', 'web: d"e"no run -A main.ts\n'),
        ('a.service', '[Service]\nExecStart=/usr/bin/de"n"o run -A main.ts\n'),
        ('README.md', "```sh\nde''no run -A main.ts\n```\n"),
        ('a.ts', 'new Deno.Command("de" + "no", { args: ["run", "-A", "main.ts"] });'),
        ('a.ts', 'new Deno.Command(`d\\x65no`, { args: ["run", "-A", "main.ts"] });'),
        ('a.ts', 'new Deno.Command("\\u{64}eno", { args: ["run", "-A", "main.ts"] });'),
        ('a.ts', 'import { exec } from "node:child_process";\nexec("de\'\'no run -A main.ts");'),
        ('a.ts', 'await fetch("ht" + "tp://api.openai.com/v1");'),
        ('a.ts', 'await fetch("\\x68ttp://api.openai.com/v1");'),
        ('a.ts', 'await fetch("ht\\\ntp://api.openai.com/v1");'),
    ),
)
def test_hidden_words_are_found(judges, path, code):
    assert assert_same(judges, path, code)


@pytest.mark.parametrize(
    ('path', 'code'),
    (
        ('a.sh', 'D=den; ${D}o run -A main.ts'),
        ('a.sh', 'd\\eno run -A main.ts'),
        ('a.ps1', 'd`eno run -A main.ts'),
        ('a.bat', 'd^eno run -A main.ts'),
        ('a.ts', 'const end = "no";\nnew Deno.Command(`de${end}`, { args: ["run", "-A", "main.ts"] });'),
        ('a.ts', 'new Deno.Command(["de", "no"].join(""), { args: ["run", "-A", "main.ts"] });'),
    ),
)
def test_words_that_only_a_value_tells_are_not(judges, path, code):
    """The limit that the screen states: these are read when they stand beside anything that lets their file in."""
    screened, parsed = both(judges, path, code)
    assert (screened, bool(parsed)) == ([], True)
    beside = f'{code}\n{"new Deno.Command(`deno`)" if path.endswith(".ts") else "# deno"}\n'
    assert both(judges, path, beside)[0]


@pytest.mark.parametrize(
    'text',
    (
        "don't, can't, it's",
        'import x from "y"; export { x as "z" };',
        'const path = `${base} x` + " y";',
        "echo 'a' 'b' \"c\"; x=\"y\"",
        'const line = "a, " + "b" + c;',
        '/[\\w-]+\\.ts$/.test("\\n\\t\\r")',
        'key: "value"\nother: \'value\'',
        '"a": "\\u00e9\\u200b\\x00"',
        'a \\\n  && b \\\n  | c',
    ),
)
def test_plain_words_hide_nothing(text):
    hook = Hook('x', 'X.')

    @hook.check('shell', needs=('never',))
    def check(document):
        yield from ()

    assert Screen(hook.checks).survivors('shell', text.encode()) == []


# Whatever the file


FRAGMENTS = {
    'a.ts': (
        'await fetch("http://api.openai.com/v1");', 'await fetch("\\x68ttp://api.openai.com/v1");',
        'new Deno.Command("deno", { args: ["run", "-A", "m.ts"] });', 'const command = "deno run -A m.ts";',
        'import { exec } from "node:child_process";', 'exec("deno run --allow-net m.ts");',
        '/* deno run -A x */', 'new Worker("w.ts", { type: "module" });',
        'await Deno.permissions.request({ name: "net" });', 'const https = false;',
        'fetch(`https://${host}/v1`);', '#!/usr/bin/env -S deno run -A',
        'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";', 'tls.connect({ rejectUnauthorized: false });', '}',
        '"', '`',
    ),
    'a.sh': (
        'deno run -A main.ts', "de''no run -A main.ts", 'de\\', 'no run -A x.ts', 'D=deno',
        '$D run -A main.ts', 'cat <<EOF', 'EOF', 'curl -k https://api.openai.com',
        'export NODE_TLS_REJECT_UNAUTHORIZED=0', "'", '"', 'bash -c "deno run -A x.ts"', '# deno run -A y.ts',
        'for x in a; do', 'done',
    ),
    'deno.json': (
        '{"tasks": {', '"a": "deno run -A main.ts",', '"b": "\\u0064eno run --allow-net m.ts",',
        '}, "permissions": {', '"default": {"all": true},', '"x": {"net": true, "read": ["/"]}', '}}',
        '// deno', ',', '{', '}', '"',
    ),
    'package.json': (
        '{"scripts": {', '"a": "deno run -A main.ts",', '"b": "NODE_TLS_REJECT_UNAUTHORIZED=0 node x"', '}}',
        '"',
    ),
    'compose.yaml': (
        'services:', '  chat:', '    image: denoland/deno', '    command: run -A main.ts',
        '    command: ["d\\x65no", run, -A, x.ts]', '    environment:', '      - A=http://api.openai.com',
        '    command: >', '      deno run', '      -A main.ts', '    command: "de\\', '      no run -A m.ts"',
        '  # deno',
    ),
    '.github/workflows/ci.yml': (
        'jobs:', '  a:', '    steps:', '      - run: deno run -A https://example.com/x.ts', '      - run: |',
        '          deno run --allow-env m.ts', '          de\\', '          no run -A y.ts', '    env:',
        '      A: "\\x64"',
    ),
    'Dockerfile': (
        'FROM denoland/deno:2.9.8', 'RUN deno run -A x.ts', 'RUN de\\', 'no run -A x.ts',
        'CMD ["run", "-A", "main.ts"]', 'CMD ["den\\u006f", "run", "-A", "main.ts"]',
        'ENV DENO_TLS_CA_STORE=system', '# escape=`', 'ARG D=deno',
        'ENTRYPOINT ["/bin/sh", "-c", "deno run -A x.ts"]', 'USER root', 'RUN <<EOF', 'EOF', '"',
    ),
    'README.md': (
        '```sh', '```ts', '```json', '```', 'deno run -A main.ts', 'Run `deno run --allow-net x.ts`.',
        '{"tasks": {"a": "deno -A x"}}', 'fetch("http://api.openai.com");', '> ```sh', '> deno run -A y.ts',
        '- deno run -A z.ts', '$ d"en"o run -A x.ts',
    ),
    'Makefile': (
        'run:', '\tdeno run -A main.ts', 'D = deno', '\t$(D) run -A x.ts', '\tde\\', 'no run -A x.ts',
        '# deno', 'define X', 'endef',
    ),
    'mise.toml': (
        '[tasks]', 'a = "deno run -A x.ts"', 'b = "d\\u0065no run -A y.ts"', "c = '''", "deno run -A z.ts'''",
        '"',
    ),
    '.env': (
        'A=http://api.openai.com', 'NODE_TLS_REJECT_UNAUTHORIZED=0', 'B="\\x68ttp://x.com"', 'export C=d',
        "'", '"',
    ),
    'a.service': (
        '[Service]', 'ExecStart=/usr/bin/deno run -A x.ts', 'ExecStart=d"en"o \\', ' run -A x.ts',
        'Environment=A=b',
    ),
}


@pytest.mark.parametrize('path', FRAGMENTS)
def test_every_fragment_is_judged_alike(judges, path):
    for fragment in FRAGMENTS[path]:
        assert_same(judges, path, fragment)
    assert_same(judges, path, '\n'.join(FRAGMENTS[path]))


@given(st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_screen_changes_nothing(judges, data):
    path = data.draw(st.sampled_from(sorted(FRAGMENTS)))
    fragment = st.sampled_from(FRAGMENTS[path])
    lines = data.draw(st.lists(fragment | fragment | st.text(' deno\\"\'$`{}#', max_size=8), max_size=8))
    assert_same(judges, path, data.draw(st.sampled_from(('\n', '\r\n'))).join(lines))


def examples():
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(EXAMPLES) for name in names)
    return sorted(os.path.relpath(path, EXAMPLES) for path in paths)


@pytest.mark.parametrize('path', examples())
def test_the_examples_are_judged_alike(judges, path):
    with open(os.path.join(EXAMPLES, path), 'rb') as file:
        assert_same(judges, path, file.read())


# Which checks survive


def hook_of(*kinds_, **more):
    hook = Hook('x', 'X.')

    @hook.check(*kinds_, **more)
    def check(document):
        yield from ()

    return hook


@pytest.mark.parametrize(
    ('kind', 'data', 'expected'),
    (
        ('shell', b'deno', True),
        ('shell', b'denos', False),
        ('shell', b'', False),
        ('json', b'"deno"', False),
        # a shell script may stand in a workflow, not in a file of variables
        ('yaml', b'run: deno', True),
        ('dotenv', b'A=deno', False),
        # Markdown only for checks that ask
        ('markdown', b'deno', False),
        # a module starts nothing unless it holds what starts something
        ('typescript', b'// deno', False),
        ('typescript', b'new Deno.Command("deno")', True),
    ),
)
def test_survivors(kind, data, expected):
    screen = Screen(hook_of('shell', needs=(r'\bdeno\b',)).checks)
    if kind == 'json':
        screen = Screen(hook_of('dotenv', needs=(r'\bdeno\b',)).checks)
    assert bool(screen.survivors(kind, data)) is expected


def test_checks_without_needs_see_every_file():
    screen = Screen(hook_of('shell').checks)
    assert screen.wants('shell')
    assert screen.survivors('shell', b'')
    assert not screen.wants('dotenv')
    assert screen.survivors('dotenv', b'') == []


def test_documentation_is_for_checks_that_ask():
    assert not Screen(hook_of('shell').checks).wants('markdown')
    assert Screen(hook_of('shell', docs=True).checks).wants('markdown')
    assert Screen(hook_of('text').checks).wants('markdown')


def test_candidates_are_looked_at_closer():
    seen = []
    screen = Screen(hook_of('shell', needs=('deno',), candidate=lambda data: seen.append(data) or b'-A' in data).checks)
    assert screen.survivors('shell', b'deno -A')
    assert not screen.survivors('shell', b'deno')
    assert not screen.survivors('shell', b'-A')
    assert seen == [b'deno -A', b'deno']
    # what is hidden to the screen may be hidden to the closer look
    assert screen.survivors('shell', b'de""no -""A')
    assert not screen.survivors('shell', b'de""no')


def test_patterns_speak_of_bytes():
    letter, byte = (Screen(hook_of('shell', needs=(need,)).checks) for need in ('é', r'\xe9'))
    assert letter.survivors('shell', 'é'.encode())
    assert not letter.survivors('shell', b'\xe9')
    assert byte.survivors('shell', b'\xe9')
    # a broken file is screened like any other
    assert byte.survivors('shell', b'\xff\0\xe9')


@pytest.mark.parametrize(
    ('spelling', 'meaning'),
    (
        (b'd\\x65no', b'deno'),
        (b'd\\u0065no', b'deno'),
        (b'\\u{64}eno', b'deno'),
        (b'\\144eno', b'deno'),
        (b'de\\\nno', b'deno'),
        (b'de\\\r\nno', b'deno'),
        (b"de''no", b'deno'),
        (b'd"e"n"o"', b'deno'),
        (b'd\\"en\\"o', b'deno'),
        (b'"de" + "no"', b'"deno"'),
        # nothing is hidden here
        (b'a "b" c', b'a "b" c'),
        (b'"a", "b"', b'"a", "b"'),
        (b'\\n\\x00\\xff\\u2028', b'\\n\\x00\\xff\\u2028'),
    ),
)
def test_takes_disguises_off(spelling, meaning):
    assert undisguised(spelling) == meaning
    assert any(re.search(hidden.encode(), spelling) for hidden in HIDDEN) == (spelling != meaning)


def test_all_hooks_at_once_take_linear_time():
    """The states of one automaton multiply with every pattern; RE2 then runs at a hundredth of its speed."""
    checks = [check for id in catalog.ids() for check in catalog.load(id).checks]
    screen = Screen(checks)
    for line in (b'const value = await call("name", { key: [1, 2] });\n', b'a1' * 30 + b'"\n', b'"' * 60 + b'\n'):
        data = line * (1_000_000 // len(line))
        screen._found(data)
        started = time.process_time()
        screen._found(data)
        assert time.process_time() - started < 1
