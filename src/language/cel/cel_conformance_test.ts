import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";
import { assert } from "@std/assert";
import { Duration, UnsignedInt } from "cel-js/evaluator";
import { makeEnvironment } from "./environment.ts";
import { celEqual } from "./equality.ts";

/** A value of the suite as protocol buffer JSON. */
type Wire = Record<string, unknown>;

interface Case {
  name?: string;
  expr: string;
  value?: Wire;
  evalError?: unknown;
  typeEnv?: unknown[];
  bindings?: Record<string, { value: Wire }>;
  container?: string;
  checkOnly?: boolean;
  disableMacros?: boolean;
}

interface Suite {
  name: string;
  suites?: Suite[];
  tests?: { original: Case }[];
}

// Without the suites that need protocol buffers or parts of CEL that Weft lacks (optional values, namespaces, macros with
// two variables, networks).
const SUITES = [
  "basic",
  "bindings_ext",
  "comparisons",
  "conversions",
  "encoders_ext",
  "fields",
  "fp_math",
  "integer_math",
  "lists",
  "logic",
  "macros",
  "math_ext",
  "parse",
  "plumbing",
  "string",
  "string_ext",
  "timestamps",
  "unknowns",
];

const NO_VALUE = Symbol("no value");

function fromWire(wire: Wire): unknown {
  const [[type, value] = ["nullValue", null]] = Object.entries(wire);
  switch (type) {
    case "int64Value":
      return BigInt(value as string);
    case "uint64Value":
      return new UnsignedInt(BigInt(value as string));
    case "doubleValue":
      return Number(value);
    case "bytesValue":
      return Uint8Array.fromBase64(value as string);
    case "nullValue":
      return null;
    case "typeValue":
      return `Type<${value === "null_type" ? "null" : value}>`;
    case "listValue":
      return ((value as { values?: Wire[] }).values ?? []).map(fromWire);
    case "mapValue":
      return new Map(
        ((value as { entries?: { key: Wire; value: Wire }[] }).entries ?? []).map((
          entry,
        ) => [String(fromWire(entry.key)), fromWire(entry.value)]),
      );
    case "objectValue": {
      const message = value as { "@type": string; value?: string };
      if (message["@type"].endsWith(".Duration")) return `Duration ${seconds(message.value ?? "0s")}`;
      if (message["@type"].endsWith(".Timestamp")) return new Date(message.value!);
      return NO_VALUE;
    }
    default:
      return value;
  }
}

function seconds(text: string): number {
  return Number(text.replace(/s$/, ""));
}

/** Converts the result of an expression to the form that `fromWire` returns. */
function shown(value: unknown): unknown {
  if (value instanceof Duration) return `Duration ${seconds(value.toString())}`;
  if (Array.isArray(value)) return value.map(shown);
  if (value instanceof Date || value instanceof Uint8Array || value instanceof UnsignedInt) return value;
  if (typeof value !== "object" || value === null) return value;
  if (/^Type</.test(String(value))) return String(value);
  return new Map(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

function* cases(suite: Suite): Generator<Case> {
  for (const { original } of suite.tests ?? []) yield original;
  for (const inner of suite.suites ?? []) yield* cases(inner);
}

/** Reports whether a case needs only CEL's own values. */
function applies({ expr, value, bindings = {}, container, checkOnly, disableMacros, typeEnv }: Case): boolean {
  const wires = [value ?? {}, ...Object.values(bindings).map((binding) => binding.value)];
  if (checkOnly || disableMacros || container !== undefined && container !== "") return false;
  if (/TestAllTypes|google\.protobuf|NullValue|optional\.|\.\?|\[\?|proto\./.test(expr)) return false;
  if (JSON.stringify(typeEnv ?? []).includes("messageType")) return false;
  return !JSON.stringify(wires).match(/objectValue.*(TestAllTypes|Wrapper|Value"|Struct|Any|Empty)/) &&
    !JSON.stringify(wires).includes("enumValue");
}

function passes({ expr, value, evalError, bindings = {} }: Case): boolean {
  // Bindings whose name has a dot cannot be registered as variables.
  const environment = makeEnvironment("self");
  const variables: Record<string, unknown> = {};
  try {
    for (const [name, { value }] of Object.entries(bindings)) {
      environment.registerVariable(name, "dyn");
      variables[name] = fromWire(value);
    }
    const result = environment.evaluate(expr, variables);
    return evalError === undefined && celEqual(shown(result), fromWire(value ?? { boolValue: true }));
  } catch {
    return evalError !== undefined;
  }
}

Deno.test("no fewer of the official CEL cases pass than before", () => {
  let all = 0;
  let passed = 0;
  const failed: string[] = [];
  for (const suite of (tests as Suite).suites!.filter(({ name }) => SUITES.includes(name))) {
    for (const test of cases(suite)) {
      if (!applies(test)) continue;
      all++;
      if (passes(test)) passed++;
      else failed.push(`${suite.name}/${test.name}: ${test.expr}`);
    }
  }

  assert(passed >= 1379, `${passed} of ${all} pass:\n${failed.join("\n")}`);
});
