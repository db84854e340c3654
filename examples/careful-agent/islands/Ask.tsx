import { useState } from "preact/hooks";

export default function Ask() {
  const [token, setToken] = useState("");
  const [question, setQuestion] = useState("");
  const [answer, setAnswer] = useState("");

  async function ask() {
    const response = await fetch("/api/ask", {
      method: "POST",
      headers: {
        "authorization": `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ question }),
    });
    const said = await response.json();
    setAnswer(said.answer ?? said.error);
  }

  return (
    <div>
      <input
        type="password"
        autocomplete="off"
        value={token}
        onInput={(event) => setToken(event.currentTarget.value)}
      />
      <input
        value={question}
        onInput={(event) => setQuestion(event.currentTarget.value)}
      />
      <button type="button" onClick={ask}>Ask</button>
      <p>{answer}</p>
    </div>
  );
}
