"""Providers of models and of what stands around them: packages, credentials, hosts, headers.

    client('npm:openai.default')          how the SDK's class is given its key
    host('api.openai.com')                whose it is, and under which name the key is kept
    header('x-goog-api-key')              whether a header carries a credential, and whose

Where the key goes was read from the packages' own type files, and which of the places take `undefined`
was asked of `deno check` (deno 2.9.8; openai 6.49, @anthropic-ai/sdk 1.12, ai 6.0, @langchain/openai 1.5,
and the others of that day).
"""
from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

CLIENTS = """
OpenAI  openai  default OpenAI
    apiKey=OPENAI_API_KEY adminAPIKey=OPENAI_ADMIN_KEY webhookSecret=OPENAI_WEBHOOK_SECRET
OpenAI  @openai/openai  default OpenAI
    apiKey=OPENAI_API_KEY adminAPIKey=OPENAI_ADMIN_KEY webhookSecret=OPENAI_WEBHOOK_SECRET
OpenAI  openai  Configuration  apiKey=OPENAI_API_KEY
OpenAI  @openai/agents  setDefaultOpenAIKey  0!=OPENAI_API_KEY
OpenAI  @ai-sdk/openai  createOpenAI  apiKey=OPENAI_API_KEY
OpenAI  @langchain/openai  OpenAI ChatOpenAI OpenAIEmbeddings ChatOpenAIResponses DallEAPIWrapper
    apiKey=OPENAI_API_KEY openAIApiKey=OPENAI_API_KEY
OpenAI  langchain/llms/openai  OpenAI  openAIApiKey=OPENAI_API_KEY
OpenAI  langchain/chat_models/openai  ChatOpenAI  openAIApiKey=OPENAI_API_KEY
OpenAI  langchain/embeddings/openai  OpenAIEmbeddings  openAIApiKey=OPENAI_API_KEY
OpenAI  @llamaindex/openai  OpenAI OpenAIEmbedding  apiKey=OPENAI_API_KEY
Azure OpenAI  openai  AzureOpenAI  apiKey=AZURE_OPENAI_API_KEY
Azure OpenAI  @langchain/openai  AzureOpenAI AzureChatOpenAI AzureOpenAIEmbeddings
    azureOpenAIApiKey=AZURE_OPENAI_API_KEY
Azure OpenAI  @ai-sdk/azure  createAzure  apiKey=AZURE_API_KEY
Azure  @azure/openai  AzureKeyCredential OpenAIKeyCredential  0!=
Azure  @azure/core-auth  AzureKeyCredential  0!=
Azure  @azure/search-documents  AzureKeyCredential  0!=
Anthropic  @anthropic-ai/sdk  default Anthropic
    apiKey=ANTHROPIC_API_KEY authToken=ANTHROPIC_AUTH_TOKEN webhookKey=ANTHROPIC_WEBHOOK_SIGNING_KEY
Anthropic  @ai-sdk/anthropic  createAnthropic  apiKey=ANTHROPIC_API_KEY authToken=ANTHROPIC_AUTH_TOKEN
Anthropic  @langchain/anthropic  ChatAnthropic  apiKey=ANTHROPIC_API_KEY anthropicApiKey=ANTHROPIC_API_KEY
Anthropic  @llamaindex/anthropic  Anthropic  apiKey=ANTHROPIC_API_KEY
Bedrock  @anthropic-ai/bedrock-sdk  default AnthropicBedrock
    apiKey=AWS_BEARER_TOKEN_BEDROCK awsSecretKey=AWS_SECRET_ACCESS_KEY awsSecretAccessKey=AWS_SECRET_ACCESS_KEY
    awsSessionToken=AWS_SESSION_TOKEN
Bedrock  @ai-sdk/amazon-bedrock  createAmazonBedrock
    apiKey=AWS_BEARER_TOKEN_BEDROCK secretAccessKey=AWS_SECRET_ACCESS_KEY sessionToken=AWS_SESSION_TOKEN
Bedrock  @langchain/aws  ChatBedrockConverse BedrockEmbeddings
    credentials.secretAccessKey!=AWS_SECRET_ACCESS_KEY credentials.sessionToken=AWS_SESSION_TOKEN
Bedrock  @aws-sdk/client-bedrock-runtime  BedrockRuntimeClient BedrockRuntime
    credentials.secretAccessKey!=AWS_SECRET_ACCESS_KEY credentials.sessionToken=AWS_SESSION_TOKEN
    token.token!=AWS_BEARER_TOKEN_BEDROCK
AWS  @aws-sdk/client-s3  S3Client S3
    credentials.secretAccessKey!=AWS_SECRET_ACCESS_KEY credentials.sessionToken=AWS_SESSION_TOKEN
AWS  @aws-sdk/client-dynamodb  DynamoDBClient DynamoDB
    credentials.secretAccessKey!=AWS_SECRET_ACCESS_KEY credentials.sessionToken=AWS_SESSION_TOKEN
Vertex AI  @anthropic-ai/vertex-sdk  default AnthropicVertex  accessToken=
Vertex AI  @ai-sdk/google-vertex  createVertex
    apiKey=GOOGLE_VERTEX_API_KEY googleCredentials.privateKey!=GOOGLE_PRIVATE_KEY
    googleAuthOptions.credentials.private_key!=GOOGLE_PRIVATE_KEY
Google  @google/genai  GoogleGenAI  apiKey=GEMINI_API_KEY
Google  @google/generative-ai  GoogleGenerativeAI GoogleAIFileManager GoogleAICacheManager  0!=GEMINI_API_KEY
Google  @ai-sdk/google  createGoogleGenerativeAI createGoogle  apiKey=GOOGLE_GENERATIVE_AI_API_KEY
Google  @langchain/google-genai  ChatGoogleGenerativeAI GoogleGenerativeAIEmbeddings  apiKey=GOOGLE_API_KEY
AI Gateway  ai  createGateway  apiKey=AI_GATEWAY_API_KEY
AI Gateway  @ai-sdk/gateway  createGateway createGatewayProvider  apiKey=AI_GATEWAY_API_KEY
OpenAI-compatible  @ai-sdk/openai-compatible  createOpenAICompatible  apiKey=
xAI  @ai-sdk/xai  createXai  apiKey=XAI_API_KEY
xAI  @langchain/xai  ChatXAI  apiKey=XAI_API_KEY
Groq  groq-sdk  default Groq  apiKey=GROQ_API_KEY
Groq  @ai-sdk/groq  createGroq  apiKey=GROQ_API_KEY
Groq  @langchain/groq  ChatGroq  apiKey=GROQ_API_KEY
Mistral  @mistralai/mistralai  Mistral  apiKey=MISTRAL_API_KEY
Mistral  @mistralai/mistralai  default MistralClient  0=MISTRAL_API_KEY
Mistral  @ai-sdk/mistral  createMistral  apiKey=MISTRAL_API_KEY
Mistral  @langchain/mistralai  ChatMistralAI MistralAIEmbeddings  apiKey=MISTRAL_API_KEY
DeepSeek  @ai-sdk/deepseek  createDeepSeek  apiKey=DEEPSEEK_API_KEY
DeepSeek  @langchain/deepseek  ChatDeepSeek  apiKey=DEEPSEEK_API_KEY
Cohere  cohere-ai  CohereClient CohereClientV2  token=CO_API_KEY apiKey=CO_API_KEY clientSecret=
Cohere  @ai-sdk/cohere  createCohere  apiKey=COHERE_API_KEY
Cohere  @langchain/cohere  ChatCohere CohereEmbeddings CohereRerank  apiKey=COHERE_API_KEY
Perplexity  @ai-sdk/perplexity  createPerplexity  apiKey=PERPLEXITY_API_KEY
Fireworks  @ai-sdk/fireworks  createFireworks  apiKey=FIREWORKS_API_KEY
Together  @ai-sdk/togetherai  createTogetherAI  apiKey=TOGETHER_API_KEY
Together  together-ai  default Together  apiKey=TOGETHER_API_KEY
Cerebras  @cerebras/cerebras_cloud_sdk  default Cerebras  apiKey=CEREBRAS_API_KEY
Cerebras  @ai-sdk/cerebras  createCerebras  apiKey=CEREBRAS_API_KEY
OpenRouter  @openrouter/ai-sdk-provider  createOpenRouter  apiKey=OPENROUTER_API_KEY
OpenRouter  @openrouter/sdk  OpenRouter  apiKey=OPENROUTER_API_KEY
Replicate  replicate  default Replicate  auth=REPLICATE_API_TOKEN
Replicate  @ai-sdk/replicate  createReplicate  apiToken=REPLICATE_API_TOKEN
Hugging Face  @huggingface/inference  InferenceClient HfInference  0=HF_TOKEN
Hugging Face  @langchain/community/llms/hf  HuggingFaceInference  apiKey=HUGGINGFACEHUB_API_KEY
Voyage  voyageai  VoyageAIClient  apiKey=VOYAGE_API_KEY
ElevenLabs  @elevenlabs/elevenlabs-js  ElevenLabsClient  apiKey=ELEVENLABS_API_KEY
ElevenLabs  elevenlabs  ElevenLabsClient  apiKey=ELEVENLABS_API_KEY
ElevenLabs  @ai-sdk/elevenlabs  createElevenLabs  apiKey=ELEVENLABS_API_KEY
Deepgram  @deepgram/sdk  DeepgramClient  apiKey=DEEPGRAM_API_KEY accessToken=DEEPGRAM_ACCESS_TOKEN
Deepgram  @deepgram/sdk  createClient  0=DEEPGRAM_API_KEY
Deepgram  @ai-sdk/deepgram  createDeepgram  apiKey=DEEPGRAM_API_KEY
AssemblyAI  assemblyai  AssemblyAI  apiKey!=ASSEMBLYAI_API_KEY
AssemblyAI  @ai-sdk/assemblyai  createAssemblyAI  apiKey=ASSEMBLYAI_API_KEY
fal  @fal-ai/client  fal.config createFalClient  credentials=FAL_KEY
fal  @fal-ai/serverless-client  config  credentials=FAL_KEY
fal  @ai-sdk/fal  createFal  apiKey=FAL_API_KEY
Luma  @ai-sdk/luma  createLuma  apiKey=LUMA_API_KEY
Portkey  portkey-ai  default Portkey  apiKey=PORTKEY_API_KEY virtualKey=
Ollama  ollama  Ollama  headers.Authorization!=OLLAMA_API_KEY headers.authorization!=OLLAMA_API_KEY
Tavily  @tavily/core  tavily  apiKey=TAVILY_API_KEY
Tavily  @langchain/tavily  TavilySearch TavilyExtract TavilyCrawl  tavilyApiKey=TAVILY_API_KEY
Exa  exa-js  default Exa  0=EXA_API_KEY
Firecrawl  @mendable/firecrawl-js  default FirecrawlApp Firecrawl  apiKey=FIRECRAWL_API_KEY
Browserbase  @browserbasehq/sdk  default Browserbase  apiKey=BROWSERBASE_API_KEY
E2B  e2b  Sandbox.create Sandbox.connect  apiKey=E2B_API_KEY accessToken=E2B_ACCESS_TOKEN
E2B  @e2b/code-interpreter  Sandbox.create Sandbox.connect  apiKey=E2B_API_KEY accessToken=E2B_ACCESS_TOKEN
LangSmith  langsmith  Client  apiKey=LANGSMITH_API_KEY
Langfuse  langfuse  Langfuse default  secretKey=LANGFUSE_SECRET_KEY
Langfuse  @langfuse/client  LangfuseClient  secretKey=LANGFUSE_SECRET_KEY
Langfuse  @langfuse/otel  LangfuseSpanProcessor  secretKey=LANGFUSE_SECRET_KEY
Braintrust  braintrust  initLogger init initDataset  apiKey=BRAINTRUST_API_KEY
Pinecone  @pinecone-database/pinecone  Pinecone  apiKey!=PINECONE_API_KEY
Qdrant  @qdrant/js-client-rest  QdrantClient  apiKey=QDRANT_API_KEY
Qdrant  @langchain/qdrant  QdrantVectorStore  apiKey=QDRANT_API_KEY
Weaviate  weaviate-client  default.ApiKey ApiKey  0!=WEAVIATE_API_KEY
Weaviate  weaviate-ts-client  default.ApiKey ApiKey  0!=WEAVIATE_API_KEY
Chroma  chromadb  CloudClient  apiKey=CHROMA_API_KEY
Supabase  @supabase/supabase-js  createClient  1!=
Supabase  @supabase/ssr  createServerClient  1!=
Upstash  @upstash/redis  Redis  token=UPSTASH_REDIS_REST_TOKEN
Upstash  @upstash/vector  Index  token=UPSTASH_VECTOR_REST_TOKEN
Upstash  @upstash/qstash  Client  token=QSTASH_TOKEN
Turso  @libsql/client  createClient  authToken=TURSO_AUTH_TOKEN
Neon  @neondatabase/serverless  neon  0!=DATABASE_URL
PostgreSQL  postgres  default  0=DATABASE_URL password=PGPASSWORD
PostgreSQL  pg  Client Pool default.Client default.Pool  connectionString=DATABASE_URL password=PGPASSWORD
PostgreSQL  @db/postgres  Client Pool  0!=DATABASE_URL password=PGPASSWORD
MongoDB  mongodb  MongoClient  0!=MONGODB_URI
MySQL  mysql2/promise  createConnection createPool  password=
Redis  redis  createClient  url= password=
Redis  ioredis  default Redis  0= password=
Deno KV  @deno/kv  openKv  1.accessToken=DENO_KV_ACCESS_TOKEN
Deno Sandbox  @deno/sandbox  Sandbox.create  token=DENO_DEPLOY_TOKEN
Resend  resend  Resend  0=RESEND_API_KEY
Stripe  stripe  default Stripe  0!=STRIPE_SECRET_KEY
Slack  @slack/web-api  WebClient  0=SLACK_BOT_TOKEN
Slack  @slack/bolt  App default.App
    token=SLACK_BOT_TOKEN signingSecret=SLACK_SIGNING_SECRET appToken=SLACK_APP_TOKEN
Telegram  grammy  Bot  0!=
Telegram  telegraf  Telegraf  0!=
GitHub  @octokit/rest  Octokit  auth=GITHUB_TOKEN
GitHub  octokit  Octokit  auth=GITHUB_TOKEN
GitHub  @octokit/core  Octokit  auth=GITHUB_TOKEN
Notion  @notionhq/client  Client  auth=
Twilio  twilio  default  1!=TWILIO_AUTH_TOKEN
SendGrid  @sendgrid/mail  default.setApiKey setApiKey  0!=SENDGRID_API_KEY
"""
"""Provider, package, what of it is called, credentials: where each goes = the variable that holds it by custom.

`apiKey` is an option of the first argument, `1` the second argument, `1.accessToken` an option of it;
`!` says that the types take no `undefined` there.  No variable: the libraries look for none, or it
depends on which of several keys it is.
"""

