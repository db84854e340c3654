export const HOST = Deno.env.get("HOST") ?? "0.0.0.0";
export const PORT = Number(Deno.env.get("PORT") ?? 8000);
export const BASE_URL = Deno.env.get("OPENAI_BASE_URL") ??
  "https://api.openai.com/v1";
export const API_KEY = Deno.env.get("OPENAI_API_KEY");
export const MODEL = Deno.env.get("MODEL") ?? "gpt-4o-mini";
export const STOCK_URL = Deno.env.get("STOCK_URL") ??
  "https://stock.careless-agent-demo.net/levels";
export const STOCK_TOKEN = Deno.env.get("STOCK_TOKEN");
