"""A plugin for detect-secrets that knows what `no-hardcoded-secrets` knows.

For those who run detect-secrets themselves: `deno-ai-hooks detect-secrets-plugin` prints this file's
path, which `detect-secrets scan -p` takes.  detect-secrets shows a plugin one line after the other, so
what spans several (private keys, values joined from pieces) is left to its own plugins.
"""
from __future__ import annotations

from collections.abc import Generator

from detect_secrets.plugins.base import BasePlugin

from deno_ai_hooks.facts.tokens import find


class DenoAiHooksDetector(BasePlugin):
    """Credentials by format, by place and by name."""

    secret_type = 'Credential (deno-ai-hooks)'

    def analyze_string(self, string: str) -> Generator[str, None, None]:
        """Yield the credentials in one line."""
        data = string.encode(errors='surrogateescape')
        for token in find(data):
            yield data[token.start:token.end].decode(errors='surrogateescape')
