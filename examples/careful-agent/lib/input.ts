/** What callers and the model may say: every field is checked before use. */
import { Refusal } from "./refusal.ts";

export type Fields = Record<string, unknown>;

const MOST_BYTES = 16_384;

/** Raises Refusal for a body that is too large or no JSON object. */
export async function readFields(request: Request): Promise<Fields> {
  return fieldsOf(await readText(request));
}

/** Raises Refusal for a text that is no JSON object. */
export function fieldsOf(json: string): Fields {
  const value = parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal(400, "not an object");
  }
  return value as Fields;
}

/** Raises Refusal unless the value is text of at least one and at most so many characters. */
export function text(value: unknown, name: string, longest = 4_000): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new Refusal(400, `${name} is missing`);
  }
  if (value.length > longest) throw new Refusal(413, `${name} is too long`);
  return value;
}

/** What the table holds under the value; raises Refusal when it holds nothing. */
export function choice<T>(
  value: unknown,
  name: string,
  table: Map<string, T>,
): T {
  const chosen = table.get(text(value, name, 40));
  if (chosen === undefined) throw new Refusal(400, `${name} is unknown`);
  return chosen;
}

/** Raises Refusal unless the value is a finite number that is not negative. */
export function amount(value: unknown, name: string): number {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0) {
    throw new Refusal(400, `${name} is no amount`);
  }
  return number;
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) throw new Refusal(413, "body too large");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Refusal(400, "not JSON");
  }
}
