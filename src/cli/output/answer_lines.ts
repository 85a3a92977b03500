import { encodeJson } from "../../http/mod.ts";
import { printable } from "../../spec/mod.ts";
import { type Answer, explainPermission, type Failure, isError, NONE, Stream, summarize } from "../../value/mod.ts";
import { causes } from "../../value/mod.ts";
import type { Terminal } from "../options/command.ts";
import type { ParsedFlags } from "../options/flag.ts";
import { printData } from "./output.ts";

/**
 * Prints the answer of a workflow: strings and bytes as they are, all else as JSON; nothing for an answer of nothing.
 *
 * @returns The exit code: 1 for an error, which is written to standard error.
 */
export async function printAnswer(flags: ParsedFlags, terminal: Terminal, answer: Answer): Promise<number> {
  if (isError(answer)) {
    for (const line of errorLines(answer)) terminal.warn(line);
    return 1;
  }
  if (answer === NONE) return 0;
  if (answer instanceof Stream || answer instanceof Uint8Array) {
    const write = terminal.write ?? ((bytes: Uint8Array) => Promise.resolve(terminal.print(`<${bytes.length} bytes>`)));
    if (answer instanceof Uint8Array) await write(answer);
    else for await (const bytes of answer.take()) await write(bytes);
    return 0;
  }
  const isText = flags.output === undefined || flags.output === "text";
  if (isText && typeof answer === "string") terminal.print(answer);
  else if (isText) terminal.print(JSON.stringify(JSON.parse(encodeJson(answer)), null, 2));
  else printData(flags, terminal, JSON.parse(encodeJson(answer)));
  return 0;
}

/** Formats an error: where it stands, its message and code, the path of its packet, its causes and its details. */
export function errorLines(error: Failure): string[] {
  const [, ...inner] = causes(error) as Failure[];
  const position = error.position ?? inner.find((cause) => cause.position !== undefined)?.position;
  const message = explainPermission(error.message);
  const code = error.code === undefined ? "" : ` (${error.code})`;
  const place = position === undefined ? "" : `${position}: `;
  const rows: (readonly [string, string])[] = [];
  if (error.path !== undefined && error.path.length > 0) rows.push(["path", error.path.join(" > ")]);
  for (const cause of inner) {
    if (cause.message !== error.message) rows.push(["cause", explainPermission(cause.message)]);
  }
  if (error.details !== undefined) rows.push(["details", summarize(error.details, 1_000)]);
  return [
    ...message.split("\n").map((line, index) => (index === 0 ? place : "") + printable(line)),
    ...rows.map(([name, text]) => `  ${name.padEnd(7)}  ${printable(text)}`),
  ].map((line, index, { length }) => index === length - rows.length - 1 ? line + code : line);
}
