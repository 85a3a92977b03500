import { basename, dirname, join } from "node:path";
import { asError } from "../../value/mod.ts";

/** The snapshots of a test file. */
export class Snapshots {
  /** Where they stand: `__snapshots__/NAME.snap` beside the test file. */
  readonly path: string;
  readonly #isUpdated: boolean;
  #known: Map<string, unknown> | undefined;
  readonly #used = new Set<string>();
  #hasChanged = false;

  /** @param isUpdated Whether what is compared becomes the snapshot. */
  constructor(testFile: string, isUpdated: boolean) {
    const name = basename(testFile).replace(/\.(?:ya?ml|json)$/i, "");
    this.path = join(dirname(testFile), "__snapshots__", `${name}.snap`);
    this.#isUpdated = isUpdated;
  }

  /**
   * Returns the text of a snapshot, to compare with that of a value.
   *
   * @returns Undefined if there is none.
   */
  async get(name: string, value: unknown): Promise<string | undefined> {
    const known = await this.#read();
    this.#used.add(name);
    const before = known.has(name) ? textOf(known.get(name)) : undefined;
    if (!this.#isUpdated) return before;
    const now = textOf(value);
    if (before === now) return now;
    known.set(name, value);
    this.#hasChanged = true;
    return now;
  }

  /** Writes what has changed. @param isWhole Whether all tests of the file were run, so that others are forgotten. */
  async save(isWhole: boolean): Promise<boolean> {
    if (!this.#isUpdated) return false;
    const known = await this.#read();
    for (const name of isWhole ? [...known.keys()] : []) {
      if (this.#used.has(name)) continue;
      known.delete(name);
      this.#hasChanged = true;
    }
    if (!this.#hasChanged) return false;
    if (known.size === 0) {
      await Deno.remove(this.path);
      return true;
    }
    await Deno.mkdir(dirname(this.path), { recursive: true });
    await Deno.writeTextFile(this.path, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
    return true;
  }

  async #read(): Promise<Map<string, unknown>> {
    if (this.#known !== undefined) return this.#known;
    try {
      const read = JSON.parse(await Deno.readTextFile(this.path)) as Record<string, unknown>;
      return this.#known = new Map(Object.entries(read));
    } catch (thrown) {
      if (thrown instanceof Deno.errors.NotFound) return this.#known = new Map();
      throw new Error(`${this.path}: ${asError(thrown).message}`, { cause: thrown });
    }
  }
}

/** Returns a value as the lines of a snapshot. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
