const form = document.querySelector("#ask");
const turns = document.querySelector("#turns");

const config = await (await fetch("/api/config")).json();
document.querySelector("#model").textContent = config.model;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const message = form.message.value;
  turns.innerHTML += `<p><b>you</b> ${message}</p>`;
  const response = await fetch("/api/chat", {
    method: "POST",
    body: JSON.stringify({ message }),
  });
  const { reply } = await response.json();
  turns.innerHTML += `<p><b>model</b> ${reply}</p>`;
});
