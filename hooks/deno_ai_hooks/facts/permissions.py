"""What a deno command line grants, and how deno 2.9.8 decides on one request under it.

`parse` reads the words, `grants` adds what the sub-command and the permission
sets of a configuration file contribute, `decide` answers for one resource the
way `Deno.permissions.query` does.  Nothing here looks at the world: whether a
file exists or a program is on PATH comes in as an argument.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Literal
from typing import NamedTuple

from deno_ai_hooks.facts.command_line import GRANTING
from deno_ai_hooks.facts.command_line import KINDS
from deno_ai_hooks.facts.command_line import SYS_KINDS
from deno_ai_hooks.facts.command_line import CommandLine
from deno_ai_hooks.facts.command_line import Flag
from deno_ai_hooks.facts.command_line import RefusedError
from deno_ai_hooks.facts.command_line import opaque
from deno_ai_hooks.facts.command_line import parse
from deno_ai_hooks.facts.hosts import Host
from deno_ai_hooks.facts.hosts import HostError
from deno_ai_hooks.facts.hosts import canonical
from deno_ai_hooks.facts.hosts import expand
from deno_ai_hooks.facts.hosts import host
from deno_ai_hooks.facts.hosts import host_error

__all__ = [
    'ESCAPES', 'IMPORT_DEFAULT', 'INTERPRETERS', 'KINDS', 'CommandLine', 'Flag', 'Grants', 'Items',
    'as_json', 'decide', 'grants', 'parse',
]

Items = tuple[str, ...] | Literal[True]
Rules = Mapping[str, Items]
State = Literal['granted', 'denied', 'prompt']

# Imported from without a flag, unless --allow-import names others
IMPORT_DEFAULT = (
    'deno.land:443', 'jsr.io:443', 'esm.sh:443', 'raw.esm.sh:443', 'cdn.jsdelivr.net:443',
    'raw.githubusercontent.com:443', 'gist.githubusercontent.com:443',
)

# A program with one of these is held by no other rule: what it starts or loads runs outside the sandbox
ESCAPES = frozenset({'run', 'ffi'})

# Programs that run any code they are given, so that allowing one of them allows everything
INTERPRETERS = frozenset('''
    deno node bun npx npm pnpm yarn python python3 perl ruby php lua sh bash dash zsh fish ksh pwsh powershell cmd
    env sudo su xargs find ssh docker podman make git
'''.split())

# Sub-commands under which a program of the user runs with what the flags say
RUNNING = frozenset({'run', 'watch', 'serve', 'test', 'bench', 'compile', 'desktop', 'install', 'repl', 'x', 'eval'})

# Sub-commands that refuse to start when the configuration holds a set for them and no flag chooses
ASKING = {'test': 'Test', 'bench': 'Bench', 'compile': 'Compile'}


class Grants(NamedTuple):
    """What a program may do.

    `allow`, `deny` and `ignore` map a kind to its items, or to True for all
    of it; no entry means nothing, save that `import` without an entry in
    `allow` is IMPORT_DEFAULT.  `all` is -A.  `runs` tells whether a program
    runs at all: `deno fmt` grants nothing because nothing asks.  `error` says
    why deno refuses, `accepted` is False then.
    """

    subcommand: str
    bare: bool
    accepted: bool
    runs: bool
    all: bool
    allow: Rules
    deny: Rules
    ignore: Rules
    error: str | None


def grants(
    line: CommandLine,
    words: Sequence[str | None],
    *,
    config: Mapping[str, Any] | None = None,
    exists: Callable[[str], bool] = lambda path: True,
    resolves: Callable[[str], bool] = lambda program: True,
    run_task: Callable[[str, list[str]], Grants] | None = None,
) -> Grants:
    """What `line`, the parse of `words`, grants.

    `config` is the deno.json that deno would find, `exists` tells whether a
    script does, `resolves` whether PATH or the path itself leads to a program.
    `run_task(name, extra)` gives the grants of a task whose command line has
    the words `extra` appended; without it a task counts as running nothing.
    """
    if line.error is not None or line.help:
        return _nothing(line, line.error)
    script = None if line.script is None else words[line.script]
    if line.subcommand == 'task':
        return _task(line, script, words, run_task)
    if line.subcommand in ('run', 'watch', 'serve') and None not in words[:line.script]:
        missing = _missing(line, script, config, exists)
        if missing and run_task and _falls_back(line, script, config):
            return run_task(script or '', [words[i] or '' for i in line.arguments])._replace(subcommand='run')
        if missing is not None:
            return _nothing(line, missing or None)
    if not _has_program(line):
        return _nothing(line, None)
    try:
        return _granted(line, config, resolves)
    except RefusedError as e:
        return _nothing(line, str(e))


def _nothing(line: CommandLine, error: str | None) -> Grants:
    return Grants(line.subcommand, line.bare, error is None, False, False, {}, {}, {}, error)


def _task(
    line: CommandLine,
    name: str | None,
    words: Sequence[str | None],
    run_task: Callable[[str, list[str]], Grants] | None,
) -> Grants:
    if name is None or run_task is None or line.has('eval'):
        return _nothing(line, None)
    return run_task(name, [words[i] or '' for i in line.arguments])._replace(subcommand='task', bare=False)


def _missing(
    line: CommandLine,
    script: str | None,
    config: Mapping[str, Any] | None,
    exists: Callable[[str], bool],
) -> str | None:
    """deno's message where there is no script to run; empty where it lists the tasks instead; None if all is well."""
    if script is None:
        if line.subcommand == 'serve':
            return 'Directory import is not supported resolving ES modules'
        if line.has('v8-flags'):
            return None
        return '' if config is not None else "deno task couldn't find deno.json(c) or package.json"
    if script == '-' or opaque(script) or re.match(r'[A-Za-z][A-Za-z0-9+.-]*:', script) or exists(script):
        return None
    return f'Module not found "{script}".'


