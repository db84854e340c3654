/** A conversation over a web socket: a question in, an answer out. */
import { ask } from "./agent.ts";
import { requireSocket } from "./guard.ts";
import { text } from "./input.ts";
import { logError } from "./log.ts";
import type { Settings } from "./settings.ts";

/** Raises Refusal unless a page of ours asks, with the token; `admit` counts every question. */
export function chat(
  request: Request,
  settings: Settings,
  admit: () => void,
): Response {
  requireSocket(request, settings.callerToken, settings.origin);
  const { socket, response } = Deno.upgradeWebSocket(request, {
    protocol: "desk",
  });
  socket.onmessage = async ({ data }) => {
    try {
      admit();
      socket.send(await ask(settings, text(data, "question")));
    } catch (error) {
      logError("chat failed", error);
      socket.close(1011, "failed");
    }
  };
  return response;
}
