from __future__ import annotations

import pytest
from deno_ai_hooks.facts.secret_names import HIDING
from deno_ai_hooks.facts.secret_names import TOKEN_ENDPOINT
from deno_ai_hooks.facts.secret_names import is_secret_header
from deno_ai_hooks.facts.secret_names import is_secret_member
from deno_ai_hooks.facts.secret_names import is_secret_variable
from deno_ai_hooks.facts.secret_names import is_session_cookie


@pytest.mark.parametrize('name', (
    'OPENAI_API_KEY', 'HF_TOKEN', 'DB_PASSWORD', 'DATABASE_URL', 'MONGODB_URI', 'JWT_SECRET', 'GITHUB_PAT',
    'AZURE_STORAGE_CONNECTION_STRING', 'SLACK_WEBHOOK_URL', 'OPENAI_API_KEYS', 'SUPABASE_SERVICE_ROLE_KEY',
))
def test_variables(name):
    assert is_secret_variable(name)


@pytest.mark.parametrize('name', (
    'PORT', 'MAX_TOKENS', 'OPENAI_MODEL', 'OPENAI_BASE_URL', 'SUPABASE_ANON_KEY', 'SUPABASE_URL', 'VAPID_PUBLIC_KEY',
    'TOKEN_LIMIT', 'NODE_ENV', 'REDIS_URL', 'API_KEY_HEADER', 'WEBHOOK_URL',
))
def test_other_variables(name):
    assert not is_secret_variable(name)


@pytest.mark.parametrize('name', (
    'apiKey', 'api_key', 'openAIApiKey', 'accessToken', 'access_token', 'refreshToken', 'clientSecret', 'privateKey',
    'password', 'userPassword', 'serviceRoleKey', 'botToken', 'sessionToken', 'idToken', 'secretKey', 'apikey',
))
def test_members(name):
    assert is_secret_member(name)


@pytest.mark.parametrize('name', (
    'token', 'key', 'secret', 'keys', 'tokens', 'maxTokens', 'tokenCount', 'nextToken', 'lastToken', 'currentToken',
    'newToken', 'primaryKey', 'publicKey', 'cacheKey', 'sessionKey', 'userKey', 'modelKey', 'apiKeyId', 'passwordHash',
    'passwordLength', 'csrfToken', 'tokenizer', 'secretName', 'pwd', 'author', 'accessTokenUrl',
))
def test_other_members(name):
    assert not is_secret_member(name)


def test_headers():
    assert all(map(is_secret_header, ('Authorization', 'cookie', 'X-API-Key', 'set-cookie', 'x-goog-api-key')))
    assert not any(map(is_secret_header, ('user-agent', 'content-type', 'x-request-id', 'www-authenticate', 'key')))


@pytest.mark.parametrize(
    ('name', 'expected'),
    (
        ('session', True), ('session_id', True), ('sid', True), ('__Host-token', True), ('connect.sid', True),
        ('accessToken', True), ('jwt', True), ('auth', True), ('next-auth.session-token', True),
        ('theme', False), ('csrf_token', False), ('xsrf-token', False), ('lang', False), ('author', False),
        ('consent', False), ('inside', False),
    ),
)
def test_cookies(name, expected):
    assert is_session_cookie(name) == expected


@pytest.mark.parametrize(
    ('url', 'expected'),
    (
        ('https://login.example.com/oauth/token', True), ('https://a.example/oauth2/v2.0/token', True),
        ('https://a.example/connect/token?x=1', True), ('https://github.com/login/oauth/access_token', True),
        ('https://a.example/realms/x/protocol/openid-connect/token', True), ('https://a.example/oauth2/token', True),
        ('https://a.example/v1/tokenize', False), ('https://a.example/v1/count_tokens', False),
        ('https://a.example/v1/chat', False), ('https://a.example/token-usage', False),
        ('https://a.example/oauth/authorize', False),
    ),
)
def test_token_endpoints(url, expected):
    assert bool(TOKEN_ENDPOINT.search(url)) == expected


def test_what_hides():
    hiding = ('redact', 'maskKey', 'sha256', 'utils.hash', 'hasPassword', 'isSet', 'bcrypt.compare', 'encrypt')
    assert all(HIDING.search(name) for name in hiding)
    assert not any(HIDING.search(name) for name in ('getKey', 'load', 'create', 'fetchToken', 'issue', 'history.key'))