HOSTS = """
api.openai.com  OpenAI  OPENAI_API_KEY
*.openai.azure.com  Azure OpenAI  AZURE_OPENAI_API_KEY
*.cognitiveservices.azure.com  Azure
api.anthropic.com  Anthropic  ANTHROPIC_API_KEY
generativelanguage.googleapis.com  Google  GEMINI_API_KEY
*-aiplatform.googleapis.com  Vertex AI
aiplatform.googleapis.com  Vertex AI
ai-gateway.vercel.sh  AI Gateway  AI_GATEWAY_API_KEY
openrouter.ai  OpenRouter  OPENROUTER_API_KEY
api.mistral.ai  Mistral  MISTRAL_API_KEY
codestral.mistral.ai  Mistral  CODESTRAL_API_KEY
api.groq.com  Groq  GROQ_API_KEY
api.cohere.com  Cohere  COHERE_API_KEY
api.cohere.ai  Cohere  COHERE_API_KEY
api.x.ai  xAI  XAI_API_KEY
api.deepseek.com  DeepSeek  DEEPSEEK_API_KEY
api.together.xyz  Together  TOGETHER_API_KEY
api.together.ai  Together  TOGETHER_API_KEY
api.fireworks.ai  Fireworks  FIREWORKS_API_KEY
api.perplexity.ai  Perplexity  PERPLEXITY_API_KEY
api.cerebras.ai  Cerebras  CEREBRAS_API_KEY
api.replicate.com  Replicate  REPLICATE_API_TOKEN
router.huggingface.co  Hugging Face  HF_TOKEN
api-inference.huggingface.co  Hugging Face  HF_TOKEN
huggingface.co  Hugging Face  HF_TOKEN
integrate.api.nvidia.com  NVIDIA  NVIDIA_API_KEY
api.moonshot.ai  Moonshot  MOONSHOT_API_KEY
api.moonshot.cn  Moonshot  MOONSHOT_API_KEY
dashscope.aliyuncs.com  DashScope  DASHSCOPE_API_KEY
dashscope-intl.aliyuncs.com  DashScope  DASHSCOPE_API_KEY
open.bigmodel.cn  Zhipu  ZHIPU_API_KEY
api.minimax.io  MiniMax  MINIMAX_API_KEY
api.siliconflow.cn  SiliconFlow  SILICONFLOW_API_KEY
api.novita.ai  Novita  NOVITA_API_KEY
api.deepinfra.com  DeepInfra  DEEPINFRA_API_KEY
api.sambanova.ai  SambaNova  SAMBANOVA_API_KEY
api.ai21.com  AI21  AI21_API_KEY
api.voyageai.com  Voyage  VOYAGE_API_KEY
api.jina.ai  Jina  JINA_API_KEY
bedrock-runtime.*.amazonaws.com  Bedrock  AWS_BEARER_TOKEN_BEDROCK
gateway.ai.cloudflare.com  Cloudflare AI Gateway
api.elevenlabs.io  ElevenLabs  ELEVENLABS_API_KEY
api.deepgram.com  Deepgram  DEEPGRAM_API_KEY
api.assemblyai.com  AssemblyAI  ASSEMBLYAI_API_KEY
api.stability.ai  Stability  STABILITY_API_KEY
api.tavily.com  Tavily  TAVILY_API_KEY
api.exa.ai  Exa  EXA_API_KEY
api.firecrawl.dev  Firecrawl  FIRECRAWL_API_KEY
api.search.brave.com  Brave Search  BRAVE_API_KEY
serpapi.com  SerpAPI  SERPAPI_API_KEY
google.serper.dev  Serper  SERPER_API_KEY
api.smith.langchain.com  LangSmith  LANGSMITH_API_KEY
api.pinecone.io  Pinecone  PINECONE_API_KEY
api.resend.com  Resend  RESEND_API_KEY
api.github.com  GitHub  GITHUB_TOKEN
"""
"""Host (`*` stands for one or more characters), provider, and the variable that holds its key by custom."""

