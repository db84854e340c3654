"""What a repository lacks to be watched over: hooks, a workflow, names that git and images pass over.

Nothing is written here but by `apply`, and nothing at all where a file that would be changed cannot be read,
is broken or lies behind a link that leaves the tree.
"""
from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from deno_ai_hooks.common import catalog
from deno_ai_hooks.common import kinds
from deno_ai_hooks.common import yaml_lists
from deno_ai_hooks.common.commands import TESTS
from deno_ai_hooks.common.project import Project
from deno_ai_hooks.common.source import Source
from deno_ai_hooks.common.walk import ignored
from deno_ai_hooks.common.walk import leaves
from deno_ai_hooks.common.walk import listed
from deno_ai_hooks.common.walk import read
from deno_ai_hooks.common.walk import tracked
from deno_ai_hooks.common.walk import unreadable
from deno_ai_hooks.facts import starter
from deno_ai_hooks.facts.patterns import pattern

REPOSITORY = starter.REPOSITORY
CONFIG = '.pre-commit-config.yaml'
WORKFLOW = '.github/workflows/security-audit.yml'
GITLAB = '.gitlab-ci.yml'
GITIGNORE = '.gitignore'
DOCKERIGNORE = '.dockerignore'
SUITE = 'deno-ai-hooks'

ADDRESS = pattern(r'(?!-)[\w.:/@~+%=-]{1,500}')
"""What may be written as the address or the revision of the suite: nothing in it means anything to a shell."""

USER = pattern(r'(?<=^https://)[^/@]*@')
RELEASE = pattern(r'v?\d+\.')
SCP = pattern(r'([\w.-]+@[\w.-]+):(?!//)(.+)')
PLAIN = pattern(r'[A-Za-z][\w./+@~-]*(?::[\w./+@~-]+)*')
WORDS = frozenset('true false yes no on off null y n'.split())


class Change(NamedTuple):
    """A file as it is, None where there is none, and as it would be; `name` is its path in the repository."""

    name: str
    path: str
    before: bytes | None
    after: bytes


class Suite(NamedTuple):
    """Where the suite comes from: an address that git clones, and a revision of it."""

    repo: str
    rev: str

    @property
    def requirement(self) -> str:
        """Return what pip installs it from."""
        if '://' in self.repo:
            return f'git+{self.repo}@{self.rev}'
        if match := SCP.fullmatch(self.repo):
            return f'git+ssh://{match[1]}/{match[2]}@{self.rev}'
        return f'git+file://{os.path.abspath(self.repo)}@{self.rev}'


class RefusedError(ValueError):
    """A file is none that can be added to."""


class Repository:
    """The repository at `root`, a real path, as the files that may be missing something see it."""

    def __init__(self, root: str) -> None:
        self._root = root
        start = os.path.relpath(root)
        self.folder = '' if start == '.' else start
        self.project = Project(lambda path: read(path, root, named=True), tracked, ignored, lambda: listed(root))

    def path(self, name: str) -> str:
        """Return the path of a file of the repository, from the working folder."""
        return posixpath.join(self.folder, name)

    @property
    def names(self) -> Iterator[str]:
        """Yield the paths of all files in the repository."""
        return (posixpath.normpath(posixpath.relpath(path, self.folder or '.')) for path in self.project.files)

    def data(self, name: str) -> bytes | None:
        """Return what a file holds, None where there is none; raises RefusedError for one that is not to be changed."""
        path = self.path(name)
        if leaves(path, self._root):
            raise RefusedError(f'{name}: leads out of the repository')
        if (folder := self._no_folder(name)) is not None:
            raise RefusedError(f'{name}: {folder} is no folder')
        found = read(path, self._root, named=True)
        if not isinstance(found, Source):
            if not os.path.lexists(path):
                return None
            raise RefusedError(f'{name}: {found.reason if found else "cannot be read"}')
        if skipped := unreadable(found.data):
            raise RefusedError(f'{name}: {skipped.reason}')
        return found.data

    def _no_folder(self, name: str) -> str | None:
        """Return what stands where a folder of the path `name` should be."""
        parts = name.split('/')[:-1]
        folders = ('/'.join(parts[:length]) for length in range(1, len(parts) + 1))
        return next((each for each in folders if _is_no_folder(self.path(each))), None)


