/** Notes: files of one folder, and an archive beside it. */
import { basename, resolve, sep } from "node:path";
import { Refusal } from "./refusal.ts";

const NOTES = resolve("notes");

export async function readNote(name: string): Promise<string> {
  const path = pathOf(name);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new Refusal(404, "no such note");
    }
    throw error;
  }
}

export async function writeNote(name: string, text: string): Promise<string> {
  await Deno.writeTextFile(pathOf(name), text);
  return "written";
}

export async function findNotes(word: string): Promise<string[]> {
  const found = [];
  for await (const { name } of Deno.readDir(NOTES)) {
    if (name.includes(word)) found.push(name);
  }
  return found;
}

/** A program of ours with one operand, after `--`: no shell, no option. */
export async function archiveNote(name: string): Promise<string> {
  const { success } = await new Deno.Command("tar", {
    args: [
      "-cf",
      "data/notes.tar",
      "-C",
      "notes",
      "--",
      basename(pathOf(name)),
    ],
    clearEnv: true,
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Refusal(404, "no such note");
  return "archived";
}

/** Raises Refusal for a name that leads out of the folder. */
function pathOf(name: string): string {
  const path = resolve(NOTES, name);
  if (!path.startsWith(NOTES + sep)) throw new Refusal(400, "no such note");
  return path;
}
