"""Words that tests of advisories are written in: entries of OSV, exports of them, and their index."""
from __future__ import annotations

import json
import os
import zipfile

from deno_ai_hooks.common import exports
from deno_ai_hooks.common.advisories import Store


def osv(id, package='lodash', *events, ecosystem='npm', versions=(), kind='SEMVER', **more):
    """Return an entry about one package; `events` are pairs such as `('introduced', '0')`."""
    ranges = [{'type': kind, 'events': [{event: version} for event, version in events]}] if events else []
    affected = {'package': {'ecosystem': ecosystem, 'name': package}, 'ranges': ranges, 'versions': list(versions)}
    return {'schema_version': '1.7.3', 'id': id, 'modified': '2026-01-02T03:04:05Z', 'affected': [affected], **more}


def until(id, package, fixed, **more):
    """Return an entry about all versions of a package before `fixed`."""
    return osv(id, package, ('introduced', '0'), ('fixed', fixed), **more)


def zipped(path, entries):
    """Write an archive as OSV publishes it; `entries` are pairs of a name and a value or bytes."""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, value in entries:
            archive.writestr(name, value if isinstance(value, bytes) else json.dumps(value))
    return str(path)


def exported(path, *entries):
    """Write an archive of entries, each under its id."""
    return zipped(path, ((f'{entry["id"]}.json', entry) for entry in entries))


def indexed(folder, *entries):
    """Write the index of entries into a new folder below `folder` and return its path."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'advisories')
    exports.update(path, [exported(os.path.join(folder, 'all.zip'), *entries)])
    return path


def stored(folder, *entries):
    """Return the index of entries, open."""
    return Store.load(indexed(folder, *entries))
