from __future__ import annotations

import pytest
from deno_ai_hooks.facts.audits import is_audit
from deno_ai_hooks.facts.audits import is_audit_action
from deno_ai_hooks.facts.audits import may_audit


@pytest.mark.parametrize(
    'line',
    (
        'deno audit',
        'deno audit --level=high --frozen',
        'deno --quiet audit',
        'osv-scanner -r .',
        'osv-scanner scan source --recursive .',
        './bin/osv-scanner -r .',
        'go run github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.0.0 -r .',
        'docker run --rm -v .:/src ghcr.io/google/osv-scanner:v2 -r /src',
        'docker run --rm aquasec/trivy:0.58.0 fs /src',
        'trivy fs .',
        'trivy --quiet fs .',
        'trivy fs --scanners vuln,secret .',
        'trivy repo https://github.com/acme/chat',
        'grype dir:.',
        'snyk test --all-projects',
        'npx snyk@1 test',
        'socket ci',
        'npm audit',
        'npm audit --omit=dev --audit-level=high',
        'pnpm audit --prod',
        'yarn audit',
        'yarn npm audit --all',
        'bun audit',
        'npx audit-ci --high',
        'npx -y better-npm-audit audit',
        'deno run -A npm:audit-ci --high',
        'deno x audit-ci --high',
        'deno-ai-hooks check',
        'deno-ai-hooks check --format sarif --output findings.sarif',
        'pipx run --spec git+https://git.example.com/deno-ai-hooks@v0.1.0 deno-ai-hooks check',
        'python -m deno_ai_hooks check',
        'uvx deno-ai-hooks check src',
    ),
)
def test_audits(line):
    assert is_audit(line.split())


@pytest.mark.parametrize(
    'line',
    (
        '',
        'deno lint',
        'deno task audit',
        'deno outdated',
        'deno install',
        'echo deno audit',
        'echo "run osv-scanner"',
        'npm ci',
        'npm outdated',
        'npm install audit-ci',
        'npm install --save-dev audit-ci',
        'npm install -g snyk',
        'bun add audit-ci',
        'pip install deno-ai-hooks',
        'pipx install deno-ai-hooks',
        'deno-ai-hooks init',
        'deno-ai-hooks grants check',
        'deno-ai-hooks hooks',
        'snyk auth',
        'snyk --version',
        'osv-scanner --version',
        'trivy config .',
        'trivy fs --scanners secret .',
        'trivy fs --scanners=misconfig,secret .',
        'trivy k8s cluster',
        'docker pull aquasec/trivy',
        'brew install grype',
        'curl -sSfL https://example.com/grype/install.sh',
        'cargo audit',
        'pip-audit',
        'govulncheck ./...',
        'renovate',
        'git commit -m "deno audit"',
    ),
)
def test_other_commands(line):
    assert not is_audit(line.split())


@pytest.mark.parametrize(
    'uses',
    (
        'google/osv-scanner-action/osv-scanner-action@v2.0.0',
        'google/osv-scanner-action/.github/workflows/osv-scanner-reusable.yml@v2.0.0',
        'aquasecurity/trivy-action@0.28.0',
        'snyk/actions/node@master',
        'SocketDev/socket-security-action@v1',
        'actions/dependency-review-action@v4',
        'dependency-check/Dependency-Check_Action@main',
        'ossf/scorecard-action@v2.4.0',
        'anchore/scan-action@v6',
        'oxsecurity/megalinter/flavors/javascript@v8',
        'fossas/fossa-action@main',
        'acme/.github/.github/workflows/audit.yml@main',
        'acme/actions/vulnerability-scan@v1',
        # templates and components of GitLab
        'Jobs/Dependency-Scanning.gitlab-ci.yml',
        'Security/Dependency-Scanning.gitlab-ci.yml',
        '$CI_SERVER_FQDN/components/dependency-scanning/main@1.0.0',
    ),
)
def test_auditing_actions(uses):
    assert is_audit_action(uses)


@pytest.mark.parametrize(
    'uses',
    (
        '',
        'actions/checkout@v4',
        'denoland/setup-deno@v2',
        'denoland/deployctl@v1',
        'github/codeql-action/analyze@v3',
        'github/codeql-action/upload-sarif@v3',
        'renovatebot/github-action@v41',
        'dependabot/fetch-metadata@v2',
        'rustsec/audit-check@v2',
        'EmbarkStudios/cargo-deny-action@v2',
        'pypa/gh-action-pip-audit@v1.1.0',
        'golang/govulncheck-action@v1',
        'zizmorcore/zizmor-action@v0.1.0',
        'aquasecurity/setup-trivy@v0.2.2',
        'anchore/sbom-action@v0',
        'treosh/lighthouse-ci-action@v12',
        'step-security/harden-runner@v2',
        'gitleaks/gitleaks-action@v2',
        'Security/SAST.gitlab-ci.yml',
        'Security/Secret-Detection.gitlab-ci.yml',
        'actions/cache@v4',
        'codecov/codecov-action@v5',
        './.github/actions/setup',
    ),
)
def test_other_actions(uses):
    assert not is_audit_action(uses)


@pytest.mark.parametrize(
    ('uses', 'expected'),
    (
        ('acme/ci/.github/workflows/ci.yml@v1', True),
        ('acme/ci/.github/workflows/quality.yml@v1', True),
        ('acme/ci/.github/workflows/security.yml@v1', True),
        ('acme/ci/.github/workflows/release.yml@v1', False),
        ('acme/ci/.github/workflows/deploy-worker.yml@v1', False),
        ('acme/ci/.github/workflows/publish-docs.yml@v1', False),
        ('acme/ci/.github/workflows/stale.yml@v1', False),
        ('slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.0.0', False),
        ('rustsec/shared/.github/workflows/check.yml@v1', False),
    ),
)
def test_shared_workflows_that_may_audit(uses, expected):
    assert may_audit(uses) == expected
