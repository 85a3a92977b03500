import { isMap, nearest, type Value, type ValueMap } from "../../value/mod.ts";
import type { Diagnostic } from "../model/diagnostic.ts";
import { show } from "../model/show.ts";
import { hasTemplate, splitTemplate } from "../template/template.ts";

/** Where a parameter stands in a definition: `{{ with.limit }}`, `{{ with.server.port }}`. */
const PARAMETER = /^with((?:\.[A-Za-z_]\w*)+)$/;

/** The values of parameters, and what is wrong with those that were given. */
export interface Arguments {
  readonly values: ValueMap;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Returns the values of the parameters of a definition: what is given, or their defaults.
 *
 * @param label Names the definition and its place.
 */
export function argumentsOf(parameters: Value | undefined, given: Value | undefined, label: string): Arguments {
  const known = isMap(parameters) ? parameters : {};
  const args = isMap(given) ? given : {};
  const diagnostics: Diagnostic[] = [];
  for (const name of Object.keys(args)) {
    if (Object.hasOwn(known, name)) continue;
    const meant = nearest(name, Object.keys(known));
    diagnostics.push({
      location: { path: ["with", name], key: true },
      message: `unknown parameter ${show(name)} of ${label}`,
      ...meant !== undefined && { hint: `did you mean ${show(meant)}?` },
    });
  }
  const values: Record<string, Value> = {};
  for (const [name, parameter] of Object.entries(known)) {
    if (Object.hasOwn(args, name)) values[name] = args[name]!;
    else if (isMap(parameter) && Object.hasOwn(parameter, "default")) values[name] = parameter.default!;
    else diagnostics.push({ location: { path: ["with"] }, message: `missing parameter ${show(name)} of ${label}` });
  }
  return { values, diagnostics };
}

/**
 * Returns a string of a definition with its parameters filled in. One that is nothing but a parameter becomes its value, of
 * any type. Templates of other sorts stay.
 *
 * @param wrong Receives why a parameter cannot be filled in.
 */
export function fillIn(text: string, values: ValueMap, wrong: (message: string) => void): Value {
  if (!hasTemplate(text) || !text.includes("with")) return text;
  const { parts, diagnostic } = splitTemplate(text);
  if (diagnostic !== undefined) return text;
  const filled = parts.map((part, index) => {
    if (part.type === "text") return part.text;
    const path = PARAMETER.exec(part.expression)?.[1]?.slice(1).split(".");
    const end = parts[index + 1]?.offset ?? text.length;
    if (path === undefined) {
      if (/\bwith\s*\./.test(part.expression)) {
        wrong(`invalid template: a parameter stands alone, as in {{ with.name }}`);
      }
      return text.slice(text.lastIndexOf("{{", part.offset), end);
    }
    let value: Value | undefined = values;
    for (const key of path) value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (value === undefined) wrong(`unknown parameter ${show(path.join("."))}`);
    return value;
  });
  if (filled.length === 1) return filled[0] ?? null;
  if (filled.some((value) => typeof value === "object" && value !== null)) {
    wrong("invalid template: a list or a map cannot be part of a string");
  }
  return filled.join("");
}
