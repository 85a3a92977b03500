import { envReadsOf } from "../cel/cel.ts";
import { diagnose } from "../code_error.ts";
import { type ModuleSource, parseModule } from "../javascript/module_source.ts";
import { languageOf } from "../languages.ts";
import type { ParsedCode } from "../parsed_code.ts";
import { stripTypes } from "./strip_types.ts";

const MODULES: Readonly<Record<string, (code: string) => ModuleSource>> = {
  javascript: parseModule,
  typescript: (code) => parseModule(stripTypes(code)),
};

/**
 * Parses code of any language. Runs nothing of it.
 *
 * @throws {StripperTrap} If the code has ended what removes types.
 * @throws {Error} If the language is unknown.
 */
export function parseCode(language: string, code: string): ParsedCode {
  const parse = Object.hasOwn(MODULES, language) ? MODULES[language]! : undefined;
  let parsed: ModuleSource | undefined;
  const diagnostics = diagnose(() => {
    if (parse === undefined) languageOf(language).parse(code);
    else parsed = parse(code);
  });
  if (parsed !== undefined) return { diagnostics, parsed, env: parsed.env };
  return language === "cel" && diagnostics.length === 0 ? { diagnostics, env: envReadsOf(code) } : { diagnostics };
}
