"""Text as it stands, of whatever kind its file is."""
from __future__ import annotations

from deno_ai_hooks.common.documents.base import Document


class Plain(Document):
    """A file without syntax: for checks that look at every file alike."""

    kind = 'text'
