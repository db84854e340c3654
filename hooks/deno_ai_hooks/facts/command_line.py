"""Read a deno command line as deno 2.9.8 reads it: where flags stop, which take the next word, what is refused.

Since 2.9 deno has a parser of its own, so the customs of other programs do
not hold: `-Shostname` is `-S -h`, `--allow-all=false` grants everything, and
flags of `deno test` count even after the names of files.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from deno_ai_hooks.facts.flags import ALIASES
from deno_ai_hooks.facts.flags import COMMANDS
from deno_ai_hooks.facts.flags import GLOBAL
from deno_ai_hooks.facts.flags import PLAIN
from deno_ai_hooks.facts.flags import UNSTABLE
from deno_ai_hooks.facts.hosts import host_error
from deno_ai_hooks.facts.patterns import pattern

KINDS = ('read', 'write', 'net', 'env', 'run', 'sys', 'ffi', 'import')
ALLOW = tuple(f'allow-{kind}' for kind in KINDS)
DENY = tuple(f'deny-{kind}' for kind in KINDS)
IGNORE = ('ignore-read', 'ignore-env')
GRANTING = ('allow-all', *ALLOW, *DENY, *IGNORE)

SYS_KINDS = frozenset('''
    hostname inspector osRelease osUptime loadavg networkInterfaces systemMemoryInfo uid gid cpus homedir
    getegid statfs getPriority setPriority userInfo username setegid seteuid setgid setuid ca umask
'''.split())

OPAQUE = pattern(r'\$[\w{(]|`')


class Flag(NamedTuple):
    """A flag as deno reads it.

    `name` is its canonical long name without dashes, `value` the text after
    `=` or the following word, `word` the index of the word the flag stands in.
    """

    name: str
    value: str | None
    word: int


class CommandLine(NamedTuple):
    """What deno makes of the words after `deno`.

    `bare` lines name no sub-command: `deno main.ts` is `run`, `deno` alone is
    `repl`.  `script` is the index of the script, package, task or code;
    `arguments` are the indices of the words behind it.  `error` is deno's own
    message where it refuses the line before anything runs, `help` tells that
    it prints help or its version instead.
    """

    subcommand: str
    bare: bool
    flags: tuple[Flag, ...]
    script: int | None
    arguments: tuple[int, ...]
    error: str | None
    help: bool

    def has(self, name: str) -> bool:
        return any(flag.name == name for flag in self.flags)

    def value(self, name: str) -> str | None:
        """The value that counts, the last one, of a flag that takes one."""
        values = [flag.value for flag in self.flags if flag.name == name and flag.value is not None]
        return values[-1] if values else None

    def items(self, name: str) -> tuple[str, ...] | None:
        """The items of a list flag: None if it is absent, empty if it is bare; a list wins over the bare flag."""
        found = [flag for flag in self.flags if flag.name == name]
        values = [flag.value for flag in found if flag.value is not None]
        return tuple(item for value in values for item in value.split(',')) if found else None


class Option(NamedTuple):
    """One flag of a table."""

    name: str
    mode: str
    values: str
    conflicts: tuple[str, ...]
    needs: tuple[str, ...]


class Table(NamedTuple):
    """The flags of one sub-command, by long name and by letter."""

    long: Mapping[str, Option]
    short: Mapping[str, Option]


class RefusedError(ValueError):
    """deno refuses the line; the text is its message."""


class Read(NamedTuple):
    """Where reading stands: what was found so far."""

    flags: list[Flag]
    positional: list[int]
    rest: list[int]


def opaque(text: str) -> bool:
    """Whether some part of `text` is only known to the shell: `${HOST}`, `$PORT`, a command's output."""
    return OPAQUE.search(text) is not None


def parse(words: Sequence[str | None]) -> CommandLine:
    """Read the words after `deno`; a None is a word nobody knows, and may be flags."""
    line = tuple(word and word.removesuffix('\r') for word in words)
    name = _subcommand(line)
    read = Read([], [], [])
    try:
        _walk(line, name, read)
    except RefusedError as e:
        return _result(name, read, str(e))
    if _shows_help(name, read.flags):
        return _result(name, read, None, shown=True)
    return _judged(line, name, read)


def _result(name: str | None, read: Read, error: str | None, *, shown: bool = False) -> CommandLine:
    subcommand = name or ('run' if read.positional else 'repl')
    script = read.positional[0] if read.positional else None
    arguments = (*read.positional[1:], *read.rest)
    return CommandLine(subcommand, name is None, tuple(read.flags), script, arguments, error, shown)


