import { useState } from "preact/hooks";

const KEY = Deno.env.get("FRESH_PUBLIC_OPENAI_KEY");

export default function Ask() {
  const [question, setQuestion] = useState("");
  const [answer, setAnswer] = useState("");

  async function ask() {
    const response = await fetch("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: {
        "authorization": `Bearer ${KEY}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        model: "gpt-4o-mini",
        messages: [{ role: "user", content: question }],
      }),
    });
    const { choices } = await response.json();
    setAnswer(choices[0].message.content);
  }

  return (
    <div>
      <input
        value={question}
        onInput={(event) => setQuestion(event.currentTarget.value)}
      />
      <button type="button" onClick={ask}>Ask</button>
      <p>{answer}</p>
    </div>
  );
}
