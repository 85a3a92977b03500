import type { Tags } from "../tags.ts";
import type { RealmScope } from "./realm_scope.ts";

/** The marshal and its tags. */
export function marshal(scope: RealmScope): void {
  const names: (keyof Tags)[] = [
    "LIST",
    "MAP",
    "DATE",
    "BYTES",
    "ERROR",
    "STREAM",
    "LAZY",
    "RAW",
    "BROKEN",
    "UNREAD",
    "ANSWERED",
    "THREW",
    "WAITS",
  ];
  const tags = Object.fromEntries(names.map((name) => [name, Symbol(name)])) as unknown as Tags;
  scope.setField = (map, key, value) => {
    if (key === "__proto__") {
      Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    } else map[key] = value;
  };
  Object.assign(scope, { tags, marshal: [], lines: [], state: new Int32Array(2) });
}
