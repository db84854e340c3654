/** What a user prefers: one known field, kept by name in a Map. */
import { choice, type Fields, text } from "./input.ts";

const LANGUAGES = new Map([["de", "de"], ["en", "en"], ["fr", "fr"]]);

const kept = new Map<string, string>();

export function languageOf(user: string): string {
  return kept.get(user) ?? "en";
}

/** Raises Refusal for a user or a language that is none. */
export function prefer({ user, language }: Fields): void {
  kept.set(text(user, "user", 80), choice(language, "language", LANGUAGES));
}
