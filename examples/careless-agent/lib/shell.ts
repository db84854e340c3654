export async function sh(command: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", command] })
    .output();
  return new TextDecoder().decode(stdout);
}
