/**
 * What the model may do. A tool parses its arguments before it runs; the model's words
 * choose among known things and never become code of ours, a command, SQL or a host.
 */
import { record } from "./audit.ts";
import { evaluate } from "./formula.ts";
import { amount, type Fields, fieldsOf, text } from "./input.ts";
import type { ToolCall } from "./llm.ts";
import { logError } from "./log.ts";
import { archiveNote, readNote, writeNote } from "./notes.ts";
import { findOrders } from "./orders.ts";
import { readPage } from "./pages.ts";
import { runScript } from "./scripts.ts";

interface Tool {
  description: string;
  names: string[];
  run(fields: Fields): string | Promise<string>;
}

const TOOLS = new Map<string, Tool>([
  ["archive_note", {
    description: "Put a note into the archive",
    names: ["name"],
    run: ({ name }) => archiveNote(text(name, "name", 80)),
  }],
  ["read_note", {
    description: "Read a note",
    names: ["name"],
    run: ({ name }) => readNote(text(name, "name", 80)),
  }],
  ["write_note", {
    description: "Write a note",
    names: ["name", "text"],
    run: (fields) =>
      writeNote(text(fields.name, "name", 80), text(fields.text, "text")),
  }],
  ["fetch_page", {
    description: "Read a page of docs.deno.com",
    names: ["url"],
    run: ({ url }) => readPage(text(url, "url", 300)),
  }],
  ["find_orders", {
    description: "Orders of an item up to a price",
    names: ["item", "most"],
    run: ({ item, most }) =>
      JSON.stringify(
        findOrders(text(item, "item", 80), amount(most, "most")),
      ),
  }],
  ["evaluate", {
    description: "Work out an arithmetic formula",
    names: ["formula"],
    run: ({ formula }) => String(evaluate(text(formula, "formula", 200))),
  }],
  ["run_script", {
    description: "Run JavaScript that posts its result",
    names: ["code"],
    run: ({ code }) => runScript(text(code, "code")),
  }],
  ["today", {
    description: "Today's date",
    names: [],
    run: () => new Date().toISOString().slice(0, 10),
  }],
]);

/** The tool's answer for the model; a failure is logged and told in general words. */
export async function callTool(call: ToolCall): Promise<string> {
  const tool = TOOLS.get(call.function.name);
  if (tool === undefined) return "there is no such tool";
  await record("tool", call.function.name);
  try {
    return await tool.run(fieldsOf(call.function.arguments));
  } catch (error) {
    logError("tool failed", error);
    return "the tool could not do that";
  }
}

export const DECLARATIONS = [...TOOLS].map(
  ([name, { description, names }]) => {
    const properties = Object.fromEntries(
      names.map((each) => [each, { type: "string" }]),
    );
    const parameters = { type: "object", properties, required: names };
    return { type: "function", function: { name, description, parameters } };
  },
);
