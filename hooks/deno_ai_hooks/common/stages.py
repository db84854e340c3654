"""How the stages of a Dockerfile hang together: what one is built on, what it takes from another, what is shipped."""
from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from deno_ai_hooks.common.documents.containerfile import Containerfile
    from deno_ai_hooks.common.documents.containerfile import Stage
    from deno_ai_hooks.common.documents.instructions import Instruction

ANCESTORS = 50  # nobody builds a longer chain of stages
LONGEST_PATH = 4096


class Copy(NamedTuple):
    """A COPY or ADD from outside the image: its sources as they are written, and the place they are copied to."""

    instruction: Instruction
    stage: int
    target: str


def chain(document: Containerfile, stage: Stage) -> Iterator[Stage]:
    """Yield a stage and the earlier ones that it is built on."""
    stages = document.stages()
    for _ in range(ANCESTORS):
        yield stage
        if stage.parent is None:
            return
        stage = stages[stage.parent]


def own(stage: Stage, *names: str) -> Iterator[tuple[Instruction, str]]:
    """Yield the instructions of a stage that go by one of `names`, with their values."""
    for instruction, value in zip(stage.instructions, stage.values, strict=True):
        if instruction.name in names:
            yield instruction, value


def last(document: Containerfile, stage: Stage, name: str) -> tuple[Instruction, str] | None:
    """Return the instruction of that name which counts for a container of `stage`, with its value."""
    for each in chain(document, stage):
        found = list(own(each, name))
        if found:
            return found[-1]
    return None


def start(document: Containerfile, stage: Stage) -> tuple[Instruction | None, Instruction | None]:
    """Return the ENTRYPOINT and the CMD that count for a container of `stage`."""
    entry, command = last(document, stage, 'ENTRYPOINT'), last(document, stage, 'CMD')
    return entry[0] if entry else None, command[0] if command else None


def flag(instruction: Instruction, name: str) -> str:
    """Return the value of a flag such as `--from=build`, empty where there is none."""
    texts = (each.text or '' for each in instruction.flags)
    return next((text.partition('=')[2] for text in texts if text.startswith(f'--{name}=')), '')


def shipped(document: Containerfile) -> list[Stage]:
    """Return the last stage and those it is built on: what is in them is in the image."""
    stages = document.stages()
    return list(chain(document, stages[-1])) if stages else []


def used(document: Containerfile) -> set[str]:
    """Return the stages that others build on or copy from, by index and by name in small letters."""
    found: set[str] = set()
    for stage in document.stages():
        if stage.parent is not None:
            found.add(str(stage.parent))
        found |= {flag(instruction, 'from').lower() for instruction, _ in own(stage, 'COPY')}
        for instruction, _ in own(stage, 'RUN'):
            parts = (part for each in instruction.flags for part in (each.text or '').split(','))
            found |= {part.partition('from=')[2].lower() for part in parts if 'from=' in part}
    return found - {''}


def copies(document: Containerfile) -> Iterator[Copy]:
    """Yield what is copied from outside."""
    for index, stage in enumerate(document.stages()):
        folder = '/'
        for instruction, value in own(stage, 'WORKDIR', 'COPY', 'ADD'):
            if instruction.name == 'WORKDIR':
                folder = _joined(folder, value.strip())
            elif not flag(instruction, 'from') and len(instruction.arguments) > 1:
                yield Copy(instruction, index, _joined(folder, instruction.arguments[-1].text or ''))


def onward(document: Containerfile) -> dict[str, set[str]]:
    """Return what the shipped stages copy from others: the places, by the other's index or name in small letters."""
    found: dict[str, set[str]] = {}
    for stage in shipped(document):
        for instruction, _ in own(stage, 'COPY'):
            if name := flag(instruction, 'from').lower():
                sources = (word.text or '' for word in instruction.arguments[:-1])
                found.setdefault(name, set()).update(_joined('/', source) for source in sources)
    return found


def is_shipped(document: Containerfile, copy: Copy, taken: dict[str, set[str]]) -> bool:
    """Return whether what `copy` copies gets into the image; `taken` is what `onward` returns."""
    stage = document.stages()[copy.stage]
    if any(each is stage for each in shipped(document)):
        return True
    folders = taken.get(str(copy.stage), set()) | (taken.get(stage.name.lower(), set()) if stage.name else set())
    path = copy.target
    while path != '/':
        if path in folders:
            return True
        path = posixpath.dirname(path)
    return '/' in folders


def _joined(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path[:LONGEST_PATH]))
    return joined.replace('//', '/', 1) if len(joined) < LONGEST_PATH else '/'
