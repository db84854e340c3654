"""The plugin as detect-secrets itself runs it."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from deno_ai_hooks.common.detect_secrets_plugins import DenoAiHooksDetector
from deno_ai_hooks.facts.tokens import formats
from fake_keys import fake

BIN = os.path.dirname(sys.executable)
BY_NAME = {f'{row.provider} {row.kind}': row for row in formats() if not row.near}


def key(title):
    return fake(BY_NAME[title])


def plugin_path():
    done = subprocess.run(
        [os.path.join(BIN, 'deno-ai-hooks'), 'detect-secrets-plugin'], capture_output=True, text=True, check=True,
    )
    return done.stdout.strip()


def scanned(folder):
    """Return the results of a real scan with our plugin: type and hash by file."""
    done = subprocess.run(
        [os.path.join(BIN, 'detect-secrets'), 'scan', '--all-files', '--no-verify', '-p', plugin_path()],
        cwd=folder, capture_output=True, text=True, check=True,
    )
    results = json.loads(done.stdout)['results']
    return {path: {(entry['type'], entry['hashed_secret']) for entry in found} for path, found in results.items()}


def test_a_real_scan_finds_what_its_own_plugins_miss(tmp_path):
    value = key('Anthropic API key')
    (tmp_path / 'model.py').write_text(f'client = Client(\n    api_key="{value}",\n)\n')
    (tmp_path / 'clean.py').write_text('client = Client(api_key=os.environ["ANTHROPIC_API_KEY"])\n')
    found = scanned(tmp_path)
    assert list(found) == ['model.py']
    assert (DenoAiHooksDetector.secret_type, hashlib.sha1(value.encode()).hexdigest()) in found['model.py']


@pytest.mark.parametrize('title', ('Anthropic API key', 'Groq API key', 'Replicate API token', 'xAI API key'))
def test_finds_values_in_a_line(title):
    value = key(title)
    assert list(DenoAiHooksDetector().analyze_string(f'const key = "{value}"; // é')) == [value]


@pytest.mark.parametrize(
    'line',
    (
        'const key = Deno.env.get("ANTHROPIC_API_KEY");',
        'const key = "YOUR_API_KEY";',
        'task-reminder, risk-high, disk-source',
        '',
    ),
)
def test_passes_over_the_rest(line):
    assert list(DenoAiHooksDetector().analyze_string(line)) == []


def test_path_is_that_of_the_module():
    path = plugin_path()
    assert os.path.isabs(path)
    assert os.path.basename(path) == 'detect_secrets_plugins.py'
    assert os.path.exists(path)
