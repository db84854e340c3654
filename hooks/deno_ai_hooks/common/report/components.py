"""What a repository is made of, to read, for programs, and as a bill of materials after CycloneDX.

Sources: CycloneDX 1.6; the package URL specification, which knows no type for JSR and deno.land: those of JSR are
written as OSV's readers know them, others by where they are downloaded.
"""
from __future__ import annotations

from typing import TYPE_CHECKING

from deno_ai_hooks.common.components import Component
from deno_ai_hooks.common.components import Inventory
from deno_ai_hooks.common.components import Place
from deno_ai_hooks.common.report.as_json import whole
from deno_ai_hooks.common.report.plain import visible
from deno_ai_hooks.common.report.plain import visible_path

if TYPE_CHECKING:
    from cyclonedx.model.component import Component as Part
    from packageurl import PackageURL

VERSION = 1
TYPES = frozenset(('npm', 'jsr', 'github', 'gitlab'))
"""Ecosystems that are types of package URLs."""

SHOWN = 3
"""Places that are told of a package where people read."""


def as_text(found: Inventory) -> str:
    """Return a line for each package: what it is, and where it is named first."""
    return ''.join(f'{line}\n' for line in map(_line, found.components))


def _line(component: Component) -> str:
    version = f'@{component.version}' if component.version else ''
    places = [f'{visible_path(each.path)}:{each.start.line} ({visible(each.through)})' for each in component.places]
    more = f', and {len(places) - SHOWN} more' if len(places) > SHOWN else ''
    return f'{component.ecosystem}:{visible(component.name + version)}  {", ".join(places[:SHOWN])}{more}'


def as_json(found: Inventory) -> str:
    """Return one JSON object in ASCII.  Lines and columns count from 1."""
    from json import dumps

    return dumps({
        'version': VERSION,
        'dependencies': [_entry(each) for each in found.components],
        'skipped': [{'path': whole(path), 'reason': whole(reason)} for path, reason, *_ in found.skipped],
    }) + '\n'


def _entry(component: Component) -> dict[str, object]:
    return {
        'ecosystem': component.ecosystem, 'name': whole(component.name), 'version': whole(component.version),
        'places': [_place(each) for each in component.places],
    }


def _place(place: Place) -> dict[str, object]:
    entry: dict[str, object] = {
        'path': whole(place.path), 'line': place.start.line, 'column': place.start.column,
        'through': whole(place.through),
    }
    return entry | ({'alias': whole(place.alias)} if place.alias else {})


def as_cyclonedx(found: Inventory) -> str:
    """Return a bill of materials after CycloneDX 1.6, in JSON; raises ValueError where the library is missing."""
    try:
        from cyclonedx.model.bom import Bom
        from cyclonedx.model.bom import BomMetaData
        from cyclonedx.model.tool import ToolRepository
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError:
        raise ValueError("--format cyclonedx needs a library: pip install 'deno-ai-hooks[cyclonedx]'") from None
    tools = ToolRepository(components=[_tool()])
    bill = Bom(components=map(_part, found.components), metadata=BomMetaData(tools=tools))
    return JsonV1Dot6(bill).output_as_string(indent=2) + '\n'


def _tool() -> Part:
    from importlib.metadata import version

    from cyclonedx.model.component import Component as Part
    from cyclonedx.model.component import ComponentType

    return Part(name='deno-ai-hooks', type=ComponentType.APPLICATION, version=version('deno-ai-hooks'))


def _part(component: Component) -> Part:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component as Part
    from cyclonedx.model.component_evidence import ComponentEvidence
    from cyclonedx.model.component_evidence import Occurrence

    group, _, name = component.name.rpartition('/') if component.ecosystem != 'url' else ('', '', component.name)
    purl = _purl(component)
    return Part(
        name=whole(name), group=whole(group) or None, version=whole(component.version) or None, purl=purl,
        bom_ref=purl.to_string(),
        evidence=ComponentEvidence(occurrences=[
            Occurrence(location=whole(each.path), line=each.start.line, additional_context=whole(each.through))
            for each in component.places
        ]),
        properties=[Property(name='deno-ai-hooks:ecosystem', value=component.ecosystem)],
    )


def _purl(component: Component) -> PackageURL:
    from packageurl import PackageURL

    version = whole(component.version) or None
    if component.ecosystem in TYPES:
        group, _, name = whole(component.name).rpartition('/')
        return PackageURL(component.ecosystem, group or None, name, version)
    home = _home(component) + (f'@{version}' if version else '')
    name = home.rstrip('/').rpartition('/')[2] if component.ecosystem == 'url' else whole(component.name)
    return PackageURL('generic', None, name, version, {'download_url': home})


def _home(component: Component) -> str:
    """Return where a package of no type is downloaded, without its version."""
    name = whole(component.name)
    match component.ecosystem:
        case 'deno.land':
            return f'https://deno.land/{name}' if name == 'std' else f'https://deno.land/x/{name}'
        case 'gist':
            return f'https://gist.github.com/{name}'
    return name
