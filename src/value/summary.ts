import { isError, isList, isMap, type Value } from "./value.ts";

/** How long a summary is by default, in characters. */
const LONGEST = 120;

/**
 * Formats a value on one line, cut after a number of characters: `{"name":"Ada","tags":["a","b"]}`. Takes no longer for a
 * large value than for a small one.
 */
export function summarize(value: Value, longest: number = LONGEST): string {
  const writer = new Writer(longest);
  writer.write(value);
  return writer.text.length > longest ? `${writer.text.slice(0, longest)}...` : writer.text;
}

class Writer {
  text = "";
  readonly #longest: number;

  constructor(longest: number) {
    this.#longest = longest;
  }

  write(value: Value): void {
    if (typeof value === "string") this.text += JSON.stringify(value.slice(0, this.#longest + 1));
    else if (value === null || typeof value !== "object") this.text += String(value);
    else if (isList(value)) this.#writeList(value);
    else if (value instanceof Uint8Array) this.text += `<${value.length} bytes>`;
    else if (value instanceof Date) this.text += Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
    else if (isError(value)) this.text += `error ${JSON.stringify(value.message.slice(0, this.#longest + 1))}`;
    else if (isMap(value)) this.#writeMap(value);
    else this.text += "<stream>";
  }

  get #isFull(): boolean {
    return this.text.length > this.#longest;
  }

  #writeList(list: readonly Value[]): void {
    this.text += "[";
    for (let index = 0; index < list.length && !this.#isFull; index++) {
      if (index > 0) this.text += ",";
      this.write(list[index]!);
    }
    this.text += "]";
  }

  #writeMap(map: { readonly [key: string]: Value }): void {
    this.text += "{";
    let isFirst = true;
    for (const key in map) {
      if (this.#isFull) break;
      if (!isFirst) this.text += ",";
      isFirst = false;
      this.text += `${JSON.stringify(key.slice(0, this.#longest))}:`;
      this.write(map[key]!);
    }
    this.text += "}";
  }
}
