import { cel } from "./cel/cel.ts";
import { constantProgram } from "./data/constant.ts";
import { json } from "./data/json.ts";
import { yaml } from "./data/yaml.ts";
import { javascript } from "./javascript/javascript.ts";
import { typescript } from "./javascript/typescript.ts";
import { defineLanguage, type Language } from "./language.ts";

/** Plain text: the program returns the code itself. */
const text = defineLanguage("text", (code) => code, constantProgram);
/** A page: the program returns the code itself, which a snippet answers as `text/html`. */
const html = defineLanguage("html", (code) => code, constantProgram);

/** Languages of snippets by name. */
export const LANGUAGES: Readonly<Record<string, Language>> = { text, html, json, yaml, cel, javascript, typescript };

/** Returns a language. @throws {Error} If the name is unknown; the message lists the known ones. */
export function languageOf(name: string): Language {
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (language !== undefined) return language;
  throw new Error(`unknown language ${JSON.stringify(name)}: expected ${Object.keys(LANGUAGES).join(", ")}`);
}
