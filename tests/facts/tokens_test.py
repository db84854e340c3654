from __future__ import annotations

import string
from itertools import pairwise
from random import Random

import pytest
from deno_ai_hooks.facts import checksums
from deno_ai_hooks.facts import token_needs
from deno_ai_hooks.facts.credential_names import is_credential
from deno_ai_hooks.facts.credential_names import is_password
from deno_ai_hooks.facts.placeholders import is_placeholder
from deno_ai_hooks.facts.placeholders import is_weak_password
from deno_ai_hooks.facts.randomness import alphabet
from deno_ai_hooks.facts.randomness import entropy
from deno_ai_hooks.facts.randomness import floor
from deno_ai_hooks.facts.randomness import is_random
from deno_ai_hooks.facts.tokens import beginnings
from deno_ai_hooks.facts.tokens import classify
from deno_ai_hooks.facts.tokens import find
from deno_ai_hooks.facts.tokens import formats
from fake_keys import ALNUM
from fake_keys import fake
from fake_keys import jwt
from fake_keys import letters
from hypothesis import given
from hypothesis import strategies as st

HEX = '0123456789abcdef'
RANDOM = Random(23)


def row(provider, kind):
    return next(row for row in formats() if (row.provider, row.kind) == (provider, kind))


# the table


def test_what_is_rendered_from_the_table_is_up_to_date():
    assert beginnings() == (token_needs.MARKS, token_needs.BEGINNINGS)


def test_table():
    assert len(formats()) > 120
    for entry in formats():
        assert entry.severity in ('critical', 'high', 'medium')
        assert entry.check is None or entry.check in checksums.CHECKS
        assert entry.word or entry.near or entry.check or len(entry.pattern) > 20
        assert entry.variable.replace('_', '').isalnum()
        assert entry.variable.isupper()


def test_longest_words_come_first():
    lengths = [len(entry.word) for entry in formats()]
    assert lengths == sorted(lengths, reverse=True)


@pytest.mark.parametrize('entry', [e for e in formats() if not e.near], ids=lambda e: f'{e.provider} {e.kind}')
def test_values_stand_for_themselves(entry):
    for seed in range(5):
        key = fake(entry, seed)
        [token] = find(f'x {key} y'.encode())
        assert f'x {key} y'[token.start:token.end] in key
        assert token.severity


@pytest.mark.parametrize(
    ('prefix', 'alphabet', 'count', 'title'),
    (
        # one beginning, many providers: the longest that fits gives the name
        ('sk-', HEX, 32, 'DeepSeek API key'),
        ('sk-', ALNUM, 48, 'OpenAI-compatible API key'),
        ('sk-or-v1-', HEX, 64, 'OpenRouter API key'),
        ('sk_', HEX, 48, 'ElevenLabs API key'),
        ('sk_e2b_', HEX, 40, 'E2B access token'),
        ('sk_live_', ALNUM, 24, 'Stripe secret key'),
        ('e2b_', HEX, 40, 'E2B API key'),
        ('xai-token-', ALNUM, 80, 'xAI management key'),
        ('xai-', ALNUM, 80, 'xAI API key'),
        ('sk-api-', ALNUM, 119, 'MiniMax API key'),
    ),
)
def test_names_of_providers(prefix, alphabet, count, title):
    key = prefix + letters(RANDOM, count, alphabet)
    assert [token.title for token in find(key.encode())] == [title]


@pytest.mark.parametrize('before', ('x', '9', 'Z'))
def test_a_word_goes_on_to_the_left(before):
    key = 'sk-' + letters(RANDOM, 48)
    assert not list(find(f'{before}{key}'.encode()))
    assert list(find(f'_{key} \\n{key}'.encode()))


def test_offsets_are_bytes():
    key = fake(row('OpenAI', 'project key'))
    data = f'ключ «{key}»'.encode()
    [token] = find(data)
    assert data[token.start:token.end].decode() == key


@given(st.binary(max_size=300))
def test_any_bytes(data):
    tokens = list(find(data))
    assert all(before.end <= after.start for before, after in pairwise(tokens))


# check digits, recomputed on what their owners publish


def test_base62():
    assert checksums.base62(0) == '000000'
    assert checksums.base62(61) == '00000z'
    assert checksums.base62(62) == '000010'


@pytest.mark.parametrize(
    ('provider', 'kind'),
    (('GitHub', 'token'), ('npm', 'access token'), ('JSR', 'token'), ('Cloudflare', 'API token')),
)
def test_wrong_check_digits_are_nobodys(provider, kind):
    key = fake(row(provider, kind))
    other = key[:-1] + ('a' if key[-1] != 'a' else 'b')
    assert [token.certain for token in find(f'K={key}'.encode())] == [True]
    assert not list(find(f'{provider.upper()}_TOKEN={other}'.encode()))
    assert classify(other, 'apiToken') is None


