"""What is shown to everyone who loads a page: names that bundlers write into it, and files that become part of it.

    exposed('VITE_OPENAI_API_KEY')        'the OpenAI key'
    kind('islands/Chat.tsx', data)        BROWSER: what it reads can be read by every visitor

Which variables are written into a page was read in the manuals of Fresh 2, Vite 7, Next.js 16, Nuxt 4, SvelteKit 2,
Astro 5, Create React App 5, Expo 54, Vue CLI 5 and Gatsby 5.
"""
from __future__ import annotations

from deno_ai_hooks.facts.credential_names import NEVER
from deno_ai_hooks.facts.patterns import pattern

PREFIXES = (
    'FRESH_PUBLIC_', 'VITE_', 'NEXT_PUBLIC_', 'NUXT_PUBLIC_', 'REACT_APP_', 'EXPO_PUBLIC_', 'VUE_APP_', 'GATSBY_',
    'PUBLIC_',
)
INLINED = rf'\b(?:{"|".join(PREFIXES)})[A-Z0-9_]+\b'
"""Variables that bundlers write into the page."""

PROVIDERS = {
    'OPENAI': 'OpenAI', 'CHATGPT': 'OpenAI', 'GPT': 'OpenAI', 'DALLE': 'OpenAI', 'WHISPER': 'OpenAI',
    'ANTHROPIC': 'Anthropic', 'CLAUDE': 'Anthropic', 'GEMINI': 'Gemini', 'GENAI': 'Gemini', 'VERTEX': 'Vertex AI',
    'GROQ': 'Groq', 'MISTRAL': 'Mistral', 'COHERE': 'Cohere', 'OPENROUTER': 'OpenRouter', 'DEEPSEEK': 'DeepSeek',
    'XAI': 'xAI', 'GROK': 'xAI', 'PERPLEXITY': 'Perplexity', 'TOGETHER': 'Together', 'TOGETHERAI': 'Together',
    'FIREWORKS': 'Fireworks', 'CEREBRAS': 'Cerebras', 'SAMBANOVA': 'SambaNova', 'NVIDIA': 'NVIDIA',
    'HUGGINGFACE': 'Hugging Face', 'HUGGINGFACEHUB': 'Hugging Face', 'HF': 'Hugging Face', 'REPLICATE': 'Replicate',
    'STABILITY': 'Stability', 'FAL': 'fal', 'VOYAGE': 'Voyage', 'JINA': 'Jina', 'MOONSHOT': 'Moonshot',
    'KIMI': 'Moonshot', 'DASHSCOPE': 'DashScope', 'QWEN': 'DashScope', 'ZHIPU': 'Zhipu', 'GLM': 'Zhipu',
    'MINIMAX': 'MiniMax', 'SILICONFLOW': 'SiliconFlow', 'DEEPINFRA': 'DeepInfra', 'NOVITA': 'Novita',
    'BEDROCK': 'Bedrock', 'ELEVENLABS': 'ElevenLabs', 'DEEPGRAM': 'Deepgram', 'ASSEMBLYAI': 'AssemblyAI',
    'TAVILY': 'Tavily', 'FIRECRAWL': 'Firecrawl', 'SERPER': 'Serper', 'SERPAPI': 'SerpAPI', 'PINECONE': 'Pinecone',
    'LANGSMITH': 'LangSmith', 'LANGCHAIN': 'LangSmith', 'LOVABLE': 'Lovable', 'LLM': 'model', 'AI': 'model',
}
"""Words in names of variables that say whose key they hold."""

KEYS = frozenset('KEY TOKEN SECRET APIKEY CREDENTIALS'.split())
ADMIN = pattern(
    r'(?:^|_)(?:SERVICE_ROLE(?:_KEY)?|SUPABASE_SERVICE(?:_API)?_KEY'
    r'|(?:ADMIN|MASTER|SECRET|PRIVATE|SIGNING)_(?:API_)?(?:ACCESS_)?(?:KEY|TOKEN|SECRET|PASSWORD)'
    r'|(?:CLIENT|JWT|AUTH|APP|API|WEBHOOK|SESSION)_SECRET|SECRET_ACCESS_KEY|DATABASE_(?:URL|PASSWORD)|DB_PASSWORD)$'
)
"""Ends of names of what lets its bearer do everything."""

PUBLIC = pattern(r'SEARCH_(?:API_)?KEY$|INSTRUMENTATION_KEY$|_(?:SENTRY|ANALYTICS|WIDGET)_')
"""Names of keys that are there to be shown, besides those that `facts.providers` knows."""

