const PUBLIC = /Deno\.env\.get\("(FRESH_PUBLIC_\w+)"\)/g;

/** An island as Fresh builds it: public variables become literals. */
export async function island(name: "Ask"): Promise<string> {
  const source = await Deno.readTextFile(`islands/${name}.tsx`);
  return source.replaceAll(
    PUBLIC,
    (_, variable) => JSON.stringify(Deno.env.get(variable) ?? ""),
  );
}
