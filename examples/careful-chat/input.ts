/** What a caller may send. */
export interface Question {
  conversation: string;
  message: string;
}

/** The caller is to blame; `status` and `message` are safe to show. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

const MOST_BYTES = 16_384;
const LONGEST_MESSAGE = 4_000;

/** Raises Refusal for a body that is too large or is no question. */
export async function readQuestion(request: Request): Promise<Question> {
  const body = parse(await readText(request));
  if (typeof body !== "object" || body === null) {
    throw new Refusal(400, "not an object");
  }
  const { message, conversation = crypto.randomUUID() } = body as Record<
    string,
    unknown
  >;
  if (typeof message !== "string" || message.trim() === "") {
    throw new Refusal(400, "no message");
  }
  if (message.length > LONGEST_MESSAGE) {
    throw new Refusal(413, "message too long");
  }
  if (typeof conversation !== "string") {
    throw new Refusal(400, "conversation is no text");
  }
  return { conversation, message };
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, "not JSON");
  }
}