HEADERS = """
authorization
proxy-authorization
x-api-key
api-key
apikey
x-apikey
x-api-token
x-auth-token
x-auth-key
x-access-token
x-goog-api-key  Google  GEMINI_API_KEY
xi-api-key  ElevenLabs  ELEVENLABS_API_KEY
ocp-apim-subscription-key  Azure
x-portkey-api-key  Portkey  PORTKEY_API_KEY
x-weaviate-api-key  Weaviate  WEAVIATE_API_KEY
x-openai-api-key  OpenAI  OPENAI_API_KEY
x-cohere-api-key  Cohere  COHERE_API_KEY
cf-aig-authorization  Cloudflare AI Gateway  CF_AIG_TOKEN
x-subscription-token  Brave Search  BRAVE_API_KEY
x-rapidapi-key  RapidAPI  RAPIDAPI_KEY
x-functions-key  Azure
x-honeycomb-team  Honeycomb  HONEYCOMB_API_KEY
helicone-auth  Helicone  HELICONE_API_KEY
private-token  GitLab  GITLAB_TOKEN
x-figma-token  Figma
x-shopify-access-token  Shopify
x-vercel-protection-bypass  Vercel
"""
"""Headers that carry a credential, in small letters, and whose it is where only one provider takes them."""

SCHEME = re.compile(r'(?i)(?:bearer|token|key|apikey|api-key|basic|bot|negotiate)\s+')
"""What stands before a credential in `Authorization`."""

