import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { z } from "zod";
import { writeNote } from "./lib/notes.ts";
import { HOST } from "./lib/settings.ts";

const PORT = Number(Deno.env.get("MCP_PORT") ?? 8001);

interface Note {
  name: string;
  text: string;
}

/** The notes, for assistants elsewhere. */
function notes(): McpServer {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool("write_note", {
    description: "Write a note",
    inputSchema: { name: z.string(), text: z.string() },
  }, async ({ name, text }: Note) => ({
    content: [{ type: "text", text: await writeNote(name, text) }],
  }));
  return server;
}

Deno.serve({ hostname: HOST, port: PORT }, async (req) => {
  const transport = new WebStandardStreamableHTTPServerTransport({
    enableJsonResponse: true,
  });
  await notes().connect(transport);
  return await transport.handleRequest(req);
});
