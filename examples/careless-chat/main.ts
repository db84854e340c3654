#!/usr/bin/env -S deno run -A
import { API_KEY, BASE_URL, HOST, MODEL, PORT } from "./config.ts";
import { load, save } from "./history.ts";
import { ask } from "./model.ts";

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, content-type",
};

Deno.serve({ hostname: HOST, port: PORT }, async (req) => {
  try {
    const url = new URL(req.url);
    console.log(req.method, req.url, req.headers);
    if (req.method === "OPTIONS") return new Response(null, { headers: cors });

    if (url.pathname === "/api/chat" && req.method === "POST") {
      const { conversation = "default", message, persona } = await req.json();
      const messages = await load(conversation);
      messages.push({ role: "user", content: message });
      const reply = await ask(messages, persona);
      messages.push({ role: "assistant", content: reply });
      await save(conversation, messages);
      return Response.json({ conversation, reply }, { headers: cors });
    }

    // the page wants to know which model it talks to
    if (url.pathname === "/api/config") {
      return Response.json(
        { model: MODEL, baseUrl: BASE_URL, apiKey: API_KEY },
        { headers: cors },
      );
    }

    if (url.pathname === "/transcript") {
      const messages = await load(url.searchParams.get("id") ?? "default");
      const turns = messages.map((m) => `<li><b>${m.role}</b> ${m.content}`);
      return new Response(`<h1>Transcript</h1><ol>${turns.join("")}</ol>`, {
        headers: { "content-type": "text/html" },
      });
    }

    const path = decodeURIComponent(url.pathname);
    const file = path === "/" ? "/index.html" : path;
    const type = file.endsWith(".js") ? "text/javascript" : "text/html";
    return new Response(await Deno.readTextFile(`./public${file}`), {
      headers: { "content-type": type },
    });
  } catch (error) {
    console.error(error);
    return new Response((error as Error).stack, { status: 500, headers: cors });
  }
});
