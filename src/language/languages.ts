import { cel } from "./cel.ts";
import { javascript } from "./javascript.ts";
import { json } from "./json.ts";
import type { Language } from "./language.ts";
import { text } from "./text.ts";
import { typescript } from "./typescript.ts";
import { yaml } from "./yaml.ts";

/** The languages of snippets by name. */
export const LANGUAGES: Readonly<Record<string, Language>> = { text, json, yaml, cel, javascript, typescript };

/** @throws {Error} If there is no language of that name; the message lists those there are. */
export function languageOf(name: string): Language {
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (language !== undefined) return language;
  throw new Error(`no language is called ${JSON.stringify(name)}; there are ${Object.keys(LANGUAGES).join(", ")}`);
}
