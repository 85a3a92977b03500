import type { Diagnostic } from "../../spec/model/mod.ts";

/** What a parser of acorn's kind has thrown, in the words of a person. */
export function syntaxDiagnostic(error: SyntaxError & { pos?: number }, code: string): Diagnostic {
  const offset = error.pos ?? 0;
  const message = error.message.replace(/ \(\d+:\d+\)$/, "");
  if (/stack space/.test(message)) return { message: "the code is nested too deeply" };
  if (message !== "Unexpected token") {
    return { message: message.charAt(0).toLowerCase() + message.slice(1), location: { offset } };
  }
  const found = /^[\p{ID_Continue}$]+|^./u.exec(code.slice(offset, offset + 40))?.[0];
  return { message: found === undefined ? "the code ends too early" : `unexpected \`${found}\``, location: { offset } };
}