PARAMETERS = frozenset(
    'key api_key apikey api-key apitoken api_token token access_token auth_token authtoken auth authorization '
    'subscription-key secret client_secret password appid app_id x-api-key'.split()
)
"""Parameters of URLs that carry a credential, in small letters."""

PUBLIC_NAME = re.compile(
    r'(?i)public|anon(?![a-z])|publishable|maps|mapbox|firebase|vapid|site_?key|client_?id|search_only|posthog|measurement'
)
"""Names of variables that hold such keys, or what every visitor is shown."""

LOCAL = frozenset('''
    ollama lm-studio lmstudio lm_studio not-needed not_needed notneeded no-key nokey no-key-required none null empty
    unused dummy fake test local localhost vllm llama llama.cpp llamacpp litellm sk-local sk-no-key-required sk-xxx
    sk-dummy sk-test sk-fake sk-1234 sk-none localai jan anything n/a na ignored ignore placeholder key foo bar
    docker gpt4all koboldcpp bearer undefined mock ollama-key sk-111111111111111111111111111111111111111111111111
'''.split())
"""What a server on one's own machine, which asks for no key, is told instead of one; in small letters."""


class Credential(NamedTuple):
    """Where a credential goes: in the argument `at`, there under `keys`.

    `variable` is where it is kept, '' if that is unknown; `required` says that the types take no `undefined`.
    """

    at: int
    keys: tuple[str, ...]
    variable: str
    required: bool = False


