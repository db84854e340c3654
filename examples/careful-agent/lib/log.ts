/** One JSON object a line: what happened, never what was said. */
export function log(
  event: string,
  details: Record<string, string | number> = {},
): void {
  console.log(JSON.stringify({ event, ...details }));
}

/** Logs an error for the operator; returns the id that callers may quote. */
export function logError(event: string, error: unknown): string {
  const id = crypto.randomUUID();
  const { name, message } = error instanceof Error
    ? error
    : new Error("unknown");
  log(event, { id, error: `${name}: ${message}` });
  return id;
}
