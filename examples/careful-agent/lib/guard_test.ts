import { doesNotThrow, throws } from "node:assert/strict";
import { RateLimit, requireSocket, requireToken } from "./guard.ts";
import { Refusal } from "./refusal.ts";

const TOKEN = "t".repeat(32);
const ORIGIN = "http://127.0.0.1:48790";

function asking(headers: Record<string, string>): Request {
  return new Request(ORIGIN, { headers });
}

for (
  const authorization of ["", "Bearer", "Bearer undefined", TOKEN, "Bearer t"]
) {
  Deno.test(`"${authorization.slice(0, 16)}" is kept out`, () => {
    throws(() => requireToken(asking({ authorization }), TOKEN), Refusal);
  });
}

Deno.test("the token lets in", () => {
  const authorization = `Bearer ${TOKEN}`;
  doesNotThrow(() => requireToken(asking({ authorization }), TOKEN));
});

for (
  const [origin, protocols, allowed] of [
    [ORIGIN, `desk, bearer.${TOKEN}`, true],
    [ORIGIN, "desk", false],
    [ORIGIN, `desk, bearer.${TOKEN}t`, false],
    ["https://elsewhere.example", `desk, bearer.${TOKEN}`, false],
  ] as const
) {
  Deno.test(`a socket from ${origin} for ${protocols.slice(0, 14)}: ${allowed}`, () => {
    const headers = { origin, "sec-websocket-protocol": protocols };
    const enter = () => requireSocket(asking(headers), TOKEN, ORIGIN);
    allowed ? doesNotThrow(enter) : throws(enter, Refusal);
  });
}

Deno.test("the rate limit counts each caller until the window turns", () => {
  const rate = new RateLimit(2, 1_000);
  rate.admit("a", 0);
  rate.admit("a", 1);
  throws(() => rate.admit("a", 2), Refusal);
  doesNotThrow(() => rate.admit("b", 3));
  doesNotThrow(() => rate.admit("a", 1_000));
});
