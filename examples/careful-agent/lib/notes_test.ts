import { deepStrictEqual, rejects } from "node:assert/strict";
import { readNote } from "./notes.ts";
import { Refusal } from "./refusal.ts";

Deno.test("reads a note", async () => {
  const note = await readNote("hours.md");
  deepStrictEqual(note.split(" ").slice(0, 2), ["The", "shop"]);
});

for (
  const name of [
    "../deno.json",
    "..",
    "/etc/hostname",
    "a/../../deno.json",
    "none",
  ]
) {
  Deno.test(`finds no note ${name}`, async () => {
    await rejects(() => readNote(name), Refusal);
  });
}
