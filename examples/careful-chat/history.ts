/** Conversations: one file each under ./data. */
import { Refusal } from "./input.ts";

export interface Message {
  role: "user" | "assistant";
  content: string;
}

const MOST_MESSAGES = 20;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function load(conversation: string): Promise<Message[]> {
  try {
    return JSON.parse(await Deno.readTextFile(fileOf(conversation)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

export async function save(
  conversation: string,
  messages: Message[],
): Promise<void> {
  const kept = messages.slice(-MOST_MESSAGES);
  await Deno.writeTextFile(fileOf(conversation), JSON.stringify(kept));
}

/** Raises Refusal unless the name is a UUID: nothing else becomes a path. */
function fileOf(conversation: string): string {
  if (!UUID.test(conversation)) throw new Refusal(400, "conversation unknown");
  return `./data/${conversation}.json`;
}
