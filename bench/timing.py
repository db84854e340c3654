"""Times whole processes, in turn, so that a machine whose speed drifts treats all alike."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple


class Run(NamedTuple):
    """One run of a command: seconds on the wall, seconds of processors, peak memory in MiB, exit status."""

    wall: float
    cpu: float
    memory: float
    status: int


def once(command: Sequence[str], folder: str, environment: Mapping[str, str] | None = None) -> Run:
    """Run `command` once in `folder`, its output thrown away."""
    start = time.perf_counter()
    with open(os.devnull, 'r+b') as null:
        process = subprocess.Popen(command, cwd=folder, stdin=null, stdout=null, stderr=null,
                                   env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1024 ** 2 if sys.platform == 'darwin' else 1024
    return Run(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale,
               process.returncode)


def compare(commands: Mapping[str, Sequence[str]], folder: str, runs: int) -> dict[str, list[Run]]:
    """Run all commands in turn, `runs` times after one that is not counted."""
    counted: dict[str, list[Run]] = {name: [] for name in commands}
    for index in range(runs + 1):
        for name, command in commands.items():
            run = once(command, folder)
            if index:
                counted[name].append(run)
    return counted


def table(counted: Mapping[str, Sequence[Run]], base: str) -> str:
    """Return the medians as a table, wall time also in multiples of `base`."""
    heads = ('wall ms', 9), ('min', 7), ('max', 7), ('cpu ms', 8), ('MiB', 7), (f'× {base}', 18), ('exit', 5)
    rows = [f'{"command":34} ' + ' '.join(f'{head:>{width}}' for head, width in heads)]
    unit = median(run.wall for run in counted[base])
    for name, runs in counted.items():
        walls = [run.wall * 1000 for run in runs]
        rows.append(
            f'{name:34} {median(walls):9.1f} {min(walls):7.1f} {max(walls):7.1f} '
            f'{median(run.cpu for run in runs) * 1000:8.1f} {max(run.memory for run in runs):7.1f} '
            f'{median(walls) / 1000 / unit:18.2f} {runs[-1].status:5}'
        )
    return '\n'.join(rows)


def program(name: str) -> str | None:
    """Return the path of an installed program: beside this Python, or on PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), name)
    return beside if os.path.exists(beside) else shutil.which(name)
