interface Tree {
  [key: string]: unknown;
}

const kept = new Map<string, Tree>();

export function preferencesOf(user: string): Tree {
  return kept.get(user) ?? {};
}

export function prefer(user: string, changes: Tree): void {
  kept.set(user, merge(preferencesOf(user), changes));
}

function merge(target: Tree, source: Tree): Tree {
  for (const key of Object.keys(source)) {
    const value = source[key];
    if (value && typeof value === "object") {
      target[key] = merge((target[key] ?? {}) as Tree, value as Tree);
    } else {
      target[key] = value;
    }
  }
  return target;
}
