from __future__ import annotations

import re

import pytest
from deno_ai_hooks.facts import providers
from deno_ai_hooks.facts.credential_names import is_credential


@pytest.mark.parametrize(
    ('name', 'provider', 'places'),
    (
        ('npm:openai.default', 'OpenAI', ['0.apiKey', '0.adminAPIKey', '0.webhookSecret']),
        ('npm:openai', 'OpenAI', ['0.apiKey', '0.adminAPIKey', '0.webhookSecret']),
        ('npm:openai.AzureOpenAI', 'Azure OpenAI', ['0.apiKey']),
        ('npm:openai.default.AzureOpenAI', 'Azure OpenAI', ['0.apiKey']),
        ('jsr:@openai/openai.default', 'OpenAI', ['0.apiKey', '0.adminAPIKey', '0.webhookSecret']),
        ('https://deno.land/x/postgres@v0.17.0/mod.ts.Pool', 'PostgreSQL', ['0!', '0.password']),
        ('npm:@google/generative-ai.GoogleGenerativeAI', 'Google', ['0!']),
        ('npm:@supabase/supabase-js.createClient', 'Supabase', ['1!']),
        ('npm:@deno/kv.openKv', 'Deno KV', ['1.accessToken']),
        ('npm:@langchain/community/llms/hf.HuggingFaceInference', 'Hugging Face', ['0.apiKey']),
        ('npm:@fal-ai/client.fal.config', 'fal', ['0.credentials']),
        ('npm:weaviate-client.default.ApiKey', 'Weaviate', ['0!']),
        ('jsr:@db/postgres.Client', 'PostgreSQL', ['0!', '0.password']),
        # by way of a module of the project
        ('./deps.ts.OpenAI', 'OpenAI', ['0.apiKey', '0.adminAPIKey', '0.webhookSecret']),
        ('@/lib/ai.ts.createAnthropic', 'Anthropic', ['0.apiKey', '0.authToken']),
        ('https://deps.chat-demo.net/ai.ts.ChatAnthropic', 'Anthropic', ['0.apiKey', '0.anthropicApiKey']),
    ),
)
def test_clients(name, provider, places):
    client = providers.client(name)
    assert client.provider == provider
    assert ['.'.join((str(c.at), *c.keys)) + '!' * c.required for c in client.credentials] == places


@pytest.mark.parametrize(
    'name',
    (
        'OpenAI', 'local:OpenAI', 'npm:openai.toFile', 'npm:openai.default().chat.create', 'npm:other.OpenAI',
        './deps.ts.Client', './deps.ts.createClient', './deps.ts.default', './openai.ts.default().OpenAI', '', 'npm:',
    ),
)
def test_what_is_no_client(name):
    assert providers.client(name) is None


def test_every_row_is_read():
    rows = re.split(r'\n(?! )', providers.CLIENTS.strip())
    for row in rows:
        _, package, names, _ = re.split(r'  |\n    ', row, maxsplit=3)
        for name in names.split():
            assert providers.client(f'npm:{package}.{name}') is not None, row


def test_variables_are_those_of_credentials():
    variables = providers.variables()
    assert len(variables) > 60
    others = {name for name in variables if not is_credential(name) and not name.endswith(('_URL', '_URI'))}
    assert others == {'PGPASSWORD', 'AWS_BEARER_TOKEN_BEDROCK'}


@pytest.mark.parametrize(
    ('name', 'variable'),
    (
        ('api.openai.com', 'OPENAI_API_KEY'),
        ('API.OpenAI.com.', 'OPENAI_API_KEY'),
        ('acme.openai.azure.com', 'AZURE_OPENAI_API_KEY'),
        ('bedrock-runtime.eu-west-1.amazonaws.com', 'AWS_BEARER_TOKEN_BEDROCK'),
        ('openrouter.ai', 'OPENROUTER_API_KEY'),
    ),
)
def test_hosts(name, variable):
    assert providers.host(name).variable == variable


@pytest.mark.parametrize('name', ('openai.com', 'api.openai.com.evil.example', '.openai.azure.com', 'localhost', ''))
def test_what_is_no_host_of_a_provider(name):
    assert providers.host(name) is None


@pytest.mark.parametrize(
    ('name', 'variable'),
    (
        ('Authorization', ''), ('X-API-Key', ''), ('x-goog-api-key', 'GEMINI_API_KEY'),
        ('XI-Api-Key', 'ELEVENLABS_API_KEY'),
    ),
)
def test_headers(name, variable):
    assert providers.header(name).variable == variable


@pytest.mark.parametrize('name', ('content-type', 'x-request-id', 'key', 'token', 'accept', 'x-api-version', ''))
def test_what_is_no_header_of_a_key(name):
    assert providers.header(name) is None


def test_values():
    assert all(map(providers.is_local, ('ollama', 'LM-Studio', ' EMPTY ', 'not-needed', 'sk-no-key-required')))
    assert not any(map(providers.is_local, ('', 'ollama-2024-x7', 'sk-' + 'a1' * 20)))
    assert all(map(providers.is_public_name, ('NEXT_PUBLIC_KEY', 'SUPABASE_ANON_KEY', 'GOOGLE_MAPS_API_KEY')))
    assert not any(map(providers.is_public_name, ('OPENAI_API_KEY', 'ANONYMIZER_SECRET', 'SUPABASE_SERVICE_ROLE_KEY')))
