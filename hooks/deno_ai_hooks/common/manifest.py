"""What is rendered from the hooks: the manifest, the README's table, the manual."""
from __future__ import annotations

import re
from collections.abc import Iterable

from deno_ai_hooks.common import kinds
from deno_ai_hooks.common import screen
from deno_ai_hooks.common.diagnostic import Rule
from deno_ai_hooks.common.hook import Hook


def files(hook: Hook) -> str:
    """Return the pattern of the paths that a hook may have something to say about."""
    return kinds.pattern(sorted({kind for check in hook.checks for kind in screen.looks_into(check)}))


def manifest(hooks: Iterable[Hook]) -> str:
    """Return `.pre-commit-hooks.yaml`, one stanza a hook."""
    head = '# Rendered from the hooks; `deno-ai-hooks hooks --format manifest` prints it.\n'
    return head + '\n'.join(map(_stanza, hooks))


def _stanza(hook: Hook) -> str:
    return '\n'.join((
        f'- id: {hook.id}',
        f'  name: {_name(hook)}',
        f'  description: {_quoted(hook.summary + ".")}',
        f'  entry: {hook.id}',
        '  language: python',
        f'  files: {_quoted(files(hook))}',
        '  types: [file]',
        # several processes would each judge what imports a file of theirs
        *(['  require_serial: true'] if hook.across else []),
        '',
    ))


def _name(hook: Hook) -> str:
    return hook.id.replace('-', ' ')


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def table(hooks: Iterable[Hook]) -> str:
    """Return the README's table of hooks."""
    rows = [f'| [`{hook.id}`](docs/hooks.md#{hook.id}) | {hook.summary} |' for hook in hooks]
    return '\n'.join(('| hook | practice |', '| --- | --- |', *rows)) + '\n'


def manual(hooks: Iterable[Hook]) -> str:
    """Return docs/hooks.md: the manual pages of all hooks."""
    head = '# The hooks\n\nRendered from the hooks; `deno-ai-hooks explain ID` prints one page.\n\n'
    return head + '\n'.join(page(hook) for hook in hooks)


def page(hook: Hook) -> str:
    """Return the manual page of one hook: what it holds to, its rules, its options."""
    parts = [f'## {hook.id}', '', _markdown(hook.manual), '']
    if [rule.id for rule in hook.rules] != [hook.id]:
        parts += ['| rule | what it reports | |', '| --- | --- | --- |']
        parts += [f'| `{rule.id}` | {rule.summary} | {_remarks(rule)} |' for rule in hook.rules]
        parts.append('')
    if hook.options:
        parts += ['| option | meaning |', '| --- | --- |']
        parts += [f'| `{option.flag}{"=" + option.metavar if option.metavar else ""}` | {option.help} |'
                  for option in hook.options]
        parts.append('')
    return '\n'.join(parts)


def _remarks(rule: Rule) -> str:
    remarks = [f'CWE-{rule.cwe}'] if rule.cwe else []
    return ', '.join([*remarks, *(['with `--strict`'] if rule.strict else [])])


def _markdown(text: str) -> str:
    """Return a docstring as Markdown: its indented blocks stand as they are, as code."""
    return re.sub(r'^(Bad|Good):$', r'**\1**', text, flags=re.MULTILINE)
