"""Which expressions of a module carry a secret.

    flow = SecretFlow(module)
    secret = flow.carried(node)      # None, or what is in it and where it comes from

A secret is born where the environment, a credential header or the answer of a token endpoint is read,
or where something bears a credential's name and nobody knows better.  It passes through constants,
members, templates, sums, objects, arrays, the functions that change its form only, and parameters to
which a call of the same module gives one.  It does not pass through calls of other functions,
comparisons, lengths and hashes; of a text that is cut, more than PREFIX characters count.
"""
from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from deno_ai_hooks.common.documents.typescript_tree import arguments
from deno_ai_hooks.common.documents.typescript_tree import elements
from deno_ai_hooks.common.documents.typescript_tree import unwrapped
from deno_ai_hooks.common.values import ENVIRONMENTS
from deno_ai_hooks.common.values import Hole
from deno_ai_hooks.common.values import evaluate
from deno_ai_hooks.common.values import operands
from deno_ai_hooks.common.values import prefix
from deno_ai_hooks.common.values import texts
from deno_ai_hooks.facts import secret_names
from deno_ai_hooks.facts.credential_names import is_credential
from deno_ai_hooks.facts.credential_names import words
from deno_ai_hooks.facts.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from deno_ai_hooks.common.documents.scopes import Binding
    from deno_ai_hooks.common.documents.typescript import Module

VARIABLE, HEADER, NAMED, ANSWER, SIGNATURE = 'variable', 'header', 'named', 'answer', 'signature'
ENVIRONMENT, HEADERS, REQUEST = 'environment', 'headers', 'request'

WHOLE = (ENVIRONMENT, HEADERS, REQUEST)

PREFIX = 4
"""Characters of a secret that may be shown, as the end of a card's number is."""

DEPTH = 16           # expressions inside expressions
STEPS = 40_000       # expressions looked at in one module
MANY = 200           # properties, elements, assignments, calls of one thing
LARGE = 20_000       # bytes of an object literal that is looked into

LOADED = tuple(name for name in ENVIRONMENTS if name != 'import.meta.env')
"""Objects that hold the whole environment; that of a bundler holds what is public."""

READERS = frozenset(('Deno.env.get', 'Netlify.env.get'))
STORAGE = frozenset(('localStorage.getItem', 'sessionStorage.getItem'))
SIGNED = pattern(r'npm:jsonwebtoken(?:\.default)?\.sign$|(?:https://deno\.land/x/djwt|jsr:@(?:zaubrik/)?djwt)[^()]*\.create$')
SHOWING = frozenset(('Deno.inspect', 'node:util.inspect', 'node:util.format'))
LISTING = frozenset(('Object.fromEntries', 'Array.from'))
"""What shows the headers of a request; to JSON and to all that reads properties they are `{}` (deno 2.9.8)."""

AS_TEXT = frozenset((*SHOWING, 'JSON.stringify', 'jsr:@std/yaml.stringify', 'jsr:@std/toml.stringify'))
SAME = frozenset((
    *AS_TEXT, 'String', 'structuredClone', 'Object.fromEntries', 'Object.entries', 'Object.values', 'Object.assign',
    'Object.freeze', 'Array.from', 'encodeURIComponent', 'encodeURI', 'decodeURIComponent', 'btoa', 'atob',
    'node:buffer.Buffer.from', 'Buffer.from', 'jsr:@std/encoding.encodeBase64', 'jsr:@std/encoding/base64.encodeBase64',
    'Promise.resolve',
))
"""Functions that give what they are given in another form."""

METHODS = frozenset(
    'trim trimStart trimEnd toString valueOf toLowerCase toUpperCase normalize padEnd padStart concat split join '
    'entries values toJSON flat'.split()
)
"""Methods that give what they are called on in another form."""

