const form = document.querySelector("#ask");
const turns = document.querySelector("#turns");
let conversation;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { token, message } = Object.fromEntries(new FormData(form));
  say("you", message);
  const response = await fetch("/api/chat", {
    method: "POST",
    headers: {
      "authorization": `Bearer ${token}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ conversation, message }),
  });
  const answer = await response.json();
  conversation = answer.conversation ?? conversation;
  say("model", answer.reply ?? answer.error);
});

// text, never markup: a model's words may hold tags
function say(who, text) {
  const turn = document.createElement("li");
  turn.textContent = `${who}: ${text}`;
  turns.append(turn);
}
