/** The agent of a shop's desk; everything but its page's code stands behind a token. */
import { ask, PERSONAS } from "./lib/agent.ts";
import { chat } from "./lib/chat.ts";
import { RateLimit, requireToken } from "./lib/guard.ts";
import { escape, html } from "./lib/html.ts";
import { choice, readFields, text } from "./lib/input.ts";
import { complete, TIERS } from "./lib/llm.ts";
import { log, logError } from "./lib/log.ts";
import { archiveNote, findNotes, readNote } from "./lib/notes.ts";
import { ordersOf } from "./lib/orders.ts";
import { readPage } from "./lib/pages.ts";
import { languageOf, prefer } from "./lib/preferences.ts";
import { Refusal } from "./lib/refusal.ts";
import { readSettings } from "./lib/settings.ts";

const PORT = 48790;

const settings = readSettings();
const rate = new RateLimit(120, 60_000);

Deno.serve({
  hostname: settings.host,
  port: PORT,
  onListen: ({ hostname, port }) => log("listening", { hostname, port }),
}, async (request, { remoteAddr }) => {
  try {
    const caller = remoteAddr.hostname;
    return await respond(request, new URL(request.url), caller);
  } catch (error) {
    return failure(error);
  }
});

async function respond(
  request: Request,
  url: URL,
  caller: string,
): Promise<Response> {
  rate.admit(caller);
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /islands/Ask.tsx") {
    return new Response(await Deno.readTextFile("islands/Ask.tsx"));
  }
  if (route === "GET /chat") {
    return chat(request, settings, () => rate.admit(caller));
  }
  if (route === "POST /admin/digest") return await digest(request);
  requireToken(request, settings.callerToken);
  return await serve(request, route, url);
}

async function digest(request: Request): Promise<Response> {
  requireToken(request, settings.adminToken);
  const digest = await ask(settings, "Sum up the day's orders.");
  return Response.json({ digest });
}

/** What callers with the token may ask for; raises Refusal for anything else. */
async function serve(
  request: Request,
  route: string,
  { pathname, searchParams }: URL,
): Promise<Response> {
  if (route.startsWith("GET /notes/")) {
    const name = decodeURIComponent(pathname.slice("/notes/".length));
    return new Response(await readNote(name));
  }
  switch (route) {
    case "POST /api/ask": {
      const { question, persona = "clerk" } = await readFields(request);
      const role = choice(persona, "persona", PERSONAS);
      const answer = await ask(settings, text(question, "question"), role);
      return Response.json({ answer });
    }
    case "POST /api/complete": {
      const { prompt, tier = "small" } = await readFields(request);
      const content = text(prompt, "prompt");
      const chosen = choice(tier, "tier", TIERS);
      const message = await complete(settings, chosen, [
        { role: "user", content },
      ]);
      return Response.json({ answer: message.content });
    }
    case "GET /api/preferences": {
      const user = text(searchParams.get("user"), "user", 80);
      return Response.json({ language: languageOf(user) });
    }
    case "POST /api/preferences":
      prefer(await readFields(request));
      return new Response(null, { status: 204 });
    case "POST /api/archive": {
      const { name } = await readFields(request);
      return new Response(await archiveNote(text(name, "name", 80)));
    }
    case "GET /orders":
      return Response.json(
        ordersOf(text(searchParams.get("customer"), "customer", 80)),
      );
    case "GET /preview":
      return new Response(
        await readPage(text(searchParams.get("url"), "url", 300)),
      );
    case "GET /notes": {
      const word = text(searchParams.get("word"), "word", 80);
      const items = (await findNotes(word)).map((name) =>
        `<li>${escape(name)}</li>`
      );
      return html(
        `<h1>Notes with ${escape(word)}</h1><ul>${items.join("")}</ul>`,
      );
    }
    case "POST /ask": {
      const { question } = await readFields(request);
      const answer = await ask(settings, text(question, "question"));
      return html(`<h1>Answer</h1><p>${escape(answer)}</p>`);
    }
    default:
      throw new Refusal(404, "not found");
  }
}

/** Refusals speak for themselves; of anything else the caller learns only an id. */
function failure(error: unknown): Response {
  const [status, body] = error instanceof Refusal
    ? [error.status, { error: error.message }]
    : [500, { error: "internal error", id: logError("failed", error) }];
  return Response.json(body, { status });
}
