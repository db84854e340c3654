"""Images that start as root, images that serve a model to whoever asks, and what takes a container's walls down."""
from __future__ import annotations

from deno_ai_hooks.facts.images import is_deno
from deno_ai_hooks.facts.images import repository
from deno_ai_hooks.facts.images import tag
from deno_ai_hooks.facts.patterns import pattern

ROOT_BASES = frozenset('''
    alpine almalinux amazonlinux archlinux buildpack-deps bun busybox centos debian fedora golang node python
    rockylinux ruby rust scratch ubuntu
'''.split())
"""Images that start as root unless a Dockerfile says otherwise, by the last part of their names."""

OFFICIAL = pattern(r'(?:(?:docker\.io|public\.ecr\.aws/docker|mirror\.gcr\.io)/)?(?:library/)?[\w-]+\Z')
"""Names of Docker's official images, where nobody else's image of that name can be meant."""

GOOGLE_DISTROLESS = pattern(r'gcr\.io/distroless/')
ROOTLESS = pattern(r'(?i)non-?root|rootless|unprivileged')
ROOT = pattern(r'(?:root|0+)\Z')

DROPS = pattern(
    rb'\b(?:gosu|su-exec|setpriv|runuser|s6-setuidgid|setuidgid|chpst|suexec|start-stop-daemon)\b'
    rb'|\bsu\s+(?:-\w*\s+)*[a-z_][\w-]*|\bsudo\s+(?:-\w+\s+)*-\w*u|--userspec|\bPUID\b',
)
"""Programs with which an entry script goes on as another user."""

DEVELOPMENT = pattern(
    r'(?i)(?:^|/)(?:\.?devcontainer|tests?|testdata|fixtures|e2e|bench|\.github|ci)/'
    r'|(?:^|[/._-])(?:dev|devel|development|tests?|testing|e2e|ci|debug|bench|local|override)(?=[._-]|$)[^/]*$'
)
"""Paths of files that describe containers of developers and tests."""

DEVELOPERS_STAGE = pattern(
    r'(?i)(?:^|[._-])(?:dev|devel|development|tests?|testing|e2e|ci|debug|lint|bench)(?:[._-]|$)',
)
"""Names of stages that are there for developers and tests."""

HELPING_STAGE = pattern(r'(?i)(?:^|[._-])(?:build|builder|base|deps|install|cache)(?:[._-]|$)')
"""Names of stages that are there for other stages, unless they are the last."""


def starts_as_root(image: str) -> bool:
    """Tell whether `image` is known to start as root (deno_docker 2.9.1; Docker's official images; distroless)."""
    if ROOTLESS.search(image):
        return False
    name = repository(image)
    return is_deno(image) or bool(GOOGLE_DISTROLESS.match(name)) or (
        name in ('oven/bun', 'docker.io/oven/bun')
        or (name.rpartition('/')[2] in ROOT_BASES and OFFICIAL.match(name) is not None)
    )


def is_root(user: str) -> bool | None:
    """Tell whether a `USER` is root; None when that is not known."""
    name = user.strip().strip('"\'').partition(':')[0]
    return None if not name or '$' in name or '{' in name else ROOT.match(name) is not None


def flavour(image: str) -> str:
    """Return the flavour of an official Deno image: `alpine`, `distroless`, …; empty for the usual one."""
    head = tag(image).partition('-')[0]
    return head if head.isalpha() and head not in ('latest', 'canary') else ''


def is_moving(image: str) -> bool:
    """Tell whether an image has no digest and no tag that holds a version."""
    return '@' not in image and '$' not in image and not any(character.isdigit() for character in tag(image))


# sub-commands of deno that are no programs in its images: a shell, or an entry point, that is given one fails
SHELL_SUBCOMMANDS = frozenset('run serve task eval cache lint doc repl'.split())

WAITING = frozenset('cat sleep tail sh bash ash'.split())
"""Programs with which a container only waits for somebody to come in."""

OLLAMA = 'Ollama'
OLLAMA_PORT = 11434

SERVERS = {
    'ollama/ollama': OLLAMA,
    'alpine/ollama': OLLAMA,
    'dustynv/ollama': OLLAMA,
    'vllm/vllm-openai': 'vLLM',
    'vllm/vllm-openai-cpu': 'vLLM',
    'ggml-org/llama.cpp': 'llama.cpp',
    'ggerganov/llama.cpp': 'llama.cpp',
    'localai/localai': 'LocalAI',
    'mudler/localai': 'LocalAI',
    'go-skynet/local-ai': 'LocalAI',
    'huggingface/text-generation-inference': 'text-generation-inference',
    'huggingface/text-embeddings-inference': 'text-embeddings-inference',
    'lmsysorg/sglang': 'SGLang',
    'xprobe/xinference': 'Xinference',
    'nvidia/tritonserver': 'Triton',
    'michaelf34/infinity': 'Infinity',
    'mostlygeek/llama-swap': 'llama-swap',
    'atinoda/text-generation-webui': 'text-generation-webui',
    'koboldai/koboldcpp': 'KoboldCpp',
}
"""Servers of models that ask nobody who he is, by the end of their images' names."""

SERVING = (
    (pattern(r'\bvllm\.entrypoints\b|(?:^|/)vllm serve\b'), 'vLLM'),
    (pattern(r'(?:^|[ /])ollama serve\b'), OLLAMA),
    (pattern(r'(?:^|[ /])llama-server\b'), 'llama.cpp'),
    (pattern(r'\bsglang\.launch_server\b'), 'SGLang'),
    (pattern(r'(?:^|[ /])text-generation-launcher\b'), 'text-generation-inference'),
)
"""Command lines that start such a server, whatever the image is called."""

LM_STUDIO = pattern(r'(?i)lm-?studio')
MODEL_WORDS = (
    r'(?i)ollama|vllm|llama\.cpp|local-?ai|text-(?:generation|embeddings)-inference|sglang|xinference|tritonserver'
    r'|infinity|llama-swap|llama-server|text-generation-(?:webui|launcher)|koboldcpp|lm-?studio|\b11434\b',
)
"""What a file holds that speaks of such a server, for the screen."""

GUARDS = pattern(r'(?:VLLM|LLAMA|LLAMA_ARG|LOCALAI|SGLANG|INFINITY|KOBOLD)?_?API_KEYS?\Z')
"""Variables with which such a server, Ollama aside, asks for a key; `--api-key` does the same."""


def model_server(image: str) -> str | None:
    """Return what serves models in a container of `image`, or None."""
    name = repository(image)
    if LM_STUDIO.search(name):
        return 'LM Studio'
    parts = name.rsplit('/', 2)[-2:]
    return SERVERS.get('/'.join(parts))


def serving(line: str) -> str | None:
    """Return what a command line serves models with, or None."""
    return next((name for started, name in SERVING if started.search(line)), None)


MODEL_KEY = pattern(
    r'(?:OPENAI|ANTHROPIC|CLAUDE|GEMINI|GOOGLE_(?:GENERATIVE_AI|AI)|MISTRAL|COHERE|GROQ|AZURE_OPENAI|OPENROUTER|DEEPSEEK'
    r'|TOGETHER(?:_AI)?|FIREWORKS|PERPLEXITY|XAI|REPLICATE|HUGGING_?FACE(?:HUB)?|HF|VOYAGE|JINA|ELEVENLABS|DEEPGRAM)'
    r'_(?:API_)?(?:KEY|TOKEN)\Z',
)
"""Variables that hold a key of a model provider."""
