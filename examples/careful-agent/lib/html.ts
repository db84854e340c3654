/** Pages of text: what comes from elsewhere is escaped. */
const ENTITIES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
]);

export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (each) => ENTITIES.get(each) ?? each);
}

export function html(body: string): Response {
  return new Response(`<!DOCTYPE html><title>Desk</title>${body}`, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
}
