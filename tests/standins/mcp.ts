/**
 * Stands in for @modelcontextprotocol/sdk where no registry is reached: `tools/call` of a
 * stateless server, answered as version 1.32.2 does.
 */
interface Parser {
  parse(value: unknown): unknown;
}

// deno-lint-ignore no-explicit-any
type Run = (fields: any) => Promise<unknown>;

interface Tool {
  schema: Record<string, Parser>;
  run: Run;
}

interface Config {
  description: string;
  annotations?: { destructiveHint: boolean };
  inputSchema: Record<string, Parser>;
}

export class McpServer {
  readonly tools = new Map<string, Tool>();

  constructor(_about: { name: string; version: string }) {}

  registerTool(name: string, { inputSchema }: Config, run: Run): void {
    this.tools.set(name, { schema: inputSchema, run });
  }

  connect(transport: WebStandardStreamableHTTPServerTransport): Promise<void> {
    transport.server = this;
    return Promise.resolve();
  }
}

export class WebStandardStreamableHTTPServerTransport {
  server?: McpServer;

  constructor(_options: { enableJsonResponse: boolean }) {}

  async handleRequest(request: Request): Promise<Response> {
    const { id, params } = await request.json();
    const result = await this.#call(params.name, params.arguments);
    return Response.json({ jsonrpc: "2.0", id, result });
  }

  async #call(name: string, given: Record<string, unknown>): Promise<unknown> {
    try {
      const { schema, run } = this.server!.tools.get(name)!;
      const fields = Object.entries(schema).map((
        [key, parser],
      ) => [key, parser.parse(given[key])]);
      return await run(Object.fromEntries(fields));
    } catch (error) {
      return {
        content: [{ type: "text", text: String(error) }],
        isError: true,
      };
    }
  }
}
