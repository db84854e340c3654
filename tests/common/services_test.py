from __future__ import annotations

import pytest
from deno_ai_hooks.common.documents.config import Json
from deno_ai_hooks.common.documents.yaml import Yaml
from deno_ai_hooks.common.services import line
from deno_ai_hooks.common.services import mounts
from deno_ai_hooks.common.services import ports
from deno_ai_hooks.common.services import roots
from deno_ai_hooks.common.services import services
from deno_ai_hooks.common.services import variables
from deno_ai_hooks.common.text import whole


def read(text, path='compose.yaml'):
    document = (Json if path.endswith('.json') else Yaml)(path, whole(text.encode()))
    return [service for root in roots(document) for service in services(root)]


def only(text, path='compose.yaml'):
    (service,) = read(text, path)
    return service


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('services: {a: {image: x}, b: {build: .}}', [('a', 'x'), ('b', '')]),
        ('services: {a: {image: "x:${V:-1}"}}', [('a', 'x:1')]),
        ('services: {a: {image: $X}}', [('a', '')]),
        ('services: {a: {image: x}, b: 1}', [('a', 'x')]),
        ('x: &x {image: x}\nservices: {a: *x}', [('a', 'x')]),
        ('x: &x {image: x}\nservices:\n  a:\n    <<: *x\n    init: true', [('a', 'x')]),
        ('services: {a: {image: x}, b: {extends: a}}', [('a', 'x'), ('b', 'x')]),
        ('services: {a: {image: x}, b: {extends: {service: a}, image: y}}', [('a', 'x'), ('b', 'y')]),
        ('services: {a: {image: x, extends: a}}', [('a', 'x')]),
        ('services: {a: {}}', []),
        ('services: [a]', []),
        ('jobs: {services: {a: {image: x}}}', []),
        ('', []),
    ),
)
def test_services_of_compose(text, expected):
    assert [(each.name, each.image) for each in read(text)] == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    (
        ('kind: Pod\napiVersion: v1\nspec: {containers: [{name: a, image: x}]}', [('a', 'x')]),
        ('kind: Job\napiVersion: v1\nspec: {template: {spec: {initContainers: [{image: x}]}}}', [('', 'x')]),
        ('kind: CronJob\napiVersion: v1\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{image: x}]}}}}}',
         [('', 'x')]),
        ('kind: Pod\napiVersion: v1\nspec: {containers: [{image: x}]}\n---\nkind: Pod\napiVersion: v1\n'
         'spec: {containers: [{image: y}]}', [('', 'x'), ('', 'y')]),
        ('spec: {containers: [{image: x}]}', []),
        ('kind: Pod\napiVersion: v1\nspec: {containers: {image: x}}', []),
    ),
)
def test_containers_of_kubernetes(text, expected):
    assert [(each.name, each.image) for each in read(text)] == expected


def test_reads_json():
    assert only('{"services": {"a": {"image": "x"}}}', 'compose.json').image == 'x'


@pytest.mark.parametrize(
    ('extends', 'whole_'), (('{service: b}', True), ('{file: b.yaml, service: b}', False), ('{service: c}', False)),
)
def test_tells_what_stands_elsewhere(extends, whole_):
    found = read(f'services: {{a: {{image: x, extends: {extends}}}, b: {{init: true}}}}')
    assert [each.whole for each in found] == [whole_, True]


@pytest.mark.parametrize(
    ('text', 'line'),
    (
        ('services: {a: {image: x, command: run a.ts}}', ('run', 'a.ts')),
        ('services: {a: {image: x, entrypoint: deno, command: [run, "a b.ts"]}}', ('deno', 'run', 'a b.ts')),
        ('services: {a: {image: x, command: "sh -c \'deno run a.ts\'"}}', ('sh', '-c', 'deno run a.ts')),
        ('services: {a: {image: x}}', ()),
        ('kind: Pod\napiVersion: v1\nspec: {containers: [{image: x, command: [deno], args: [run]}]}', ('deno', 'run')),
    ),
)
def test_lines(text, line):
    assert only(text).line == line


