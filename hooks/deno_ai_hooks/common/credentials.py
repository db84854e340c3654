"""Where a module uses credentials: what clients of SDKs are given, headers, parameters, variables that are set."""
from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.documents.processes import RUN
from deno_ai_hooks.common.documents.processes import SPAWNERS
from deno_ai_hooks.common.requests import requests
from deno_ai_hooks.common.values import Hole
from deno_ai_hooks.common.values import Value
from deno_ai_hooks.common.values import evaluate
from deno_ai_hooks.common.values import prefix
from deno_ai_hooks.common.values import texts
from deno_ai_hooks.facts import providers
from deno_ai_hooks.facts import urls
from deno_ai_hooks.facts.credential_names import is_credential
from deno_ai_hooks.facts.keys import SHORTEST
from deno_ai_hooks.facts.keys import is_near
from deno_ai_hooks.facts.patterns import pattern
from deno_ai_hooks.facts.providers import Client
from deno_ai_hooks.facts.providers import Service

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.typescript import Call
    from deno_ai_hooks.common.documents.typescript import Module
    from deno_ai_hooks.common.requests import Request

OPTIONS = frozenset('''
    apiKey api_key apikey APIKey apiToken api_token authToken auth_token accessToken access_token bearerToken secretKey
    secret_key secretAccessKey sessionToken clientSecret client_secret webhookSecret signingSecret openAIApiKey
    openaiApiKey azureOpenAIApiKey anthropicApiKey googleApiKey geminiApiKey serviceRoleKey privateKey apiSecret
'''.split())
"""Options that hold a credential, whatever they are given to."""

ENDPOINTS = (
    'baseURL', 'baseUrl', 'baseurl', 'base_url', 'basePath', 'serverURL', 'serverUrl', 'url', 'host', 'endpoint',
)
"""Options of clients that say where requests go."""

SETTERS = frozenset(('set', 'append', 'setHeader', 'setRequestHeader', 'header'))
GETTERS = pattern(
    r'(?i)(?:^|\.)(?:get|read|require|load|optional|fetch)?_?env(?:var|variable|ordefault|or|_or)?$|getOrDefault$|'
    r'(?:^|\.)env\.\w+$'
)
"""Helpers that take the name of a variable and what to take instead."""

VARIABLE = pattern(r'[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+')
URL_VARIABLE = pattern(r'(?:^|_)(?:URL|URI|DSN|CONNECTION_STRING)$')
HEADER = pattern(rb'(?i)\b(?:proxy-)?authorization\b|api-?(?:key|token)\b|-(?:key|token|auth|team|bypass)["\'`]')
DEFAULTED = pattern(
    rb'(?i)(?:key|token|secret|passw\w{0,10}|credentials?|auth\w{0,20})["\']?\s{0,20}(?::[^=\n"\'`]{0,60})?=\s{0,20}'
    rb'(?:["\'`]|[A-Z_]{3})'
)
"""A credential's name that is given a default."""

STDIO = 'npm:@modelcontextprotocol/sdk/client/stdio.js.StdioClientTransport'
BROWSER = frozenset('initializeApp algoliasearch liteClient docsearch Loader useJsApiLoader'.split())
"""What sets up a page and shows its key to every visitor."""

AROUND = 50
"""Requests that are looked at for the one that a header belongs to."""

READS = frozenset(
    'identifier member_expression subscript_expression call_expression parenthesized_expression as_expression '
    'non_null_expression binary_expression satisfies_expression'.split()
)
LITERALS = ('string', 'template_string')
WRITTEN = READS - {'call_expression'} | set(LITERALS)
DEFAULTS = {
    'pair_pattern': ('key', 'value'),
    'object_assignment_pattern': ('left', 'right'),
    'assignment_pattern': ('left', 'right'),
    'required_parameter': ('pattern', 'value'),
}
"""What gives a name a default, and where the two stand."""


class Use(NamedTuple):
    """An expression that stands where a credential goes.

    `place` is what it is used in, `what` says so in words; `service` is whose credential it is.  With
    `certain` nothing but a credential goes there; `required` says that the types take no `undefined`;
    `set` that a variable of the environment is given a value there, `missing` that the expression stands
    in for one without.
    """

    node: Node
    place: Node
    what: str
    service: Service
    certain: bool = True
    required: bool = False
    set: bool = False
    missing: bool = False


