/** What customers want the agent to remember: each their own, as the database sees to. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { readFields, text } from "../../../lib/input.ts";
import { logError } from "../../../lib/log.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { required } from "../../../lib/settings.ts";

const SUPABASE_URL = required("SUPABASE_URL");
const ANON_KEY = required("SUPABASE_ANON_KEY");

Deno.serve(async (request) => {
  try {
    const { client, user } = await requireUser(request);
    const { note } = await readFields(request);
    const { error } = await client.from("memories")
      .insert({ user_id: user.id, note: text(note, "note") });
    if (error) throw new Error(`not remembered: ${error.message}`);
    return new Response(null, { status: 204 });
  } catch (error) {
    if (error instanceof Refusal) {
      return new Response(error.message, { status: error.status });
    }
    return Response.json({ id: logError("failed", error) }, { status: 500 });
  }
});

/** Whose token the caller holds, and a client with that user's rights; raises Refusal. */
async function requireUser(request: Request) {
  const authorization = request.headers.get("authorization") ?? "";
  const client = asCaller(authorization);
  const token = authorization.replace(/^Bearer /, "");
  const { data, error } = await client.auth.getUser(token);
  if (error || !data.user) throw new Refusal(401, "not authorised");
  return { client, user: data.user };
}

function asCaller(authorization: string): SupabaseClient {
  return createClient(SUPABASE_URL, ANON_KEY, {
    global: { headers: { authorization } },
    auth: { persistSession: false, autoRefreshToken: false },
  });
}
