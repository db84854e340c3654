"""What a repository that adopts this suite gets: its hooks, a workflow, and names that are to be ignored."""
from __future__ import annotations

REPOSITORY = 'https://git.example.com/deno-ai-hooks'
"""The address that the README tells to put one's own in place of."""

DENO = 'v2.9.8'
PYTHON = '3.13'

PINNED = '''
actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0
denoland/setup-deno@667a34cdef165d8d2b2e98dde39547c9daac7282 # v2.0.4
github/codeql-action/upload-sarif@8aad20d150bbac5944a9f9d289da16a4b0d87c1e # v4.36.2
'''
ACTIONS = {pin.partition('@')[0]: pin for pin in PINNED.split('\n') if pin}
"""Actions with the commits of their releases, as public workflows pin them: seven or more of each agree (2026)."""

WORKFLOW = '''\
# The hooks on every pull request, an audit every week.  `deno-ai-hooks init` wrote it; it is yours to change.
name: security audit

on:
  pull_request:
  schedule:
    - cron: '17 4 * * 1'
  workflow_dispatch:

permissions: {}

concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: true

env:
  DENO_AI_HOOKS: <suite>

jobs:
  hooks:
    name: hooks
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
    steps:
      - uses: <actions/checkout>
        with:
          persist-credentials: false
      - uses: <actions/setup-python>
        with:
          python-version: '<python>'
      - name: Install the suite, pre-commit with it
        run: python -m pip install "$DENO_AI_HOOKS"
      - name: Run the hooks
        run: pre-commit run --all-files --show-diff-on-failure

  audit:
    name: audit
    if: github.event_name != 'pull_request'
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      security-events: write # to upload what was found
    steps:
      - uses: <actions/checkout>
        with:
          persist-credentials: false
      - uses: <denoland/setup-deno>
        with:
          deno-version: <deno>
      - uses: <actions/setup-python>
        with:
          python-version: '<python>'
      - name: Install the suite
        run: python -m pip install "$DENO_AI_HOOKS"
      - name: Look for what is insecure
        run: deno-ai-hooks check --format sarif --output findings.sarif
      - name: Upload what was found
        if: ${{ !cancelled() }}
        uses: <github/codeql-action/upload-sarif>
        with:
          sarif_file: findings.sarif
          category: deno-ai-hooks
      - name: Look for known vulnerabilities of packages, whatever site they come from
        if: ${{ !cancelled() }}
        run: audited-dependencies --online osv --level high
      - name: Look for known vulnerabilities of npm packages, beside every deno.lock
        if: ${{ !cancelled() }}
        run: >-
          git ls-files -z ':(glob)**/deno.lock' | xargs -0r dirname -z
          | xargs -0r -I{} env -C {} deno audit --level=high
'''


def workflow(suite: str) -> str:
    """Return the workflow; `suite` is what pip installs this suite from, in quotes where YAML wants them."""
    text = WORKFLOW.replace('<suite>', suite).replace('<deno>', DENO).replace('<python>', PYTHON)
    for name, pin in ACTIONS.items():
        text = text.replace(f'<{name}>', pin)
    return text


ENV_FILES = ('.env', '.env.local', '.env.production')
"""Env files that hold what a program is started with, and stand for others of their kind."""

SHARED_ENV_FILES = ('.env.example',)
"""Those that are there to be read by others."""
