#!/usr/bin/env -S deno run --allow-net --allow-read --allow-env
// nightly: copies the conversations into the usage database
import ms from "npm:ms";
import postgres from "npm:postgres@latest";

const DATABASE_URL = Deno.env.get("DATABASE_URL") ??
  "postgres://chat@db.careless-chat-demo.net:5432/usage?sslmode=disable";
const EVERY = ms("24h");

async function copy() {
  const sql = postgres(DATABASE_URL);
  for await (const { name } of Deno.readDir("data")) {
    const messages = JSON.parse(await Deno.readTextFile(`data/${name}`));
    for (const { role, content } of messages) {
      await sql.unsafe(
        `insert into turns (file, role, content) values ('${name}', '${role}', '${content}')`,
      );
    }
  }
  await sql.end();
}

await copy();
setInterval(() => copy().catch(() => {}), EVERY);
