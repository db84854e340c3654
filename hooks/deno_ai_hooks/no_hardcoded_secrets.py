"""Keep keys, tokens and passwords out of files.

A key in a file is a key in every clone, every fork, every backup and every log of a build,
and it stays in the history when the line is gone.  Model providers' keys are searched for by
machines and spent within minutes; whoever finds one can also read what it gives access to.

Looked at is every text file, whatever its kind: code, notebooks, `.npmrc`, import maps,
tasks, compose files, workflows, Markdown.  Reported are

- the formats of more than a hundred providers, told by their marks and check digits,
- values of providers without a mark of their own (Mistral, Cohere, Deepgram, Azure, Qdrant),
  where the provider's name stands near,
- long random values and passwords under a credential's name: `apiKey`, `DB_PASSWORD`,
- passwords in URLs, private keys, JSON Web Tokens (by the role they claim),
- all of these cut into pieces, joined, or encoded in base64.

Silent are placeholders in many languages, names of variables, values that documentation or an
emulator gives to everybody, keys that are public by design, and values whose check digits are
wrong: nobody gave those out.  In tests only values of a known format are reported, unless
`--include-tests` is given.

A report never shows the value, in no form of output.  Honoured are the comments of other
scanners, `pragma: allowlist secret` (or `nextline`), `gitleaks:allow`, `betterleaks:allow`,
`trufflehog:ignore`, `kingfisher:ignore`, `secretlint-disable-line`, and the entries and
exclude patterns of a `.secrets.baseline`, which is read and never written.

Whatever has been committed once is known: take it back where it was given out, then remove it.

Bad:

    const sonar = connect("pplx-" + "nQvWys81vp7hB1dx8PpD5KHX" + "e3PYiGkPAuNaRL63xYKwzEIn");

Good:

    const sonar = connect(Deno.env.get("PERPLEXITY_API_KEY")!);

Good:

    # compose.yaml
    services:
      db:
        environment:
          POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}

Good:

    const client = new OpenAI({ apiKey: Deno.env.get("OPENAI_API_KEY") });
    const help = "put OPENAI_API_KEY=your-key-here into .env";
    const usage = { maxTokens: 4096, primaryKey: "3f2a9c1e-77d0-4b7e-9b2f-0c4d5e6f7a8b" };
"""
from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from deno_ai_hooks.common.cli import run
from deno_ai_hooks.common.documents.base import Document
from deno_ai_hooks.common.finding import Finding
from deno_ai_hooks.common.finding import Span
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.token_needs import NEEDS

if TYPE_CHECKING:
    from deno_ai_hooks.facts.tokens import Token

TESTS = pattern(r'(?i)(?:^|/)(?:__)?(?:tests?|testdata|mocks?|fixtures?)(?:__)?/|[._](?:test|spec)\.\w+$')
LOCKS = pattern(r'\.lockb?$|(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|go\.sum)$')

hook = Hook('no-hardcoded-secrets', __doc__, cwe=798, owasp='LLM02', severity=9.0)
hook.option('--include-tests', 'report values under a credential\'s name in tests too')


@hook.check('text', needs=NEEDS)
def check(document: Document, include_tests: bool, project: Project) -> Iterator[Finding]:
    # on a commit without anything that looks like a secret none of this is imported
    from deno_ai_hooks.common.allowances import Allowances
    from deno_ai_hooks.facts.tokens import find

    tokens = [token for token in find(document.text.data) if _counts(token, document.path, include_tests)]
    if not tokens:
        return
    allowances = Allowances(document.path, document.text.data, project)
    for token in tokens:
        if not allowances.cover(Span(token.start, token.end)):
            yield Finding(document.text.span(token.start, token.end), message(token))


def _counts(token: Token, path: str, include_tests: bool) -> bool:
    """Return whether a finding stands: hashes in lock files are none, values that tests make up are few."""
    if token.source != 'place' or token.provider:
        return True
    return not LOCKS.search(path) and (include_tests or not TESTS.search(path))


def message(token: Token) -> str:
    """Return what to say of a credential: what it is and where it belongs, never its value."""
    title = token.title
    article = 'an' if title[:1] in 'AEIOaeio' or title.startswith(('npm', 'xAI', 'NVIDIA')) else 'a'
    where = ' in pieces' if token.source == 'pieces' else ''
    read = f'read it through Deno.env.get("{token.variable}")' if token.variable else 'read it from the environment'
    return f'{article} {title}{where} stands in the file; take it back (rotate it) and {read}'


def main(argv: Sequence[str] | None = None) -> int:
    return run(hook, argv=argv)
