/** What the environment decides; the service does not start without it. */
export interface Settings {
  host: string;
  token: string;
  modelBase: string;
  modelKey: string;
}

const SHORTEST_TOKEN = 32;

export function readSettings(): Settings {
  const token = Deno.env.get("CHAT_TOKEN") || missing("CHAT_TOKEN");
  if (token.length < SHORTEST_TOKEN) {
    throw new Error(`CHAT_TOKEN is shorter than ${SHORTEST_TOKEN} characters`);
  }
  return {
    host: Deno.env.get("CHAT_HOST") ?? "127.0.0.1",
    token,
    modelBase: safeBase(
      Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
    ),
    modelKey: Deno.env.get("OPENAI_API_KEY") || missing("OPENAI_API_KEY"),
  };
}

/** The base URL without its last slash; HTTPS, or a model on this machine. */
export function safeBase(text: string): string {
  const { protocol, hostname } = new URL(text);
  if (protocol !== "https:" && hostname !== "127.0.0.1") {
    throw new Error("OPENAI_BASE_URL must use https or name 127.0.0.1");
  }
  return text.replace(/\/$/, "");
}

function missing(name: string): never {
  throw new Error(`${name} is not set`);
}
