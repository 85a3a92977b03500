import { isList, isMap, setKey, type Value } from "../../value/mod.ts";
import type { Path } from "./spec.ts";

/** A value to set at a path; undefined deletes what is there. */
export interface Edit {
  path: Path;
  value: Value | undefined;
}

/** Returns the value at a path; undefined if there is none. */
export function valueAt(value: Value | undefined, path: Path): Value | undefined {
  for (const step of path) {
    if (isList(value) && typeof step === "number") value = value[step];
    else if (isMap(value) && typeof step === "string" && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/**
 * Returns a value with edits applied, sharing unchanged parts with the original. Skips an edit whose path does not exist
 * or that would delete a list item.
 */
export function edited(value: Value, edits: readonly Edit[]): Value {
  // each list and map on a path is copied once, however many edits go through it
  const copies = new Set<unknown>();
  const root: Record<string, Value> = { value };
  for (const { path, value } of edits) {
    let at: Record<string, Value> | Value[] = root;
    let last: string | number = "value";
    for (const step of path) {
      const child: Value | undefined = at[last as never];
      if (
        isList(child) ? typeof step !== "number" || step >= child.length : !isMap(child) || typeof step === "number"
      ) {
        at = {};
        break;
      }
      const copy = copies.has(child) ? child : isList(child) ? [...child] : { ...child as Record<string, Value> };
      copies.add(copy);
      put(at, last, copy as Value);
      at = copy as typeof at;
      last = step;
    }
    if (value !== undefined) put(at, last, value);
    else if (!Array.isArray(at)) delete at[last];
  }
  return root.value ?? null;
}

function put(container: Record<string, Value> | Value[], step: string | number, value: Value): void {
  if (Array.isArray(container)) container[step as number] = value;
  else setKey(container, step as string, value);
}
