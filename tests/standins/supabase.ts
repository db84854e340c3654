/**
 * Stands in for @supabase/supabase-js where no registry is reached: the requests of `insert`
 * and `getUser`, as version 2.119.1 sends them.
 */
interface Options {
  global?: { headers: { authorization: string } };
  auth?: { persistSession: boolean; autoRefreshToken: boolean };
}

interface Failure {
  message: string;
}

export class SupabaseClient {
  #url: string;
  #headers: Record<string, string>;

  constructor(url: string, key: string, options: Options = {}) {
    this.#url = url;
    this.#headers = {
      authorization: `Bearer ${key}`,
      ...options.global?.headers,
      apikey: key,
    };
  }

  from(table: string) {
    const insert = async (row: Record<string, unknown>) => {
      const response = await fetch(`${this.#url}/rest/v1/${table}`, {
        method: "POST",
        headers: { ...this.#headers, "content-type": "application/json" },
        body: JSON.stringify(row),
      });
      return { error: await failure(response) };
    };
    return { insert };
  }

  auth = {
    getUser: async (token: string) => {
      const response = await fetch(`${this.#url}/auth/v1/user`, {
        headers: { ...this.#headers, authorization: `Bearer ${token}` },
      });
      if (!response.ok) {
        return { data: { user: null }, error: await failure(response) };
      }
      const user: { id: string } = await response.json();
      return { data: { user }, error: null };
    },
  };
}

export function createClient(
  url: string,
  key: string,
  options?: Options,
): SupabaseClient {
  return new SupabaseClient(url, key, options);
}

async function failure(response: Response): Promise<Failure | null> {
  const message = await response.text();
  return response.ok ? null : { message };
}
