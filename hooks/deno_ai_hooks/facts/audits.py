"""What looks for known vulnerabilities in what a program is made of: actions, shared workflows, command lines.

Sources: `deno audit --help` of deno 2.9.8; the manuals of osv-scanner, Trivy, Grype, Snyk, Socket, npm, pnpm,
yarn and bun; GitHub's and GitLab's documentation of dependency review and dependency scanning.  Programs that
open pull requests (Renovate, Dependabot) and those that read source code only (CodeQL) look for none.
"""
from __future__ import annotations

import posixpath
from collections.abc import Sequence

from deno_ai_hooks.facts.patterns import pattern

AUDITING = pattern(
    r'(?i)osv-scanner|(?:^|/)trivy|snyk|socket(?:dev)?(?:-?security)?/|dependency-(?:review|check|scan)|ossf/scorecard'
    r'|anchore/|grype|fossas?/|whitesource|mend-|megalinter|super-linter|frogbot|endorlabs|aikido|checkmarx|black-?duck'
    r'|veracode|datadog-sca|debricked|sonatype|nexus-iq|cve-bin|deno-ai-hooks'
    r'|(?:^|[/_.-])(?:audits?|vuln\w*|sca)(?:$|[/@_.-])',
)
"""Names of actions and shared workflows that look for vulnerabilities."""

BLIND = pattern(
    r'(?i)rustsec|cargo|pip-audit|govuln|golang|bundle-?audit|composer|nuget|zizmor|trivy.*/(?:config|setup)|setup-trivy'
    r'|lighthouse|a11y|accessibility|license|sbom-action|grype-db',
)
"""Names of those that know nothing of what deno loads: other languages, licences, web pages."""

PRE_COMMIT = pattern(r'(?i)(?:^|[/-])(?:pre-commit|prek)(?:[/@-]|$)')
"""Names of actions that run what `.pre-commit-config.yaml` chooses."""

SHIPPING = pattern(
    r'(?i)releas|deploy|publish|docs?\b|pages|stale|label|lock-|greet|triage|\bcla\b|notif|announce|version|bump'
    r'|changelog|slsa|fmt|format|sync|benchmark|codeql|backport|assign|docker-build',
)
"""Names of shared workflows that say what they are for, and that it is no audit."""

SHOWING = frozenset(('config', 'image-config'))
"""What trivy-action is told to look at that holds no packages (`scan-type`)."""

NOTHING: tuple[str, ...] = ()
VERBS = {
    'deno': ('audit',),
    'npm': ('audit',),
    'pnpm': ('audit',),
    'yarn': ('audit', 'npm audit'),
    'bun': ('audit',),
    'trivy': ('fs', 'filesystem', 'repo', 'repository', 'rootfs', 'image', 'i', 'sbom', 'vm'),
    'snyk': ('test', 'monitor'),
    'socket': ('ci', 'scan', 'npm'),
    'jf': ('audit', 'scan', 'ca'),
    'endorctl': ('scan',),
    'debricked': ('scan',),
    'fossa': ('test', 'analyze'),
    'deno-ai-hooks': ('check',),
    'osv-scanner': NOTHING,
    'grype': NOTHING,
    'audit-ci': NOTHING,
    'better-npm-audit': NOTHING,
    'retire': NOTHING,
    'auditjs': NOTHING,
    'depscan': NOTHING,
    'dependency-check': NOTHING,
    'dependency-check.sh': NOTHING,
}
"""Programs that look for vulnerabilities, with the sub-commands that do; without any, they always do."""

STARTERS = frozenset('''
    npx bunx pnpm yarn npm bun deno uvx uv pipx poetry hatch pdm rye go docker podman nerdctl nix mise asdf
    python python3 sudo env time timeout xargs exec command
'''.split())
"""Programs that start the one named behind them, whatever stands between."""

FETCHING = frozenset('install add get pull ci i upgrade update'.split())
"""Words that bring what is named behind them, and do not start it."""

ASKING = frozenset('--version -v version --help -h help'.split())

TOLD = pattern(
    rb'\b(?:(?:deno|npm|pnpm|bun|yarn(?: npm)?) audit|osv-scanner|trivy (?:fs|repo|image)|snyk (?:test|monitor)|grype'
    rb'|deno-ai-hooks|dependency-check|pre-commit run|dependency_scanning|audit-ci|api\.osv\.dev|security/advisories)\b'
    rb'|["\'\x60]audit["\'\x60]',
)
"""What a script in some other language says where it starts one."""


def is_audit(words: Sequence[str]) -> bool:
    """Return whether a command line looks for vulnerabilities; `npx`, `docker run` and their like may stand before."""
    last = len(words) if words and words[0] in STARTERS else 1
    for index, word in enumerate(words[:last]):
        verbs = VERBS.get(_name(word))
        if verbs is not None and FETCHING.isdisjoint(words[1:index]) and _fits(verbs, words[index + 1:]):
            return not _only_others(words)
    return False


def _name(word: str) -> str:
    """Return the program that a word names: a path, a package (`npm:snyk@1`, `ghcr.io/google/osv-scanner:v2`)."""
    base = posixpath.basename(word.removeprefix('npm:').rstrip('/'))
    name = base.partition('@')[0].partition(':')[0].removesuffix('.exe')
    return {'dep-scan': 'depscan', 'deno_ai_hooks': 'deno-ai-hooks'}.get(name, name)


def _fits(verbs: tuple[str, ...], words: Sequence[str]) -> bool:
    if not verbs:
        return ASKING.isdisjoint(words[:1])
    behind = [word for word in words if not word.startswith('-')]
    return any(behind[:len(verb.split())] == verb.split() for verb in verbs)


def _only_others(words: Sequence[str]) -> bool:
    """Return whether a scanner is told to look for something else: `trivy fs --scanners secret`."""
    for index, word in enumerate(words):
        flag, _, value = word.partition('=')
        if flag in ('--scanners', '--security-checks'):
            return 'vuln' not in (value or ' '.join(words[index + 1:index + 2]))
    return False


def is_audit_action(uses: str) -> bool:
    """Return whether an action, a shared workflow or a template of GitLab looks for vulnerabilities, by its name."""
    return bool(AUDITING.search(uses) and not BLIND.search(uses))


def may_audit(uses: str) -> bool:
    """Return whether a workflow that is shared from elsewhere may hold an audit: its name does not say otherwise."""
    return not SHIPPING.search(uses.partition('@')[0]) and not BLIND.search(uses)
