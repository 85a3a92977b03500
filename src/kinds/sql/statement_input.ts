import { readStatement, type StatementText } from "../../database/mod.ts";
import type { Dialect } from "../../database/mod.ts";
import { failure, isList, isMap, kindOf, type Value, type ValueMap } from "../../value/mod.ts";

/** A statement with what is to be put in the places of its parameters, once or several times. */
export interface StatementInput {
  /** With `$1`, `$2`, ... for parameters. */
  readonly text: string;
  readonly runs: readonly (readonly Value[])[];
}

/** How a node finds parameters in payloads. */
export interface InputOptions {
  readonly dialect: Dialect;
  /** The statement of the node; undefined if payloads have one. */
  readonly text: string | undefined;
  /** Whether a parameter that a payload does not have is an error. Otherwise it is null. */
  readonly isStrict: boolean;
}

/** Makes statements of payloads. */
export class StatementReader {
  readonly #options: InputOptions;
  readonly #own: PortableText | undefined;

  /** @throws {Failure} If the statement of the node is malformed. */
  constructor(options: InputOptions) {
    this.#options = options;
    this.#own = options.text === undefined ? undefined : portableText(options.text, options.dialect);
  }

  /** Returns what a payload asks for. @throws {Failure} `invalid_payload` if it cannot be. */
  read(payload: Value): StatementInput {
    if (this.#own !== undefined) return this.#bind(this.#own, payload);
    const [text, parameters] = statementOf(payload);
    return this.#bind(portableText(text, this.#options.dialect), parameters);
  }

  #bind({ text, names, count }: PortableText, payload: Value): StatementInput {
    if (names === undefined) return { text, runs: [positional(count, payload)] };
    const isBulk = isList(payload) && payload.length > 0 && payload.every(isMap);
    const runs = (isBulk ? payload as ValueMap[] : [payload]).map((map) => this.#named(names, map));
    return { text, runs };
  }

  #named(names: readonly string[], payload: Value): Value[] {
    if (!isMap(payload)) {
      throw invalid(`expected a map with ${names.join(", ")}, got a ${kindOf(payload)}`);
    }
    return names.map((name) => {
      const value = at(payload, name);
      if (value !== undefined) return value;
      if (this.#options.isStrict) throw invalid(`it has no ${name}, for the parameter :${name}`);
      return null;
    });
  }
}

/** A statement whose parameters have positions, in the way of both dialects. */
type PortableText = Pick<StatementText, "text" | "names" | "count">;

function portableText(given: string, dialect: Dialect): PortableText {
  const { text, names, count } = readStatement(given, dialect);
  return { text, names, count };
}

/** Returns the statement of a payload, and its parameters: `"SQL"`, `["SQL", parameters]` or `{ text, parameters }`. */
function statementOf(payload: Value): [text: string, parameters: Value] {
  if (typeof payload === "string") return [payload, []];
  if (isList(payload) && typeof payload[0] === "string" && payload.length <= 2) return [payload[0], payload[1] ?? []];
  if (isMap(payload) && typeof payload.text === "string" && Object.keys(payload).every((key) => PARTS.has(key))) {
    return [payload.text, payload.parameters ?? []];
  }
  throw invalid("expected SQL, a list of SQL and parameters, or a map of text and parameters");
}

const PARTS: ReadonlySet<string> = new Set(["text", "parameters"]);

function positional(count: number, payload: Value): readonly Value[] {
  if (count === 0) return [];
  const list = isList(payload) ? payload : [payload];
  if (list.length === count) return list;
  throw invalid(
    `expected a list of ${count} parameters, got ${isList(payload) ? list.length : `a ${kindOf(payload)}`}`,
  );
}

/** Returns what is in a payload at the path of a name: `body.title`, `query.page.0`. A whole name that is a key goes before. */
function at(payload: ValueMap, name: string): Value | undefined {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: Value | undefined = payload;
  for (const key of name.split(".")) {
    if (isList(value)) value = /^\d+$/.test(key) ? value[Number(key)] : undefined;
    else if (value !== undefined && isMap(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

function invalid(message: string): Error {
  return failure(`invalid payload of a statement: ${message}`, { code: "invalid_payload" });
}
