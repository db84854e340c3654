from __future__ import annotations

import pytest
from deno_ai_hooks.facts.endpoints import WEAK
from deno_ai_hooks.facts.endpoints import is_endpoint
from deno_ai_hooks.facts.endpoints import is_endpoint_variable
from deno_ai_hooks.facts.endpoints import is_model_host
from deno_ai_hooks.facts.endpoints import is_place
from deno_ai_hooks.facts.endpoints import request_at
from deno_ai_hooks.facts.endpoints import words


def test_words():
    assert words('OLLAMA_BASE_URL') == words('ollamaBaseURL') == words('ollama-base-url') == ('ollama', 'base', 'url')
    assert words('URLParser2') == ('url', 'parser', '2')
    assert words('') == ()


@pytest.mark.parametrize(
    'name',
    '''
    baseURL baseUrl base_url BASE_URL basePath endpoint apiEndpoint API API_URL apiUrl apiBase openaiBaseUrl OLLAMA_HOST
    modelServer searchUrl WEATHER_URL proxy HTTP_PROXY webhookUrl embeddings_url graphqlEndpoint mcpServerUrl wsUrl
    authUrl tokenUrl llmHost QDRANT_URL vectorDbHost inferenceAddress backend_url osmServer host
    '''.split(),
)
def test_endpoints(name):
    assert is_endpoint(name)
    assert is_endpoint_variable(name)


@pytest.mark.parametrize(
    'name',
    '''
    url URL href homepage homepageUrl docsUrl DOCS_URL API_DOCS_URL apiReferenceUrl licenseUrl imageUrl iconUrl repoUrl
    websiteUrl SITE_URL schemaUrl XMLNS_URL namespace redirectUrl avatar_url helpLink name title text model
    messages example exampleApiUrl testServerUrl placeholder apiDescription corsOrigin publicUrl NEXTAUTH_URL
    '''.split(),
)
def test_no_endpoints(name):
    assert not is_endpoint(name)
    assert not is_endpoint_variable(name)


def test_places():
    assert is_place('url') and is_place('SERVER') and is_place('myHost')
    assert not is_place('name') and not is_place('imageUrl') and not is_place('')
    # in the environment a place is an endpoint, unless it is one's own
    assert is_endpoint_variable('MY_THING_URL') and not is_endpoint('MY_THING_URL')
    assert not is_endpoint_variable('URL')


@pytest.mark.parametrize(
    ('callee', 'expected'),
    (
        ('fetch', 0),
        ('XMLHttpRequest().open', 1),
        ('npm:axios', 0),
        ('npm:axios.default', 0),
        ('npm:axios.default.post', 0),
        ('npm:axios.get', 0),
        ('npm:axios.create().get', 0),
        ('npm:ky.default.get', 0),
        ('npm:node-fetch.default', 0),
        ('node:http.get', 0),
        ('npm:ofetch.$fetch', 0),
        ('npm:axios.isAxiosError', None),
        ('cache.fetch', None),
        ('local:fetch', None),
        ('node:https.get', None),
        ('URL', None),
    ),
)
def test_requests(callee, expected):
    assert request_at(callee) == expected


@pytest.mark.parametrize(
    ('name', 'expected'),
    (
        ('Request', True),
        ('local:fetchJson', True),
        ('./net.ts.safeFetch', True),
        ('this.fetchPage', True),
        ('npm:@qdrant/js-client-rest.QdrantClient', True),
        ('npm:@supabase/supabase-js.createClient', True),
        ('npm:@modelcontextprotocol/sdk/client/sse.js.SSEClientTransport', True),
        ('cache.fetch', False),
        ('prefetched', False),
        ('NextRequestLog', False),
        ('console.log', False),
    ),
)
def test_most_likely_requests(name, expected):
    assert bool(WEAK.search(name)) is expected


def test_model_hosts():
    assert is_model_host('api.openai.com') and is_model_host('API.ANTHROPIC.COM.')
    assert is_model_host('chat.openai.azure.com') and is_model_host('us-central1-aiplatform.googleapis.com')
    assert not is_model_host('openai.com') and not is_model_host('api.openai.com.elsewhere.net')
