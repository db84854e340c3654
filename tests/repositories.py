"""Words that tests of programs are written in: git repositories, and commands run in them."""
from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCRIPTS = os.path.dirname(sys.executable)

IDENTITY = {
    'GIT_AUTHOR_NAME': 'A', 'GIT_AUTHOR_EMAIL': 'a@example.com',
    'GIT_COMMITTER_NAME': 'A', 'GIT_COMMITTER_EMAIL': 'a@example.com',
    'GIT_CONFIG_GLOBAL': os.devnull, 'GIT_CONFIG_NOSYSTEM': '1',
}
PLAIN = {'NO_COLOR': '1', 'PATH': f'{SCRIPTS}{os.pathsep}{os.environ["PATH"]}'}


def environment(**more):
    """Return the environment of a user: nothing of git's, pre-commit's or Python's own settings."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(('GIT_', 'PRE_COMMIT', 'PYTHON', 'PYTEST')) and name not in ('SKIP', 'FORCE_COLOR')
    }
    return {**kept, **IDENTITY, **PLAIN, **more}


class Ended(NamedTuple):
    """How a command ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


class Repository(NamedTuple):
    """A folder in which commands run, most often a git work tree."""

    path: str
    settings: dict[str, str]

    def run(self, *command, folder='', data=None, timeout=60, **settings) -> Ended:
        """Run a command and return how it ended."""
        ended = subprocess.run(
            command, cwd=os.path.join(self.path, folder), env={**self.settings, **settings}, timeout=timeout,
            input=data, capture_output=True, text=True, errors='surrogateescape',
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def git(self, *words) -> str:
        """Run git, which must succeed, and return what it wrote."""
        ended = self.run('git', *words)
        assert ended.code == 0, ended
        return ended.out.strip()

    def check(self, *words, **settings) -> Ended:
        """Run `deno-ai-hooks check`."""
        return self.run('deno-ai-hooks', 'check', *words, **settings)

    def write(self, files) -> None:
        """Write files, each path with its text or bytes."""
        for name, content in files.items():
            path = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as file:
                file.write(content if isinstance(content, bytes) else content.encode())

    def read(self, name) -> str:
        """Return the text of a file."""
        with open(os.path.join(self.path, name), encoding='utf-8') as file:
            return file.read()


def repository(path, files=(), **settings) -> Repository:
    """Return a new git repository at `path` with `files` in its index."""
    made = Repository(str(path), environment(**settings))
    os.makedirs(made.path, exist_ok=True)
    made.git('init', '-q')
    made.write(dict(files))
    made.git('add', '--all')
    return made


def folder(path, files=(), **settings) -> Repository:
    """Return a folder with `files` that is no git repository."""
    made = Repository(str(path), environment(**settings))
    os.makedirs(made.path, exist_ok=True)
    made.write(dict(files))
    return made
