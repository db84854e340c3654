import { createClient } from "@supabase/supabase-js";

const admin = createClient(
  Deno.env.get("SUPABASE_URL")!,
  Deno.env.get("SUPABASE_SERVICE_ROLE_KEY")!,
);

/** What customers want the agent to remember. */
Deno.serve(async (req) => {
  const { user_id, note } = await req.json();
  await admin.from("memories").insert({ user_id, note });
  return new Response(null, { status: 204 });
});