def _judged(line: Sequence[str | None], name: str | None, read: Read) -> CommandLine:
    """The result for a line whose words could be read: does deno accept what they say?"""
    result = _result(name, read, None)
    script = None if result.script is None else line[result.script]
    if name is None and script in COMMANDS:
        message = _misplaced(script, result.flags)
        return result._replace(subcommand=script, bare=False, error=message)
    error = next(_errors(result, script, unknown=None in line), None)
    return result._replace(error=error)


def _misplaced(subcommand: str, flags: Iterable[Flag]) -> str:
    """Flags cannot stand before a sub-command, not even `--`."""
    known = [flag.name for flag in flags if flag.name not in ('log-level', 'quiet', 'unstable')]
    if known:
        return f"unexpected argument '--{known[0]}' found"
    return f"unrecognized subcommand '{subcommand}'"


def _shows_help(name: str | None, flags: Iterable[Flag]) -> bool:
    return name in ('help', 'json_reference') or any(
        flag.name == 'help' or (flag.name == 'version' and flag.value is None) for flag in flags
    )


# Tables


@cache
def table(subcommand: str) -> Table:
    """The flags that `subcommand` takes, global ones included."""
    text = ';'.join((COMMANDS[subcommand].flags, '' if subcommand in PLAIN else UNSTABLE, GLOBAL))
    long: dict[str, Option] = {}
    short: dict[str, Option] = {}
    for entry in text.split(';'):
        if entry.strip():
            _enter(entry.split(), long, short)
    short.setdefault('v', long['version'])
    return Table(long, short)


def _enter(parts: list[str], long: dict[str, Option], short: dict[str, Option]) -> None:
    names = parts[0].split('/')
    marks = parts[1:]
    option = Option(
        names[0],
        next((mark for mark in marks if mark in ('=,', '=?', '?', '*', ':')), ''),
        next((mark[1:-1] for mark in marks if mark[0] == '('), ''),
        tuple(mark[1:] for mark in marks if mark[0] == '!'),
        tuple(mark[1:] for mark in marks if mark[0] == '+'),
    )
    for name in names:
        long.setdefault(name, option)
    for mark in marks:
        if mark.isalpha():
            short.setdefault(mark, option)


# Words


def _subcommand(words: Sequence[str | None]) -> str | None:
    """The sub-command, found behind global flags only; None for the bare form."""
    skip = False
    for word in words:
        if skip or word is None:
            skip = False
        elif word.startswith('--') and word != '--' and _global_long(word) is not None:
            skip = _global_long(word) == 'value' and '=' not in word
        elif word[:1] == '-' and word[1:2] and word[1] in 'hVLq':
            skip = word in ('-h', '-L')
        else:
            name = ALIASES.get(word, word)
            return name if name in COMMANDS else None
    return None


def _global_long(word: str) -> str | None:
    """Whether a global flag takes a value.  Its aliases do not count here: deno 2.9.8 looks at `--env-file` only."""
    name = word.lstrip('-').partition('=')[0]
    kinds = {'env-file': 'value', 'help': 'value', 'log-level': 'value', 'version': 'switch', 'quiet': 'switch'}
    return kinds.get(name)


def _walk(words: Sequence[str | None], name: str | None, read: Read) -> None:
    """Sort all words into flags, positional words and the rest."""
    command = COMMANDS[name or 'run']
    flags = table(name or 'run')
    awaited = name
    at = 0
    while at < len(words):
        word = words[at]
        if word is None:
            at += 1
        elif awaited and ALIASES.get(word, word) == awaited:
            awaited = None
            at += 1
            if command.shape == 'raw':
                read.rest.extend(range(at, len(words)))
                return
        elif word == '--':
            _after_dashes(words, at + 1, command.shape, read)
            return
        elif word.startswith('--'):
            at = _long(words, at, flags, read)
        elif word.startswith('-') and word != '-':
            at = _short(words, at, flags, read)
        else:
            read.positional.append(at)
            at += 1
            if _full(command.shape, read, word):
                _program(words, at, command.shape, read)
                return


def _full(shape: str, read: Read, word: str) -> bool:
    """Whether deno reads no more flags behind this positional word."""
    most = {'none': 0, 'one': 1, 'two': 2}.get(shape)
    if most is not None and len(read.positional) > most:
        raise RefusedError(f"unexpected argument '{word}'")
    return shape in ('script', 'code', 'rest')


