/** The caller is to blame; `status` and `message` are safe to show. */
export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}
