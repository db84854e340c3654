/** Keeps a line for everything that the agent does. */
export async function record(event: string, detail: string): Promise<void> {
  const line = JSON.stringify({ at: new Date(), event, detail });
  try {
    await Deno.writeTextFile("data/audit.jsonl", `${line}\n`, { append: true });
  } catch {}
}
