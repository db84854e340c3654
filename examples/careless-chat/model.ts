import { API_KEY, BASE_URL, MODEL } from "./config.ts";
import type { Message } from "./history.ts";
import { callTool, tools } from "./tools.ts";

export async function ask(
  messages: Message[],
  persona?: string,
): Promise<string> {
  const conversation: unknown[] = [
    {
      role: "system",
      content: `You are ${persona ?? "a helpful assistant"}. Use your tools.`,
    },
    ...messages,
  ];
  while (true) {
    console.log("prompt", JSON.stringify(conversation));
    const response = await fetch(`${BASE_URL}/chat/completions`, {
      method: "POST",
      headers: {
        "Authorization": `Bearer ${API_KEY}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ model: MODEL, messages: conversation, tools }),
    });
    const data = await response.json();
    if (!response.ok) {
      throw new Error(`${BASE_URL} said ${JSON.stringify(data)}`);
    }
    const message = data.choices[0].message;
    console.log("answer", message);
    if (!message.tool_calls?.length) return message.content;
    conversation.push(message);
    for (const call of message.tool_calls) {
      conversation.push({
        role: "tool",
        tool_call_id: call.id,
        content: await callTool(call.function.name, call.function.arguments),
      });
    }
  }
}