SWITCHES = frozenset('USE USES ENABLE ENABLED HAS SHOW ALLOW REQUIRE IS DISABLE'.split())
"""First words of names that hold yes or no."""

LAST = pattern(r'(?:_(?:\d{1,2}|DEV|PROD|PRODUCTION|STAGING|TEST|LOCAL|BACKUP|DEFAULT))+$')


def inlined(name: str) -> str | None:
    """Return what a variable is called behind the prefix that lets bundlers write it into the page, None without."""
    return next((name[len(prefix):] for prefix in PREFIXES if name.startswith(prefix)), None)


def exposed(name: str) -> str:
    """Return what a variable holds that must not be in a page and will be by its name, '' if neither is so."""
    rest = inlined(name)
    return private(rest.removeprefix('PUBLIC_')) if rest else ''


def private(name: str) -> str:
    """Return what a variable of this name holds, if that is a model key or one that lets in everywhere, else ''."""
    name = LAST.sub('', name)
    words = name.split('_')
    if words[0] in SWITCHES or not NEVER.isdisjoint(word.lower() for word in words):
        return ''
    if ADMIN.search(name):
        return 'a service-role key' if 'SERVICE' in words else 'a secret'
    provider = next((PROVIDERS[word] for word in words[:-1] if word in PROVIDERS), '')
    if words[-1] in KEYS and provider:
        return f'the {provider} key'
    run_together = words[-1].removesuffix('KEY').removesuffix('API')
    if words[-1].endswith('KEY') and run_together in PROVIDERS:
        return f'the {PROVIDERS[run_together]} key'
    return ''


def is_master(name: str) -> bool:
    """Return whether a variable of this name lets its bearer do everything."""
    return ADMIN.search(LAST.sub('', name)) is not None and not is_public(name)


def is_public(name: str) -> bool:
    """Return whether what a variable of this name holds is there to be shown."""
    return PUBLIC.search(name) is not None


INFRASTRUCTURE = frozenset('''
    AWS Azure Supabase Upstash Turso Neon PostgreSQL MongoDB MySQL Redis Resend Stripe Slack Telegram GitHub GitLab
    Notion Twilio SendGrid RapidAPI Honeycomb Figma Shopify Vercel Helicone
'''.split())
"""Who runs no models and nothing that only stands around them."""


def is_model_provider(provider: str) -> bool:
    """Return whether a provider of `facts.providers` runs models, or what models are used with."""
    return bool(provider) and provider not in INFRASTRUCTURE and not provider.startswith('Deno ')


# files

BROWSER, SERVER = 'browser', 'server'

ISLAND = pattern(r'(?:^|/)(?:islands|\(_islands\))/(?:.*/)?[^/]+\.[cm]?[jt]sx?$')
SERVED = pattern(r'(?:^|/)(?:static|public)/(?:.*/)?[^/]+\.[cm]?[jt]sx?$')
CLIENT_ENTRY = pattern(r'(?:^|/)(?:entry[.-]client|(?:\+page|\+layout|[\w-]+)\.client)\.[jt]sx?$')
"""Files that are part of a page by where they stand."""

SERVER_PATH = pattern(
    r'(?:^|/)(?:server|servers|backend|supabase/functions|netlify/(?:edge-)?functions|pages/api|app/api|routes|src-tauri'
    r'|electron)/|^(?:api|functions|scripts?|tools?|bin|cli)/|(?:^|/)app/(?:.*/)?route\.[jt]s$'
    r'|(?:^|/)\+(?:server|page\.server|layout\.server)\.[jt]s$|(?:^|[./])(?:server|node)\.[cm]?[jt]sx?$'
    r'|^(?:src/)?(?:middleware|instrumentation)\.[jt]s$|(?:^|/)[\w-]+\.config\.[cm]?[jt]s$'
)
"""Modules that a framework keeps on the server, or that build the page."""

FRESH_ENTRY = pattern(r'(?:^|/)client\.[jt]sx?$')
BUNDLER = ('vite.config.ts', 'vite.config.js', 'vite.config.mts')
"""The script that Fresh 2 starts a page with, and what stands beside it; elsewhere a client is anybody's."""

DIRECTIVE = (
    rb'\A(?:\xef\xbb\xbf)?(?:\s++|//[^\n]*+\n|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/|#![^\n]*+\n|["\']use strict["\'];?)*+'
    rb'["\']use %s["\']'
)
USE_CLIENT = pattern(DIRECTIVE % b'client')
USE_SERVER = pattern(DIRECTIVE % b'server')

