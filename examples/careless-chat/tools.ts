export const tools = [
  {
    type: "function",
    function: {
      name: "fetch_page",
      description: "Fetch a web page",
      parameters: { type: "object", properties: { url: { type: "string" } } },
    },
  },
  {
    type: "function",
    function: {
      name: "calculate",
      description: "Evaluate a JavaScript expression",
      parameters: {
        type: "object",
        properties: { expression: { type: "string" } },
      },
    },
  },
  {
    type: "function",
    function: {
      name: "run_command",
      description: "Run a shell command on the server",
      parameters: {
        type: "object",
        properties: { command: { type: "string" } },
      },
    },
  },
];

export async function callTool(name: string, input: string): Promise<string> {
  const args = JSON.parse(input);
  console.log("tool call", name, args);
  if (name === "fetch_page") {
    const page = await fetch(args.url);
    return await page.text();
  }
  if (name === "calculate") {
    return String(eval(args.expression));
  }
  if (name === "run_command") {
    const command = new Deno.Command("sh", { args: ["-c", args.command] });
    const { stdout, stderr } = await command.output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }
  return `unknown tool ${name}`;
}
