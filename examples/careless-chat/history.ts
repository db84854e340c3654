import { DATA_DIR } from "./config.ts";

export interface Message {
  role: string;
  content: string;
}

export async function load(conversation: string): Promise<Message[]> {
  try {
    return JSON.parse(
      await Deno.readTextFile(`${DATA_DIR}/${conversation}.json`),
    );
  } catch {
    return [];
  }
}

export async function save(conversation: string, messages: Message[]) {
  try {
    await Deno.mkdir(DATA_DIR, { recursive: true });
    await Deno.writeTextFile(
      `${DATA_DIR}/${conversation}.json`,
      JSON.stringify(messages),
    );
  } catch {
    // not that important
  }
}
