"""A repository's `.pre-commit-config.yaml`, read as pre-commit reads it, though nobody vouches for it here."""
from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.walk import read

NAME = '.pre-commit-config.yaml'

NESTED = 50
"""Collections within collections: the C code of PyYAML 6.0 runs out of stack at some ten thousand."""

KEYS = 20_000
"""Keys of all maps, those that `<<` takes over included: a few lines of YAML can stand for billions."""

PATTERNS = ('files', 'exclude')
LISTS = ('args', 'types', 'types_or', 'exclude_types')


class ConfigError(ValueError):
    """The file is none that pre-commit would take."""

    def __init__(self, message: str) -> None:
        super().__init__(f'{NAME}: {message}; --no-config runs every hook in spite of it')


class Stanza(NamedTuple):
    """A hook as the file chooses it: the URL it comes from, and what is set of it."""

    repo: str
    id: str
    settings: dict[str, Any]


class Config(NamedTuple):
    """What the file sets for all hooks, and its hooks."""

    settings: dict[str, Any]
    stanzas: tuple[Stanza, ...]


def load(root: str) -> Config | None:
    """Return the configuration of the repository at `root`, or None where there is none.

    Raises ConfigError for a file that cannot be read, is no YAML or holds what pre-commit refuses.
    """
    path = os.path.join(root, NAME)
    if not os.path.lexists(path):
        return None
    source = read(path, os.path.realpath(root), named=True)
    if not isinstance(source, Source):
        raise ConfigError(source.reason if source else 'cannot be read')
    return _config(_parsed(source.data))


def _parsed(data: bytes) -> Any:
    import yaml

    try:
        _hold_shallow(data)
        return yaml.load(data.decode(), Loader=_loader())
    except yaml.MarkedYAMLError as e:
        where = f' at line {e.problem_mark.line + 1}' if e.problem_mark else ''
        raise ConfigError(f'not YAML{where}: {e.problem}') from None
    except (yaml.YAMLError, ValueError, TypeError) as e:
        raise ConfigError(f'not YAML: {str(e).partition(chr(10))[0]}') from None


def _hold_shallow(data: bytes) -> None:
    import yaml

    depth = 0
    for event in yaml.parse(data.decode(), Loader=_base()):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > NESTED:
            raise ValueError(f'nested deeper than {NESTED} times')


def _base() -> Any:
    import yaml

    return getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def _loader() -> Any:
    base = _base()

    class Loader(base):  # type: ignore[misc,valid-type]
        """Keeps count of the keys, each time that a map is taken over."""

        keys = 0

        def flatten_mapping(self, node: Any) -> None:
            super().flatten_mapping(node)
            self.keys += len(node.value)
            if self.keys > KEYS:
                raise ValueError(f'more than {KEYS} keys')
    return Loader


def _config(value: Any) -> Config:
    config = _map(value, 'the file')
    stanzas = []
    for number, item in enumerate(_list(config.get('repos'), 'repos')):
        repo = _map(item, f'repos[{number}]')
        url = _text(repo.get('repo'), f'repos[{number}].repo')
        for place, stanza in _items(repo.get('hooks'), f'repos[{number}].hooks'):
            _check(stanza, place)
            stanzas.append(Stanza(url, _text(stanza.get('id'), f'{place}.id'), stanza))
    for key in PATTERNS:
        if key in config:
            _text(config[key], key)
    return Config(config, tuple(stanzas))


def _check(stanza: dict[str, Any], place: str) -> None:
    for key in PATTERNS:
        if key in stanza:
            _text(stanza[key], f'{place}.{key}')
    for key in LISTS:
        if key in stanza:
            for number, item in enumerate(_list(stanza[key], f'{place}.{key}')):
                _text(item, f'{place}.{key}[{number}]')


def _items(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, item in enumerate(_list(value, place)):
        yield f'{place}[{number}]', _map(item, f'{place}[{number}]')


def _map(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigError(f'{place}: a map was expected')
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise ConfigError(f'{place}: a list was expected')
    return value


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise ConfigError(f'{place}: a string was expected')
    return value