def _is_no_folder(path: str) -> bool:
    return os.path.lexists(path) and not os.path.isdir(path)


def changes(root: str, repo: str | None = None, rev: str | None = None) -> list[Change]:
    """Return the files that lack something, as they are and as they would be.

    `repo` and `rev` say where the suite comes from; else what the repository says, or what installed it.
    Raises RefusedError for a file that is broken, unreadable or outside, ValueError for an address that is none.
    """
    here = Repository(root)
    config = here.data(CONFIG)
    known = _Config(config.decode(), root) if config is not None else None
    suite = _suite(known, repo, rev)
    found = [
        (CONFIG, config, known.completed(suite) if known else _new_config(suite)),
        (WORKFLOW, here.data(WORKFLOW), _workflow(here, suite)),
        *_ignore_files(here),
    ]
    return [
        Change(name, here.path(name), before, after)
        for name, before, after in found if after is not None and after != before
    ]


def stands_for_another(found: Iterable[Change]) -> bool:
    """Return whether a change writes the address that stands for one's own."""
    own = REPOSITORY.encode()
    return any(own in change.after and own not in (change.before or b'') for change in found)


def apply(found: Iterable[Change]) -> None:
    """Write what is missing, each file in one step; raises OSError where one cannot be, or has changed meanwhile."""
    from deno_ai_hooks.common import fix

    for change in found:
        if folder := os.path.dirname(change.path):
            os.makedirs(folder, exist_ok=True)
        fix.write(change.path, change.after, change.before)


# where the suite comes from


def _suite(config: _Config | None, repo: str | None, rev: str | None) -> Suite:
    named = config.suite if config else None
    installed = named or _installed()
    suite = Suite(repo or installed.repo, rev or installed.rev)
    for value in suite:
        if not ADDRESS.fullmatch(value):
            raise ValueError(f'{value[:80]}: no address or revision that could stand in a file')
    return suite


def _installed() -> Suite:
    """Return what pip says that it installed this suite from, or what the README tells to write."""
    import json
    from importlib.metadata import distribution

    installed = distribution(SUITE)
    told = json.loads(installed.read_text('direct_url.json') or '{}')
    source = told.get('vcs_info', {})
    if told.get('url') and source.get('vcs') == 'git' and source.get('commit_id'):
        asked = source.get('requested_revision') or ''
        # a branch moves on, and who installed it is nobody else's business
        return Suite(USER.sub('', told['url']), asked if RELEASE.match(asked) else source['commit_id'])
    return Suite(starter.REPOSITORY, f'v{installed.version}')


def _hooks() -> list[str]:
    """Return the hooks that say something without being asked to be strict, and without being given anything."""
    loaded = (catalog.load(id) for id in catalog.ids())
    return [
        hook.id for hook in loaded
        if not all(rule.strict for rule in hook.rules) and not any(option.vital for option in hook.options)
    ]


# .pre-commit-config.yaml


def _new_config(suite: Suite) -> bytes:
    lines = ['repos:', *(f'  {line}' for line in _listed(_stanza(suite, _hooks(), 2)))]
    return ('\n'.join(lines) + '\n').encode()


def _listed(lines: Sequence[str]) -> list[str]:
    return [f'- {lines[0]}', *(f'  {line}' for line in lines[1:])]


def _stanza(suite: Suite, hooks: Iterable[str], inner: int, item: int = 2) -> list[str]:
    """Return the suite with its hooks as an item of a list; `inner` and `item` indent dashes and what follows them."""
    dash = ' ' * inner + '-'.ljust(item)
    source = f'repo: {_scalar(suite.repo)}', f'rev: {_scalar(suite.rev)}'
    return [*source, 'hooks:', *(f'{dash}id: {id}' for id in hooks)]


def _scalar(text: str) -> str:
    return text if PLAIN.fullmatch(text) and text.lower() not in WORDS else f"'{text}'"


