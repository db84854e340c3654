"""Validate what callers send before it reaches a command, a query, a file, a page or a prompt.

Followed is the value: from a request, a chat message or a socket, through destructuring, templates,
helpers of this module and of those that it imports, to where it does harm. What is compared with a
list, a table or a pattern first, parsed by a schema that admits no free text, turned into a number,
or stands where it can do nothing, is left alone; so are tests.

Reported are

- shell commands and programs chosen by a caller, and code: `eval`, `new Function`, `import()`;
- SQL put together from text; bound parameters and tagged templates are fine;
- paths that may leave their folder, and URLs whose host a caller chooses;
- pages with unescaped text;
- merges of objects, as deep as they go, with keys of a caller's;
- system prompts that a caller writes, or that carry a key: a user's own message is what a chat is for.

The places on the way are listed with each finding.

Bad:

    Deno.serve(async (req) => {
      const { file } = await req.json();
      const { stdout } = await new Deno.Command("sh", { args: ["-c", `wc -l ${file}`] }).output();
      return new Response(stdout);
    });

Good:

    const REPORTS = new Set(["sales.csv", "stock.csv"]);
    Deno.serve(async (req) => {
      const { file } = await req.json();
      if (!REPORTS.has(file)) return new Response("no such report", { status: 404 });
      const { stdout } = await new Deno.Command("wc", { args: ["-l", "--", file] }).output();
      return new Response(stdout);
    });

Bad:

    Deno.serve(async (req) => {
      const feed = new URL(req.url).searchParams.get("feed")!;
      return await fetch(feed);
    });

Good:

    const HOSTS = new Set(["feeds.example.com"]);
    Deno.serve(async (req) => {
      const feed = new URL(new URL(req.url).searchParams.get("feed")!);
      if (!HOSTS.has(feed.hostname)) return new Response("not a feed", { status: 400 });
      return await fetch(feed, { redirect: "error" });
    });

Bad:

    Deno.serve(async (req) => {
      const { persona, question } = await req.json();
      const answer = await client.chat.completions.create({
        model: "gpt-4o",
        messages: [{ role: "system", content: `You are ${persona}.` }, { role: "user", content: question }],
      });
      return Response.json(answer.choices[0].message.content);
    });

Good:

    const PERSONAS = { tutor: "You are a patient tutor.", critic: "You are a fair critic." };
    Deno.serve(async (req) => {
      const { persona, question } = await req.json();
      const answer = await client.chat.completions.create({
        model: "gpt-4o",
        messages: [{ role: "system", content: PERSONAS[persona] }, { role: "user", content: question }],
      });
      return Response.json(answer.choices[0].message.content);
    });
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.hook import Hook

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.sinks import Sink

hook = Hook('validated-input', __doc__, severity=8.0)

RULES = {
    'command': hook.rule('request-to-command', 'What a caller sends runs as a command', cwe=78, severity=9.8),
    'code': hook.rule('request-to-code', 'What a caller sends runs as code', cwe=94, severity=9.8),
    'sql': hook.rule('request-to-sql', 'What a caller sends becomes part of a query', cwe=89, severity=9.1),
    'path': hook.rule('request-to-path', 'What a caller sends names a file', cwe=22, severity=7.5),
    'url': hook.rule('request-to-url', 'What a caller sends says where a request goes', cwe=918, severity=7.5),
    'html': hook.rule('request-to-html', 'What a caller sends becomes part of a page', cwe=79, severity=6.1),
    'prompt': hook.rule(
        'request-to-system-prompt', 'What a caller sends becomes part of the system prompt', cwe=1427, owasp='LLM01',
        severity=5.3,
    ),
}
RULES['apart'] = RULES['code']
MERGE = hook.rule(
    'prototype-pollution-merge', 'Keys that a caller sends reach the prototype of all objects', cwe=1321, severity=6.5,
)
RULES['merge'] = MERGE
SECRET = hook.rule('secret-in-prompt', 'A key is sent to a model', cwe=200, owasp='LLM02', severity=7.5)

TOLD = {
    'command': 'whoever calls runs any command on this machine; start a fixed program with a list of arguments, or '
               'compare it with a list of what is allowed',
    'code': 'whoever calls runs any code with the permissions of this program; look the function up in a Map, or parse '
            'the expression',
    'sql': 'whoever calls writes the query; pass it beside the query, as query("… = $1", [value])',
    'path': 'whoever calls names any file, by ".." too; take basename() of it, or resolve() it and make sure that it '
            'starts with the folder',
    'url': 'whoever calls makes this server send requests anywhere, to its own network too; compare the hostname of '
           'new URL(…) with a list and set redirect: "error"',
    'html': 'whoever calls runs scripts in the page; escape() it (jsr:@std/html)',
    'secret': 'whoever asks the model gets it, and the provider keeps it; leave it out, and let the tool that needs it '
              'read it',
    'merge': 'by "constructor.prototype" whoever calls changes every object of this program; pass over the keys '
             '"__proto__", "constructor" and "prototype", or keep the values in a Map',
    'prompt': 'whoever calls rewrites what the model is told to do; put it into a message of role "user", or choose '
              'among your own prompts',
}

NEEDS = (
    r'\bserve\w*\(|\bDeno\.serve|upgradeWebSocket|listenQueue|createServer|\bcreateHandler\(',
    r'\b(?:Hono|Router|Application|express|fastify|koa|Elysia|App|Bot|Telegraf|Client|Composer)\w*\s*[<(]',
    r'\bhandlers?\b|\bdefine\.|\bexport\s+default\b',
    r'\.(?:get|post|put|patch|delete|all|use|on|command|hears|route)\(\s*["\'`/\[]',
    r':\s*(?:Request|RouterContext|FreshContext|Context|HandlerContext|NextRequest)\b',
    r'\bexport\s+(?:async\s+)?function\s+(?:GET|POST|PUT|PATCH|DELETE|onRequest\w*)\b',
    r'\brole["\']?\s*:\s*["\'](?:system|developer)\b|system\w*\s*:|instructions\s*:|SystemMessage\(',
)


@hook.check('typescript', needs=NEEDS, across=True)
def check(module: Module) -> Iterator[Finding]:
    """Find what callers send where it does harm."""
    from deno_ai_hooks.common import flow
    from deno_ai_hooks.common.stories import story

    if TESTS.search(module.path):
        return
    for found in flow.of(module).flows():
        kind = found.sink.kind
        if kind == 'merge' and not _chosen(found.sink):
            continue
        if found.origin.kind in (flow.REQUEST, flow.MESSAGE) and kind in RULES:
            subject = 'what a caller sends' if found.origin.kind == flow.REQUEST else 'what somebody writes'
            yield story(found, RULES[kind], subject, TOLD.get(kind, TOLD['code']))
        elif found.origin.kind == flow.SECRET and kind == 'prompt':
            yield story(found, SECRET, 'a secret', TOLD['secret'])


def _chosen(sink: Sink) -> bool:
    """Return whether of `o[a][b] = c` a caller may choose `b` too: else no object but `o` is changed."""
    from deno_ai_hooks.common import flow

    left = sink.place.child_by_field_name('left')
    owner, last = (left.child_by_field_name(field) if left is not None else None for field in ('object', 'index'))
    if owner is None or last is None or owner.type != 'subscript_expression':
        return True
    return bool(flow.of(sink.module).origins(last))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook."""
    return run(hook, argv=argv)