def _falls_back(line: CommandLine, script: str | None, config: Mapping[str, Any] | None) -> bool:
    """`deno run NAME` runs the task of that name where there is no such file; `deno NAME` does not."""
    return line.subcommand == 'run' and not line.bare and script in _mapping(config, 'tasks')


def _has_program(line: CommandLine) -> bool:
    return line.subcommand in RUNNING and (line.subcommand != 'install' or line.has('global'))


def _granted(line: CommandLine, config: Mapping[str, Any] | None, resolves: Callable[[str], bool]) -> Grants:
    base = Grants(line.subcommand, line.bare, True, True, False, {}, {}, {}, None)
    if line.subcommand == 'eval':
        return base._replace(all=True)
    chosen = _chosen_set(line, config)
    flagged = _flagged(line)
    if line.has('allow-all'):
        chosen = Set(False, {}, {}, {})
    allow = {**chosen.allow, **_served(line, flagged.allow)}
    deny = {**chosen.deny, **flagged.deny}
    ignore = {**chosen.ignore, **flagged.ignore}
    everything = chosen.all or line.has('allow-all') or _implied(line)
    return _tidy(base._replace(all=everything, allow=allow, deny=deny, ignore=ignore), line, resolves)


def _implied(line: CommandLine) -> bool:
    """Everything without a flag: the bare prompt, and `x` unless some flag narrows it."""
    if line.subcommand == 'repl':
        return line.bare
    return line.subcommand == 'x' and not any(line.has(name) for name in (*GRANTING, 'permission-set'))