class _Config:
    """A `.pre-commit-config.yaml`: what it means, by PyYAML as pre-commit reads it, and where its lists stand.

    Raises RefusedError for one that pre-commit would not take.
    """

    def __init__(self, text: str, root: str) -> None:
        from deno_ai_hooks.common.precommit import ConfigError
        from deno_ai_hooks.common.precommit import load

        self._mark = yaml_lists.BOM if text.startswith(yaml_lists.BOM) else ''
        self._text = text.removeprefix(yaml_lists.BOM)
        lines = (line.strip() for line in self._text.splitlines())
        self._is_empty = all(not line or line.startswith('#') or line == '---' for line in lines)
        if not self._is_empty:
            try:
                load(root)
            except ConfigError as e:
                raise RefusedError(str(e).partition('; --no-config')[0]) from None
        repos = yaml_lists.items(self._repos(self._text))
        self._own = [index for index, repo in enumerate(repos) if _is_own(repo)]

    def _repos(self, text: str) -> Any:
        return None if self._is_empty else yaml_lists.get(yaml_lists.read(text), 'repos')

    @property
    def suite(self) -> Suite | None:
        """Return where it takes this suite from."""
        repos = yaml_lists.items(self._repos(self._text))
        named = (Suite(_string(repos[at], 'repo'), _string(repos[at], 'rev')) for at in self._own)
        return next((each for each in named if each.rev), None)

    def completed(self, suite: Suite) -> bytes:
        """Return the file with the hooks that it neither names nor has in a comment.

        Raises RefusedError where they cannot be put in without a change to anything else.
        """
        missing = [id for id in _hooks() if not re.search(rf'(?<![\w-]){id}(?![\w-])', self._text)]
        after = self._text
        if self._is_empty:
            after = yaml_lists.put(self._text, len(self._text), _new_config(suite).decode().splitlines())
        elif missing:
            after = self._with_hooks(missing) if self._own else self._with_suite(suite, missing)
        return (self._mark + after).encode()

    def _with_suite(self, suite: Suite, hooks: Sequence[str]) -> str:
        repos = self._repos(self._text)
        lines = _stanza(suite, hooks, *_habit(self._text, repos))
        stanza = {**suite._asdict(), 'hooks': [{'id': id} for id in hooks]}
        after = yaml_lists.with_item(self._text, repos, lines, _json(stanza))
        return self._held(after, lambda config: config['repos'].append(stanza))

    def _with_hooks(self, missing: Sequence[str]) -> str:
        """Return the file with more hooks behind the last one that it takes from this suite."""
        at, text = self._own[-1], self._text
        for id in missing:
            hooks = yaml_lists.get(yaml_lists.items(self._repos(text))[at], 'hooks')
            text = yaml_lists.with_item(text, hooks, [f'id: {id}'], _json({'id': id}))
        return self._held(text, lambda config: config['repos'][at]['hooks'].extend({'id': id} for id in missing))

    def _held(self, after: str, change: Callable[[Any], object]) -> str:
        """Return `after` if it means what the file meant with `change` made; raises RefusedError if not."""
        import yaml

        expected = yaml_lists.value(self._text)
        change(expected)
        try:
            kept = _same(yaml_lists.value(after), expected)
        except yaml.YAMLError:
            kept = False
        if not kept:
            raise RefusedError(f'{CONFIG}: written in a way that cannot be added to; put the hooks in by hand, as the '
                               'README shows')
        return after


def _habit(text: str, repos: Any) -> tuple[int, int]:
    """Return how far the hooks of others are indented, and what follows their dashes."""
    if repos.flow_style:
        return 2, 2
    own = yaml_lists.style(text, repos)
    for repo in repos.value:
        hooks = yaml_lists.get(repo, 'hooks')
        if yaml_lists.items(hooks) and not hooks.flow_style:
            found = yaml_lists.style(text, hooks)
            return max(0, found.dash - own.item), max(2, found.item - found.dash)
    return (2 if own.dash else 0), 2


def _json(value: object) -> str:
    """Return a value as JSON, which is YAML too."""
    import json

    return json.dumps(value)


def _same(one: object, other: object) -> bool:
    """Return whether two values are equal; each part is looked at once, however often aliases name it."""
    forms: dict[object, int] = {}
    return _form(one, forms, {}) == _form(other, forms, {})


