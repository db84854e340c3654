/** The notes, for assistants on this machine: behind a token, with checked arguments. */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { z } from "zod";
import { requireHost, requireToken } from "./lib/guard.ts";
import { log, logError } from "./lib/log.ts";
import { writeNote } from "./lib/notes.ts";
import { Refusal } from "./lib/refusal.ts";
import { tokenNamed } from "./lib/settings.ts";

const HOST = "127.0.0.1";
const PORT = 48791;

const token = tokenNamed("AGENT_TOKEN");

interface Note {
  name: string;
  text: string;
}

function notes(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool("write_note", {
    description: "Write a note",
    annotations: { destructiveHint: true },
    inputSchema: { name: z.string().max(80), text: z.string().max(4_000) },
  }, write);
  return server;
}

/** The tool's answer; a failure is logged and told in general words. */
async function write({ name, text }: Note) {
  try {
    return says(await writeNote(name, text));
  } catch (error) {
    logError("tool failed", error);
    return { ...says("the tool could not do that"), isError: true };
  }
}

function says(text: string) {
  return { content: [{ type: "text" as const, text }] };
}

Deno.serve({
  hostname: HOST,
  port: PORT,
  onListen: ({ hostname, port }) => log("listening", { hostname, port }),
}, async (request) => {
  try {
    requireHost(request, `${HOST}:${PORT}`);
    requireToken(request, token);
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: true,
    });
    await notes().connect(transport);
    return await transport.handleRequest(request);
  } catch (error) {
    if (error instanceof Refusal) {
      return new Response(error.message, { status: error.status });
    }
    return Response.json({ id: logError("failed", error) }, { status: 500 });
  }
});
