import { VALUE_KIND } from "../model/spec.ts";
import type { DefinitionOf } from "../use/expand_uses.ts";
import type { CheckedSpec, CheckOptions } from "./check.ts";

/** The entries that specs may use: those of the change, and those known before it. */
export class Definitions {
  readonly #inChange = new Map<string, CheckedSpec>();
  readonly #known: CheckOptions["known"];
  readonly #names: CheckOptions["names"];

  constructor(specs: readonly CheckedSpec[], options: CheckOptions) {
    for (const checked of specs) {
      const { isData, namespace, name, kind, meta } = checked.spec;
      if (!isData) continue;
      this.#inChange.set(JSON.stringify([namespace, name]), checked);
      // values may be named by an id, which is kept in their notes
      const key = JSON.stringify([namespace, meta.id]);
      if (kind === VALUE_KIND && typeof meta.id === "string" && !this.#inChange.has(key)) {
        this.#inChange.set(key, checked);
      }
    }
    this.#known = options.known?.bind(options);
    this.#names = options.names?.bind(options);
  }

  /** Returns the names of the values of a namespace, for suggestions. */
  *valueNames(namespace: string): Generator<string> {
    for (const { spec } of this.#inChange.values()) {
      if (spec.namespace === namespace && spec.kind === VALUE_KIND && spec.name !== undefined) yield spec.name;
    }
    yield* this.#names?.(namespace, VALUE_KIND) ?? [];
  }

  of(namespace: string): DefinitionOf {
    return (name) => {
      const found = this.#inChange.get(JSON.stringify([namespace, name])) ?? this.#known?.(namespace, name);
      return found?.spec.isData ? found : undefined;
    };
  }
}
