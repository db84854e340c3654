import { API_KEY, BASE_URL, MODEL } from "./settings.ts";

export interface ToolCall {
  id: string;
  function: { name: string; arguments: string };
}

export interface Message {
  role: string;
  content: string;
  tool_call_id?: string;
  tool_calls?: ToolCall[];
}

export interface Options {
  baseUrl?: string;
  messages: Message[];
  [option: string]: unknown;
}

export async function complete(
  { baseUrl = BASE_URL, ...options }: Options,
): Promise<Message> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      "authorization": `Bearer ${API_KEY}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ model: MODEL, ...options }),
  });
  if (!response.ok) throw new Error(`the model answered ${response.status}`);
  const { choices } = await response.json();
  return choices[0].message;
}