def test_an_undocumented_check_only_confirms():
    key = fake(row('Deno Deploy', 'personal token'))
    assert [token.certain for token in find(key.encode())] == [True]
    assert [token.certain for token in find(f'{key[:-1]}{"a" if key[-1] != "a" else "b"}'.encode())] == [False]


def test_certain_values_need_not_look_random():
    from deno_ai_hooks.facts.checksums import crc

    body = 'example' + 'a' * 23
    assert [token.title for token in find(f'ghp_{body}{crc(body)}'.encode())] == ['GitHub token']


@pytest.mark.parametrize(
    ('claims', 'title'),
    (
        ({'role': 'service_role'}, 'Supabase service role key'),
        ({'role': 'anon'}, None),
        ({'role': 'service_role', 'iss': 'supabase-demo'}, None),
        ({'sub': '1234567890', 'name': 'John Doe'}, None),
        ({'sub': 'u1', 'exp': 1_500_000_000}, None),
        ({'sub': 'u1', 'exp': 2 ** 33}, 'JSON Web Token'),
    ),
)
def test_tokens_by_what_they_claim(claims, title):
    found = [token.title for token in find(jwt(RANDOM, claims).encode())]
    assert found == ([title] if title else [])


@pytest.mark.parametrize('value', ('', 'a.b', 'eyJ.eyJ.x', 'e30.e30.x', 'bnVsbA.bnVsbA.x'))
def test_no_json_web_token(value):
    assert checksums.claims(value) is None


# randomness


@pytest.mark.parametrize(
    ('text', 'expected'),
    (('0f3a', 'hex'), ('0F3A', 'hex'), ('0F3a', 'mixed'), ('a9z', 'lower'), ('aZ', 'letters'), ('a-b', 'mixed')),
)
def test_alphabets(text, expected):
    assert alphabet(text) == expected


def test_entropy():
    assert entropy('') == 0
    assert entropy('aaaa') == 0
    assert entropy('abcd') == 2


@pytest.mark.parametrize(
    ('alphabet', 'count'),
    [(HEX, n) for n in (32, 40, 64)] + [(ALNUM, n) for n in (32, 48)] + [(string.ascii_lowercase + string.digits, 40)],
)
def test_drawn_values_look_drawn(alphabet, count):
    random = Random(count)
    values = [letters(random, count, alphabet) for _ in range(1000)]
    assert sum(map(is_random, values)) >= 960
    assert sum(entropy(value) >= floor(value) for value in values) >= 990
    assert sum(map(is_placeholder, values)) <= 5


@pytest.mark.parametrize(
    'text',
    (
        'my-secret-key-for-tests-2024', 'aVeryLongIdentifierName2', 'claude-3-5-sonnet-20241022', '1' * 20,
        'src/deno_ai_hooks/facts/tokens.py', 'short1', 'abcdefghijklmnopqrstuvwxyz', 'organization/model-7b-instruct',
    ),
)
def test_words_do_not(text):
    assert not is_random(text)


# names and placeholders


@pytest.mark.parametrize(
    'name',
    'apiKey OPENAI_API_KEY openAIApiKey x-api-key secret clientSecret authToken DB_PASSWORD pwd secretAccessKey '
    'MY_KEY service.role.key token CHAT_TOKEN_PROD apikey Authorization'.split(),
)
def test_names_of_credentials(name):
    assert is_credential(name)


@pytest.mark.parametrize(
    'name',
    'key maxTokens tokens primaryKey publicKey tokenizer csrfToken keyId author keyboard monkey SITE_KEY cacheKey '
    'tokenCount anonKey nextPageToken secretName passwordLabel'.split(),
)
def test_names_of_other_things(name):
    assert not is_credential(name)


def test_names_of_passwords():
    assert is_password('DB_PASSWORD')
    assert not is_password('apiKey')


@pytest.mark.parametrize(
    'value',
    (
        '', 'your-api-key', '<KEY>', '${KEY}', '{{ key }}', 'OPENAI_API_KEY', 'x-api-key', 'xxxxxxxxxxxx', 'sk-...',
        'changeme',
        'deine-schluessel-hier', 'votre-cle-ici', '你的密钥', 'op://a/b', '********', 'abcdefgh12', '1234567890',
    ),
)
def test_placeholders(value):
    assert is_placeholder(value)


@pytest.mark.parametrize('value', ('password', 'Passw0rd!', 'admin123', 'root', 'aaa1', 'postgres'))
def test_weak_passwords(value):
    assert is_weak_password(value)


# what other hooks ask


def test_classify():
    mistral = letters(RANDOM, 32)
    assert classify(mistral, 'apiKey', 'new Mistral({').title == 'Mistral API key'
    assert classify(mistral, 'apiKey').title == 'key or secret'
    assert classify(mistral, 'CHAT_TOKEN').variable == 'CHAT_TOKEN'
    assert classify(mistral, 'requestId', 'new Mistral({') is None
    assert classify('your-key', 'apiKey') is None
    assert classify(fake(row('Anthropic', 'API key'))).variable == 'ANTHROPIC_API_KEY'
