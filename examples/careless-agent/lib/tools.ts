import { record } from "./audit.ts";
import type { ToolCall } from "./llm.ts";
import { readNote, writeNote } from "./notes.ts";
import { findOrders } from "./orders.ts";
import { readPage } from "./pages.ts";
import * as plugins from "./plugins.ts";
import { runScript } from "./scripts.ts";
import { sh } from "./shell.ts";

type Plugin = (args: Record<string, string>) => string;

export async function callTool(call: ToolCall): Promise<string> {
  const { name } = call.function;
  const args = JSON.parse(call.function.arguments);
  await record("tool", name);
  switch (name) {
    case "run_command":
      return await sh(args.command);
    case "read_note":
      return await readNote(args.name);
    case "write_note":
      return await writeNote(args.name, args.text);
    case "fetch_page":
      return await readPage(args.url);
    case "find_orders":
      return JSON.stringify(findOrders(args.where));
    case "evaluate":
      return String(eval(args.formula));
    case "run_script":
      return await runScript(args.code);
    default:
      return (plugins as unknown as Record<string, Plugin>)[name](args);
  }
}

export const declarations = [
  declare("run_command", "Run a shell command", "command"),
  declare("read_note", "Read a note", "name"),
  declare("write_note", "Write a note", "name", "text"),
  declare("fetch_page", "Fetch a web page", "url"),
  declare("find_orders", "Orders that match an SQL condition", "where"),
  declare("evaluate", "Evaluate a formula", "formula"),
  declare("run_script", "Run JavaScript that posts its result", "code"),
  declare("today", "Today's date"),
];

function declare(name: string, description: string, ...names: string[]) {
  const properties = Object.fromEntries(
    names.map((each) => [each, { type: "string" }]),
  );
  const parameters = { type: "object", properties, required: names };
  return { type: "function", function: { name, description, parameters } };
}
