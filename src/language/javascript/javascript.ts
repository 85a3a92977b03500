import { defineLanguage } from "../language.ts";
import { parseModule } from "./module_source.ts";
import { Snippet } from "./snippet.ts";

/**
 * JavaScript: one module, whose default export is a function of one argument.
 *
 * @example
 * ```js
 * export default function (args) {
 *   return { status: 200, body: args.method };
 * }
 * ```
 */
export const javascript = defineLanguage(
  "javascript",
  parseModule,
  (module, code, options) => new Snippet(code, module, options),
);
