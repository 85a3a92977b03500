import { uuidOf } from "../spec/mod.ts";

/** What the names in a module, or in what imports one, are to the importer of all. */
export class Scope {
  /** What names begin with: nothing, or `mail.`. */
  readonly prefix: string;
  /** The namespace that the names are written in. */
  readonly namespace: string;

  constructor(prefix: string, namespace: string) {
    this.prefix = prefix;
    this.namespace = namespace;
  }

  /** Returns what a name means. */
  nameOf(name: string): string {
    return this.prefix + name;
  }

  /** Returns what the id of a node means: the same module may be imported more than once. */
  idOf(id: string): string {
    return this.prefix === "" ? id : uuidOf(this.prefix + id);
  }

  /** Returns what a name means where the namespace may stand before it: `mail` or `shop:mail`. @param to That of the importer. */
  entryOf(text: string, to: string): string {
    const colon = text.indexOf(":");
    if (colon < 0) return this.nameOf(text);
    return text.slice(0, colon) === this.namespace ? `${to}:${this.nameOf(text.slice(colon + 1))}` : text;
  }
}
