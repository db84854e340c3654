/**
 * Arithmetic without `eval`: numbers, + - * /, unary minus and parentheses.
 * Raises SyntaxError for anything else.
 */
const LONGEST = 200;
const TOKEN = /\s*(\d+(?:\.\d+)?|[-+*/()])\s*/y;

export function evaluate(expression: string): number {
  const tokens = tokenise(expression);
  const value = sum(tokens);
  if (tokens.length > 0) throw new SyntaxError(`unexpected ${tokens[0]}`);
  return value;
}

function tokenise(expression: string): string[] {
  if (expression.length > LONGEST) throw new SyntaxError("too long");
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.length) {
    const match = TOKEN.exec(expression);
    if (!match) throw new SyntaxError("not arithmetic");
    tokens.push(match[1]);
  }
  return tokens;
}

function sum(tokens: string[]): number {
  let value = product(tokens);
  while (tokens[0] === "+" || tokens[0] === "-") {
    const sign = tokens.shift() === "+" ? 1 : -1;
    value += sign * product(tokens);
  }
  return value;
}

function product(tokens: string[]): number {
  let value = factor(tokens);
  while (tokens[0] === "*" || tokens[0] === "/") {
    const times = tokens.shift() === "*";
    const right = factor(tokens);
    value = times ? value * right : value / right;
  }
  return value;
}

function factor(tokens: string[]): number {
  const token = tokens.shift();
  if (token === "-") return -factor(tokens);
  if (token === "(") {
    const value = sum(tokens);
    if (tokens.shift() !== ")") throw new SyntaxError("missing )");
    return value;
  }
  const value = Number(token ?? "nothing");
  if (Number.isNaN(value)) throw new SyntaxError(`unexpected ${token}`);
  return value;
}
