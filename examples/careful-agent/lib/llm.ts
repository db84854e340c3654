/** Talks to the model: one address, one key, bounded in time and in tokens. */
import { log } from "./log.ts";
import type { Settings } from "./settings.ts";

const TIMEOUT_MS = 30_000;

export interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string | null;
  tool_call_id?: string;
  tool_calls?: ToolCall[];
}

export interface Tier {
  model: string;
  mostTokens: number;
}

export const TIERS = new Map<string, Tier>([
  ["small", { model: "gpt-4o-mini", mostTokens: 600 }],
  ["large", { model: "gpt-4o", mostTokens: 1_200 }],
]);
export const SMALL = TIERS.get("small")!;

/** The model's next message; raises when it gives none or a malformed one. */
export async function complete(
  { modelBase, modelKey }: Settings,
  { model, mostTokens }: Tier,
  messages: Message[],
  tools?: unknown[],
): Promise<Message> {
  const response = await fetch(`${modelBase}/chat/completions`, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      "authorization": `Bearer ${modelKey}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ model, max_tokens: mostTokens, messages, tools }),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the model API answered ${response.status}`);
  }
  const { choices, usage } = await response.json();
  log("model call", { tokens: Number(usage?.total_tokens ?? 0) });
  return messageOf(choices?.[0]?.message);
}

function messageOf(message: Partial<Message> | undefined): Message {
  const content = message?.content ?? null;
  const calls = message?.tool_calls;
  if (content !== null && typeof content !== "string") {
    throw new TypeError("the model's content is no text");
  }
  if (calls !== undefined && !calls.every(isToolCall)) {
    throw new TypeError("the model's tool calls are malformed");
  }
  return { role: "assistant", content, tool_calls: calls };
}

function isToolCall(call: Partial<ToolCall> | null): boolean {
  return typeof call?.id === "string" &&
    typeof call.function?.name === "string" &&
    typeof call.function.arguments === "string";
}
