/** Talks to the model: bounded in time, in tokens and in turns. */
import type { Message } from "./history.ts";
import { log } from "./log.ts";
import type { Settings } from "./settings.ts";
import { TOOLS, useTool } from "./tools.ts";

const MODEL = "gpt-4o-mini";
const INSTRUCTIONS = "You are a helpful assistant. Answer briefly.";
const MODEL_TIMEOUT_MS = 30_000;
const MOST_TOKENS = 600;
const MOST_TURNS = 4;
const MOST_TOOL_CALLS = 3;

interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

interface Turn {
  role: "assistant";
  content: string | null;
  tool_calls?: ToolCall[];
}

/** The model's answer to the last message; raises when it gives none. */
export async function answer(
  settings: Settings,
  messages: Message[],
): Promise<string> {
  const conversation: unknown[] = [
    { role: "system", content: INSTRUCTIONS },
    ...messages,
  ];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const reply = await complete(settings, conversation);
    const calls = reply.tool_calls?.slice(0, MOST_TOOL_CALLS) ?? [];
    if (calls.length === 0) return reply.content ?? "";
    conversation.push({ ...reply, tool_calls: calls });
    for (const { id, function: { name, arguments: input } } of calls) {
      const content = await useTool(name, input);
      conversation.push({ role: "tool", tool_call_id: id, content });
    }
  }
  throw new Error(`no answer after ${MOST_TURNS} turns`);
}

async function complete(
  settings: Settings,
  messages: unknown[],
): Promise<Turn> {
  const response = await fetch(`${settings.modelBase}/chat/completions`, {
    method: "POST",
    redirect: "error",
    signal: AbortSignal.timeout(MODEL_TIMEOUT_MS),
    headers: {
      "authorization": `Bearer ${settings.modelKey}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      model: MODEL,
      max_tokens: MOST_TOKENS,
      messages,
      tools: TOOLS,
    }),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the model API answered ${response.status}`);
  }
  const { choices, usage } = await response.json();
  log("model call", { tokens: Number(usage?.total_tokens ?? 0) });
  return turnOf(choices?.[0]?.message);
}

function turnOf(message: Partial<Turn> | undefined): Turn {
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
