import type { RealmScope } from "./realm_scope.ts";

/** Creates the global objects of snippets, and lets objects take fields that their frozen prototypes hold. */
export function globals(scope: RealmScope): void {
  const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, create, hasOwn, isFrozen } = Object;
  const frozen = globalThis as unknown as Record<string, unknown>;
  const SELF = ["globalThis", "self", "global"];

  scope.createGlobal = () => {
    const global = create(frozen);
    const define = (key: string, value: unknown): void => {
      defineProperty(global, key, { value, writable: true, enumerable: false, configurable: true });
    };
    for (const key of Object.getOwnPropertyNames(frozen)) {
      if (key !== "NaN" && key !== "Infinity" && key !== "undefined") define(key, frozen[key]);
    }
    for (const key of SELF) define(key, global);
    return global;
  };

  scope.settable = Object.freeze((object: unknown, key: string | symbol = Symbol.iterator): unknown => {
    if ((typeof object !== "object" || object === null) && typeof object !== "function") return object;
    // The engine reads this limit from the constructor itself. Libraries lower it to save time, so they may try.
    if (key === "stackTraceLimit" && isFrozen(object)) return {};
    if (hasOwn(object, key)) return object;
    for (let at = getPrototypeOf(object); at !== null; at = getPrototypeOf(at)) {
      const field = getOwnPropertyDescriptor(at, key);
      if (field === undefined) continue;
      if (field.writable === false && isFrozen(at)) {
        defineProperty(object, key, { value: undefined, writable: true, enumerable: true, configurable: true });
      }
      break;
    }
    return object;
  });
}
