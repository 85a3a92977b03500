import type { CodeProblem } from "../language.ts";

/** What a parser of acorn's kind has thrown, in the words of a person. */
export function syntaxProblem(error: SyntaxError & { pos?: number }, code: string): CodeProblem {
  const offset = error.pos ?? 0;
  const what = error.message.replace(/ \(\d+:\d+\)$/, "");
  if (/stack space/.test(what)) return { what: "the code is nested too deeply" };
  if (what !== "Unexpected token") return { what: what.charAt(0).toLowerCase() + what.slice(1), offset };
  const found = /^[\p{ID_Continue}$]+|^./u.exec(code.slice(offset, offset + 40))?.[0];
  return { what: found === undefined ? "the code ends too early" : `unexpected \`${found}\``, offset };
}
