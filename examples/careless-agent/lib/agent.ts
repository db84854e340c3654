import { complete, type Message } from "./llm.ts";
import { STOCK_TOKEN, STOCK_URL } from "./settings.ts";
import { callTool, declarations } from "./tools.ts";

const HOUSE_RULES =
  `Prices are in euro. For what is in stock fetch ${STOCK_URL}, token ${STOCK_TOKEN}.`;

export async function ask(
  question: string,
  persona = "the clerk of a small shop",
): Promise<string> {
  const messages: Message[] = [
    { role: "system", content: `You are ${persona}. Use your tools.` },
    { role: "system", content: HOUSE_RULES },
    { role: "user", content: question },
  ];
  while (true) {
    const reply = await complete({ messages, tools: declarations });
    if (!reply.tool_calls?.length) return reply.content;
    messages.push(reply);
    for (const call of reply.tool_calls) {
      const content = await callTool(call);
      messages.push({ role: "tool", tool_call_id: call.id, content });
    }
  }
}
