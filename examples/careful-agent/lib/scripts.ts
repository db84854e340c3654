/** Runs a script of the model's where it can compute and nothing else. */
const TIMEOUT_MS = 1_000;
const LONGEST = 4_000;

/** Its first message; raises when it fails or takes too long. */
export async function runScript(code: string): Promise<string> {
  const url = URL.createObjectURL(new Blob([code]));
  const worker = new Worker(url, {
    type: "module",
    deno: { permissions: "none" },
  });
  try {
    return (await firstMessage(worker)).slice(0, LONGEST);
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
}

function firstMessage(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error("the script took too long"));
    const timer = setTimeout(late, TIMEOUT_MS);
    worker.onmessage = ({ data }) => {
      clearTimeout(timer);
      resolve(String(data));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      clearTimeout(timer);
      reject(new Error("the script failed"));
    };
  });
}
