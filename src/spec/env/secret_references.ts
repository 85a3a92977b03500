import { isList, isMap, type Value, type ValueMap } from "../../value/mod.ts";

/** What a reference to a secret is: a variable, or a file that is not given by an absolute path. */
export const SECRET_REFERENCE = /^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^/\0][^\0]*)$/;

/** Returns the references to secrets in data, each once. */
export function secretReferences(data: Value, found = new Set<string>()): Set<string> {
  if (typeof data === "string") { if (SECRET_REFERENCE.test(data)) found.add(data); }
  else if (isList(data)) { for (const item of data) secretReferences(item, found); }
  else if (isMap(data)) { for (const key of Object.keys(data)) secretReferences(data[key]!, found); }
  return found;
}

/**
 * Returns data in which secrets stand in the place of their references. Each is read when it is looked at, so that what
 * nobody looks at need not be there.
 *
 * @param read Returns a secret. What it throws, looking at the secret throws.
 */
export function withSecrets(data: ValueMap, read: (reference: string) => Value): ValueMap {
  return secretReferences(data).size === 0 ? data : replaced(data, read) as ValueMap;
}

function replaced(data: Value, read: (reference: string) => Value): Value {
  if (!isList(data) && !isMap(data)) return data;
  const made: object = isList(data) ? [] : {};
  for (const [key, item] of Object.entries(data)) {
    const isReference = typeof item === "string" && SECRET_REFERENCE.test(item);
    Object.defineProperty(made, key, {
      enumerable: true,
      configurable: true,
      ...isReference ? { get: () => read(item) } : { value: replaced(item, read), writable: true },
    });
  }
  return made as Value;
}