CUTS = frozenset(('slice', 'substring', 'substr', 'subarray'))
MADE = frozenset(('URL', 'Request', 'Headers', 'Map', 'Set', 'String', 'URLSearchParams', 'FormData', 'Blob'))
OBJECTS = frozenset(('Request', 'Headers', 'Map', 'Set', 'FormData', 'Blob'))
URL_PARTS = frozenset(('href', 'search', 'searchParams'))
FUNCTIONS = frozenset(
    'arrow_function function_declaration function_expression generator_function_declaration method_definition'.split()
)
SCHEME = pattern(r'(?i)bearer|basic|token|\\s|\\n')
ERROR = pattern(r'(?:Error|Exception)$')
SERVES = pattern(r'^Deno\.serve$|^(?:https://deno\.land/std[^()]*|jsr:@std/http[^()]*)\.serve$')
REQUESTS = pattern(r'_?(?:req|request)$')
PLAIN_TYPES = pattern(r':\s*(?:string|unknown|any|Request)(?:\s*\|\s*(?:string|undefined|null))*$')
NODE_SERVERS = pattern(r'(?:npm:(?:express|koa|fastify|@nestjs/common|polka|restify)|node:https?)(?:/|$)')
VERBS = pattern(r'(?:^|\.)(?:get|fetch|load|read|create|generate|refresh|request|issue|obtain)_?(?=[A-Z_])')


class Secret(NamedTuple):
    """What an expression carries.

    `name` is that of the variable, the header, the member; `at` is the part of the expression that
    brings it in, `source` where it is read.  `inside` tells one that stands in an object, and shows
    only where the object is shown as such; `part` counts the characters of one that is cut.
    """

    kind: str
    name: str
    at: Node
    source: Node
    inside: bool = False
    part: int | None = None


