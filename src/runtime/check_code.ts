import type { Compiler } from "../compiler/mod.ts";
import type { EnvRead } from "../language/mod.ts";
import { type CodeToCheck, type Diagnostic, nearest } from "../spec/mod.ts";

/** Returns the errors in pieces of code, and what they read of `env` that is not bound. */
export async function checkCode(code: readonly CodeToCheck[], compiler: Compiler): Promise<Diagnostic[]> {
  const found = code.map(async ({ language, code, bound, located }) => {
    const { diagnostics, env = [] } = await compiler.parse(language, code);
    const first = env.filter(({ name }, index) => env.findIndex((other) => other.name === name) === index);
    const unbound = diagnostics.length > 0 ? [] : first.flatMap((read) => checkRead(read, bound, language));
    return [...diagnostics, ...unbound].map(located);
  });
  return (await Promise.all(found)).flat();
}

/** Returns the diagnostic of a name of `env` that is not bound. In CEL it is an error, elsewhere the name is undefined. */
function checkRead({ name, offset }: EnvRead, bound: readonly string[] | undefined, language: string): Diagnostic[] {
  if (bound !== undefined && (name === undefined || bound.includes(name))) return [];
  const severity = language === "cel" ? "error" : "warning";
  const location = { offset };
  if (bound === undefined) {
    const hint = "bind names by the field env of the node, as in env: { KEY: { name: VALUE } }";
    return [{ message: "unknown variable: env", hint, severity, location }];
  }
  const meant = nearest(name!, bound);
  const hint = meant === undefined ? `bound are ${bound.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
  return [{ message: `env has no name ${JSON.stringify(name)}`, hint, severity, location }];
}