def _tidy(whole: Grants, line: CommandLine, resolves: Callable[[str], bool]) -> Grants:
    """Programs that do not resolve are dropped; the cache alone may be imported from without limit."""
    allow = dict(whole.allow)
    programs = allow.get('run')
    if programs is not None and programs is not True:
        allow['run'] = tuple(program for program in programs if opaque(program) or resolves(program))
    if line.has('cached-only'):
        allow['import'] = True
    if whole.all:
        allow = {}
    return whole._replace(
        allow={kind: items for kind, items in allow.items() if items},
        deny={kind: items for kind, items in whole.deny.items() if items},
        ignore={kind: items for kind, items in whole.ignore.items() if items},
    )


# Flags


class Set(NamedTuple):
    """Rules from one place: the flags of a line, or a permission set."""

    all: bool
    allow: Rules
    deny: Rules
    ignore: Rules


def _flagged(line: CommandLine) -> Set:
    found = {flag.name for flag in line.flags}
    return Set(False, *(
        {kind: _listed(line, f'{verb}-{kind}') for kind in KINDS if f'{verb}-{kind}' in found}
        for verb in ('allow', 'deny', 'ignore')
    ))


def _listed(line: CommandLine, flag: str) -> Items:
    """Items as deno keeps them; a bare flag is True."""
    items = line.items(flag)
    if not items:
        return True
    if flag.endswith('-net'):
        return tuple(canonical(part) for item in items for part in expand(item))
    if flag.endswith('-import'):
        return tuple(map(canonical, items))
    return items


def _served(line: CommandLine, allow: Rules) -> Rules:
    """`serve` may listen where it is told to: its own address is granted beside the list."""
    if line.subcommand != 'serve' or line.has('allow-all') or allow.get('net') is True:
        return allow
    name = line.value('host') or '0.0.0.0'
    port = line.value('port') or '8000'
    own = expand(f':{port}') if name == '0.0.0.0' else (f'{name}:{port}',)
    given = allow.get('net', ())
    return {**allow, 'net': (*(() if given is True else given), *map(canonical, own))}


# Permission sets


def _chosen_set(line: CommandLine, config: Mapping[str, Any] | None) -> Set:
    """The set that -P takes from the configuration; raises RefusedError."""
    none = Set(False, {}, {}, {})
    if line.has('no-config'):
        config = None
    if not line.has('permission-set'):
        if line.subcommand in ASKING and not _narrowed(line) and _own(config, line.subcommand):
            raise RefusedError(
                f'{ASKING[line.subcommand]} permissions were found in the config file. '
                'Did you mean to run with `-P` or a permission flag?'
            )
        return none
    if line.subcommand == 'install':
        return none
    return _named_set(line.value('permission-set') or '', line.subcommand, config)


def _narrowed(line: CommandLine) -> bool:
    return any(line.has(name) for name in GRANTING)


def _own(config: Mapping[str, Any] | None, subcommand: str) -> Any:
    return _mapping(config, subcommand).get('permissions')


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    inner = value.get(key) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _named_set(name: str, subcommand: str, config: Mapping[str, Any] | None) -> Set:
    own = _own(config, 'compile' if subcommand == 'desktop' else subcommand)
    if not name and isinstance(own, Mapping):
        return _set(own)
    if not name and isinstance(own, str):
        name = own
    sets = _mapping(config, 'permissions')
    if not name:
        return _set(sets['default']) if 'default' in sets else Set(False, {}, {}, {})
    if name not in sets:
        raise RefusedError(f"Could not find permission set '{name}' in deno.json")
    return _set(sets[name])


def _set(value: Any) -> Set:
    """The rules of one permission set; raises RefusedError where deno calls it malformed."""
    if not isinstance(value, Mapping):
        raise RefusedError('Failed to parse "permissions" configuration')
    for key in value:
        if key not in (*KINDS, 'all'):
            raise RefusedError(f'Failed to parse "permissions" configuration: unknown field `{key}`')
    everything = _flag_value(value.get('all', False))
    rules = {kind: _kind(kind, value[kind]) for kind in KINDS if kind in value}
    allow: dict[str, Items] = {kind: True for kind in KINDS if everything and rules and kind not in rules}
    allow.update({kind: items[0] for kind, items in rules.items()})
    return Set(
        everything and not rules,
        {kind: items for kind, items in allow.items() if items},
        {kind: items[1] for kind, items in rules.items() if items[1]},
        {kind: items[2] for kind, items in rules.items() if items[2]},
    )