FRAMEWORK = pattern(
    rb'\bfrom\s{0,9}["\'](?:npm:|jsr:|https://esm\.sh/)?(?:preact|react|react-dom|@preact/signals|solid-js|vue|svelte)'
    rb'(?:@[^/"\'\s]{1,40})?(?:/(?:hooks|compat|client|web))?(?:\?[^"\'\s]{0,80})?["\']'
)
HOOKS = pattern(
    rb'\b(?:use(?:State|Effect|Ref|Callback|Memo|Signal|Reducer|LayoutEffect)|createRoot|hydrateRoot|createSignal|onMounted'
    rb'|createApp)[(<]'
)
"""What only a page that lives in a browser needs, and whose it is."""

SERVER_API = pattern(
    rb'\bDeno\.|\bfrom\s{0,9}["\'](?:node:|(?:fs|path|child_process|http|crypto|express|hono|next/headers|next/server|'
    rb'server-only|ink|@std/|jsr:@std/|npm:(?:hono|express|ink)|react-dom/server|preact-render-to-string)(?:["\'/@]))'
    rb'|\bimport\s{0,9}["\']server-only["\']|\bexport\s{1,9}(?:async\s{1,9})?(?:function|const)\s{1,9}'
    rb'(?:loader|action|handlers?|getServerSideProps|getStaticProps|getInitialProps|GET|POST)\b|\bcreateServerFn\b'
)
"""What a browser has not, or what a framework takes out of a module before it becomes part of a page."""


SPLIT = pattern(
    rb'\bcreate(?:ServerFn|ServerAction|IsomorphicFn)\b|\b(?:server|routeLoader|routeAction|globalAction)\$\(|\bdefineAction\('
    rb'|\{\s{0,200}["\']use server["\']|\bexport\s{1,9}(?:async\s{1,9})?(?:function|const)\s{1,9}'
    rb'(?:loader|action|getServerSideProps|getStaticProps)\b'
)
"""What a framework takes out of a module, with the imports that only this needs, before it becomes part of a page."""


def is_split(data: bytes) -> bool:
    """Return whether only a part of a module becomes part of a page, so that its imports may stay on the server."""
    return SPLIT.search(data) is not None


COMMON_JS = pattern(rb'\bmodule\.exports\b|\bexports\.\w+\s*=')


def is_for_servers(data: bytes) -> bool:
    """Return whether a module of which nobody knows who loads it was written for a server."""
    return SERVER_API.search(data) is not None or COMMON_JS.search(data) is not None


def kind(path: str, data: bytes) -> str:
    """Return BROWSER for a module that becomes part of a page by itself, SERVER for one that never does, else ''."""
    if ISLAND.search(path):
        return BROWSER
    if USE_SERVER.match(data) or b'"server-only"' in data or b"'server-only'" in data:
        return SERVER
    if USE_CLIENT.match(data) or SERVED.search(path) or CLIENT_ENTRY.search(path):
        return BROWSER
    if SERVER_PATH.search(path):
        return SERVER
    lives = FRAMEWORK.search(data) and HOOKS.search(data) and not SERVER_API.search(data)
    return BROWSER if lives else ''


SERVER_FUNCTION = pattern(
    r'(?:createServerFn|createServerAction|createMiddleware|createIsomorphicFn|server\$|serverOnly\$?|routeLoader\$'
    r'|routeAction\$|globalAction\$|defineAction|defineServerFn|createAPIFileRoute|createServerFileRoute)'
)
SERVER_EXPORT = pattern('loader|action|getServerSideProps|getStaticProps|getStaticPaths|headers|handlers?')
SERVER_ACTION = pattern(r'\{\s*["\']use server["\']')
"""Functions that a framework takes out of a module before it becomes part of a page."""

LOADERS = pattern(r'getServerSideProps|getStaticProps|getInitialProps')
LOAD, LOAD_PATH = 'load', pattern(r'(?:^|/)\+(?:page|layout)\.server\.[jt]s$')
"""Functions whose results a framework writes into the page: of Next.js, and of SvelteKit where it stands there."""

GUARDED = pattern(
    r'\bIS_BROWSER\b|typeof\s+(?:window|document|Deno|process)\b|\bimport\.meta\.env\.SSR\b|\bisServer\b|\bisBrowser\b|'
    r'\bbuilding\b|["\']Deno["\']\s+in\b'
)
"""Conditions that ask where the program runs."""