def _after_dashes(words: Sequence[str | None], at: int, shape: str, read: Read) -> None:
    """Words after `--`: the script, where one is still missing, then the program's."""
    if shape in ('script', 'code', 'rest') and at < len(words):
        read.positional.append(at)
        at += 1
    read.rest.extend(range(at, len(words)))


def _program(words: Sequence[str | None], at: int, shape: str, read: Read) -> None:
    """Words after the script are the program's; `eval` drops a `--` right behind the code, `x` the first one."""
    rest = list(range(at, len(words)))
    dropped = next((i for i in rest if words[i] == '--'), None)
    if dropped is not None and (shape == 'rest' or (shape == 'code' and dropped == at)):
        rest.remove(dropped)
    read.rest.extend(rest)


def _long(words: Sequence[str | None], at: int, flags: Table, read: Read) -> int:
    word = words[at] or ''
    name, equals, value = word[2:].partition('=')
    option = flags.long.get(name)
    if option is None:
        raise RefusedError(f"unexpected argument '{word}' found")
    if not option.mode:
        _add(read, option, None, at)
        return at + 1
    if equals:
        _add(read, option, value, at)
        return at + 1
    return _following(words, at, word, option, read)


def _add(read: Read, option: Option, value: str | None, at: int) -> None:
    read.flags.append(Flag(option.name, value, at))
    if value is not None and option.values and not opaque(value):
        _check_value(option, value)


def _following(words: Sequence[str | None], at: int, written: str, option: Option, read: Read) -> int:
    """Take the words behind a flag that are its values."""
    after = at + 1
    if option.mode == ':' and after == len(words):
        raise RefusedError(f"a value is required for '{written}' but none was supplied")
    if option.mode in ('=,', '=?') or after == len(words):
        _add(read, option, None, at)
        return after
    if option.mode == ':':
        _add(read, option, words[after], at)
        return after + 1
    return _optional(words, at, option, read)


def _optional(words: Sequence[str | None], at: int, option: Option, read: Read) -> int:
    most = len(words) if option.mode == '*' else at + 2
    after = at + 1
    while after < min(most, len(words)) and not (words[after] or '').startswith('-'):
        _add(read, option, words[after], at)
        after += 1
    if after == at + 1:
        _add(read, option, None, at)
    return after


def _short(words: Sequence[str | None], at: int, flags: Table, read: Read) -> int:
    """Letters: a flag with an optional value ends the group unless the next letter is a flag too."""
    letters = (words[at] or '')[1:]
    for i, letter in enumerate(letters):
        option = flags.short.get(letter)
        if option is None:
            raise RefusedError(f"unexpected argument '-{letter}' found")
        following = letters[i + 1:i + 2]
        if option.mode == ':' and not following:
            return _following(words, at, f'-{letter}', option, read)
        if option.mode and following and (option.mode == ':' or following == 'v' or following not in flags.short):
            _add(read, option, letters[i + 1:].removeprefix('='), at)
            return at + 1
        _add(read, option, None, at)
    return at + 1


# Refusals


def _errors(line: CommandLine, script: str | None, *, unknown: bool) -> Iterator[str]:
    """Why deno refuses a line whose every word it can read, in its order."""
    yield from _table_errors(line, unknown=unknown)
    yield from _positional_errors(line, script, unknown=unknown)
    yield from _value_errors(line)
    yield from _permission_errors(line)


def _table_errors(line: CommandLine, *, unknown: bool) -> Iterator[str]:
    """Conflicts and needs, as the table has them."""
    options = table('run' if line.bare else line.subcommand).long
    present = {flag.name for flag in line.flags}
    for flag in line.flags:
        option = options[flag.name]
        for other in option.conflicts:
            if other in present or (other[0] == '<' and line.script is not None):
                yield f"the argument '{_shown(option)}' cannot be used with '{_other(other, options)}'"
        for other in option.needs:
            if other not in present and not (other == 'files' and line.script is not None) and not unknown:
                yield f'the following required arguments were not provided: --{other}'


def _shown(option: Option) -> str:
    return f'--{option.name} <{option.name}>' if option.mode else f'--{option.name}'


def _other(name: str, options: Mapping[str, Option]) -> str:
    return name if name[0] == '<' else _shown(options[name])


NUMBERS = {
    'u16': (0, 2**16 - 1),
    'u32': (0, 2**32 - 1),
    'u64': (0, 2**64 - 1),
    'nonzero-u8': (1, 2**8 - 1),
    'nonzero-u32': (1, 2**32 - 1),
    'nonzero-u64': (1, 2**64 - 1),
    'jobs': (1, 2**64 - 1),
    'percent': (0, 100),
}


