import { ask } from "./agent.ts";

/** A conversation over a web socket: a question in, an answer out. */
export function chat(req: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(req);
  socket.onmessage = async ({ data }) => socket.send(await ask(data));
  return response;
}