class View:
    """A module, its calls and its requests, looked for once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.calls = list(module.calls())
        self.requests = list(requests(module))
        self._starts = [request.call.node.start_byte for request in self.requests]

    def uses(self) -> Iterator[Use]:
        """Yield the expressions that stand where credentials go, those that say most first."""
        for find in (_fallbacks, _clients, _headers, _parameters, _variables, _defaults, _options):
            yield from find(self)

    def text(self, node: Node) -> str | None:
        """Return the first text that an expression may have."""
        return next(texts(self.module, node), None)

    def service(self, options: Iterable[Node]) -> Service | None:
        """Return who is asked at the URLs that `options` give, None where there is none."""
        values = [value for node in options for value in evaluate(self.module, node)]
        return service_of(values) if values else None

    def is_local(self, options: Iterable[Node]) -> bool:
        """Return whether one of `options` leads to this machine or network."""
        return any(is_near(prefix(value)) for node in options for value in evaluate(self.module, node))

    def request(self, place: Node) -> Request | None:
        """Return the request that an expression is part of."""
        last = bisect_right(self._starts, place.start_byte)
        around = reversed(self.requests[max(0, last - AROUND):last])
        return next((request for request in around if place.end_byte <= request.call.node.end_byte), None)

def service_of(values: Iterable[Value]) -> Service:
    """Return who is asked at URLs, nobody where they lead to several or to somebody unknown."""
    hosts = {url.host for value in values if (url := urls.split(prefix(value)))}
    services = {providers.host(host) or Service() for host in hosts}
    return services.pop() if len(services) == 1 else Service()


# where keys are used


def _clients(view: View) -> Iterator[Use]:
    """Yield what the clients of SDKs are given as credentials."""
    for call in view.calls:
        known = providers.client(call.callee) if call.callee and call.arguments else None
        if known is not None and call.arguments[0].type != 'spread_element':
            yield from _given(view, call, known)


def _given(view: View, call: Call, known: Client) -> Iterator[Use]:
    places = _endpoints(view, call)
    if view.is_local(places):
        return
    asked = view.service(places)
    for credential in known.credentials:
        node = _at(view.module, call, credential.at, credential.keys)
        if node is not None:
            own = Service(known.provider, credential.variable)
            named = credential.keys[-1] if credential.keys else 'the key'
            what = f'{named} of {_written(view.module, call)}'
            yield Use(node, call.node, what, own if asked is None else asked, required=credential.required)


def _at(module: Module, call: Call, at: int, keys: tuple[str, ...]) -> Node | None:
    if at >= len(call.arguments):
        return None
    node: Node | None = call.arguments[at]
    for key in keys:
        node = module.properties(node).get(key) if node is not None else None
    return node


def _endpoints(view: View, call: Call) -> list[Node]:
    found: list[Node] = []
    for argument in call.arguments[:2]:
        options = view.module.properties(argument)
        nested = view.module.properties(options['configuration']) if 'configuration' in options else {}
        found += [given[name] for given in (options, nested) for name in ENDPOINTS if name in given]
    return found


def _written(module: Module, call: Call) -> str:
    function = call.node.child_by_field_name('constructor' if call.new else 'function')
    name = module.read(function) if function is not None else ''
    return f'{"new " * call.new}{name}()' if name.replace('.', '').isidentifier() and len(name) < 50 else 'a client'


def _options(view: View) -> Iterator[Use]:
    """Yield options that bear the name of a credential, whatever they are given to."""
    for call in view.calls:
        if call.arguments and (call.callee or '').rpartition('.')[2] not in BROWSER:
            for argument in call.arguments[:3]:
                yield from _named(view, call, argument)


def _named(view: View, call: Call, argument: Node) -> Iterator[Use]:
    options = view.module.properties(argument) if argument.type in ('object', 'identifier') else {}
    named = OPTIONS.intersection(options)
    if not named or 'authDomain' in options:
        return
    places = _endpoints(view, call)
    if not view.is_local(places):
        for name in sorted(named):
            what = f'{name} of {_written(view.module, call)}'
            yield Use(options[name], call.node, what, view.service(places) or Service(), certain=False)


def _headers(view: View) -> Iterator[Use]:
    """Yield the values of headers that carry a credential."""
    for name, value, place in chain(_pairs(view), _set(view), _assigned(view.module)):
        yield from _header(view, name, value, place)


def _header(view: View, name: str, value: Node, place: Node) -> Iterator[Use]:
    service = providers.header(name)
    if service is not None and (name == 'apikey' or name.lower() != 'apikey'):
        request = view.request(place)
        if request is None or not view.is_local(request.urls):
            asked = view.service(request.urls) if request is not None else None
            found = service if service.variable or asked is None else asked
            yield Use(value, place, f'the header {name}', found, required=True)


def _pairs(view: View) -> Iterator[tuple[str, Node, Node]]:
    module = view.module
    for node in module.nodes('pair') if HEADER.search(module.text.data) else ():
        key, value = node.child_by_field_name('key'), node.child_by_field_name('value')
        name = _name(module, key) if key is not None else None
        if name and value is not None:
            yield name, value, node
    for node in module.nodes('array'):
        if node.named_child_count == 2 and node.named_children[0].type == 'string':
            name = module.string(node.named_children[0])
            if name:
                yield name, node.named_children[1], node


def _name(module: Module, key: Node) -> str | None:
    if key.type == 'string':
        return module.string(key)
    if key.type == 'computed_property_name' and key.named_children:
        return module.string(module.follow(key.named_children[0]))
    return module.read(key)


def _set(view: View) -> Iterator[tuple[str, Node, Node]]:
    for call in view.calls:
        function = call.node.child_by_field_name('function')
        if function is not None and len(call.arguments) == 2 and view.module.key(function) in SETTERS:
            name = view.module.string(view.module.follow(call.arguments[0]))
            if name:
                yield name, call.arguments[1], call.node


def _assigned(module: Module) -> Iterator[tuple[str, Node, Node]]:
    for node in module.nodes('assignment_expression'):
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        if left is not None and right is not None and left.type in ('member_expression', 'subscript_expression'):
            name = module.key(left)
            if name:
                yield name, right, node


def _parameters(view: View) -> Iterator[Use]:
    """Yield the values of URL parameters that carry a credential, set one by one."""
    for call in view.calls:
        owner, _, method = (call.callee or '').rpartition('.')
        if method in ('set', 'append') and len(call.arguments) == 2 and _is_query(owner):
            name = view.text(call.arguments[0])
            if name and name.lower() in providers.PARAMETERS:
                yield Use(call.arguments[1], call.node, f'the parameter {name} of a URL', Service(), certain=False)
        elif call.callee == 'URLSearchParams' and call.arguments:
            for name, value in view.module.properties(call.arguments[0]).items():
                if name.lower() in providers.PARAMETERS:
                    yield Use(value, call.node, f'the parameter {name} of a URL', Service(), certain=False)


def _is_query(owner: str) -> bool:
    return owner.endswith(('.searchParams', 'URLSearchParams()'))


def _variables(view: View) -> Iterator[Use]:
    """Yield what is set as a variable of the environment, of this process or of one that it starts."""
    for name, value, place in chain(_set_here(view), _handed_on(view.module)):
        if is_secret(name):
            yield Use(value, place, f'{name} for the environment', Service('', name), certain=False, set=True)


def _set_here(view: View) -> Iterator[tuple[str, Node, Node]]:
    module = view.module
    for call in module.calls('Deno.env.set', 'Object.assign'):
        if call.callee == 'Deno.env.set' and len(call.arguments) == 2:
            name = view.text(call.arguments[0])
            if name:
                yield name, call.arguments[1], call.node
        elif len(call.arguments) == 2 and module.callee(call.arguments[0]) == 'process.env':
            for name, value in module.properties(call.arguments[1]).items():
                yield name, value, call.node
    for node in module.nodes('assignment_expression', 'augmented_assignment_expression'):
        left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
        target = module.callee(left) if left is not None and left.type.endswith('_expression') else None
        if target and right is not None and target.startswith('process.env.'):
            yield target.removeprefix('process.env.'), right, node


def _handed_on(module: Module) -> Iterator[tuple[str, Node, Node]]:
    for call in module.calls(*SPAWNERS, RUN, STDIO):
        for at in range(min(3, len(call.arguments))):
            given = module.keyword(call, 'env', at=at)
            for name, value in (module.properties(given) if given is not None else {}).items():
                yield name, value, call.node


def is_secret(name: str) -> bool:
    """Return whether a variable of this name holds what nobody else may see."""
    return (is_credential(name) or name in providers.variables()) and not providers.is_public_name(name)


# what stands in for a variable that is missing


def _fallbacks(view: View) -> Iterator[Use]:
    for name, other, place in chain(_either(view), _helped(view), _late(view)):
        yield Use(other, place, name, Service('', name), certain=False, missing=True)


def _either(view: View) -> Iterator[tuple[str, Node, Node]]:
    module = view.module
    for node in module.nodes('binary_expression', 'ternary_expression') if b'env' in module.text.data else ():
        if node.type == 'ternary_expression':
            sides = 'consequence', 'alternative'
        else:
            operator = node.child_by_field_name('operator')
            if operator is None or operator.type not in ('??', '||'):
                continue
            sides = 'left', 'right'
        one, other = map(node.child_by_field_name, sides)
        if one is not None and other is not None:
            yield from ((name, other, node) for name in _read(view, one, other))
            if node.type == 'ternary_expression':
                yield from ((name, one, node) for name in _read(view, other, one))


def _read(view: View, node: Node, other: Node) -> Iterator[str]:
    """Yield the secret variable whose value an expression is, where `other` may be a text that stands in for it."""
    if node.type not in READS or other.type not in WRITTEN:
        return
    if other.end_byte - other.start_byte < SHORTEST and other.type in LITERALS:
        return
    for value in evaluate(view.module, node):
        part = value.parts[0] if len(value.parts) == 1 else None
        if isinstance(part, Hole) and part.kind == 'env' and (is_secret(part.name) or URL_VARIABLE.search(part.name)):
            yield part.name
            return


def _helped(view: View) -> Iterator[tuple[str, Node, Node]]:
    """Yield what helpers such as `getEnv("NAME", "…")` take instead."""
    for call in view.calls:
        function = call.node.child_by_field_name('function')
        if function is None or len(call.arguments) != 2 or call.arguments[0].type not in LITERALS:
            continue
        name = view.module.string(call.arguments[0]) or ''
        if not VARIABLE.fullmatch(name) or not is_secret(name) or call.callee == 'Deno.env.set':
            continue
        if function.end_byte - function.start_byte < 60 and GETTERS.search(view.module.read(function)):
            yield name, call.arguments[1], call.node


def _late(view: View) -> Iterator[tuple[str, Node, Node]]:
    """Yield what is assigned to a name whose variable is missing: `key ??= "…"`."""
    module = view.module
    for node in module.nodes('augmented_assignment_expression'):
        operator, left = node.child_by_field_name('operator'), node.child_by_field_name('left')
        right = node.child_by_field_name('right')
        if operator is None or operator.type not in ('??=', '||=') or left is None or right is None:
            continue
        binding = module.declaration(left) if left.type == 'identifier' else None
        if binding is not None and binding.value is not None and not binding.path:
            yield from ((name, right, node) for name in _read(view, binding.value, right))


def _defaults(view: View) -> Iterator[Use]:
    """Yield the defaults of parameters and of names taken out of an object that bear a credential's name."""
    for node in view.module.nodes(*DEFAULTS) if DEFAULTED.search(view.module.text.data) else ():
        left, right = map(node.child_by_field_name, DEFAULTS[node.type])
        if node.type == 'pair_pattern' and right is not None:  # { NAME: name = "…" }
            right = right.child_by_field_name('right') if right.type == 'assignment_pattern' else None
        if left is None or right is None or left.end_byte - left.start_byte > 80:
            continue
        name = view.module.read(left)
        if is_secret(name):
            variable = name if VARIABLE.fullmatch(name) else ''
            yield Use(right, node, name, Service('', variable), certain=False, missing=True)
