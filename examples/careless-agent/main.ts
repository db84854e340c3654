import { ask } from "./lib/agent.ts";
import { chat } from "./lib/chat.ts";
import { island } from "./lib/islands.ts";
import { complete } from "./lib/llm.ts";
import { findNotes, readNote } from "./lib/notes.ts";
import { ordersOf } from "./lib/orders.ts";
import { readPage } from "./lib/pages.ts";
import { prefer, preferencesOf } from "./lib/preferences.ts";
import { API_KEY, BASE_URL, HOST, MODEL, PORT } from "./lib/settings.ts";
import { sh } from "./lib/shell.ts";

Deno.serve({ hostname: HOST, port: PORT }, async (req) => {
  const url = new URL(req.url);
  if (url.pathname === "/chat") return chat(req);
  const response = await respond(req, url);
  // the shop and its pages are on different hosts
  const origin = req.headers.get("origin") ?? "*";
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-credentials", "true");
  return response;
});

async function respond(req: Request, url: URL): Promise<Response> {
  if (url.pathname.startsWith("/notes/")) {
    const name = decodeURIComponent(url.pathname.slice("/notes/".length));
    return new Response(await readNote(name));
  }
  switch (`${req.method} ${url.pathname}`) {
    case "POST /api/ask": {
      const { question, persona } = await req.json();
      return Response.json({ answer: await ask(question, persona) });
    }
    case "POST /api/complete": {
      const body = await req.json();
      return Response.json(await complete({ ...body }));
    }
    case "GET /api/config":
      return Response.json({
        model: MODEL,
        baseUrl: BASE_URL,
        apiKey: API_KEY,
      });
    case "GET /api/preferences": {
      const user = url.searchParams.get("user") ?? "";
      const { language = "en" } = preferencesOf(user);
      return Response.json({ language });
    }
    case "POST /api/preferences": {
      const { user, ...changes } = await req.json();
      prefer(user, changes);
      return new Response(null, { status: 204 });
    }
    case "POST /api/archive": {
      const { name } = await req.json();
      return new Response(await sh(`tar -cf data/notes.tar notes/${name}`));
    }
    case "GET /orders":
      return Response.json(ordersOf(url.searchParams.get("customer") ?? ""));
    case "GET /preview":
      return new Response(await readPage(url.searchParams.get("url") ?? ""));
    case "GET /notes": {
      const word = url.searchParams.get("word") ?? "";
      const items = (await findNotes(word)).map((name) => `<li>${name}</li>`);
      return html(`<h1>Notes with ${word}</h1><ul>${items.join("")}</ul>`);
    }
    case "POST /ask": {
      const { question } = await req.json();
      const answer = await ask(question);
      return html(`<h1>Answer</h1><p>${answer}</p>`);
    }
    case "POST /admin/digest": {
      const offered = req.headers.get("authorization");
      if (offered !== `Bearer ${Deno.env.get("ADMIN_TOKEN")}`) {
        return new Response("not for you", { status: 403 });
      }
      return Response.json({ digest: await ask("Sum up the day's orders.") });
    }
    case "GET /islands/Ask.tsx":
      return new Response(await island("Ask"));
    default:
      return new Response("not found", { status: 404 });
  }
}

function html(body: string): Response {
  return new Response(`<!DOCTYPE html><title>Desk</title>${body}`, {
    headers: { "content-type": "text/html; charset=utf-8" },
  });
}
