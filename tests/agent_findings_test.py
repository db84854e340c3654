"""What the hooks find in the careless agent is what its README lists, no more and no less."""
from __future__ import annotations

import json
import subprocess
import sys

from agents import EXAMPLES
from agents import faults


def found(example):
    """Return where the hooks find what in an example, as its users would run them."""
    command = [sys.executable, '-m', 'deno_ai_hooks', 'check', '.', '--format', 'json', '--no-config']
    run = subprocess.run(command, cwd=EXAMPLES / example, capture_output=True, text=True, check=False)
    told = json.loads(run.stdout)['diagnostics']
    return {(each['path'], each['line'], each['rule']) for each in told}


def test_the_readme_lists_what_is_found():
    assert found('careless-agent') == {(each.path, each.line, each.rule) for each in faults()}


def test_nothing_is_found_in_the_careful_one():
    assert found('careful-agent') == set()
