"""Write what is rendered from the hooks: the manifest, the README's table, the manual."""
from __future__ import annotations

import os
import re

from deno_ai_hooks.common import catalog
from deno_ai_hooks.common import manifest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = re.compile(r'(?<=<!-- hooks -->\n).*?(?=<!-- /hooks -->)', re.DOTALL)


def rendered() -> dict[str, str]:
    """Return what the rendered files should hold, by path."""
    hooks = [catalog.load(id) for id in catalog.ids()]
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as file:
        readme = file.read()
    table = manifest.table(hooks)
    return {
        '.pre-commit-hooks.yaml': manifest.manifest(hooks),
        'README.md': TABLE.sub(lambda _: table, readme),
        'docs/hooks.md': manifest.manual(hooks),
    }


if __name__ == '__main__':
    for path, text in rendered().items():
        with open(os.path.join(ROOT, path), 'w', encoding='utf-8') as file:
            file.write(text)