class SecretFlow:
    """The secrets of one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._steps = STEPS
        self._known: dict[int, Secret | None] = {}
        self._assigned: dict[int, list[Node]] | None = None
        self._put: dict[int, list[Node]] = {}
        self._parameters: dict[int, tuple[Node, int]] | None = None
        self._calls: dict[int, list[tuple[Node, ...]]] = {}
        self._returns: list[Node] | None = None
        self._plain: bool | None = None

    def carried(self, node: Node, depth: int = DEPTH) -> Secret | None:
        """Return the secret that the value of an expression shows when it is printed, or None."""
        if node.id in self._known:
            return self._known[node.id]
        self._steps -= 1
        if depth <= 0 or self._steps <= 0:
            return None
        self._known[node.id] = None  # what holds itself carries nothing of its own
        inner: Node | None = node
        while inner is not None:
            node_, inner = inner, unwrapped(inner) or _awaited(inner)
        self._known[node.id] = found = self._expression(node_, depth - 1)
        return found

    def _any(self, nodes: Iterable[Node | None], depth: int) -> Secret | None:
        for node in nodes:
            found = self.carried(node, depth) if node is not None else None
            if found:
                return found
        return None

    def _expression(self, node: Node, depth: int) -> Secret | None:
        match node.type:
            case 'template_string':
                holes = (hole for _, hole in self._module.pieces(node) if hole is not None)
                return self._shown_as_text(holes, depth)
            case 'binary_expression':
                return self._binary(node, depth)
            case 'ternary_expression':
                return self._any(_fields(node, 'consequence', 'alternative'), depth)
            case 'object':
                return self._object(node, depth)
            case 'array':
                return self._array(node, depth)
            case 'spread_element':
                return self._any(node.named_children[:1], depth)
            case 'identifier' | 'shorthand_property_identifier':
                return self._identifier(node, depth)
            case 'member_expression' | 'subscript_expression':
                return self._member(node, depth)
            case 'call_expression':
                return self._call(node, depth)
            case 'new_expression':
                return self._new(node, depth)
        return None

    def _shown_as_text(self, nodes: Iterable[Node], depth: int) -> Secret | None:
        """Return what shows where a text is made of values: an object becomes `[object Object]`."""
        for node in nodes:
            found = self.carried(node, depth)
            if found and not found.inside:
                return found
        return None

    def _binary(self, node: Node, depth: int) -> Secret | None:
        operator = node.child_by_field_name('operator')
        match operator.type if operator is not None else '':
            case '+':
                return self._shown_as_text(operands(node), depth)
            case '??' | '||':
                return self._any(_fields(node, 'left', 'right'), depth)
            case '&&':
                return self._any(_fields(node, 'right'), depth)
        return None

    def _object(self, node: Node, depth: int) -> Secret | None:
        if node.end_byte - node.start_byte > LARGE:
            return None
        request = None
        for value, place in self._members(node):
            found = self.carried(value, depth)
            found = found._replace(inside=True, at=place or found.at) if found else None
            if found and found.kind != REQUEST:
                return found
            request = request or found
        return request

    def _members(self, node: Node) -> Iterator[tuple[Node, Node | None]]:
        """Yield the values of an object literal, each with the spread that brings it; later keys hide earlier ones."""
        members: dict[object, tuple[Node, Node | None]] = {}
        for member in node.named_children[:MANY]:
            if member.type == 'spread_element':
                members.update(self._spread(member))
            elif member.type in ('pair', 'shorthand_property_identifier'):
                key = member.child_by_field_name('key') if member.type == 'pair' else member
                value = member.child_by_field_name('value') if member.type == 'pair' else member
                if key is not None and value is not None:
                    members[self._module.read(key).strip('"\'')] = value, None
        yield from members.values()

    def _spread(self, member: Node) -> Iterator[tuple[object, tuple[Node, Node | None]]]:
        for value in member.named_children[:1]:
            known = self._module.properties(value)
            for key, node in known.items():
                yield key, (node, value)
            # `{ ...headers }` copies what a console shows of them (deno 2.9.8)
            if not known.complete:
                yield value.id, (value, None)

    def _array(self, node: Node, depth: int) -> Secret | None:
        for element in elements(node)[:MANY]:
            found = self.carried(element, depth)
            if found:
                spread = element.type == 'spread_element' and found.kind == REQUEST
                return found._replace(inside=True, kind=HEADERS if spread else found.kind)
        return None

    # names

    def _identifier(self, node: Node, depth: int) -> Secret | None:
        module = self._module
        binding = module.declaration(node)
        if binding is None:
            return self._environment(node)
        found = self._bound(node, binding, depth)
        if found is None and binding.kind in ('const', 'let', 'var'):
            found = self._any(self._added(binding), depth)
        return found._replace(at=node) if found else None

    def _bound(self, node: Node, binding: Binding, depth: int) -> Secret | None:
        if binding.kind == 'parameter':
            return self._given(node, binding, depth) or self._by_name(node, binding)
        if binding.kind == 'import':
            return self._imported(node) or self._by_name(node, binding)
        value = self._module.constant(binding)
        if value is None:
            return self._any(self._assignments(binding), depth) or self._own_loop(binding, depth)
        if not binding.path:
            return self.carried(value, depth) or self._by_name(node, binding, value)
        return self._taken(node, binding, value, depth) or self._any([binding.default], depth)

    def _own_loop(self, binding: Binding, depth: int) -> Secret | None:
        """Return what the names of `for (const [name, value] of headers)` stand for."""
        if binding.declaration.type != 'for_in_statement' or binding.path == ('0',):
            return None
        found = self._any(_fields(binding.declaration, 'right'), depth)
        return _shown(found) if found and found.kind in WHOLE and binding.path == ('1',) else None

    def _taken(self, node: Node, binding: Binding, value: Node, depth: int) -> Secret | None:
        """Return what a name holds that is taken out of a value."""
        path = binding.path or ()
        if variable := self._environment(node):
            return variable
        target = self._module.at(value, path)
        if target is not None:
            return self.carried(target, depth)
        if path == ('headers',) and self._is_request(value):
            return self._headers(node)
        owner = self.carried(value, depth)
        if owner and path[-1:] == ('1',) and owner.kind != ANSWER:
            return owner  # const [, token] = header.split(" ")
        if owner and owner.kind == ANSWER and is_credential(path[-1]):
            return owner._replace(inside=False)
        return self._by_name(node, binding, value)

    def _imported(self, node: Node) -> Secret | None:
        """Return the variable of the environment that another module gives away under a name."""
        for value in evaluate(self._module, node):
            for part in value.parts:
                if isinstance(part, Hole) and part.kind == 'env' and secret_names.is_secret_variable(part.name):
                    return Secret(VARIABLE, part.name, node, node)
        return None

    def _by_name(self, node: Node, binding: Binding | None, value: Node | None = None) -> Secret | None:
        """Return what bears a credential's name and comes from somewhere unknown."""
        name = self._module.read(node)
        if secret_names.SIGNATURE.match(name):
            return Secret(SIGNATURE, name, node, node)
        if not secret_names.is_secret_member(name) or (value is not None and not self._is_unknown(value)):
            return None
        if binding is not None and binding.kind == 'parameter':
            kind = binding.declaration.child_by_field_name('type')
            if kind is not None and not binding.path and not PLAIN_TYPES.match(self._module.read(kind)):
                return None
        return Secret(NAMED, name, node, node)

    def _is_unknown(self, value: Node) -> bool:
        """Return whether nobody can say what an expression gives: a call that hides nothing, a member."""
        inner: Node | None = value
        while inner is not None:
            value, inner = inner, unwrapped(inner) or _awaited(inner)
        if value.type == 'call_expression':
            function = value.child_by_field_name('function')
            return function is not None and not secret_names.HIDING.search(self._module.read(function)[-80:])
        return value.type in ('member_expression', 'subscript_expression')

    def _given(self, node: Node, binding: Binding, depth: int) -> Secret | None:
        """Return the secret that a call of this module gives to a parameter."""
        if self._parameters is None:
            self._find_functions()
        function, index = (self._parameters or {}).get(binding.declaration.id, (None, 0))
        if function is None:
            return None
        for given in self._calls.get(function.id, ())[:MANY]:
            if index < len(given) and not any(each.type == 'spread_element' for each in given[:index + 1]):
                value = self._module.at(given[index], binding.path) if binding.path else given[index]
                found = self.carried(value, depth) if value is not None and binding.path is not None else None
                if found and found.kind != NAMED:
                    return found
        return None

    def _find_functions(self) -> None:
        """Note the parameters of the functions that have a name, and the arguments of their calls."""
        self._parameters = {}
        module = self._module
        named = [(node.child_by_field_name('name'), node) for node in module.nodes('function_declaration')]
        for node in module.nodes('lexical_declaration'):
            for each in node.named_children:
                value = each.child_by_field_name('value') if each.type == 'variable_declarator' else None
                if value is not None and value.type in FUNCTIONS:
                    named.append((each.child_by_field_name('name'), value))
        for name, made in named:
            listed = made.child_by_field_name('parameters')
            for index, parameter in enumerate(listed.named_children[:MANY] if listed is not None else ()):
                if name is not None:
                    self._parameters[parameter.id] = name, index
        for call in module.calls():
            if call.callee and call.callee.startswith('local:') and '.' not in call.callee:
                called = call.node.child_by_field_name('function')
                binding = module.declaration(called) if called is not None and called.type == 'identifier' else None
                if binding is not None:
                    self._calls.setdefault(binding.node.id, []).append(call.arguments)

    # what is assigned and added later

    def _assignments(self, binding: Binding) -> list[Node]:
        self._find_assignments()
        declared = [binding.value] if binding.value is not None and not binding.path else []
        return [*declared, *(self._assigned or {}).get(binding.node.id, [])[:MANY]]

    def _added(self, binding: Binding) -> list[Node]:
        """Return what is put into an object, headers or a URL after it has been made."""
        self._find_assignments()
        return self._put.get(binding.node.id, [])[:MANY]

    def _find_assignments(self) -> None:
        if self._assigned is not None:
            return
        self._assigned = {}
        for node in self._module.nodes('assignment_expression', 'augmented_assignment_expression'):
            left, right = node.child_by_field_name('left'), node.child_by_field_name('right')
            if left is not None and right is not None:
                self._enter(left, right)
        for call in self._module.calls('*.set', '*.append'):
            function = call.node.child_by_field_name('function')
            owner = function.child_by_field_name('object') if function is not None else None
            if owner is not None and len(call.arguments) > 1:
                inner = owner.child_by_field_name('object') if owner.type == 'member_expression' else owner
                if inner is not None and inner.type == 'identifier':
                    self._note(inner, call.arguments[1])

    def _enter(self, left: Node, right: Node) -> None:
        if left.type == 'identifier':
            binding = self._module.declaration(left)
            if binding is not None and self._assigned is not None:
                self._assigned.setdefault(binding.node.id, []).append(right)
        elif left.type in ('member_expression', 'subscript_expression'):
            owner = left.child_by_field_name('object')
            if owner is not None and owner.type == 'identifier':
                self._note(owner, right)

    def _note(self, owner: Node, value: Node) -> None:
        binding = self._module.declaration(owner)
        made = self._module.constant(binding) if binding is not None else None
        # what is made here is known; what came from elsewhere may be a store that is never printed as a whole
        if binding is not None and made is not None and made.type in ('object', 'new_expression'):
            self._put.setdefault(binding.node.id, []).append(value)

    # members

    def _environment(self, node: Node) -> Secret | None:
        """Return what of the environment a name stands for: one variable, or all of them."""
        name = self._module.callee(node)
        if name is None:
            return None
        for all_of_it in LOADED:
            if name == all_of_it:
                return Secret(ENVIRONMENT, name, node, node, inside=True)
            if name.startswith(all_of_it + '.'):
                variable = name[len(all_of_it) + 1:]
                return Secret(VARIABLE, variable, node, node) if secret_names.is_secret_variable(variable) else None
        return None

    def _member(self, node: Node, depth: int) -> Secret | None:
        module = self._module
        if found := self._environment(node):
            return found
        target = module.follow(node)
        if target.id != node.id:
            found = self.carried(target, depth)
            return found._replace(at=node) if found else None
        owner, key = node.child_by_field_name('object'), module.key(node)
        if owner is None or key is None:
            return None
        if key == 'headers' and self._is_request(owner):
            return self._headers(node)
        if self._is_headers(owner) and secret_names.is_secret_header(key):
            return Secret(HEADER, key.lower(), node, node)
        return self._imported(node) or self._of_owner(node, owner, key, depth)

    def _of_owner(self, node: Node, owner: Node, key: str, depth: int) -> Secret | None:
        if key in URL_PARTS:
            return self.carried(owner, depth)
        if key.isdecimal():
            found = self.carried(owner, depth) if int(key[:3]) and self._is_split(owner) else None
            return found._replace(at=node) if found else None
        found = self.carried(owner, depth) if is_credential(key) else None
        if found and found.kind == ANSWER:
            return found._replace(at=node, inside=False)
        talked_of = words(self._module.read(owner)[-60:])[-1:]
        if owner.type == 'call_expression' or not secret_names.TALKING.isdisjoint(talked_of):
            return None
        if not secret_names.is_secret_member(key) or not self._may_hold(owner):
            return None
        return Secret(NAMED, key, node, node)

    def _may_hold(self, owner: Node) -> bool:
        """Return whether a member of `owner` can be anything: it is not a literal that lacks it."""
        return self._module.follow(owner).type not in ('object', 'enum_declaration', 'class', 'array', 'string')

    def _is_split(self, node: Node) -> bool:
        node = self._module.follow(node)
        function = node.child_by_field_name('function') if node.type == 'call_expression' else None
        return function is not None and self._module.key(function) == 'split'

    def _is_request(self, node: Node) -> bool:
        """Return whether an expression is a request that came in, or one that is made here."""
        name = node if node.type == 'identifier' else node.child_by_field_name('property')
        if name is None or not REQUESTS.match(self._module.read(name)):
            return node.type == 'identifier' and self._is_typed_request(node)
        return True

    def _is_typed_request(self, node: Node) -> bool:
        binding = self._module.declaration(node)
        kind = binding.declaration.child_by_field_name('type') if binding is not None else None
        return kind is not None and self._module.read(kind).lstrip(': ') == 'Request'

    def _is_headers(self, node: Node) -> bool:
        if node.type == 'identifier':
            return self._module.read(node).lower().endswith('headers')
        return self._module.key(node) == 'headers'

    def _headers(self, node: Node) -> Secret:
        """Return all headers of a request: an object of its own that JSON shows as `{}`, or in Node.js a plain one."""
        if self._plain is None:
            self._plain = any(
                NODE_SERVERS.match(self._module.package(each.specifier)) for each in self._module.imports()
            )
        return Secret(HEADERS if self._plain else REQUEST, 'headers', node, node, inside=True)

    def request(self, node: Node) -> Secret | None:
        """Return the secret that a request shows when it is printed as such: its headers (deno 2.9.8)."""
        raw = node.type == 'member_expression' and self._module.read(node)[-8:] == '.req.raw'
        if raw or (node.type == 'identifier' and (self._is_typed_request(node) or self._is_served(node))):
            return Secret(REQUEST, self._module.read(node), node, node, inside=True)
        return None

    def _is_served(self, node: Node) -> bool:
        """Return whether a name is the first parameter of a function that is given to `Deno.serve`."""
        binding = self._module.declaration(node)
        if binding is None or binding.kind != 'parameter' or binding.path != () or not binding.node.start_byte:
            return False
        between = self._module.text.data[binding.scope.start:binding.node.start_byte]
        return between.lstrip(b'async ').strip(b' (') == b'' and any(
            given.start_byte == binding.scope.start
            for call in self._module.calls() if call.callee and SERVES.search(call.callee) for given in call.arguments
        )

    # calls

    def _call(self, node: Node, depth: int) -> Secret | None:
        function = node.child_by_field_name('function')
        if function is None:
            return None
        given = list(arguments(node))[:MANY]
        name = self._module.callee(function) or ''
        found = self._read(node, function, name, given)
        if found:
            return found
        if name in SAME:
            return self._same(name, given, depth)
        if name.startswith('local:') and not secret_names.HIDING.search(name):
            return self._returned(node, function, depth)
        owner, key = function.child_by_field_name('object'), self._module.key(function)
        if owner is not None and key is not None:
            return self._method(node, owner, key, given, depth)
        return self._named_call(node, function)

    def _read(self, node: Node, function: Node, name: str, given: list[Node]) -> Secret | None:
        """Return what a call reads from the environment or from the headers of a request."""
        if found := self._environment(node):
            return found
        if SIGNED.match(name):
            return Secret(NAMED, 'a signed token', node, node)
        owner, key = function.child_by_field_name('object'), self._module.key(function)
        if owner is not None and key == 'header' and not given and self._is_request(owner):
            return Secret(HEADERS, 'headers', node, node, inside=True)
        asked = next(texts(self._module, given[0]), None) if given else None
        if asked is None:
            return None
        if name in STORAGE:
            return Secret(NAMED, asked, node, node) if is_credential(asked) else None
        if name in READERS or secret_names.ENV_HELPER.search(name.removeprefix('local:')):
            return Secret(VARIABLE, asked, node, node) if secret_names.is_secret_variable(asked) else None
        if owner is not None and key in ('get', 'header', 'getHeader') and secret_names.is_secret_header(asked):
            held = self._is_headers(owner) if key == 'get' else True
            return Secret(HEADER, asked.lower(), node, node) if held or self._is_request(owner) else None
        return None

    def _same(self, name: str, given: list[Node], depth: int) -> Secret | None:
        many = name in ('Object.assign', 'node:util.format')
        found = self._any(given if many else given[:1], depth)
        if found is None:
            return None
        if name == 'String' and found.inside:
            return None
        if name == 'JSON.stringify' and len(given) > 1 and given[1].type not in ('null', 'undefined'):
            return None  # whoever gives a replacer leaves something out
        if found.kind == REQUEST:
            listed = name in (*SHOWING, *LISTING)
            kept = found if name in ('Object.assign', 'Object.freeze') else None
            return found._replace(kind=HEADERS, inside=name not in SHOWING) if listed else kept
        return found._replace(inside=False) if name in AS_TEXT else found

    def _method(self, node: Node, owner: Node, key: str, given: list[Node], depth: int) -> Secret | None:
        if key in METHODS:
            found = self._any([owner, *(given if key == 'concat' else ())], depth)
            if found and key in ('entries', 'values') and found.kind == REQUEST:
                return found._replace(kind=HEADERS)
            return found._replace(inside=False) if found and key in ('join', 'toString') else found
        if key in CUTS:
            return self._cut(owner, key, given, depth)
        if key == 'replace' and len(given) > 1:
            # only what stands before or between is taken away: `Bearer `, escaped line ends
            return self.carried(owner, depth) if SCHEME.search(self._module.read(given[0])[:100]) else None
        if key == 'encode' and given and 'ncoder' in (self._module.callee(owner) or self._module.read(owner)[-40:]):
            return self.carried(given[0], depth)
        if key in ('json', 'text') and not given:
            return self._answer(node, owner)
        function = node.child_by_field_name('function')
        return self._named_call(node, function) if function is not None else None

    def _cut(self, owner: Node, key: str, given: list[Node], depth: int) -> Secret | None:
        found = self.carried(owner, depth)
        numbers = [self._number(each) for each in given[:2]]
        if found is None or None in numbers:
            return None
        start, end = ([*numbers, None] if len(numbers) < 2 else numbers)[:2] if numbers else (0, None)
        assert start is not None
        if key == 'substr' and end is not None:
            length = end
        elif end is None:
            length = -start if start < 0 else 0
        else:
            length = end - start if (end < 0) == (start < 0) else 0
        if 0 < length <= PREFIX:
            return None
        whole = not length or length < 0
        return found if whole else found._replace(part=length)

    def _number(self, node: Node) -> int | None:
        known = self._module.read(self._module.follow(node))[:12].replace('_', '').replace(' ', '')
        digits = known.removeprefix('-')
        return int(known) if digits.isdecimal() and digits.isascii() else None

    def _answer(self, node: Node, owner: Node) -> Secret | None:
        """Return what a token endpoint answers."""
        request: Node | None = owner
        while request is not None:
            owner = self._module.follow(request)
            request = unwrapped(owner) or _awaited(owner)
        function = owner.child_by_field_name('function') if owner.type == 'call_expression' else None
        given = list(arguments(owner))[:1]
        if function is None or not given or self._module.callee(function) != 'fetch':
            return None
        for value in evaluate(self._module, given[0]):
            url = ''.join(part.name if isinstance(part, Hole) else part.text for part in value.parts) or prefix(value)
            if secret_names.TOKEN_ENDPOINT.search(url[:2000]):
                return Secret(ANSWER, 'the answer of a token endpoint', node, node, inside=True)
        return None

    def _returned(self, node: Node, function: Node, depth: int) -> Secret | None:
        """Return the secret that a function of the module gives back, whatever it is given."""
        binding = self._module.declaration(function) if function.type == 'identifier' else None
        if binding is None:
            return None
        declared = binding.declaration if binding.kind == 'function' else self._module.constant(binding)
        body = declared.child_by_field_name('body') if declared is not None and declared.type in FUNCTIONS else None
        if body is None:
            return None
        values = self._statements(body) if body.type == 'statement_block' else [body]
        for value in values:
            found = self.carried(value, depth)
            if found and found.kind in (VARIABLE, ENVIRONMENT) and found.source.start_byte >= body.start_byte:
                return found._replace(at=node)
        return self._named_call(node, function)

    def _statements(self, body: Node) -> list[Node]:
        if self._returns is None:
            self._returns = list(self._module.nodes('return_statement'))
        first = bisect_left(self._returns, body.start_byte, key=attrgetter('start_byte'))
        last = bisect_left(self._returns, body.end_byte, key=attrgetter('start_byte'))
        return [child for each in self._returns[first:last][:MANY] for child in each.named_children[:1]]

    def _named_call(self, node: Node, function: Node) -> Secret | None:
        """Return what `getAccessToken()` gives."""
        name = self._module.read(function)[-60:]
        verb = VERBS.search(name)
        if verb is None or '(' in name or secret_names.HIDING.search(name):
            return None
        member = name[verb.end():]
        return Secret(NAMED, member, node, node) if secret_names.is_secret_member(member) else None

    def _new(self, node: Node, depth: int) -> Secret | None:
        constructor = node.child_by_field_name('constructor')
        name = self._module.callee(constructor) if constructor is not None else None
        if name is None:
            return None
        if name in MADE:
            found = self._any(list(arguments(node))[:2], depth)
            return _within(found) if name in OBJECTS else found and found._replace(inside=False)
        if ERROR.search(name):
            return self._shown_as_text(list(arguments(node))[:1], depth)
        return None


def _within(found: Secret | None) -> Secret | None:
    return found._replace(inside=True) if found else None


def _shown(found: Secret | None) -> Secret | None:
    return found._replace(inside=False) if found else None


def _awaited(node: Node) -> Node | None:
    if node.type in ('await_expression', 'sequence_expression') and node.named_children:
        return node.named_children[-1]
    return None


def _fields(node: Node, *names: str) -> list[Node]:
    return [found for name in names if (found := node.child_by_field_name(name)) is not None]