def number(text: str, least: int, most: int) -> int | None:
    """A whole number as Rust reads it, None if it is none or out of bounds."""
    if not re.fullmatch(r'\+?[0-9]{1,30}', text) or not least <= int(text) <= most:
        return None
    return int(text)


def _check_value(option: Option, value: str) -> None:
    """Raise RefusedError if the flag does not accept the value."""
    message = f"invalid value '{value}' for '--{option.name}'"
    if option.values in NUMBERS:
        accepted = number(value, *NUMBERS[option.values]) is not None
    elif option.values == 'shard':
        index, _, count = value.partition('/')
        accepted = 1 <= (number(index, 1, 2**64) or 0) <= (number(count, 1, 2**64) or 0)
        message += ': expected INDEX/COUNT with 1 <= INDEX <= COUNT'
    elif option.values == 'bool':
        accepted = value in ('true', 'false')
    else:
        accepted = value in option.values.split('|')
        message += f': possible values: {option.values.replace("|", ", ")}'
    if not accepted:
        raise RefusedError(message)


def _positional_errors(line: CommandLine, script: str | None, *, unknown: bool) -> Iterator[str]:
    command = COMMANDS[line.subcommand]
    if line.script is None and not unknown:
        yield from _without_script(line, command.required)
    elif script and command.choices and not opaque(script) and script not in command.choices.split('|'):
        yield f"invalid value '{script}': possible values: {command.choices.replace('|', ', ')}"
    if script == '-' and (line.has('watch') or line.has('hmr')):
        yield '--watch and --watch-hmr cannot be used while reading from stdin.'
    if line.subcommand == 'create' and script and not opaque(script):
        yield from _create_errors(line, script)


# Flags that say a script was meant: without one, bare `deno` refuses them
SCRIPT_WANTED = (
    'no-config', 'config', 'import-map', 'no-remote', 'no-npm', 'lock', 'no-lock', 'reload', 'frozen-lockfile',
    'cert', 'check', 'no-check',
)


def _without_script(line: CommandLine, required: str) -> Iterator[str]:
    if required:
        yield f'the following required arguments were not provided: {required}'
    if line.subcommand == 'vendor':
        yield '`deno vendor` was removed in Deno 2.'
    if line.bare and any(map(line.has, SCRIPT_WANTED)) and '--help' not in (line.items('v8-flags') or ()):
        yield '[SCRIPT_ARG] may only be omitted with --v8-flags=--help'
    if line.subcommand == 'task' and line.has('eval'):
        yield '[TASK] must be specified when using --eval'
    if line.subcommand == 'doc' and (line.has('html') or line.has('lint')) and not line.has('builtin'):
        yield 'the following required arguments were not provided: [source_file]...'
    if line.subcommand == 'init' and (line.has('npm') or line.has('jsr')):
        yield f'Missing package name for --{"npm" if line.has("npm") else "jsr"}.'


def _create_errors(line: CommandLine, package: str) -> Iterator[str]:
    scheme, colon, name = package.partition(':')
    if colon and scheme in ('npm', 'jsr'):
        other = 'jsr' if scheme == 'npm' else 'npm'
        if line.has(other):
            yield f'Cannot use `--{other}` with a `{scheme}:` specifier.'
        if not name:
            yield f"Missing package name after '{scheme}:' prefix."
    elif not line.has('npm') and not line.has('jsr'):
        yield 'Missing `jsr:` or `npm:` prefix. For example: `deno create npm:vite`.'


def _value_errors(line: CommandLine) -> Iterator[str]:
    """What deno itself checks about values that are no permissions."""
    for name in ('inspect', 'inspect-brk', 'inspect-wait'):
        address = line.value(name)
        if address is not None and not opaque(address) and line.subcommand not in ('bench', 'cache', 'compile'):
            yield from _address_errors(address)
    location = line.value('location')
    if location is not None and not opaque(location):
        yield from _location_errors(location)
    for package in _known(line.items('allow-scripts')):
        yield from _scripts_errors(package)
    for url in _known(line.items('reload')):
        if url.startswith(('./', '/')) or not ('://' in url or url.startswith(('npm:', 'jsr:'))):
            yield f"invalid reload URL: '{url}'"
    if line.subcommand not in CERTIFICATES_UNREAD:
        yield from _url_errors(line.items('unsafely-ignore-certificate-errors'))


# Sub-commands that take the flag and never look at it
CERTIFICATES_UNREAD = frozenset({
    'doc', 'add', 'remove', 'outdated', 'update', 'uninstall', 'publish', 'transpile', 'approve-scripts',
})


