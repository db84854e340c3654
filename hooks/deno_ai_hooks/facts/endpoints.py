"""What sends requests: functions and classes that take a URL, and the names that people give to endpoints."""
from __future__ import annotations

import re
from functools import lru_cache

from deno_ai_hooks.facts.patterns import pattern

REQUESTS = {
    'fetch': 0,
    'WebSocket': 0,
    'WebSocketStream': 0,
    'EventSource': 0,
    'importScripts': 0,
    'navigator.sendBeacon': 0,
    'XMLHttpRequest().open': 1,
    'Deno.openKv': 0,
    'npm:node-fetch': 0,
    'npm:cross-fetch': 0,
    'npm:cross-fetch.fetch': 0,
    'npm:isomorphic-fetch': 0,
    'npm:undici.fetch': 0,
    'npm:undici.request': 0,
    'npm:undici.stream': 0,
    'npm:undici.WebSocket': 0,
    'npm:undici.EventSource': 0,
    'npm:ofetch': 0,
    'npm:ofetch.ofetch': 0,
    'npm:ofetch.$fetch': 0,
    'npm:ofetch.ofetch.raw': 0,
    'npm:ws': 0,
    'npm:ws.WebSocket': 0,
    'npm:eventsource': 0,
    'npm:eventsource.EventSource': 0,
    'npm:reconnecting-websocket': 0,
    'npm:socket.io-client': 0,
    'npm:socket.io-client.io': 0,
    'npm:wretch': 0,
    'npm:request': 0,
    'npm:needle': 1,
}
"""Callees whose argument, or the `url` of an object there, is where a request goes."""

VERBS = frozenset('get post put patch delete del head options request stream extend create raw'.split())
CLIENTS = frozenset('''
    npm:axios npm:ky npm:got npm:ofetch.ofetch npm:ofetch.$fetch npm:superagent npm:needle npm:request npm:redaxios
    npm:undici.request node:http
'''.split())
"""Objects whose methods, the verbs of HTTP, take a URL."""

WEAK = pattern(
    r'(?:^|[.:])(?:Request|[a-z]\w{0,20}?Fetch|\$?fetch[A-Z_]\w{0,30}'
    r'|(?:Ollama|QdrantClient|ChromaClient|Weaviate\w*|RemoteRunnable|\w{0,40}(?:Client|Transport|WebBaseLoader|Embeddings'
    r'|Retriever|SDK|Sdk|ApiClient|VectorStore))|create(?:Client|[A-Z]\w{0,30}Client)|connectClient)$',
)
"""Last names of what most likely sends requests to a URL it is given: helpers, clients, transports."""

CLIENT_OPTIONS = ('url', 'baseURL', 'baseUrl', 'basePath', 'endpoint', 'host', 'path', 'address', 'origin', 'serverUrl')
"""Options of clients that say where requests go."""

