import { deepStrictEqual } from "node:assert/strict";
import { isAuthorised, RateLimit } from "./guard.ts";

const TOKEN = "t".repeat(32);

function asking(authorization?: string): Request {
  const headers = authorization === undefined ? undefined : { authorization };
  return new Request("http://127.0.0.1/api/chat", { headers });
}

for (
  const [authorization, allowed] of [
    [`Bearer ${TOKEN}`, true],
    [`Bearer ${TOKEN}t`, false],
    [TOKEN, false],
    ["Bearer undefined", false],
    ["", false],
    [undefined, false],
  ] as const
) {
  Deno.test(`${authorization} is ${allowed ? "let in" : "kept out"}`, () => {
    deepStrictEqual(isAuthorised(asking(authorization), TOKEN), allowed);
  });
}

Deno.test("the rate limit counts each caller until the window turns", () => {
  const rate = new RateLimit(2, 1_000);
  const answers = [["a", 0], ["a", 1], ["a", 2], ["b", 3], ["a", 1_000]]
    .map(([caller, now]) => rate.admits(String(caller), Number(now)));
  deepStrictEqual(answers, [true, true, false, true, true]);
});

Deno.test("the rate limit holds a bounded number of callers", () => {
  const rate = new RateLimit(2, 1_000, 1);
  deepStrictEqual(rate.admits("a", 0), true);
  deepStrictEqual(rate.admits("b", 0), false);
});
