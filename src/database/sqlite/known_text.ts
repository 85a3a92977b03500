import { LRUCache } from "lru-cache";
import { failure, type Value } from "../../value/mod.ts";
import { readStatement, type StatementText } from "../statement_text.ts";
import type { SqliteInput } from "./frame.ts";
import { toSqlite } from "./sqlite_value.ts";

/** How many texts are remembered. */
const TEXTS = 2_000;

/** What is known of the text of a statement. */
export interface KnownText extends StatementText {
  /** Whether it writes; undefined until SQLite was asked. */
  writes: boolean | undefined;
}

/** The texts that were run last. */
export class KnownTexts {
  readonly #texts = new LRUCache<string, KnownText>({ max: TEXTS });

  /** Returns what is known of a text. @throws {Failure} `invalid` if it is not one statement. */
  of(text: string): KnownText {
    let known = this.#texts.get(text);
    if (known === undefined) {
      const read = readStatement(text, "sqlite");
      if (read.head === "") throw failure("invalid SQL: expected a statement", { code: "invalid" });
      if (read.continues && !/^CREATE (TEMP|TEMPORARY|TRIGGER)\b/.test(read.head)) {
        throw failure("invalid SQL: expected one statement, and more follow", { code: "invalid" });
      }
      this.#texts.set(text, known = { ...read, writes: undefined });
    }
    return known;
  }
}

/** Returns parameters as SQLite takes them. @throws {Failure} If there are too few or too many, or one cannot be stored. */
export function inputOf({ count }: StatementText, parameters: readonly Value[]): SqliteInput[] {
  if (parameters.length !== count) {
    throw failure(`the statement has ${count} parameters, and ${parameters.length} were given`, { code: "invalid" });
  }
  return parameters.map((value, index) => toSqlite(value, index + 1));
}
