/** What the environment decides; nothing starts without it. */
export interface Settings {
  host: string;
  origin: string;
  callerToken: string;
  adminToken: string;
  modelBase: string;
  modelKey: string;
}

const SHORTEST_TOKEN = 32;

export function readSettings(): Settings {
  return {
    host: Deno.env.get("AGENT_HOST") ?? "127.0.0.1",
    origin: Deno.env.get("AGENT_ORIGIN") ?? "http://127.0.0.1:48790",
    callerToken: tokenNamed("AGENT_TOKEN"),
    adminToken: tokenNamed("ADMIN_TOKEN"),
    modelBase: safeBase(
      Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1",
    ),
    modelKey: required("OPENAI_API_KEY"),
  };
}

/** Raises Error for a variable that is unset, or too short to be no guess. */
export function tokenNamed(name: string): string {
  const token = required(name);
  if (token.length < SHORTEST_TOKEN) {
    throw new Error(`${name} is shorter than ${SHORTEST_TOKEN} characters`);
  }
  return token;
}

/** The base URL without its last slash; HTTPS, or a model on this machine. */
function safeBase(text: string): string {
  const { protocol, hostname } = new URL(text);
  if (protocol !== "https:" && hostname !== "127.0.0.1") {
    throw new Error("OPENAI_BASE_URL must use https or name 127.0.0.1");
  }
  return text.replace(/\/$/, "");
}

/** Raises Error for a variable that is unset or empty. */
export function required(name: string): string {
  const value = Deno.env.get(name);
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
