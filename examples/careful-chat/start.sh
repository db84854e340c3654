#!/bin/sh
# Says what is missing before anything runs; the permissions stand in deno.json.
set -eu
cd "$(dirname "$0")"
: "${OPENAI_API_KEY:?is the key that pays for the model}"
: "${CHAT_TOKEN:?is the token that callers present}"
exec deno task start
