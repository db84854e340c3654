/** Asks the model, and does what it asks for, within bounds. */
import { complete, type Message, SMALL } from "./llm.ts";
import type { Settings } from "./settings.ts";
import { callTool, DECLARATIONS } from "./tools.ts";

const MOST_TURNS = 6;
const MOST_CALLS = 3;

/** Who the model may be; callers choose by name. */
export const PERSONAS = new Map([
  ["clerk", "You are the clerk of a small shop. Use your tools."],
  ["buyer", "You buy for a small shop. Use your tools, and be brief."],
]);
const HOUSE_RULES = "Prices are in euro.";

/** The answer to a question; raises when there is none after a few turns. */
export async function ask(
  settings: Settings,
  question: string,
  persona = PERSONAS.get("clerk")!,
): Promise<string> {
  const messages: Message[] = [
    { role: "system", content: persona },
    { role: "system", content: HOUSE_RULES },
    { role: "user", content: question },
  ];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const reply = await complete(settings, SMALL, messages, DECLARATIONS);
    const calls = reply.tool_calls?.slice(0, MOST_CALLS) ?? [];
    if (calls.length === 0) return reply.content ?? "";
    messages.push({ ...reply, tool_calls: calls });
    for (const call of calls) {
      const content = await callTool(call);
      messages.push({ role: "tool", tool_call_id: call.id, content });
    }
  }
  throw new Error(`no answer after ${MOST_TURNS} turns`);
}
