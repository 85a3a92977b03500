import { failure } from "../../value/mod.ts";
import { defineLanguage } from "../language.ts";
import type { ModuleSource } from "./module_source.ts";
import { Snippet } from "./snippet.ts";

/**
 * TypeScript with erasable types only: no enums, namespaces or parameter properties. Types are not checked. Only the
 * compile thread can parse it: what removes the types takes 21 MiB, which no executor needs.
 */
export const typescript = defineLanguage(
  "typescript",
  (): ModuleSource => {
    throw failure("the types cannot be removed here: expected a kind that returns this code from `code`");
  },
  (module, code, options) => new Snippet(code, module, options),
);