def _flag_value(value: Any) -> bool:
    if not isinstance(value, bool):
        raise RefusedError('Failed to parse "permissions" configuration: expected a boolean')
    return value


def _kind(kind: str, value: Any) -> tuple[Items, Items, Items]:
    """What is allowed, denied and ignored of one kind."""
    if not isinstance(value, Mapping):
        return _items(kind, value), (), ()
    known = ('allow', 'deny', 'ignore') if kind in ('read', 'env') else ('allow', 'deny')
    for key in value:
        if key not in known:
            raise RefusedError(f'Failed to parse "permissions" configuration: unknown field `{key}`')
    allow, deny, ignore = (_items(kind, value.get(key, False) or False) for key in ('allow', 'deny', 'ignore'))
    return allow, deny, ignore


def _items(kind: str, value: Any) -> Items:
    if isinstance(value, bool):
        return True if value else ()
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise RefusedError('Failed to parse "permissions" configuration: expected a boolean, a list or an object')
    for item in value:
        _check_item(kind, item)
    return tuple(map(canonical, value)) if kind in ('net', 'import') else tuple(value)


def _check_item(kind: str, item: str) -> None:
    if kind in ('net', 'import'):
        error = host_error(item, flag=False)
        if error is not None:
            raise RefusedError(error)
    elif not item:
        raise RefusedError(f'Empty {kind} not allowed')
    elif kind == 'sys' and item not in SYS_KINDS:
        raise RefusedError(f'unknown system info kind "{item}"')


# Decisions


def decide(
    whole: Grants,
    kind: str,
    wanted: str | None = None,
    *,
    cwd: str = '/',
    which: Callable[[str], str] = lambda program: program,
) -> State:
    """deno's answer to a request for `wanted`, or for all of `kind`.

    Of all rules that match the most specific wins, a tie goes to the denial;
    only then the bare flags count (deno 2.9.8).  `prompt` means that nothing
    was said: without a terminal it is a refusal.  This is what a query
    reports; a connection meets address denials once more, after DNS.
    `cwd` is where relative paths start, `which` the path of a program.
    """
    if wanted is None:
        return _decide_whole(whole, kind)
    place = Place(cwd, which)
    allowed = _best(kind, _allowed(whole, kind), wanted, place)
    denied = _best(kind, whole.deny.get(kind), wanted, place, deny=True)
    ignored = _best(kind, whole.ignore.get(kind), wanted, place)
    highest = max(allowed, denied, ignored)
    if highest != ():
        return 'granted' if highest > max(denied, ignored) else 'denied'
    return _bare(whole, kind)


class Place(NamedTuple):
    """Where relative names lead."""

    cwd: str
    which: Callable[[str], str]


Rank = tuple[int, ...]


def _allowed(whole: Grants, kind: str) -> Items | None:
    if whole.all:
        return True
    return whole.allow.get(kind, IMPORT_DEFAULT if kind == 'import' else None)


def _bare(whole: Grants, kind: str) -> State:
    if whole.ignore.get(kind) is True or whole.deny.get(kind) is True:
        return 'denied'
    return 'granted' if _allowed(whole, kind) is True else 'prompt'


def _decide_whole(whole: Grants, kind: str) -> State:
    return _bare(whole, kind)


def _best(kind: str, items: Items | None, wanted: str, place: Place, *, deny: bool = False) -> Rank:
    """How specific the narrowest of `items` that matches is; () if none does."""
    if items is None or items is True:
        return ()
    return max((_rank(kind, item, wanted, place, deny=deny) for item in items), default=())


