import type { Tags } from "../tags.ts";
import type { RealmScope } from "./realm_scope.ts";

/** Creates the transfer, a list that values cross the realm's border in, and its tags. */
export function transfer(scope: RealmScope): void {
  const names: (keyof Tags)[] = [
    "LIST",
    "MAP",
    "DATE",
    "BYTES",
    "ERROR",
    "STREAM",
    "LAZY",
    "RAW",
    "FAILED",
    "UNREAD",
    "RETURNED",
    "THREW",
    "PENDING",
  ];
  const tags = Object.fromEntries(names.map((name) => [name, Symbol(name)])) as unknown as Tags;
  scope.setField = (map, key, value) => {
    if (key === "__proto__") {
      Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    } else map[key] = value;
  };
  Object.assign(scope, { tags, transfer: [], lines: [], flags: new Int32Array(3) });
}
