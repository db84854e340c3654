"""Shells by name, and where a command line gives one a script."""
from __future__ import annotations

import re
from collections.abc import Sequence

from deno_ai_hooks.facts.patterns import pattern

SH, POWERSHELL, BATCH = 'sh', 'powershell', 'batch'

_DIALECTS = {
    **dict.fromkeys(('sh', 'bash', 'dash', 'ash', 'zsh', 'ksh'), SH),
    **dict.fromkeys(('pwsh', 'powershell'), POWERSHELL),
    'cmd': BATCH,
}
_NAME = pattern(r'(?:.*[/\\])?([\w-]+?)(?:\.exe)?', re.IGNORECASE | re.DOTALL)
_SCRIPT_FLAGS = {
    SH: pattern(r'-[a-zA-Z]*c'),
    POWERSHELL: pattern(r'-c(?:ommand)?', re.IGNORECASE),
    BATCH: pattern(r'/[ck]', re.IGNORECASE),
}
_FLAG = pattern(r'[-+/][\w-]*')


def dialect(program: str) -> str | None:
    """Return the language of the shell that `program` names (`/bin/bash`, `pwsh.exe`), None for anything else."""
    name = _NAME.fullmatch(program)
    return _DIALECTS.get(name[1].lower()) if name else None


def script_at(words: Sequence[str | None]) -> tuple[int, str] | None:
    """Return the index of the script that `sh -c SCRIPT` holds and its language, None where there is none.

    Programs that start others may stand before it: `tini -- sh -c SCRIPT`.
    """
    language = None
    for index, word in enumerate(words[:-1]):
        known = dialect(word or '')
        if language and word and _SCRIPT_FLAGS[language].fullmatch(word):
            return index + 1, language
        if known or not (word and _FLAG.fullmatch(word)):
            language = known
    return None
