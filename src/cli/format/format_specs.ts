import { formatDiagnostic, readSpecs } from "../../spec/mod.ts";
import { parseYaml } from "../../spec/yaml/mod.ts";
import { asError, equal, type Value } from "../../value/mod.ts";
import { formatYaml } from "./format_yaml.ts";

/**
 * Formats the text of a spec file: YAML, or JSON if its name ends in `.json`. What the specs mean stays the same, which is
 * checked.
 *
 * @throws {Error} If the text cannot be read: where, and why; or if the formatted text would mean something else.
 */
export function formatSpecs(text: string, name: string): string {
  const source = (text.startsWith("\ufeff") ? text.slice(1) : text).replace(/\r\n?/g, "\n");
  const isJson = /\.json$/i.test(name);
  const before = readSpecs(text, name);
  const unreadable = isJson ? before.diagnostics : parseYaml(source).diagnostics;
  // what is wrong with a spec does not keep it from being formatted
  if (unreadable.length > 0 && !before.complete) throw new Error(before.diagnostics.map(formatDiagnostic).join("\n"));
  // other tools have files of their own in the same folders
  if (isJson && !before.specs.some(({ spec }) => spec.kind !== "")) return text;
  let formatted: string;
  try {
    formatted = isJson ? `${JSON.stringify(JSON.parse(source), null, 2)}\n` : formatYaml(source);
  } catch (thrown) {
    throw new Error(`${name}: cannot be formatted: ${asError(thrown).message}`, { cause: thrown });
  }
  const after = readSpecs(formatted, name);
  if (!isSame(before, after)) throw new Error(`${name}: cannot be formatted: the specs would mean something else`);
  return formatted;
}

function isSame(a: ReturnType<typeof readSpecs>, b: ReturnType<typeof readSpecs>): boolean {
  const specsOf = ({ specs }: typeof a) => specs.map(({ spec }) => ({ ...spec })) as unknown as Value;
  const messagesOf = ({ diagnostics }: typeof a) => diagnostics.map(({ message }) => message);
  return equal(specsOf(a), specsOf(b)) && equal(messagesOf(a), messagesOf(b));
}