def _known(items: Iterable[str] | None) -> Iterator[str]:
    return (item for item in items or () if not opaque(item))


def _address_errors(address: str) -> Iterator[str]:
    host, colon, port = address.rpartition(':')
    if not address:
        yield 'Inspector address cannot be empty'
    elif (colon and port and address.count(':') < 2) or address.startswith('['):
        if address[-1] != ']' and number(port, 0, 65535) is None:
            yield f"Invalid inspector port '{port}'"
    elif not host and address.isdigit() and number(address, 0, 65535) is None:
        yield f"Invalid inspector port '{address}'"


def _location_errors(location: str) -> Iterator[str]:
    if not re.match(r'\s*[A-Za-z][A-Za-z0-9+.-]*:', location):
        yield 'Failed to parse URL'
    elif not re.match(r'\s*https?:', location, re.I):
        yield 'Expected protocol "http" or "https"'


def _scripts_errors(package: str) -> Iterator[str]:
    name, _, version = package.removeprefix('npm:').lstrip('@').partition('@')
    if not package.startswith('npm:'):
        yield f"Invalid package for --allow-scripts: '{package}'. An 'npm:' specifier is required"
    elif not name:
        yield "Invalid package requirement ''"
    elif re.fullmatch(r'(?![vxX]?\d|[xX]$)[A-Za-z][\w-]*', version):
        yield f'Tags are not supported in --allow-scripts: {package}'


def _url_errors(items: Iterable[str] | None) -> Iterator[str]:
    for item in _known(items):
        if '://' in item:
            yield f"invalid value '{item}': URLs are not supported, only domains and IPs"


def _permission_errors(line: CommandLine) -> Iterator[str]:
    """What deno checks about permission flags; `eval` has everything and looks at none, `x` alone lists programs."""
    if line.subcommand == 'eval' or (line.subcommand == 'x' and line.script is None):
        return
    local = line.subcommand == 'install' and not line.has('global')
    if local and any(flag.name in LOCAL_INSTALL_REFUSES for flag in line.flags):
        yield 'Note: Permission flags can only be used in a global setting'
    yield from _name_errors(line)
    for name in ('allow-net', 'deny-net', 'allow-import', 'deny-import'):
        yield from _url_errors(line.items(name))
    # On bare `deno` -A may stand beside lists, which nobody reads: the prompt has everything anyway
    if line.subcommand == 'repl' and line.bare:
        yield from _item_errors(line, (*DENY, *IGNORE))
        return
    for name in ('read', 'write', 'net', 'env', 'run', 'sys', 'ffi', 'import'):
        if line.has('allow-all') and line.has(f'allow-{name}'):
            yield f'--allow-all conflicts with --allow-{name}'
    # Without a module these have nothing to do and look at no item
    idle = line.script is None and (line.subcommand in ('info', 'doc') or line.has('global'))
    # `x -A` hands only the -A on, but it imports itself
    hands_on = line.subcommand == 'x' and line.has('allow-all')
    if line.subcommand != 'add' and not idle:
        yield from _item_errors(line, ('deny-import',) if hands_on else (*ALLOW, *DENY, *IGNORE))


LOCAL_INSTALL_REFUSES = frozenset(('allow-all', *ALLOW, *DENY)) - {'allow-import', 'deny-import'}


def _name_errors(line: CommandLine) -> Iterator[str]:
    for name in ('allow-env', 'deny-env'):
        for item in _known(line.items(name)):
            if '=' in item or '\0' in item:
                yield f"invalid env var name: '{item}'"
    for name in ('allow-sys', 'deny-sys'):
        for item in _known(line.items(name)):
            if item and item not in SYS_KINDS:
                yield f"unknown sys descriptor: '{item}'"


EMPTY = {
    'read': 'Empty path is not allowed',
    'write': 'Empty path is not allowed',
    'ffi': 'Empty path is not allowed',
    'env': 'Empty env not allowed',
    'sys': 'Empty sys not allowed',
    'run': 'Empty command name not allowed in --allow-run=...',
}


def _item_errors(line: CommandLine, names: Iterable[str]) -> Iterator[str]:
    for flag in names:
        kind = flag.partition('-')[2]
        items = line.items(flag) or ()
        if kind in ('net', 'import'):
            yield from filter(None, (host_error(item, flag=kind == 'net') for item in _known(items)))
        elif '' in items and flag != 'deny-run':
            yield EMPTY[kind]
