"""The hooks that a repository's own `.pre-commit-config.yaml` chose, so that an audit and a commit judge alike."""
from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from deno_ai_hooks.common import catalog
from deno_ai_hooks.common import cli
from deno_ai_hooks.common.hook import Hook
from deno_ai_hooks.common.runner import Job

CONFIG = '.pre-commit-config.yaml'

SUITE = 'deno-ai-hooks'

TIMEOUT = 1.0
"""Seconds that a pattern of the repository may take over one path."""


def jobs(config: str | None, only: Sequence[str] = ()) -> list[Job]:
    """Return the hooks to run: those that `config` names, or every one with its defaults.

    Raises ValueError for arguments and patterns that the hooks would refuse.
    """
    stanzas = list(_stanzas(_load(config))) if config and os.path.exists(config) else []
    if not stanzas:
        return [_default(catalog.load(id)) for id in catalog.ids()]
    chosen = [_job(*stanza) for stanza in stanzas]
    named = {job.hook.id for job in chosen}
    more = [catalog.load(id) for id in catalog.ids() if id not in named]
    # A hook that is asked for by name runs, whether the repository chose it or not.
    wanted = [hook for hook in more if {hook.id, *(rule.id for rule in hook.rules)} & set(only)]
    return chosen + [_default(hook) for hook in wanted]


def _default(hook: Hook) -> Job:
    return Job(hook, cli.options(hook, cli.parser(hook).parse_args([])))


def _load(path: str) -> Any:
    from deno_ai_hooks.common.documents.config import plain
    from deno_ai_hooks.common.documents.yaml import Yaml
    from deno_ai_hooks.common.text import whole

    with open(path, 'rb') as file:
        return plain(Yaml(path, whole(file.read())).root)


def _stanzas(config: Any) -> Iterator[tuple[Hook, dict[str, Any], dict[str, Any]]]:
    known = set(catalog.ids())
    for repo in _list(config, 'repos'):
        stanzas = [stanza for stanza in _list(repo, 'hooks') if isinstance(stanza, dict)]
        names = {str(stanza.get('id')) for stanza in stanzas}
        if names and (names <= known or _is_suite(str(repo.get('repo')))):
            for stanza in stanzas:
                if stanza.get('id') in known:
                    yield catalog.load(stanza['id']), stanza, config


def _is_suite(url: str) -> bool:
    return url.rstrip('/').removesuffix('.git').rpartition('/')[2] == SUITE


def _list(value: Any, key: str) -> list[Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, list) else []


def _job(hook: Hook, stanza: dict[str, Any], config: dict[str, Any]) -> Job:
    parser = cli.parser(hook)
    parser.error = _refuse(hook)  # type: ignore[method-assign]
    arguments = parser.parse_args([str(argument) for argument in _list(stanza, 'args')])
    return Job(hook, cli.options(hook, arguments), _applies(stanza, config), arguments.strict, arguments.baseline)


def _refuse(hook: Hook) -> Callable[[str], Any]:
    def error(message: str) -> None:
        raise ValueError(f'{CONFIG}: {hook.id}: {message}')
    return error


def _applies(*levels: dict[str, Any]) -> Callable[[str], bool]:
    """Return whether a path is one that all `files` name and no `exclude` does, as pre-commit decides."""
    files = [_pattern(level['files']) for level in levels if level.get('files')]
    excludes = [_pattern(level['exclude']) for level in levels if level.get('exclude')]
    return lambda path: all(p(path) for p in files) and not any(p(path) for p in excludes)


def _pattern(pattern: Any) -> Callable[[str], bool]:
    """Return a search for a pattern that someone else wrote, which must not stop us: by time, not by trust."""
    import regex

    try:
        compiled = regex.compile(str(pattern))
    except regex.error as e:
        raise ValueError(f'{CONFIG}: {pattern}: {e}') from e

    def search(path: str) -> bool:
        try:
            return compiled.search(path, timeout=TIMEOUT) is not None
        except TimeoutError as e:
            raise ValueError(f'{CONFIG}: {pattern}: takes too long over {path}') from e
    return search
