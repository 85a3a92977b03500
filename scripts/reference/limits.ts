import { code, durationText, numberText, type Page, paragraphs, sizeText, table } from "./markdown.ts";

type Unit = "number" | "duration" | "size" | "characters";

/** A constant in the source: its file, its name, its unit, what changes it, and what it is if its comment needs context. */
type Constant = readonly [file: string, name: string, unit: Unit, change?: string, what?: string];

const ROOT = new URL("../../", import.meta.url);

const GROUPS: Readonly<Record<string, readonly Constant[]>> = {
  "Calls and processes": [
    ["src/executor/guard.ts", "DEFAULT_LIMIT", "duration", "`timeout` of the node"],
    ["src/pool/watch.ts", "GRACE", "duration"],
    ["src/runtime/processes.ts", "PROCESS_TIMEOUT", "duration", "`timeout` of the listener"],
    ["src/runtime/processes.ts", "MAX_PROCESSES", "number"],
    ["src/runtime/processes.ts", "RETIREMENT", "duration"],
    ["src/runtime/runtime.ts", "DRAIN", "duration"],
    ["src/flow/flow.ts", "MAX_DEPTH", "number"],
    ["src/flow/flow.ts", "MAX_OPEN", "number"],
    ["src/pool/recovery.ts", "QUARANTINE", "number"],
    ["src/pool/connection.ts", "CREDIT_FRAMES", "number"],
    ["src/pool/connection.ts", "CREDIT_BYTES", "size"],
  ],
  "Calls of snippets": [
    ["src/language/realm/scope/buffer_budget.ts", "MAX_BUFFERS", "size"],
    ["src/language/realm/scope/size_guards.ts", "MAX_LENGTH", "number"],
    ["src/language/realm/scope/timers.ts", "MAX_TIMERS", "number"],
    [
      "src/language/realm/scope/requests.ts",
      "MAX_REQUESTS",
      "number",
      "",
      "How many operations of `crypto.subtle` a call may have under way.",
    ],
    ["src/language/realm/requests.ts", "MAX_UNDER_WAY", "number"],
    [
      "src/language/web/crypto_keys.ts",
      "MAX_SIZE",
      "size",
      "",
      "How many bytes one operation of `crypto.subtle` may take.",
    ],
    ["src/language/realm/subtle.ts", "MAX_KEY", "size"],
    ["src/language/realm/subtle.ts", "MAX_MODULUS", "number"],
    ["src/language/realm/subtle.ts", "MAX_BITS", "number"],
    ["src/language/realm/subtle.ts", "MAX_ITERATIONS", "number"],
  ],
  "Values and requests": [
    ["src/value/limits.ts", "PACKET_LIMITS.depth", "number"],
    ["src/value/limits.ts", "PACKET_LIMITS.nodes", "number"],
    ["src/value/limits.ts", "PACKET_LIMITS.size", "size"],
    ["src/http/request.ts", "DEFAULT_MAX_BODY", "size", "`maxBody` of the listener"],
    ["src/http/multipart.ts", "MAX_PARTS", "number"],
    ["src/http/response_header.ts", "MAX_HEADERS", "number"],
    ["src/http/response_header.ts", "MAX_HEADER_SIZE", "size"],
  ],
  "Code and files": [
    ["src/language/javascript/syntax.ts", "LONGEST", "characters", "", "Length of JavaScript and TypeScript code."],
    ["src/language/cel/expression.ts", "LONGEST", "characters", "", "Length of a CEL expression."],
    ["src/language/cel/template.ts", "LONGEST", "characters", "", "Length of the expression of a template."],
    ["src/registry/query/regex.ts", "MAX_LENGTH", "characters", "", "Length of a regular expression in `weft find`."],
  ],
  "Stores and runtimes": [
    ["src/runtime/follower.ts", "HEARTBEAT", "duration"],
    ["src/api/runtime_instances.ts", "LIVE", "duration"],
    ["src/presence/presence.ts", "INSTANCE_LIFETIME", "duration"],
    ["src/runtime/kind_metrics.ts", "MAX_SERIES", "number"],
  ],
};

/** Returns the page of limits. */
export async function limitPage(): Promise<Page> {
  const groups = await Promise.all(
    Object.entries(GROUPS).map(async ([title, constants]) => [
      `## ${title}`,
      table(["limit", "value", "changed by"], await Promise.all(constants.map(rowOf))),
    ]),
  );
  return {
    path: "limits.md",
    title: "Limits",
    summary: "every limit that a user can run into, with its value",
    body: paragraphs(
      "A call, a value or a change that exceeds a limit is an error with a [code](errors.md).",
      ...groups.flat(),
      "The heap of an executor is limited by `--executor-memory`; see [settings](settings.md).",
    ),
  };
}

async function rowOf([file, name, unit, change = "", given]: Constant): Promise<string[]> {
  const { value, comment } = constantIn(await Deno.readTextFile(new URL(file, ROOT)), name, file);
  const texts: Record<Unit, (value: number) => string> = {
    number: numberText,
    duration: durationText,
    size: sizeText,
    characters: (value) => `${numberText(value)} characters`,
  };
  const what = given ?? comment.replace(/, in (?:milliseconds|bytes)\b/g, "").replace(/^([^.:]*)[.:].*$/s, "$1.");
  return [what, texts[unit](value), change];
}

/** Returns a constant of a file with its doc comment. A name with a dot is a property of an object. */
function constantIn(text: string, name: string, file: string): { value: number; comment: string } {
  const [constant, property] = name.split(".");
  const found = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n *(?:export )?const ${constant}\\b[^=]*= ([^;]*);`).exec(
    text,
  );
  if (found === null) {
    throw new Error(`scripts/reference/limits.ts: ${file} has no constant ${constant} with a comment`);
  }
  const [, comment, expression] = found;
  if (property === undefined) return { value: numberOf(expression!, name, file), comment: textOf(comment!) };
  const own = new RegExp(`\\b${property}: ([^,}]*)`).exec(expression!)?.[1];
  if (own === undefined) throw new Error(`scripts/reference/limits.ts: ${file} has no ${name}`);
  // the properties are described by the type of the object
  const described = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s*(?:readonly )?${property}: number`).exec(text)?.[1];
  return {
    value: numberOf(own, name, file),
    comment: `Payload, ${textOf(described ?? comment!).replace(/^M/, "m")}`,
  };
}

function textOf(comment: string): string {
  const text = comment.replaceAll(/^\s*\* ?/gm, "").replaceAll(/\s+/g, " ").trim();
  return text.replaceAll(/ @\w+.*/g, "").replaceAll(/`([A-Z_]+)`/g, (_, name) => code(name));
}

/** Evaluates a product of whole numbers. */
function numberOf(expression: string, name: string, file: string): number {
  if (!/^[\d_ *]+$/.test(expression)) throw new Error(`scripts/reference/limits.ts: ${name} of ${file} is no number`);
  return expression.split("*").map((part) => Number(part.trim().replaceAll("_", ""))).reduce((a, b) => a * b, 1);
}
