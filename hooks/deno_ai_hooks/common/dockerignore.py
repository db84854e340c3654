"""Which files a build of an image is not given: the `.dockerignore` files that may hold for a Dockerfile."""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator

from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.ignore_files import ignores

NAME = '.dockerignore'
TOPS = ('deno.json', 'deno.jsonc', 'package.json', '.env', '.env.example')
"""Files that stand in the folder which an image is built from."""


def leaves_out(dockerfile: str, name: str, contexts: Iterable[str], project: Project) -> bool:
    """Return whether a build of `dockerfile` in one of `contexts` is not given the file `name`, relative to these."""
    return any(ignores(text, name, docker=True) for text in files(dockerfile, contexts, project))


def place(dockerfile: str, contexts: Iterable[str], project: Project) -> str | None:
    """Return the path of the ignore file that holds for a Dockerfile, None where nobody knows.

    The one there is; else that beside a Dockerfile in the top folder, or in one with a configuration of its own.
    """
    folder = posixpath.dirname(dockerfile)
    there = (f'{dockerfile}{NAME}', *(posixpath.join(context, NAME) for context in dict.fromkeys(contexts)))
    found = next((path for path in there if project.source(path)), None)
    is_top = not folder or any(project.source(posixpath.join(folder, name)) for name in TOPS)
    return found or (posixpath.join(folder, NAME) if is_top else None)


def files(dockerfile: str, contexts: Iterable[str], project: Project) -> Iterator[str]:
    """Yield the texts of the ignore files that may hold for a Dockerfile built in one of `contexts`.

    `Dockerfile.dockerignore` beside it takes the place of all others.
    """
    own = project.source(f'{dockerfile}{NAME}')
    sources = [own] if own else [project.source(posixpath.join(context, NAME)) for context in dict.fromkeys(contexts)]
    return (source.data.decode(errors='replace') for source in sources if source)
