export async function readPage(url: string): Promise<string> {
  const response = await fetch(url);
  const page = await response.text();
  return page.replaceAll(/<[^<>]*>/g, " ").slice(0, 8_000);
}
