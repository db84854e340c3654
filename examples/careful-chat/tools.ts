/**
 * What the model may do: arithmetic, and reading pages of a fixed list.
 * Its words choose among known things; they never become code, a command or a URL.
 */
import { calculate } from "./calculator.ts";
import { logError } from "./log.ts";

const PAGE_TIMEOUT_MS = 10_000;
const LONGEST_PAGE = 8_000;

const PAGES = new Map([
  ["permissions", "https://docs.deno.com/runtime/fundamentals/security/"],
  ["http-server", "https://docs.deno.com/runtime/fundamentals/http_server/"],
]);

export const TOOLS = [
  tool("calculate", "Work out an arithmetic expression.", "expression", {
    type: "string",
    maxLength: 200,
  }),
  tool("read_page", "Read a page of the Deno manual.", "page", {
    type: "string",
    enum: [...PAGES.keys()],
  }),
];

/** The tool's answer for the model; a failure is logged and told in general words. */
export async function useTool(name: string, input: string): Promise<string> {
  try {
    switch (name) {
      case "calculate":
        return String(calculate(argument(input, "expression")));
      case "read_page":
        return await readPage(argument(input, "page"));
      default:
        return "there is no such tool";
    }
  } catch (error) {
    logError("tool failed", error);
    return "the tool could not do that";
  }
}

async function readPage(name: string): Promise<string> {
  const url = PAGES.get(name);
  if (url === undefined) return "there is no such page";
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(PAGE_TIMEOUT_MS),
  });
  const page = await response.text();
  const text = page.replaceAll(/<[^<>]*>/g, " ").replaceAll(/\s+/g, " ");
  return text.slice(0, LONGEST_PAGE);
}

function argument(input: string, name: string): string {
  const value: unknown = JSON.parse(input)?.[name];
  if (typeof value !== "string") throw new TypeError(`${name} is no text`);
  return value;
}

function tool(name: string, description: string, argument: string, schema: {
  type: "string";
  maxLength?: number;
  enum?: string[];
}) {
  const parameters = {
    type: "object",
    properties: { [argument]: schema },
    required: [argument],
    additionalProperties: false,
  };
  return { type: "function", function: { name, description, parameters } };
}
