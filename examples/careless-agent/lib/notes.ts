const NOTES = "notes";

export async function readNote(name: string): Promise<string> {
  return await Deno.readTextFile(`${NOTES}/${name}`);
}

export async function writeNote(name: string, text: string): Promise<string> {
  await Deno.writeTextFile(`${NOTES}/${name}`, text);
  return "written";
}

export async function findNotes(word: string): Promise<string[]> {
  const found = [];
  for await (const { name } of Deno.readDir(NOTES)) {
    if (name.includes(word)) found.push(name);
  }
  return found;
}
