import { cel } from "./cel/cel.ts";
import { json } from "./data/json.ts";
import { text } from "./data/text.ts";
import { yaml } from "./data/yaml.ts";
import { javascript } from "./javascript/javascript.ts";
import { typescript } from "./javascript/typescript.ts";
import type { Language } from "./language.ts";

/** Languages of snippets by name. */
export const LANGUAGES: Readonly<Record<string, Language>> = { text, json, yaml, cel, javascript, typescript };

/** Returns a language. @throws {Error} If the name is unknown; the message lists the known ones. */
export function languageOf(name: string): Language {
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (language !== undefined) return language;
  throw new Error(`unknown language ${JSON.stringify(name)}: expected ${Object.keys(LANGUAGES).join(", ")}`);
}