class Client(NamedTuple):
    """A class or function of a package that is given credentials."""

    provider: str
    name: str
    credentials: tuple[Credential, ...]


class Service(NamedTuple):
    """Who answers at a host or reads a header, and the variable that holds the key, '' where there is no custom."""

    provider: str = ''
    variable: str = ''


COMMON = frozenset(
    'default Client Index Redis createClient neon App Bot Pool config init createConnection createPool'.split()
)
"""Names that say nothing without their package."""

LOCAL_MODULE = re.compile(r'(?:\.{1,2}/|[@~$#]/|\$|https?://)[^()]*\.')
"""What stands before a name that a module of the project, `deps.ts` as a rule, exports."""

REMOTE = re.compile(r'https?://deno\.land/x/(openai|supabase|mongo|postgres|grammy)@?[^/]*/[\w./-]*\.[jt]s')
ELSEWHERE = {'openai': 'npm:openai', 'supabase': 'npm:@supabase/supabase-js', 'mongo': 'npm:mongodb',
             'postgres': 'jsr:@db/postgres', 'grammy': 'npm:grammy'}


@cache
def clients() -> dict[str, Client]:
    """Return what is given credentials by its resolved name; a default export goes by its package's name."""
    found: dict[str, Client] = {}
    for row in re.split(r'\n(?! )', CLIENTS.strip()):
        provider, package, names, places = re.split(r'  |\n    ', row, maxsplit=3)
        credentials = tuple(map(_credential, places.split()))
        for name in names.split():
            made = Client(provider, name.removeprefix('default.'), credentials)
            for root in (f'npm:{package}', f'jsr:{package}'):
                found.setdefault(root if name == 'default' else f'{root}.{made.name}', made)
    return found


