"""Which files a build of an image is not given: the `.dockerignore` files that may hold for a Dockerfile."""
from __future__ import annotations

import posixpath
from collections.abc import Iterable
from collections.abc import Iterator

from deno_ai_hooks.common.project import Project
from deno_ai_hooks.facts.ignore_files import ignores

NAME = '.dockerignore'


def leaves_out(dockerfile: str, name: str, contexts: Iterable[str], project: Project) -> bool:
    """Return whether a build of `dockerfile` in one of `contexts` is not given the file `name`, relative to these."""
    return any(ignores(text, name, docker=True) for text in files(dockerfile, contexts, project))


def files(dockerfile: str, contexts: Iterable[str], project: Project) -> Iterator[str]:
    """Yield the texts of the ignore files that may hold for a Dockerfile built in one of `contexts`.

    `Dockerfile.dockerignore` beside it takes the place of all others.
    """
    own = project.source(f'{dockerfile}{NAME}')
    sources = [own] if own else [project.source(posixpath.join(context, NAME)) for context in dict.fromkeys(contexts)]
    return (source.data.decode(errors='replace') for source in sources if source)
