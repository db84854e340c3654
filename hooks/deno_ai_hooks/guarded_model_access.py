"""Guard what asks a model: whoever calls is known, limited, and chooses neither the key nor the host.

An endpoint that asks a model spends its owner's money for whoever finds its address, and people do look for
such addresses. Followed are the calls: from the handler, whatever serves it, through helpers of this module and
of those that it imports, to the request or the SDK's method that asks. A check counts wherever it stands on that
way: in the handler, a helper of any name, middleware, a wrapper, `_middleware.ts`; what only looks like a check is
named: a header that is only looked for, a check that may fail without consequence, one that comes too late.

Left alone are handlers that pass on the caller's own key, that only this machine reaches, webhooks that check a
signature, jobs, command line tools and tests. That a Supabase function asks for a token is no check of who calls:
the public anon key is such a token.

Reported are also

- checks that let everybody in while a variable is unset;
- database clients that pass row-level security and take the identity of a user from the request;
- callers who choose where a model client sends its owner's key;
- servers of the Model Context Protocol, proxies and model servers that others reach unasked;
- sockets that pages of any origin may open, and CORS that lets any page act for its visitor.

Bad:

    import OpenAI from "npm:openai";
    const ai = new OpenAI();
    Deno.serve(async (req) => {
      const { question } = await req.json();
      const messages = [{ role: "user", content: question }];
      return Response.json(await ai.chat.completions.create({ model: "gpt-4o-mini", messages }));
    });

Good:

    import OpenAI from "npm:openai";
    const ai = new OpenAI();
    Deno.serve(async (req) => {
      const { data, error } = await supabase.auth.getUser(bearer(req));
      if (error || !data.user) return new Response("sign in first", { status: 401 });
      const { question } = await req.json();
      const messages = [{ role: "user", content: question }];
      return Response.json(await ai.chat.completions.create({ model: "gpt-4o-mini", messages }));
    });
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.entries import Entry
    from deno_ai_hooks.common.openings import Opening
    from deno_ai_hooks.common.project import Project
    from deno_ai_hooks.common.reach import Reached

hook = Hook('guarded-model-access', __doc__, cwe=306, owasp='LLM10', severity=8.2)
OPEN = hook.rule('model-endpoint-without-auth', 'Anyone who finds an endpoint asks a model at its owner\'s expense')

hook.option(
    '--model-host', 'a further host of models, *.example.com for all below it; may be repeated', values='many',
    metavar='HOST',
)

SERVING = (
    r'\bserve\w*\(|\bDeno\.serve|upgradeWebSocket|createServer|\bcreateHandler\(',
    r'\b(?:Hono|Router|Application|express|fastify|koa|Elysia|App)\w*\s*[<(]',
    r'\bhandlers?\b|\bdefine\.|\bexport\s+default\b',
    r'\.(?:get|post|put|patch|delete|all|use|route)\(\s*["\'`/\[]',
    r':\s*(?:Request|RouterContext|FreshContext|Context|HandlerContext|NextRequest)\b',
    r'\bexport\s+(?:async\s+)?(?:function|const)\s+(?:GET|POST|PUT|PATCH|DELETE|onRequest\w*)\b',
)
"""What a module holds that requests come in by."""

FEW = 6              # model calls and near-checks that are told
HEAD = 120           # bytes of a handler's head that are shown


@hook.check('typescript', needs=SERVING, across=True)
def check_endpoints(module: Module, project: Project, model_host: Sequence[str]) -> Iterator[Finding]:
    """Find handlers through which anyone asks a model."""
    from deno_ai_hooks.common import openings

    if TESTS.search(module.path):
        return
    project.join(module)
    for opening in openings.openings(project, module, tuple(model_host)):
        yield _open(project, module, opening)


def _open(project: Project, module: Module, opening: Opening) -> Finding:
    from deno_ai_hooks.common import entries

    platform = entries.platform(project, module.path)
    near = opening.near[:FEW]
    message = (
        f'{_named(opening.entry)} asks {_providers(opening)} for anyone who calls it, at its owner\'s expense: '
        f'{_missing(opening, platform)}; {_advice(opening.entry, platform)}{_besides(module, opening)}'
    )
    steps = (*_asked(opening), *(each.step for each in near), *platform.steps)
    return Finding(_head(module, opening.entry), message, rule=OPEN, related=steps)


# who is called, and what is asked


def _named(entry: Entry) -> str:
    method = '' if entry.method in ('*', '') else f'{entry.method} '
    return f'{method}{entry.route}' if entry.route else f'the {method}handler'


def _providers(opening: Opening) -> str:
    names = [each.call.provider for each in opening.calls if each.call.provider not in ('unknown', 'OpenAI-compatible')]
    found = list(dict.fromkeys(names))
    return ' and '.join([', '.join(found[:-1]), found[-1]] if found[1:] else found) or 'a model'


def _asked(opening: Opening) -> Iterator[Step]:
    """Yield where models are asked, and the helpers on the way."""
    told: dict[Step, None] = {}
    for each in opening.calls[:FEW]:
        for site in each.sites[:-1][:FEW]:
            told.setdefault(Step(site.module.path, _callee(site.module, site.node), 'leads to a model'))
        asked = f'{each.call.provider} is asked here'
        told.setdefault(Step(each.module.path, _callee(each.module, each.call.node), asked))
    yield from told


def _callee(module: Module, call: Node) -> Span:
    function = call.child_by_field_name('function') or call.child_by_field_name('constructor')
    return module.span(function if function is not None else call)


def _head(module: Module, entry: Entry) -> Span:
    """Return what a developer knows a handler by: its registration up to the path, or its own first line."""
    function = entry.place.child_by_field_name('function') if entry.site.path == module.path else None
    if function is not None:
        path = _path(module, entry.place)
        return module.text.span(entry.place.start_byte, path.end_byte if path is not None else function.end_byte)
    node = entry.function
    name = node.child_by_field_name('name')
    if name is not None:
        return module.span(name)
    body = node.child_by_field_name('body')
    end = min(body.start_byte if body is not None else node.end_byte, node.start_byte + HEAD)
    text = module.text.data[node.start_byte:end].split(b'\n')[0].rstrip()
    return module.text.span(node.start_byte, node.start_byte + len(text))


def _path(module: Module, call: Node) -> Node | None:
    given = call.child_by_field_name('arguments')
    first = next(iter(given.named_children), None) if given is not None else None
    return first if first is not None and module.string(first) is not None else None


# what is missing


NEAR = {
    'presence': 'that a credential was sent is no check of it',
    'swallowed': 'a check may fail, and whoever it is goes on',
    'unread': 'a check is made that nothing depends on',
    'late': 'a check comes after the model was asked',
}


def _missing(opening: Opening, platform: object) -> str:
    kinds = dict.fromkeys(each.kind for each in opening.near)
    told = [NEAR[kind] for kind in NEAR if kind in kinds][:2]
    checked = getattr(platform, 'verify_jwt', None)
    if checked:
        told.append('the platform\'s check lets the public anon key pass')
    elif checked is False:
        told.append('the platform\'s check of tokens is off')
    return ', and '.join(told) or 'nothing checks who calls'


ADVICE = {
    'supabase': 'write `const { data, error } = await client.auth.getUser(token)` first, and return a 401 on error',
    'hono': 'put middleware before it: `app.use("*", bearerAuth({ token }))`, or `jwt({ secret })`',
    'oak': 'put middleware before it that calls `ctx.throw(401)` unless a token is verified',
    'fresh': 'check the session in `routes/_middleware.ts`, and return a 401 there',
    'express': 'put middleware before it that verifies a token and answers with 401',
}
ADVICE.update(dict.fromkeys(('fastify', 'koa', 'itty', 'elysia'), ADVICE['express']))
PLAIN = 'compare a token first, with `timingSafeEqual`, or verify a JWT, and return a 401'


def _advice(entry: Entry, platform: object) -> str:
    return ADVICE.get(getattr(platform, 'name', '') or entry.framework, PLAIN)


ANY_ORIGIN = pattern(rb'(?i)access-control-allow-origin["\'`]?\s*[:,]\s*["\'`]\*["\'`]')


def _besides(module: Module, opening: Opening) -> str:
    modules = {each.module.path: each.module for found in opening.calls for each in found.sites}
    found = ['pages of any origin may call it'] if ANY_ORIGIN.search(module.text.data) else []
    found += ['no limit of tokens'] if any(map(_is_unlimited, opening.calls)) else []
    found += ['no limit of calls'] if not _is_rationed(modules.values(), module) else []
    return f' (besides: {", ".join(found)})' if found else ''


LIMITS = frozenset('max_tokens max_completion_tokens max_output_tokens maxTokens maxOutputTokens num_predict '
                   'generationConfig config options maxCompletionTokens'.split())
RATIONING = pattern(rb'(?i)rate_?-?limit|throttl|quota|too many requests|\b429\b|credits')


def _is_unlimited(found: Reached) -> bool:
    options = found.call.options
    known = found.module.properties(options) if options is not None else None
    if known is None or not known or not known.complete:
        return False
    return LIMITS.isdisjoint(known) and found.call.kind == 'text'


def _is_rationed(modules: object, module: Module) -> bool:
    data = [module.text.data, *(each.text.data for each in modules)]  # type: ignore[attr-defined]
    return any(RATIONING.search(each) for each in data)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook."""
    return run(hook, argv=argv)
