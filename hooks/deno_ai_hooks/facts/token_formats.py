"""The shapes of credentials: one row a format, as vendors document them or maintained scanners use them.

Columns stand two blanks apart, `-` is empty:

    provider   who gave the credential out
    kind       what it is
    variable   the name under which the provider's own libraries look for it in the environment
    weight     critical, high, medium
    bits       Shannon entropy, bits a character, that all but one of a thousand true ones have behind the prefix
    check      the offline test in `checksums.py` that confirms or rejects
    near       words of which one must stand near where the shape alone says too little
    word       text that every one of them holds
    pattern    the shape: @A letters and digits, @W those with _ and -, @H hexadecimal, @L lower case and digits,
               @U a UUID, @6 base64; a group is the value where not all of it is
    need       RE2: what to look for first; without it the pattern up to its first long run
"""
from __future__ import annotations

CLASSES = {
    '@A': '[A-Za-z0-9]',
    '@W': '[A-Za-z0-9_-]',
    '@H': '[0-9a-f]',
    '@L': '[0-9a-z]',
    '@6': '[A-Za-z0-9+/]',
    '@U': '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
}

SHAPES = r"""
OpenAI  key  OPENAI_API_KEY  high  3.2  infix  -  T3BlbkFJ  sk-@A{20}T3BlbkFJ@A{20}
OpenAI  project key  OPENAI_API_KEY  high  3.2  infix  -  T3BlbkFJ  sk-proj-@W{20,100}T3BlbkFJ@W{20,100}
OpenAI  service account key  OPENAI_API_KEY  high  3.2  infix  -  T3BlbkFJ  sk-(?:svcacct|service)-@W{20,100}T3BlbkFJ@W{20,100}
OpenAI  admin key  OPENAI_ADMIN_KEY  critical  3.2  infix  -  T3BlbkFJ  sk-admin-@W{58,74}T3BlbkFJ@W{58,74}
OpenAI  key  OPENAI_API_KEY  high  3.2  infix  -  T3BlbkFJ  sk-@W{38,80}T3BlbkFJ@W{38,80}
Anthropic  API key  ANTHROPIC_API_KEY  high  4.5  -  -  sk-ant-api  sk-ant-api\d{2}-@W{88,126}AA
Anthropic  admin key  ANTHROPIC_ADMIN_KEY  critical  4.5  -  -  sk-ant-admin  sk-ant-admin\d{2}-@W{88,126}AA
Anthropic  OAuth access token  CLAUDE_CODE_OAUTH_TOKEN  high  4.5  -  -  sk-ant-oat  sk-ant-oat\d{2}-@W{80,120}
Anthropic  OAuth refresh token  ANTHROPIC_REFRESH_TOKEN  critical  4.5  -  -  sk-ant-ort  sk-ant-ort\d{2}-@W{80,120}
Anthropic  session id  ANTHROPIC_SESSION  high  4.5  -  -  sk-ant-sid  sk-ant-sid\d{2}-@W{80,140}
Google  API key  GEMINI_API_KEY  high  4.0  -  -  AIza  AIza@W{35}
Google  Gemini key  GEMINI_API_KEY  high  4.0  -  -  AQ.Ab8RN6  AQ\.Ab8RN6@W{44}
Google  OAuth client secret  GOOGLE_CLIENT_SECRET  high  3.7  -  -  GOCSPX-  GOCSPX-@W{28}
Google  OAuth access token  GOOGLE_ACCESS_TOKEN  medium  3.6  -  -  ya29.  ya29\.@W{20,1024}
Azure OpenAI  key  AZURE_OPENAI_API_KEY  high  4.2  infix  -  JQQJ9  @A{52}JQQJ9[9DH]@A[A-L]@A{12}AAAB@A{8}
Azure OpenAI  key  AZURE_OPENAI_API_KEY  high  3.1  -  azure|cognitive|openai  -  @H{32}
Azure  client secret  AZURE_CLIENT_SECRET  high  3.7  -  -  Q~  [A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}
Azure  storage account key  AZURE_STORAGE_KEY  critical  4.5  -  -  AccountKey  AccountKey=(@6{86}==)
Azure  storage account key  AZURE_STORAGE_KEY  critical  4.5  -  azure|storage|account  -  @6{86}==
Azure  AI Search key  AZURE_SEARCH_KEY  high  4.3  infix  -  AzSe  @A{42}AzSe[A-D]@A{5}
AWS  Bedrock API key  AWS_BEARER_TOKEN_BEDROCK  high  4.0  bedrock  -  ABSK  ABSK@6{109,269}={0,2}
AWS  short-lived Bedrock API key  AWS_BEARER_TOKEN_BEDROCK  medium  0  infix  -  bedrock-api-key-  bedrock-api-key-[Y]mVkcm9jay5hbWF6b25hd3MuY29t@6*={0,2}
AWS  access key id  AWS_ACCESS_KEY_ID  medium  2.9  -  -  A  (?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}
AWS  secret access key  AWS_SECRET_ACCESS_KEY  critical  4.2  -  aws|amazon|secret.?access.?key  -  [A-Za-z0-9/+]{40}
Hugging Face  token  HF_TOKEN  high  3.7  -  -  hf_  hf_[A-Za-z0-9]{34}
Hugging Face  organisation token  HF_TOKEN  high  3.7  -  -  api_org_  api_org_[A-Za-z0-9]{34}
Replicate  API token  REPLICATE_API_TOKEN  high  4.1  -  -  r8_  r8_@A{37}
Groq  API key  GROQ_API_KEY  high  4.2  groq  -  gsk_  gsk_@A{52}
xAI  API key  XAI_API_KEY  high  4.6  -  -  xai-  xai-@A{80}
xAI  management key  XAI_MANAGEMENT_KEY  critical  4.6  -  -  xai-token-  xai-token-@A{80}
Perplexity  API key  PERPLEXITY_API_KEY  high  4.3  -  -  pplx-  pplx-@A{48}
Together AI  API key  TOGETHER_API_KEY  high  4.2  -  -  tgp_v1_  tgp_v1_@W{43}
Together AI  API key  TOGETHER_API_KEY  medium  3.5  -  together  -  @H{64}
Fireworks AI  API key  FIREWORKS_API_KEY  high  3.4  mixed  -  fw_  fw_@A{22,24}
OpenRouter  API key  OPENROUTER_API_KEY  high  3.5  -  -  sk-or-v  sk-or-v\d-@H{64}
DeepSeek  API key  DEEPSEEK_API_KEY  high  3.1  -  -  sk-  sk-@H{32}
OpenAI-compatible  API key  LLM_API_KEY  high  4.3  -  -  sk-  sk-@A{48}
MiniMax  API key  MINIMAX_API_KEY  high  4.5  -  -  sk-api-  sk-api-@W{119}
Mistral  API key  MISTRAL_API_KEY  high  3.9  -  mistral|codestral  -  @A{32}
Cohere  API key  CO_API_KEY  high  4.2  -  cohere|co_api  -  @A{40}
Voyage AI  API key  VOYAGE_API_KEY  high  4.2  -  -  -  (?:pa|al)-@W{43}
Jina AI  API key  JINA_API_KEY  high  3.9  -  -  jina_  jina_@W{60}
Tavily  API key  TAVILY_API_KEY  high  3.8  -  -  tvly-  tvly-(?:dev-|prod-)?@A{32}
Exa  API key  EXA_API_KEY  medium  2.8  -  \bexa|exa_|exa\.ai  -  @U
E2B  API key  E2B_API_KEY  high  3.1  -  -  e2b_  e2b_@H{32,40}
E2B  access token  E2B_ACCESS_TOKEN  high  3.1  -  -  sk_e2b_  sk_e2b_@H{32,40}
Pinecone  API key  PINECONE_API_KEY  high  4.5  -  -  pcsk_  pcsk_@A{5,6}_@A{63}
Pinecone  API key  PINECONE_API_KEY  medium  2.8  -  pinecone  -  @U
Weaviate  API key  WEAVIATE_API_KEY  medium  4.0  -  weaviate  -  [A-Za-z0-9+/_-]{36,120}={0,2}
Qdrant  API key  QDRANT_API_KEY  high  3.7  -  qdrant  -  (?:@U\|@W{20,64}|@W{40,64})
LangSmith  personal token  LANGSMITH_API_KEY  high  3.1  -  -  lsv2_pt_  lsv2_pt_@H{32}_@H{10}
LangSmith  service key  LANGSMITH_API_KEY  high  3.1  -  -  lsv2_sk_  lsv2_sk_@H{32}_@H{10}
Langfuse  secret key  LANGFUSE_SECRET_KEY  high  2.8  -  -  sk-lf-  sk-lf-@U
ElevenLabs  API key  ELEVENLABS_API_KEY  high  3.3  -  -  sk_  sk_@H{48}
Deepgram  API key  DEEPGRAM_API_KEY  high  3.2  -  deepgram  -  @H{40}
AssemblyAI  API key  ASSEMBLYAI_API_KEY  high  3.1  -  assembly  -  @L{32}
NVIDIA  API key  NVIDIA_API_KEY  high  4.5  -  -  nvapi-  nvapi-@W{60,70}
Cerebras  API key  CEREBRAS_API_KEY  high  3.9  -  -  csk-  csk-@L{48}
SambaNova  API key  SAMBANOVA_API_KEY  medium  2.8  -  sambanova  -  @U
Databricks  personal token  DATABRICKS_TOKEN  high  3.1  -  -  dapi  dapi@H{32}(?:-\d)?
Weights & Biases  API key  WANDB_API_KEY  high  3.2  -  wandb  -  @H{40}
Weights & Biases  API key  WANDB_API_KEY  high  4.5  -  -  wandb_v1_  wandb_v1_[A-Za-z0-9_]{77}
Z.ai  API key  ZAI_API_KEY  high  3.5  -  zai|z\.ai|zhipu|glm|bigmodel  -  @H{32}\.@A{16}
Ollama  API key  OLLAMA_API_KEY  high  3.6  -  ollama  -  @H{32}\.@W{24}
LlamaCloud  API key  LLAMA_CLOUD_API_KEY  high  4.3  -  -  llx-  llx-@A{44,52}
Firecrawl  API key  FIRECRAWL_API_KEY  high  3.1  -  -  fc-  fc-@H{32}
Apify  API token  APIFY_TOKEN  high  3.9  -  -  apify_api_  apify_api_@A{34,38}
fal.ai  key  FAL_KEY  high  3.2  -  \bfal|fal_  -  @U:@H{32}
Friendli  API token  FRIENDLI_TOKEN  high  4.2  -  -  flp_  flp_@A{46}
Baseten  API key  BASETEN_API_KEY  high  4.0  -  baseten  -  @A{8}\.@A{32}
Cartesia  API key  CARTESIA_API_KEY  high  3.4  mixed  -  sk_car_  sk_car_[A-Za-z0-9_]{20,64}
Mem0  API key  MEM0_API_KEY  high  3.5  mixed  mem0  m0-  m0-@A{24,44}
Composio  organisation key  COMPOSIO_ORG_KEY  high  3.4  mixed  composio  ak_  (?:ak|oak)_@W{20}
Composio  user key  COMPOSIO_API_KEY  high  4.0  mixed  -  uak_  uak_@W{43}
RunPod  API key  RUNPOD_API_KEY  high  3.7  -  -  rpa_  rpa_[A-Z0-9]{40}@A{6}
AI21  API key  AI21_API_KEY  medium  2.8  -  ai21  -  @U
Vercel  AI Gateway key  AI_GATEWAY_API_KEY  high  4.5  -  -  vck_  vck_@W{56}
Brave Search  API key  BRAVE_API_KEY  high  3.4  mixed  brave  BSA  BSA@W{24,40}
Cursor  API key  CURSOR_API_KEY  high  3.5  -  -  key_  key_@H{64}
Devin  service token  DEVIN_API_KEY  high  4.0  -  -  cog_  cog_[a-z2-7]{52}
Deno Deploy  personal token  DENO_DEPLOY_TOKEN  high  4.1  deploy  -  ddp_  ddp_@A{36}
Deno Deploy  organisation token  DENO_DEPLOY_TOKEN  high  4.1  deploy  -  ddo_  ddo_@A{36}
Deno Deploy  workspace token  DENO_DEPLOY_TOKEN  high  4.1  deploy  -  ddw_  ddw_@A{36}
JSR  token  JSR_TOKEN  high  4.1  jsr  -  jsr  jsr[pdw]_@A{35}
npm  access token  NPM_TOKEN  high  4.1  npm  -  npm_  npm_@A{36}
GitHub  token  GITHUB_TOKEN  high  4.1  github  -  gh  gh[pousr]_@A{36}
GitHub  fine-grained token  GITHUB_TOKEN  high  4.6  -  -  github_pat_  github_pat_@A{22}_@A{59}
GitHub  app token  GITHUB_TOKEN  high  4.0  -  -  ghs_  ghs_\d{1,20}_@W{8,800}\.@W{8,4000}\.@W{8,800}
GitLab  access token  GITLAB_TOKEN  high  3.3  -  -  glpat-  glpat-@W{20}(?:\.[\w-]{2,40}){0,2}
Supabase  secret key  SUPABASE_SECRET_KEY  critical  3.9  -  -  sb_secret_  sb_secret_@W{22}_@W{8}
Supabase  management token  SUPABASE_ACCESS_TOKEN  critical  3.2  -  -  sbp_  sbp_(?:v0_)?@H{40}
Vercel  token  VERCEL_TOKEN  high  4.5  -  -  vc  vc[piar]_@A{56}
Vercel  token  VERCEL_TOKEN  high  3.6  -  vercel  -  @A{24}
Cloudflare  API token  CLOUDFLARE_API_TOKEN  high  4.1  cloudflare  -  cf  cf[ua]t_@A{40}@H{8}
Cloudflare  global API key  CLOUDFLARE_API_KEY  critical  4.1  cloudflare  -  cfk_  cfk_@A{40}@H{8}
Cloudflare  API token  CLOUDFLARE_API_TOKEN  high  4.1  -  cloudflare|cf_api|cf_token|workers  -  @W{40}
Cloudflare  Origin CA key  CLOUDFLARE_ORIGIN_CA_KEY  high  3.5  -  -  v1.0-  v1\.0-@H{24}-@H{146}
Resend  API key  RESEND_API_KEY  high  3.7  mixed  -  re_  re_[1-9A-HJ-NP-Za-km-z]{8}_[1-9A-HJ-NP-Za-km-z]{24}
Neon  API key  NEON_API_KEY  high  4.1  -  -  napi_  napi_@A{64}
Upstash  token  UPSTASH_REDIS_REST_TOKEN  high  3.9  -  upstash|kv_rest  -  A@A{3}A[A-Za-z0-9+/_-]{30,110}={0,2}
PlanetScale  token  PLANETSCALE_TOKEN  high  3.7  -  -  pscale_  pscale_(?:pw|tkn|oauth)_[\w.=-]{32,64}
MongoDB Atlas  service account secret  MONGODB_ATLAS_SECRET  high  4.1  -  -  mdb_sa_sk_  mdb_sa_sk_@W{40}
Notion  token  NOTION_TOKEN  high  4.0  -  -  ntn_  ntn_\d{11}@A{35}
Notion  token  NOTION_TOKEN  high  4.2  -  -  secret_  secret_@A{43}
Slack  bot token  SLACK_BOT_TOKEN  high  3.0  -  -  xoxb-  xoxb-\d{10,13}-\d{10,13}-@A{20,34}
Slack  token  SLACK_TOKEN  high  2.9  mixed  -  xo  xox[pears]-[0-9A-Za-z-]{20,200}
Slack  app token  SLACK_APP_TOKEN  high  2.9  -  -  xapp-  xapp-\d-[A-Z0-9]{8,16}-\d{8,16}-@H{16,128}
Slack  webhook URL  SLACK_WEBHOOK_URL  high  3.6  -  -  hooks.slack.com  hooks\.slack\.com/(?:services|workflows|triggers)/(@6{40,72})  hooks\.slack\.com/(?:services|workflows|triggers)/@6{12}
Stripe  secret key  STRIPE_SECRET_KEY  high  3.3  -  -  k_  [sr]k_(?:live|test|prod)_@A{20,247}
Webhook  signing secret  WEBHOOK_SECRET  high  3.7  -  -  whsec_  whsec_[A-Za-z0-9+/]{32,90}={0,2}
SendGrid  API key  SENDGRID_API_KEY  high  4.3  -  -  SG.  SG\.@W{22}\.@W{43}
Twilio  API key  TWILIO_API_KEY  high  3.1  -  twilio  SK  SK@H{32}
PostHog  personal API key  POSTHOG_API_KEY  high  4.0  -  -  phx_  phx_@W{41,49}
Sentry  user token  SENTRY_AUTH_TOKEN  high  3.5  -  -  sntryu_  sntryu_@H{64}
Sentry  organisation token  SENTRY_AUTH_TOKEN  high  4.0  json  -  sntrys_  sntrys_(eyJ@6{40,400}={0,2}_@6{43})
Linear  API key  LINEAR_API_KEY  high  4.1  -  -  lin_api_  lin_api_@A{40}
Figma  personal token  FIGMA_TOKEN  high  4.0  -  -  figd_  figd_@W{38,42}
Discord  bot token  DISCORD_TOKEN  high  3.9  discord  -  -  [MNO]@W{23,27}\.@W{6,7}\.@W{27,38}  [MNO]@W{23,27}\.@W{6,7}\.@W{12}
Telegram  bot token  TELEGRAM_BOT_TOKEN  high  3.8  -  -  :AA  \d{8,10}:AA@W{33}  \d{8,10}:AA@W{12}
Docker Hub  access token  DOCKER_TOKEN  high  3.6  -  -  dckr_pat_  dckr_pat_@W{27}
Docker Hub  organisation token  DOCKER_TOKEN  high  3.6  -  -  dckr_oat_  dckr_oat_@W{32}
DigitalOcean  token  DIGITALOCEAN_TOKEN  high  3.5  -  -  _v1_  do[opr]_v1_@H{64}
Fly.io  access token  FLY_API_TOKEN  high  4.5  -  -  FlyV1  FlyV1 [A-Za-z0-9=_/+,-]{100,2000}
Val Town  API token  VAL_TOWN_API_KEY  high  3.4  mixed  -  vtwn_  vtwn_@W{20,80}
Polar  access token  POLAR_ACCESS_TOKEN  high  3.4  mixed  -  polar_  polar_(?:at|oat|pat)_@W{20,100}
Render  API key  RENDER_API_KEY  high  3.6  -  -  rnd_  rnd_@A{28}
Vault  token  VAULT_TOKEN  high  4.0  -  -  hv  hv[sb]\.[\w-]{90,300}
Doppler  token  DOPPLER_TOKEN  high  3.6  -  -  dp.  dp\.(?:pt|st|sa|ct)\.[A-Za-z0-9._-]{40,60}
1Password  service account token  OP_SERVICE_ACCOUNT_TOKEN  high  4.0  json  -  ops_  ops_(eyJ@6{250,4000}={0,3})
age  secret key  AGE_SECRET_KEY  critical  3.8  -  -  AGE-SECRET-KEY-1  AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}
"""  # noqa: E501

