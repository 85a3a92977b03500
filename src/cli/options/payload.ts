import { parseYamlValue, YamlError } from "../../spec/yaml/mod.ts";
import { LineMap } from "../../spec/yaml/mod.ts";
import { asError, measure, type Value } from "../../value/mod.ts";
import type { Terminal } from "./command.ts";
import { type Flag, type ParsedFlags, UsageError } from "./flag.ts";
import { stringOf } from "./settings.ts";

/** The flags that give a payload. */
export const PAYLOAD_FLAGS: readonly Flag[] = [
  {
    name: "payload",
    type: "string",
    value: "JSON|@FILE|-",
    summary: "The payload as JSON, in a file, or - for standard input (default null)",
  },
  { name: "payload-yaml", type: "string", value: "YAML|@FILE|-", summary: "The payload as YAML" },
];

/**
 * Returns the payload that the flags give; null without them.
 *
 * @throws {UsageError} If it is malformed, or there are two.
 * @throws {Error} If a file cannot be read.
 */
export async function readPayload(flags: ParsedFlags, terminal: Terminal): Promise<Value> {
  const given = ["payload", "payload-yaml"].filter((name) => flags[name] !== undefined);
  const [name] = given;
  if (name === undefined) return null;
  if (given.length > 1) throw new UsageError("--payload and --payload-yaml exclude each other");
  const value = stringOf(flags, name)!;
  const isInline = value !== "-" && !value.startsWith("@");
  const text = isInline ? value : value === "-" ? await terminal.input() : await readFile(value.slice(1), name);
  const from = isInline ? `--${name} ${JSON.stringify(value)}` : value === "-" ? "standard input" : value.slice(1);
  return name === "payload" ? parseJson(text, from) : parseYaml(text, from);
}

async function readFile(path: string, name: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`no such file: ${path} of --${name} @${path}`);
  }
}

function parseJson(text: string, from: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    const expected = `expected JSON such as '{"name":"Ada"}' or '"text"', @FILE or -`;
    throw new UsageError(`invalid ${from}: ${(error as Error).message}; ${expected}`);
  }
}

function parseYaml(text: string, from: string): Value {
  try {
    const value = parseYamlValue(text) as Value;
    measure(value); // aliases may make a small text a large value
    return value;
  } catch (error) {
    if (!(error instanceof YamlError)) throw new UsageError(`invalid ${from}: ${asError(error).message}`);
    const { offset, message } = error;
    const { line, column } = offset === undefined ? { line: 1, column: 1 } : new LineMap(text).locate(offset);
    throw new UsageError(`invalid ${from}: line ${line}, column ${column}: ${message}`);
  }
}
