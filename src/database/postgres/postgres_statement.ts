import { LRUCache } from "lru-cache";
import { failure, type Value } from "../../value/mod.ts";
import { readStatement, statementHeads, type StatementText } from "../statement_text.ts";
import { type PostgresInput, toPostgres } from "./postgres_value.ts";

/** How many texts are remembered. */
const TEXTS = 2_000;

/** Statements that end or begin a transaction, which the engine does. */
const TRANSACTION = /^(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION)\b/;
/** Statements that change the connection for all who share it, or need a protocol of their own. */
const SESSION = /^(?:SET|RESET|DISCARD|LISTEN|UNLISTEN|PREPARE|EXECUTE|DEALLOCATE|COPY|LOAD)\b/;
const ALLOWED = /^(?:SET LOCAL|SET CONSTRAINTS)\b/;

/** The texts that were run last. */
export class PostgresTexts {
  readonly #texts = new LRUCache<string, StatementText>({ max: TEXTS });

  /** Returns what is known of a text. @throws {Failure} If it is not allowed. */
  of(text: string): StatementText {
    let known = this.#texts.get(text);
    if (known === undefined) {
      known = readStatement(text, "postgres");
      if (known.head === "") throw failure("invalid SQL: expected a statement", { code: "invalid" });
      checkHead(known.head);
      this.#texts.set(text, known);
    }
    return known;
  }
}

/** Checks the beginning of a statement. @throws {Failure} `42501` if it is not allowed. */
export function checkHead(head: string): void {
  if (TRANSACTION.test(head)) {
    throw refused(
      "a transaction begins and ends with its process: BEGIN, COMMIT, ROLLBACK and SAVEPOINT are not allowed",
    );
  }
  if (SESSION.test(head) && !ALLOWED.test(head)) {
    throw refused(`${head.split(" ")[0]} is not allowed: flows share connections`);
  }
  if (/^CREATE (?:TEMP|TEMPORARY)$/.test(head)) {
    throw refused("temporary tables and views are not allowed: flows share connections");
  }
}

/** Checks the statements of a script. @throws {Failure} `42501` if one is not allowed. */
export function checkScript(text: string): void {
  for (const head of statementHeads(text, "postgres")) {
    // the body of a function may be written as statements, which ends with this word
    if (!/^END\b/.test(head)) checkHead(head);
  }
}

function refused(message: string): Error {
  return failure<string>(message, { code: "42501" });
}

/** Returns parameters as the client takes them. @throws {Failure} If there are too few or too many. */
export function inputOf({ count }: StatementText, parameters: readonly Value[]): PostgresInput[] {
  if (parameters.length !== count) {
    throw failure(`the statement has ${count} parameters, and ${parameters.length} were given`, { code: "invalid" });
  }
  return parameters.map((value, index) => toPostgres(value, index + 1));
}
