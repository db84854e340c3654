/** Pages of known hosts, and of no other. */
import { Refusal } from "./refusal.ts";

const HOSTS = new Set(["docs.deno.com"]);
const TIMEOUT_MS = 10_000;
const LONGEST = 8_000;

/** Raises Refusal for an address that is not https at a known host. */
export async function readPage(address: string): Promise<string> {
  const url = URL.parse(address);
  if (url?.protocol !== "https:" || !HOSTS.has(url.host)) {
    throw new Refusal(400, "not a page to read");
  }
  const response = await fetch(url, {
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const page = await response.text();
  return page.replaceAll(/<[^<>]*>/g, " ").slice(0, LONGEST);
}