WORDS = pattern(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+')

STRONG = frozenset('''
    endpoint endpoints api apis baseurl basepath baseuri apiurl apibase proxy proxies webhook webhooks upstream
    upstreams backend gateway rpc graphql websocket wss ws inference llm mcp ollama openai anthropic registry
'''.split())
"""Words that say: requests go here."""

PLACES = frozenset('url urls uri uris host hosts hostname server servers address origin base root path addr'.split())

SERVING = frozenset(('server', 'servers', 'host', 'hosts'))
"""Last words that need no other beside them."""

SERVICES = frozenset('''
    server servers service services base model models ai chat search lookup embedding embeddings vector vectors qdrant
    chroma chromadb weaviate milvus pinecone supabase database db redis queue request requests fetch query remote
    cluster agent tool tools auth token oauth oidc sso login weather forecast geo geocode geocoding geoip ip news stock
    quotes crypto price prices rates data feed health status socket stream upload download storage bucket s3 minio
    worker sync callback completion completions generate tts stt whisper speech transcribe translate translation ocr
    rerank reranker memory knowledge rag retriever crawler scraper scrape browser searx searxng n8n tracing telemetry
    otel otlp metrics langfuse langsmith collector ingest notify push sms mail smtp payment billing event events target
    dest destination litellm vllm llamacpp lmstudio tgi comfyui automatic1111 stable diffusion node nodes primary
    fallback default prod production staging live
'''.split())
"""Words that with one of PLACES behind them say the same."""

MODELS = pattern(
    r'api\.(?:openai|anthropic|groq|mistral|x|cohere|deepseek|perplexity|together|fireworks|replicate|cerebras|voyageai|'
    r'elevenlabs|deepgram|assemblyai|tavily|exa|firecrawl|stability|moonshot|minimax|siliconflow|novita|deepinfra)'
    r'\.(?:com|ai|xyz|io|dev|cn)|openrouter\.ai|generativelanguage\.googleapis\.com|(?:[\w-]+\.)?huggingface\.co'
    r'|[\w-]+\.openai\.azure\.com|[\w-]+-aiplatform\.googleapis\.com|bedrock-runtime\.[\w-]+\.amazonaws\.com'
    r'|ai-gateway\.vercel\.sh|gateway\.ai\.cloudflare\.com|dashscope\.aliyuncs\.com|open\.bigmodel\.cn',
)
"""Hosts of model providers: whatever a constant with one is called, prompts and keys go there."""

SHOWN = frozenset('''
    docs doc documentation license licence licenses homepage help support image images img icon icons logo avatar photo
    picture thumbnail thumb banner favicon link links href repo repository github gitlab issue issues bug bugs blog
    website site web author authors social twitter facebook linkedin youtube terms privacy policy about info namespace
    namespaces ns schema schemas xmlns vocab context type types iri identifier reference ref references citation credit
    credits example examples sample samples demo placeholder test tests mock mocks fixture fixtures description title
    label text message msg error hint readme changelog wiki canonical share sitemap preview article page pages profile
    external public app frontend client ui landing cors allowed whitelist allowlist blacklist referer referrer
    redirect redirects success cancel return vite next nextauth assets asset cdn fonts font css comment regex pattern
    prefix legacy old deprecated tutorial guide learn manual specification spec
'''.split())
"""Words that say: this is shown to people, compared or named, not requested."""


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in any case: `OLLAMA_BASE_URL`, `ollamaBaseURL`, `ollama-base-url`."""
    return tuple(word.lower() for word in WORDS.findall(name[:200]))


def is_endpoint(name: str) -> bool:
    """Return whether a constant, option or key of this name says where requests go."""
    found = words(name)
    if not found or not SHOWN.isdisjoint(found):
        return False
    if not STRONG.isdisjoint(found) or found[-1] in SERVING:
        return True
    return len(found) > 1 and found[-1] in PLACES and not SERVICES.isdisjoint(found[:-1])


def is_place(name: str) -> bool:
    """Return whether a name says where something is, of whatever kind."""
    found = words(name)
    return bool(found) and SHOWN.isdisjoint(found) and found[-1] in PLACES


def is_endpoint_variable(name: str) -> bool:
    """Return whether an environment variable of this name says where requests go: most that name a place do."""
    found = words(name)
    return is_endpoint(name) or (len(found) > 1 and found[-1] in PLACES and SHOWN.isdisjoint(found))


def is_model_host(host: str) -> bool:
    """Return whether `host` is that of a model provider."""
    return MODELS.fullmatch(host.lower().removesuffix('.')) is not None


def request_at(callee: str) -> int | None:
    """Return which argument of `callee` is where a request goes, None if none surely is."""
    name = callee.replace('.default', '', 1) if callee.startswith('npm:') else callee
    name = re.sub(r'@[^/.]*', '', name, count=1) if name.startswith('npm:') and '@' in name[5:] else name
    if name in REQUESTS:
        return REQUESTS[name]
    if name in CLIENTS:
        return 0
    owner, _, verb = name.rpartition('.')
    return 0 if verb in VERBS and (owner in CLIENTS or owner.removesuffix('()').rpartition('.')[0] in CLIENTS) else None
