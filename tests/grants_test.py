"""What `deno-ai-hooks grants` prints, against the lines that the real deno 2.9.8 ran."""
from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from deno_ai_hooks.program import main

TABLE = Path(__file__).parent / 'facts' / 'deno-command-lines.tsv'
ROWS = list(csv.reader(
    TABLE.read_text(encoding='utf-8').splitlines()[1:], delimiter='\t', quoting=csv.QUOTE_NONE,
))

# The configuration that the notes of the table speak of
CONFIG = '''{
  "permissions": {
    "default": { "read": ["./data"], "env": ["OPENAI_API_KEY"] },
    "api": { "net": ["api.openai.com:443"], "env": { "allow": ["OPENAI_*"], "deny": ["OPENAI_BASE_URL"] } },
    "everything": { "all": true },
    "allbut": { "all": true, "net": ["a.com"] }
  },
  "test": { "permissions": "api" },
  "bench": { "permissions": { "net": true } },
  "compile": { "permissions": "everything" },
  "tasks": {
    "start": "deno run --allow-net=api.openai.com:443 --allow-env=OPENAI_API_KEY main.ts",
    "bare": "deno run",
    "all": { "command": "deno run -A main.ts", "dependencies": ["noop"] },
    "noop": "echo noop",
    "chain": "FOO=1 deno run --allow-env=FOO main.ts && echo done",
    "quoted": "deno run '--allow-read=./data' \\"--allow-net=a.com\\" main.ts",
    "withvar": "P=--allow-net && deno run $P main.ts"
  }
}'''


def is_a_command_line(row):
    """Scripts that are started by their name are no lines of deno; a task of package.json has no deno.json."""
    return not row[0].startswith('./') and row[0] != 'deno task p'


@pytest.mark.parametrize('row', list(filter(is_a_command_line, ROWS)), ids=lambda row: row[0])
def test_agrees_with_deno(row, tmp_path, monkeypatch, capsys):
    command, subcommand, verdict, permissions, notes = row
    for name in ('main.ts', 'sub/main.ts', 'server.ts', 'main_test.ts', 'main_bench.ts'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('')
    (tmp_path / 'described.json').write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    described = 'deno.json described' in notes
    code = main(['grants', command, '--format', 'json', *(['--config', 'described.json'] if described else [])])
    shown = json.loads(capsys.readouterr().out)
    shown.pop('error', None)
    assert (shown.pop('subcommand'), shown.pop('accepted')) == (subcommand, verdict == 'accepted')
    assert code == (0 if verdict == 'accepted' else 1)
    assert (shown or None) == json.loads(permissions)


def test_nearly_all_rows_are_command_lines():
    assert len(ROWS) == 260
    assert sum(map(is_a_command_line, ROWS)) == 253
