"""See what a served model is asked, what it costs and what its program does.

Keys are stolen and endpoints found, and the first to notice should not be whoever pays the bill.  So a service that
asks models keeps who asked, for how long it took and for how many tokens, where its owner looks.

Spoken of is a repository with an endpoint that others reach and through which a model is asked at the owner's
expense, once: at the first such endpoint by path.  All files of the repository count, whichever are given.  What is
seen elsewhere is not known, so anything is taken for it that tells of it:

- requests are seen with `OTEL_DENO=true` in a task, a container, a workflow, a manifest, a script or an example of
  `.env` (deno knows neither `1` nor `yes`); with a package for errors, traces, metrics or calls of models that a module
  imports; with a logger as middleware, or a call that logs the method, the duration, the tokens or the caller; with
  records in a table or a file; behind a gateway that keeps what passes; on Deno Deploy and in functions of Supabase,
  whose platforms do,
- the use of models is, with `--strict`, where any module reads `usage`, counts of tokens or `x-ratelimit-…` headers,
  or a package or gateway does.  The provider's own page tells the sum, not whose it is,
- what a program asks permission for is, with `--strict`, where `DENO_AUDIT_PERMISSIONS` or a permission broker is set;
  only where the program starts with wide permissions.  `DENO_AUDIT_PERMISSIONS=otel` counts beside `OTEL_DENO=true`:
  without that nothing is written.

Left alone are repositories in which only this machine reaches the endpoint, or only a local model is asked, and what
stands in folders of examples and tests.

Bad:

    import OpenAI from "npm:openai@6";
    const ai = new OpenAI();
    Deno.serve(async (req) => {
      await requireUser(req);
      const messages = [{ role: "user", content: await req.text() }];
      const answer = await ai.chat.completions.create({ model: "gpt-4o-mini", messages });
      return new Response(answer.choices[0].message.content);
    });

Good:

    import OpenAI from "npm:openai@6";
    const ai = new OpenAI();
    Deno.serve(async (req) => {
      const user = await requireUser(req);
      const messages = [{ role: "user", content: await req.text() }];
      const answer = await ai.chat.completions.create({ model: "gpt-4o-mini", messages });
      console.log(JSON.stringify({ event: "asked", user: user.id, tokens: answer.usage?.total_tokens }));
      return new Response(answer.choices[0].message.content);
    });

Good:

    import "npm:@sentry/deno@9";
    import OpenAI from "npm:openai@6";
    const ai = new OpenAI();
    Deno.serve(async (req) => {
      await requireUser(req);
      const messages = [{ role: "user", content: await req.text() }];
      const answer = await ai.chat.completions.create({ model: "gpt-4o-mini", messages });
      await kv.atomic().sum(["tokens"], BigInt(answer.usage?.total_tokens ?? 0)).commit();
      return new Response(answer.choices[0].message.content);
    });
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.commands import SHOWN
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.finding import Step
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.facts import monitoring as facts
from deno_ai_hooks.facts.frameworks import SERVING

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.monitoring import Endpoint
    from deno_ai_hooks.common.project import Project

hook = Hook('monitored-models', __doc__, cwe=778, owasp='LLM10', severity=3.5)
# On by default: anything that may be monitoring silences it, and what is left is read from files, not guessed.
UNWATCHED = hook.rule('observability-not-enabled', 'Nobody sees who asks a served model, or what fails', once=True)
# Strict: the provider's page tells the sum, and whoever passes a stream on cannot count without parsing it.
UNRECORDED = hook.rule(
    'model-usage-not-recorded', 'What models are used for is not counted', cwe=770, once=True, strict=True,
)
# Strict: wide permissions are reported themselves; this is how to learn which of them are needed.
UNAUDITED = hook.rule(
    'permissions-not-audited', 'What a program does with wide permissions is recorded nowhere', owasp='LLM06',
    once=True, strict=True,
)


# not `across`: what looks for importers would read all modules once more, and a check of the whole tree tells the same
@hook.check('typescript', needs=SERVING)
def check(module: Module, project: Project) -> Iterator[Finding]:
    """Find the first endpoint of a repository of which nobody sees what becomes of it."""
    from deno_ai_hooks.common import monitoring

    if TESTS.search(module.path) or SHOWN.search(module.path):
        return
    project.join(module)
    found = monitoring.endpoint(module)
    if found is None:
        return
    told = [*_unwatched(found, project), *_unrecorded(found, project), *_unaudited(found, project)]
    if told and monitoring.is_first(project, module.path):
        yield from told


def _unwatched(found: Endpoint, project: Project) -> Iterator[Finding]:
    from deno_ai_hooks.common import entries
    from deno_ai_hooks.common import monitoring

    if facts.WATCHED not in monitoring.seen(project).signs and not entries.platform(project, found.module.path).name:
        yield Finding(_place(found), WATCH, rule=UNWATCHED, related=_asked(found))


WATCH = (
    'a model is asked here, and nothing in this repository tells who asked, what failed or how long it took; start the '
    'program with `OTEL_DENO=true` and `OTEL_EXPORTER_OTLP_ENDPOINT=https://…`, in the task, the Dockerfile or the '
    'service, or log the method, the status and the duration of each request'
)


def _unrecorded(found: Endpoint, project: Project) -> Iterator[Finding]:
    from deno_ai_hooks.common import monitoring

    if facts.RECORDED not in monitoring.seen(project).signs and found.is_asking:
        yield Finding(_place(found), RECORD, rule=UNRECORDED, related=_asked(found))


RECORD = (
    'nothing in this repository reads how many tokens an answer took, so nobody knows whose questions cost what; log '
    'it with the caller, `console.log(JSON.stringify({ event: "asked", user, tokens: answer.usage?.total_tokens }))`'
)


def _unaudited(found: Endpoint, project: Project) -> Iterator[Finding]:
    from deno_ai_hooks.common import monitoring

    signs = monitoring.seen(project).signs
    if facts.AUDITED in signs or {facts.AUDITED_IF_EXPORTED, facts.EXPORTED} <= signs:
        return
    start = monitoring.wide(project)
    if start is not None:
        message = UNHEARD if facts.AUDITED_IF_EXPORTED in signs else AUDIT
        yield Finding(_place(found), message, rule=UNAUDITED, related=(start,))


AUDIT = (
    'the program that asks a model starts with wide permissions, and what it does with them is recorded nowhere; start '
    'it with `DENO_AUDIT_PERMISSIONS=otel` and `OTEL_DENO=true`, or the path of a file in its place, and grant what is '
    'found there'
)
UNHEARD = '`DENO_AUDIT_PERMISSIONS=otel` records nothing unless `OTEL_DENO=true` is set too'


def _place(found: Endpoint) -> Span:
    """Return the registration of a handler up to its path, or what it is exported as."""
    module, place = found.module, found.entry.place
    registration = found.entry.registration
    if registration is not None:
        return registration
    name = place.child_by_field_name('name')
    if name is not None:
        return module.span(name)
    line = module.text.data[place.start_byte:place.end_byte].split(b'\n')[0].rstrip()
    return module.text.span(place.start_byte, place.start_byte + len(line))


def _asked(found: Endpoint) -> tuple[Step, ...]:
    """Return where models are asked, a few."""
    calls = found.calls[:FEW]
    return tuple(Step(each.module.path, each.module.span(each.call.node), 'asks a model') for each in calls)


FEW = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run the hook."""
    return run(hook, argv=argv)
