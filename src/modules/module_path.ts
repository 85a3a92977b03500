import { isList, isMap, setKey, type Value, type ValueMap } from "../value/mod.ts";
import { type Path, showPath } from "../spec/mod.ts";

/** Where a requirement puts its value. */
export interface TargetPath {
  readonly path: Path;
  /** Whether the value is added to the list that is there. */
  readonly adds: boolean;
}

const STEP = /^\.?([^.[\]]+)|^\[(0|[1-9]\d*)\]|^\[("(?:[^"\\]|\\.)*")\]/;

/** Parses a path: `port`, `.data.routes[0].path`, `meta.tags+=`. @returns Undefined if it is none. */
export function parseTargetPath(text: string): TargetPath | undefined {
  const adds = text.endsWith("+=");
  let rest = adds ? text.slice(0, -2) : text;
  const path: (string | number)[] = [];
  while (rest !== "") {
    const match = STEP.exec(rest);
    if (match === null) return undefined;
    const [all, name, index, quoted] = match;
    path.push(name ?? (index === undefined ? JSON.parse(quoted!) : Number(index)));
    rest = rest.slice(all.length);
  }
  return path.length === 0 ? undefined : { path, adds };
}

/**
 * Returns a map with a value set at a path. What is not there on the way is created.
 *
 * @returns The path of the value, or why it cannot be set.
 */
export function setAt(
  root: ValueMap,
  { path, adds }: TargetPath,
  value: Value,
): { map: ValueMap; path: Path } | { wrong: string } {
  let end = path;
  const set = (at: Value | undefined, depth: number): Value => {
    if (depth === path.length) {
      if (!adds) return value;
      if (at !== undefined && at !== null && !isList(at)) throw new Error(`${showPath(path)} is no list`);
      const list = at ?? [];
      end = [...path, list.length];
      return [...list, value];
    }
    const step = path[depth]!;
    const empty = at === undefined || at === null;
    // `routes.0` means the item, too
    const index = typeof step === "number" ? step : isList(at ?? null) && /^\d+$/.test(step) ? Number(step) : undefined;
    if (index !== undefined) {
      const list = empty ? [] : at;
      if (!isList(list)) throw new Error(`${showPath(path.slice(0, depth))} is no list`);
      if (index > list.length) throw new Error(`${showPath(path.slice(0, depth))} has ${list.length} items`);
      end = end.with(depth, index);
      return list.toSpliced(index, 1, set(list[index], depth + 1));
    }
    const map = empty ? {} : at;
    if (!isMap(map)) throw new Error(`${showPath(path.slice(0, depth))} is no map`);
    const copy: Record<string, Value> = { ...map };
    setKey(copy, String(step), set(Object.hasOwn(map, step) ? map[step] : undefined, depth + 1));
    return copy;
  };
  try {
    const map = set(root, 0) as ValueMap;
    return { map, path: end };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
