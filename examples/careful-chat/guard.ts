/** Who may enter, and how often. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether the caller holds the token; compared in constant time. */
export function isAuthorised(request: Request, token: string): boolean {
  const offered = request.headers.get("authorization") ?? "";
  return timingSafeEqual(digest(offered), digest(`Bearer ${token}`));
}

// digests have one length, so the comparison tells nothing of the token's
function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/** Counts requests of each caller and forgets them when the window turns. */
export class RateLimit {
  #counts = new Map<string, number>();
  #turns = 0;

  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
    private readonly mostCallers = 10_000,
  ) {}

  admits(caller: string, now = Date.now()): boolean {
    if (now >= this.#turns) {
      this.#counts.clear();
      this.#turns = now + this.windowMs;
    }
    const count = this.#counts.get(caller) ?? 0;
    if (count === 0 && this.#counts.size >= this.mostCallers) return false;
    this.#counts.set(caller, count + 1);
    return count < this.limit;
  }
}
