import { deepStrictEqual, throws } from "node:assert/strict";
import { evaluate } from "./formula.ts";

for (
  const [expression, value] of [
    ["6*7", 42],
    ["1 + 2 * 3", 7],
    ["(1 + 2) * -3", -9],
    ["8/4/2", 1],
    ["0.5 - 1", -0.5],
  ] as const
) {
  Deno.test(`works out ${expression}`, () => {
    deepStrictEqual(evaluate(expression), value);
  });
}

for (
  const expression of ["", "1 +", "(1", "1 2", "Deno.exit()", "1".repeat(201)]
) {
  Deno.test(`refuses ${expression.slice(0, 20)}`, () => {
    throws(() => evaluate(expression), SyntaxError);
  });
}