@cache
def _by_name() -> dict[str, Client]:
    """Return the clients whose names are nobody else's."""
    found: dict[str, Client] = {}
    for each in clients().values():
        if each.name not in COMMON and '.' not in each.name:
            found.setdefault(each.name, each)
    return found


def _credential(place: str) -> Credential:
    path, _, variable = place.partition('=')
    at, *keys = path.rstrip('!').split('.')
    if not at.isdecimal():
        at, keys = '0', [at, *keys]
    return Credential(int(at), tuple(keys), variable, path.endswith('!'))


@cache
def variables() -> frozenset[str]:
    """Return the variables of the environment in which the packages' users keep credentials."""
    return frozenset(each.variable for found in clients().values() for each in found.credentials if each.variable)


def client(name: str) -> Client | None:
    """Return how the class or function of a resolved name is given its credentials, None for any other.

    A class that comes by way of a module of the project is known by its own name.
    """
    remote = REMOTE.match(name)
    if remote:
        name = ELSEWHERE[remote[1]] + name[remote.end():]
    found = clients().get(name.replace('.default', '', 1)) if name.startswith(('npm:', 'jsr:')) else None
    if found is None and (local := LOCAL_MODULE.match(name)):
        found = _by_name().get(name[local.end():])
    return found


@cache
def _hosts() -> tuple[dict[str, Service], tuple[tuple[re.Pattern[str], Service], ...]]:
    exact, patterns = {}, []
    for line in HOSTS.strip().splitlines():
        host, *rest = line.split('  ')
        if '*' in host:
            patterns.append((re.compile(r'[\w.-]+'.join(map(re.escape, host.split('*')))), Service(*rest)))
        else:
            exact[host] = Service(*rest)
    return exact, tuple(patterns)


def host(name: str) -> Service | None:
    """Return who answers at a host, None if nobody that is known here."""
    exact, patterns = _hosts()
    name = name.lower().removesuffix('.')
    found = exact.get(name)
    return found or next((service for pattern, service in patterns if pattern.fullmatch(name)), None)


@cache
def _headers() -> dict[str, Service]:
    rows = (line.split('  ') for line in HEADERS.strip().splitlines())
    return {name: Service(*rest) for name, *rest in rows}


def header(name: str) -> Service | None:
    """Return whose credential a header of this name carries, None if it carries none."""
    return _headers().get(name.lower())


def is_local(value: str) -> bool:
    """Return whether `value` is what a server without keys is told."""
    return value.strip().lower() in LOCAL


def is_public_name(name: str) -> bool:
    """Return whether what a variable of this name holds may be seen by everyone."""
    return PUBLIC_NAME.search(name) is not None
