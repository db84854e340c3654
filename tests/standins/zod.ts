/** Stands in for zod where no registry is reached: texts of a greatest length. */
class Text {
  constructor(private readonly longest: number) {}

  max(longest: number): Text {
    return new Text(longest);
  }

  parse(value: unknown): string {
    if (typeof value !== "string" || value.length > this.longest) {
      throw new TypeError("Input validation error");
    }
    return value;
  }
}

export const z = { string: () => new Text(Infinity) };