def _rank(kind: str, item: str, wanted: str, place: Place, *, deny: bool) -> Rank:
    if kind in ('read', 'write', 'ffi'):
        return _path_rank(item, wanted, place.cwd)
    if kind in ('net', 'import'):
        return _host_rank(item, wanted)
    if kind == 'env':
        return _env_rank(item, wanted)
    if kind == 'run':
        return _run_rank(item, wanted, place, deny=deny)
    return (1,) if item == wanted else ()


def _absolute(path: str, cwd: str) -> str:
    """The path as deno compares it: made absolute, `..` folded, links not followed."""
    parts: list[str] = []
    for part in (path if path.startswith('/') else f'{cwd}/{path}').split('/'):
        if part == '..':
            del parts[-1:]
        elif part not in ('', '.'):
            parts.append(part)
    return '/' + '/'.join(parts)


def _path_rank(item: str, wanted: str, cwd: str) -> Rank:
    rule, path = _absolute(item, cwd), _absolute(wanted, cwd)
    if rule == '/' or path == rule or path.startswith(f'{rule}/'):
        return (len(rule),)
    return ()


def _env_rank(item: str, wanted: str) -> Rank:
    if item.endswith('*') and wanted.startswith(item[:-1]):
        return (0, len(item))
    return (1, 0) if item == wanted else ()


def _run_rank(item: str, wanted: str, place: Place, *, deny: bool) -> Rank:
    """A denial by path beats an allowed program, an allowed program a denial by name."""
    program = _program(wanted, place)
    if deny and '/' not in item:
        name = program.rpartition('/')[2]
        return (1,) if name == item or name.partition('.')[0] == item else ()
    if _program(item, place) == program:
        return (3,) if deny else (2,)
    return ()


def _program(name: str, place: Place) -> str:
    return _absolute(name, place.cwd) if '/' in name else place.which(name)


FORMS = ('cidr', 'ipv6', 'ipv4', 'wildcard', 'name', 'unix', 'vsock')


def _host_rank(item: str, wanted: str) -> Rank:
    try:
        rule, goal = host(item), host(wanted)
    except HostError:
        return ()
    if rule.port not in (None, goal.port) or not _covers(rule, goal):
        return ()
    return (int(rule.port is not None), FORMS.index(rule.form), _narrowness(rule))


def _covers(rule: Host, goal: Host) -> bool:
    if rule.form == 'wildcard' and goal.form in ('name', 'wildcard'):
        return goal.text == rule.text or goal.text.endswith(f'.{rule.text}')
    if rule.form == 'cidr' and goal.form == 'ipv4':
        address, _, length = rule.text.partition('/')
        shift = 32 - int(length)
        return _bits(address) >> shift == _bits(goal.text) >> shift
    return rule.form == goal.form and rule.text == goal.text


def _bits(address: str) -> int:
    return sum(int(part) << 8 * i for i, part in enumerate(reversed(address.split('.'))))


def _narrowness(rule: Host) -> int:
    return int(rule.text.partition('/')[2]) if rule.form == 'cidr' else len(rule.text)


def as_json(whole: Grants) -> dict[str, Any]:
    """The grants as `deno-ai-hooks grants --format json` prints them.

    Without `all` where no program runs.  A kind that is not there is not
    granted, `import` excepted: without it IMPORT_DEFAULT holds.
    """
    shown: dict[str, Any] = {'accepted': whole.accepted, 'subcommand': whole.subcommand}
    if whole.bare and whole.subcommand == 'run':
        shown['subcommand'] = 'run (bare)'
    if whole.error is not None:
        shown['error'] = whole.error
    if whole.runs:
        shown.update({'all': whole.all, **_plain(whole.allow)})
        shown.update({name: _plain(rules) for name, rules in (('deny', whole.deny), ('ignore', whole.ignore)) if rules})
    return shown


def _plain(rules: Rules) -> dict[str, Any]:
    return {kind: items if items is True else list(items) for kind, items in rules.items()}