@pytest.mark.parametrize(
    ('environment', 'expected'),
    (
        ('{A: b}', [('A', 'b')]),
        ('{A: 1, B: true, C: }', [('A', '1'), ('B', 'true')]),
        ('[A=b, B, "C=d=e"]', [('A', 'b'), ('C', 'd=e')]),
        ('["A="]', [('A', '')]),
        ('{A: "${B:-c}", D: "${E}"}', [('A', 'c'), ('D', None)]),
        ('{A: [b]}', []),
        ('A=b', []),
    ),
)
def test_variables_of_compose(environment, expected):
    service = only(f'services: {{a: {{image: x, environment: {environment}}}}}')
    assert [(each.name, each.value) for each in variables(service)] == expected


def test_variables_of_kubernetes():
    env = '[{name: A, value: b}, {name: C, valueFrom: {secretKeyRef: {name: c}}}]'
    service = only(f'kind: Pod\napiVersion: v1\nspec: {{containers: [{{image: x, env: {env}}}]}}')
    assert [(each.name, each.value) for each in variables(service)] == [('A', 'b')]


@pytest.mark.parametrize(
    ('port', 'expected'),
    (
        ('"80"', ('', 80)),
        ('80', ('', 80)),
        ('"8080:80"', ('', 80)),
        ('"8080-8081:80-81"', ('', 80)),
        ('":80"', ('', 80)),
        ('"127.0.0.1:8080:80"', ('127.0.0.1', 80)),
        ('"127.0.0.1::80"', ('127.0.0.1', 80)),
        ('"[::1]:8080:80"', ('::1', 80)),
        ('"8080:80/tcp"', ('', 80)),
        ('"${A:-127.0.0.1}:8080:80"', ('127.0.0.1', 80)),
        ('"${A}:8080:80"', (None, 80)),
        ('"${A}:80"', ('', 80)),
        ('"$A:80"', ('', 80)),
        ('{target: 80}', ('', 80)),
        ('{target: "80", host_ip: 127.0.0.1}', ('127.0.0.1', 80)),
        ('{target: 80, host_ip: "${A}"}', (None, 80)),
    ),
)
def test_ports(port, expected):
    (found,) = ports(only(f'services: {{a: {{image: x, ports: [{port}]}}}}'))
    assert (found.address, found.target) == expected


@pytest.mark.parametrize('port', ('"80/udp"', '"$A"', '"a"', '""', '[80]', '{published: 80}', '{target: a}', '"80:"'))
def test_no_ports(port):
    assert list(ports(only(f'services: {{a: {{image: x, ports: [{port}]}}}}'))) == []


def test_ports_of_pods():
    text = 'kind: Pod\napiVersion: v1\nspec: {containers: [{image: x, ports: [%s]}]}'
    assert list(ports(only(text % '{containerPort: 80}'))) == []
    (found,) = ports(only(text % '{containerPort: 80, hostPort: 8080, hostIP: 10.0.0.1}'))
    assert (found.address, found.target) == ('10.0.0.1', 80)


@pytest.mark.parametrize(
    ('command', 'expected'),
    (
        ('run main.ts', ['run', 'main.ts']), ('[run, "a b.ts"]', ['run', 'a b.ts']),
        ('run $FLAGS a.ts', ['run', None, 'a.ts']),
        ('[run, "${FLAGS}"]', ['run', None]), ('run --port=$PORT', ['run', '--port=$PORT']), ('""', []), ('[]', []),
    ),
)
def test_words_of_a_line(command, expected):
    service = only(f'services: {{a: {{image: x, command: {command}}}}}')
    assert [word.text for word in line(service.arguments)] == expected


@pytest.mark.parametrize(
    ('volumes', 'expected'),
    (
        ('["./a:/app"]', [('/app', './a')]),
        ('[".:/app/:ro"]', [('/app', '.')]),
        ('["../a:/"]', [('/', '../a')]),
        ('[{type: bind, source: ./a, target: /app}]', [('/app', './a')]),
        ('["data:/app", "/srv:/srv", "/app", {type: volume, source: data, target: /d}]', []),
        ('{a: b}', []),
    ),
)
def test_mounts(volumes, expected):
    assert list(mounts(only(f'services: {{a: {{image: x, volumes: {volumes}}}}}'))) == expected


@pytest.mark.parametrize(
    ('build', 'expected'),
    (
        ('{args: {A: b}}', [('A', 'b')]), ('{args: [A=b, C]}', [('A', 'b')]), ('{args: {A: "${B}"}}', [('A', None)]),
        ('.', []), ('{context: .}', []),
    ),
)
def test_arguments_of_a_build(build, expected):
    service = only(f'services: {{a: {{image: x, build: {build}}}}}')
    assert [(each.name, each.value) for each in variables(service)] == expected
