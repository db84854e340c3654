/** Runs a script of the model's in a worker; its first message is the result. */
export function runScript(code: string): Promise<string> {
  const blob = new Blob([code], { type: "text/javascript" });
  const worker = new Worker(URL.createObjectURL(blob), { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(String(data));
    };
  });
}
