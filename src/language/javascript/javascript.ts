import { badCode } from "../code_failure.ts";
import type { Language } from "../language.ts";
import { readModule } from "./module_source.ts";
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
export const javascript: Language = {
  name: "javascript",

  check(code) {
    const read = readModule(code);
    return "diagnostic" in read ? [read.diagnostic] : [];
  },

  compile(code, options) {
    const read = readModule(code);
    if ("diagnostic" in read) throw badCode(read.diagnostic);
    return new Snippet(code, read.module, options);
  },
};
