/** A chat service: a page for people, and `POST /api/chat` behind a token. */
import { isAuthorised, RateLimit } from "./guard.ts";
import { load, save } from "./history.ts";
import { readQuestion, Refusal } from "./input.ts";
import { log, logError } from "./log.ts";
import { answer } from "./model.ts";
import { readSettings } from "./settings.ts";

const PORT = 48787;
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const settings = readSettings();
const rate = new RateLimit(30, 60_000);
await Deno.mkdir("./data", { recursive: true });

Deno.serve({
  hostname: settings.host,
  port: PORT,
  onListen: ({ hostname, port }) => log("listening", { hostname, port }),
}, async (request, { remoteAddr }) => {
  const began = performance.now();
  const { pathname } = new URL(request.url);
  const response = await respond(request, pathname, remoteAddr.hostname);
  log("request", {
    method: request.method,
    status: response.status,
    ms: Math.round(performance.now() - began),
  });
  return response;
});

async function respond(
  request: Request,
  path: string,
  caller: string,
): Promise<Response> {
  try {
    switch (`${request.method} ${path}`) {
      case "GET /":
        return await asset("./public/index.html", "text/html; charset=utf-8");
      case "GET /chat.js":
        return await asset("./public/chat.js", "text/javascript");
      case "POST /api/chat":
        return await chat(request, caller);
      default:
        throw new Refusal(404, "not found");
    }
  } catch (error) {
    return failure(error);
  }
}

async function chat(request: Request, caller: string): Promise<Response> {
  if (!isAuthorised(request, settings.token)) {
    throw new Refusal(401, "not authorised");
  }
  if (!rate.admits(caller)) throw new Refusal(429, "too many requests");
  const { conversation, message } = await readQuestion(request);
  const messages = await load(conversation);
  messages.push({ role: "user", content: message });
  const reply = await answer(settings, messages);
  messages.push({ role: "assistant", content: reply });
  await save(conversation, messages);
  return Response.json({ conversation, reply }, { headers: HEADERS });
}

async function asset(path: string, type: string): Promise<Response> {
  const headers = { ...HEADERS, "content-type": type };
  return new Response(await Deno.readTextFile(path), { headers });
}

/** Refusals speak for themselves; of anything else the caller learns only an id. */
function failure(error: unknown): Response {
  const [status, body] = error instanceof Refusal
    ? [error.status, { error: error.message }]
    : [500, { error: "internal error", id: logError("failed", error) }];
  return Response.json(body, { status, headers: HEADERS });
}