def _form(value: object, forms: dict[object, int], seen: dict[int, int]) -> int:
    """Return a number that equal values share."""
    if id(value) not in seen:
        seen[id(value)] = -1  # it may hold itself
        if isinstance(value, dict):
            form: object = tuple((repr(key), _form(item, forms, seen)) for key, item in value.items())
        elif isinstance(value, list):
            form = ('list', *(_form(item, forms, seen) for item in value))
        else:
            form = repr(value)
        seen[id(value)] = forms.setdefault(form, len(forms))
    return seen[id(value)]


def _string(node: Any, key: str) -> str:
    value = yaml_lists.get(node, key)
    return str(value.value) if value is not None and value.id == 'scalar' else ''


def _is_own(repo: Any) -> bool:
    """Return whether a stanza is of this suite: of its repository, or of a copy of it under another name."""
    name = _string(repo, 'repo').rstrip('/').removesuffix('.git').rpartition('/')[2]
    if name in ('local', 'meta'):
        return False
    ids = {_string(hook, 'id') for hook in yaml_lists.items(yaml_lists.get(repo, 'hooks'))}
    return name == SUITE or (bool(ids) and ids <= set(catalog.ids()))


# the workflow


def _workflow(here: Repository, suite: Suite) -> bytes | None:
    """Return the workflow, None where there is one of that name, or others do what it does, or GitHub runs none."""
    from deno_ai_hooks.common import auditing

    names = frozenset(here.names)
    on_github = any(name.startswith('.github/') for name in names)
    if here.data(WORKFLOW) is not None or (GITLAB in names and not on_github):
        return None
    verdict = auditing.verdict(here.folder, here.project)
    if auditing.runs_hooks(verdict.pipelines) and verdict.is_scheduled:
        return None
    return starter.workflow(_scalar(suite.requirement)).encode()


# ignore files


def _ignore_files(here: Repository) -> Iterator[tuple[str, bytes | None, bytes]]:
    from functools import partial

    from deno_ai_hooks.facts.ignore_files import ignores

    shared = _shared(here)
    before = here.data(GITIGNORE)
    yield GITIGNORE, before, _with_lines(before, shared, ignores, '')
    for name in _dockerignores(here):
        before = here.data(name)
        yield name, before, _with_lines(before, shared, partial(ignores, docker=True), '**/')


def _shared(here: Repository) -> list[str]:
    """Return the names of env files that are there to be read by others."""
    from deno_ai_hooks.facts.env_files import is_template

    names = {posixpath.basename(name) for name in here.names}
    found = sorted(name for name in names if name.startswith('.env.') and is_template(name) and ADDRESS.fullmatch(name))
    return [*dict.fromkeys((*starter.SHARED_ENV_FILES, *found))]


def _dockerignores(here: Repository) -> list[str]:
    """Return the ignore files of the builds that there are: the one at the top, and those beside Dockerfiles."""
    names = frozenset(here.names)
    files = [name for name in names if kinds.named(name) == 'containerfile' and not TESTS.search(name)]
    beside = {posixpath.join(posixpath.dirname(name), DOCKERIGNORE) for name in files}
    own = {f'{name}{DOCKERIGNORE}' for name in files}
    return sorted({DOCKERIGNORE} | ((beside | own) & names)) if files else []


def _with_lines(
    before: bytes | None, shared: Sequence[str], ignores: Callable[[str, str], bool], prefix: str,
) -> bytes:
    """Return an ignore file that names env files, but for those that it takes back in on purpose."""
    text = (before or b'').decode()
    main, *others = (not ignores(text, name) and not _is_taken_back(text, name, ignores) for name in starter.ENV_FILES)
    lines = [f'{prefix}.env'] if main else []
    if any(others):
        lines += [f'{prefix}.env.*', *(f'!{prefix}{name}' for name in shared)]
    return yaml_lists.put(text, len(text), lines).encode() if lines else text.encode()


def _is_taken_back(text: str, name: str, ignores: Callable[[str, str], bool]) -> bool:
    return any(ignores(line.strip()[1:], name) for line in text.splitlines() if line.strip().startswith('!'))
