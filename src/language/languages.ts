import { cel } from "./cel/cel.ts";
import { json } from "./data/json.ts";
import { text } from "./data/text.ts";
import { yaml } from "./data/yaml.ts";
import { javascript } from "./javascript/javascript.ts";
import { typescript } from "./javascript/typescript.ts";
import type { Language } from "./language.ts";

/** The languages of snippets by name. */
export const LANGUAGES: Readonly<Record<string, Language>> = { text, json, yaml, cel, javascript, typescript };

/** @throws {Error} If there is no language of that name; the message lists those there are. */
export function languageOf(name: string): Language {
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (language !== undefined) return language;
  throw new Error(`no language is called ${JSON.stringify(name)}; there are ${Object.keys(LANGUAGES).join(", ")}`);
}
