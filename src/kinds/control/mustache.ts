import mustache from "mustache";
import { isList, isMap, type Value } from "../../value/mod.ts";

/** A part of a parsed template: its type, its text or name, where it begins and ends, the tokens inside. */
export type Token = [
  type: string,
  value: string,
  start: number,
  end: number,
  inner?: Token[] | string,
  ...rest: unknown[],
];

/** What the package has that is used here; it has no types of its own. */
interface Package {
  readonly escape: (text: string) => string;
  readonly Context: new (view: unknown, parent?: Scope) => { view: Value; parent: Scope | undefined };
  readonly Writer: new () => {
    parse(template: string): Token[];
    render(template: string, view: unknown, partials: Readonly<Record<string, string>>): string;
  };
}

const { Context, Writer, escape } = mustache as Package;

/** The values that a name may stand for, innermost first. Keys that a value only inherits do not count. */
class Scope extends Context {
  push(view: Value): Scope {
    return new Scope(view, this);
  }

  lookup(name: string): Value | undefined {
    if (name === ".") return this.view;
    const [first, ...rest] = name.split(".") as [string, ...string[]];
    for (let scope: Scope | undefined = this as Scope; scope !== undefined; scope = scope.parent) {
      const found = own(scope.view, first);
      if (found !== undefined) return rest.reduce<Value | undefined>((value, key) => own(value, key), found);
    }
    return undefined;
  }
}

function own(value: Value | undefined, key: string): Value | undefined {
  if (isList(value)) return key === "length" ? value.length : value[Number(key)];
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Fills templates. */
export class Mustache extends Writer {
  readonly #escapes: boolean;

  /** @param escapes Whether values are escaped for HTML. */
  constructor(escapes: boolean) {
    super();
    this.#escapes = escapes;
  }

  /** Fills a template. @throws {Error} If a value cannot be written. */
  override render(template: string, payload: Value, partials: Readonly<Record<string, string>>): string {
    return super.render(template, new Scope(payload), partials);
  }

  /** Called by the package for `{{name}}`. */
  escapedValue(token: Token, scope: Scope): string {
    const text = textOf(scope.lookup(token[1]));
    return this.#escapes ? escape(text) : text;
  }

  /** Called by the package for `{{{name}}}` and `{{& name}}`. */
  unescapedValue(token: Token, scope: Scope): string {
    return textOf(scope.lookup(token[1]));
  }

  /** Returns the names of the partials that a template includes, and where. */
  partialsOf(tokens: readonly Token[]): { name: string; at: number }[] {
    return tokens.flatMap(([type, name, at, , inner]) => {
      if (type === ">") return [{ name, at }];
      return Array.isArray(inner) ? this.partialsOf(inner) : [];
    });
  }
}

function textOf(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toJSON() ?? "";
  if (value instanceof Error) return value.message;
  if (isList(value) || isMap(value)) {
    return JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part);
  }
  return String(value);
}
