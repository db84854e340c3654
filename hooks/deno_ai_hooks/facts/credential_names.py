"""Which names are those of credentials, such as `apiKey`, and which not: `maxTokens`, `primaryKey`, `tokenizer`."""
from __future__ import annotations

from deno_ai_hooks.facts.patterns import pattern

HUMP = pattern(r'(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])')
WORD = pattern(r'[A-Za-z]+')
PASSWORDS = frozenset('password passwd passphrase passcode pwd pw'.split())
ALONE = frozenset(
    'secret token apikey credential credentials apitoken authtoken accesstoken secretkey privatekey authkey '
    'bearer authorization auth apisecret clientsecret accesskey'.split()
)
KEYED = frozenset(
    'api access secret private auth storage encryption signing master service role admin app account subscription '
    'client webhook shared jwt hmac deploy bot user project session server license functions function openai '
    'anthropic claude gemini google mistral cohere groq azure deepgram pinecone qdrant weaviate exa tavily '
    'elevenlabs replicate langfuse langsmith together fireworks deepseek openrouter perplexity xai nvidia fal '
    'voyage jina ai llm model'.split()
)
LAST = frozenset(
    'prod production dev development staging stage live value string default raw literal const env backup old new '
    'fallback header main current'.split()
)
NEVER = frozenset(
    'public publishable anon primary foreign cache query sort partition idempotency react csrf xsrf stop next '
    'page continuation cursor max min input output total prompt completion cached reasoning usage count limit budget '
    'per num hash sha digest checksum length size label placeholder description title format prefix pattern regex '
    'example sample mock fake dummy site recaptcha event translation locale message hint error verify pub '
    'expected received etag commit version revision trace span request chunk sync special eos bos pad unk'.split()
)


def words(name: str) -> list[str]:
    """Return the words of a name in small letters: `openAIApiKey` is open, ai, api, key."""
    return [word.lower() for word in WORD.findall(HUMP.sub(' ', name[-80:]))]


def is_password(name: str) -> bool:
    """Return whether `name` is that of a password: something people think up."""
    parts = _stem(name)
    return bool(parts) and parts[-1] in PASSWORDS and NEVER.isdisjoint(parts)


def is_credential(name: str) -> bool:
    """Return whether `name` is that of a credential."""
    parts = _stem(name)
    if not parts or not NEVER.isdisjoint(parts):
        return False
    last = parts[-1]
    if last == 'key':
        return len(parts) > 1 and (parts[-2] in KEYED or name.isupper() or '_KEY' in name)
    return last in ALONE or last in PASSWORDS or last.endswith(('apikey', 'secretkey'))


def _stem(name: str) -> list[str]:
    parts = words(name)
    while len(parts) > 1 and parts[-1] in LAST:
        parts.pop()
    return parts
