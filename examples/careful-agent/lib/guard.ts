/** Who may enter, from where, and how often. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Refusal } from "./refusal.ts";

const PROTOCOL = /(?:^|,\s*)bearer\.([\w-]+)$/;

/** Raises Refusal unless the caller holds the token; compared in constant time. */
export function requireToken(request: Request, token: string): void {
  const offered = request.headers.get("authorization") ?? "";
  requireSame(offered, `Bearer ${token}`);
}

/**
 * Raises Refusal unless a page of ours opens the socket, and holds the token.
 * Browsers let no page set a socket's headers, hence the token among its protocols.
 */
export function requireSocket(
  request: Request,
  token: string,
  origin: string,
): void {
  if (request.headers.get("origin") !== origin) {
    throw new Refusal(403, "not from this origin");
  }
  const protocols = request.headers.get("sec-websocket-protocol") ?? "";
  requireSame(PROTOCOL.exec(protocols)?.[1] ?? "", token);
}

/** Raises Refusal for another name: a page may have pointed its own at this machine. */
export function requireHost(request: Request, host: string): void {
  if (request.headers.get("host") !== host) {
    throw new Refusal(403, "not for this host");
  }
}

function requireSame(offered: string, expected: string): void {
  if (!timingSafeEqual(digest(offered), digest(expected))) {
    throw new Refusal(401, "not authorised");
  }
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

  /** Raises Refusal for a caller who asks too often. */
  admit(caller: string, now = Date.now()): void {
    if (now >= this.#turns) {
      this.#counts.clear();
      this.#turns = now + this.windowMs;
    }
    const count = this.#counts.get(caller) ?? 0;
    const crowded = count === 0 && this.#counts.size >= this.mostCallers;
    if (crowded || count >= this.limit) {
      throw new Refusal(429, "too many requests");
    }
    this.#counts.set(caller, count + 1);
  }
}
