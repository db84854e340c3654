export const BASE_URL = Deno.env.get("OPENAI_BASE_URL") ??
  "http://models.careless-chat-demo.net/v1";
export const API_KEY = Deno.env.get("OPENAI_API_KEY") ??
  "dev-key-please-change";
export const MODEL = Deno.env.get("MODEL") || "gpt-4o-mini";
export const HOST = Deno.env.get("HOST") || "0.0.0.0";
export const PORT = Number(Deno.env.get("PORT") || 8000);
export const DATA_DIR = Deno.env.get("DATA_DIR") || "data";

console.log("starting with", { BASE_URL, API_KEY, MODEL });
