"""Credentials that detect-secrets knows and the table of formats does not.

Its detectors are classes with one method over a string; nothing else of it is used: no pipeline, no
settings, no verification, which would go over the network.  A module is imported for a line that holds
what its detector looks for, and for that only: the package takes longer to load than a file to check.
"""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from deno_ai_hooks.facts.placeholders import is_placeholder
from deno_ai_hooks.facts.randomness import entropy
from deno_ai_hooks.facts.token_needs import OTHERS
from deno_ai_hooks.facts.token_needs import scanner
from deno_ai_hooks.facts.tokens import Token

PLUGINS = (
    ('AKC', 'artifactory', 'ArtifactoryDetector', 'Artifactory', 'API token', 'ARTIFACTORY_TOKEN'),
    ('-us', 'mailchimp', 'MailchimpDetector', 'Mailchimp', 'API key', 'MAILCHIMP_API_KEY'),
    ('sq0csp-', 'square_oauth', 'SquareOAuthDetector', 'Square', 'OAuth secret', 'SQUARE_OAUTH_SECRET'),
    ('pypi-', 'pypi_token', 'PypiTokenDetector', 'PyPI', 'upload token', 'PYPI_TOKEN'),
    ('gl', 'gitlab_token', 'GitLabTokenDetector', 'GitLab', 'token', 'GITLAB_TOKEN'),
    ('GR1348941', 'gitlab_token', 'GitLabTokenDetector', 'GitLab', 'runner token', 'GITLAB_TOKEN'),
    ('ibm', 'ibm_cloud_iam', 'IbmCloudIamDetector', 'IBM Cloud', 'API key', 'IBM_CLOUD_API_KEY'),
    ('cos', 'ibm_cos_hmac', 'IbmCosHmacDetector', 'IBM Cloud', 'storage key', 'IBM_COS_SECRET'),
    ('cloudant', 'cloudant', 'CloudantDetector', 'Cloudant', 'credential', 'CLOUDANT_API_KEY'),
    ('softlayer', 'softlayer', 'SoftlayerDetector', 'SoftLayer', 'API key', 'SOFTLAYER_API_KEY'),
)
"""What stands on a line that a detector may know, the detector, and what it finds."""

LONGEST = 2000
"""Characters of a line around a hit that a detector is shown: its patterns are not made for more."""


def find(data: bytes, text: str) -> Iterator[Token]:
    """Yield what the detectors find on the lines that they may know."""
    seen = set()
    for hit in scanner(OTHERS).finditer(data):
        start, end = _line(text, *hit.span())
        if (start, end) not in seen:
            seen.add((start, end))
            yield from _on_line(text[start:end], start)


def _line(text: str, start: int, end: int) -> tuple[int, int]:
    first = text.rfind('\n', max(0, start - LONGEST), start) + 1 or max(0, start - LONGEST)
    last = text.find('\n', end, end + LONGEST)
    return first, last if last >= 0 else min(len(text), end + LONGEST)


def _on_line(line: str, at: int) -> Iterator[Token]:
    small = line.lower()
    for word, module, title, provider, kind, variable in PLUGINS:
        if word.lower() in small:
            for value in _detector(module, title).analyze_string(line):
                start = line.find(value)
                bare = value.strip(' \t"\':=')
                if bare and start >= 0 and not is_placeholder(bare) and entropy(bare) >= 3.0:
                    start += value.index(bare) + at
                    yield Token(start, start + len(bare), provider, kind, 'medium', variable, source='place')


@cache
def _detector(module: str, title: str) -> Any:
    return getattr(import_module(f'detect_secrets.plugins.{module}'), title)()
