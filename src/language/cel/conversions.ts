import type { Environment } from "cel-js";
import type { Duration, UnsignedInt } from "cel-js/evaluator";
import { failure } from "../../value/mod.ts";
import { define, defineNamespace } from "./define.ts";

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

/** Registers conversions and comparisons of the CEL specification that the library lacks. */
export function registerConversions(environment: Environment): void {
  environment.registerFunction("int(uint): int", (value: UnsignedInt) => value.value, { async: false });
  define(environment, `int(${TIMESTAMP}): int`, (time: Date) => BigInt(Math.floor(time.getTime() / 1000)));
  define(environment, `string(${TIMESTAMP}): string`, showTimestamp);
  define(environment, `timestamp(${TIMESTAMP}): ${TIMESTAMP}`, (time: Date) => time);
  define(environment, `string(${DURATION}): string`, (duration: Duration) => duration.toString());
  define(environment, `duration(${DURATION}): ${DURATION}`, (duration: Duration) => duration);

  const COMPARISONS: Record<string, (order: number) => boolean> = {
    "<": (order) => order < 0,
    "<=": (order) => order <= 0,
    ">": (order) => order > 0,
    ">=": (order) => order >= 0,
  };
  for (const [sign, holds] of Object.entries(COMPARISONS)) {
    environment.registerOperator(`bytes ${sign} bytes: bool`, (a: Uint8Array, b: Uint8Array) => holds(order(a, b)));
  }
}

/** Registers the functions of cel-go's encoders extension. */
export function registerEncoders(environment: Environment): void {
  const add = defineNamespace(environment, "base64");

  add("encode(bytes): string", (bytes: Uint8Array) => new Uint8Array(bytes).toBase64());
  add("decode(string): bytes", (text: string) => {
    try {
      return Uint8Array.fromBase64(text);
    } catch {
      throw failure("base64.decode: invalid base64", { code: "invalid_argument" });
    }
  });
}

/** Formats a time as RFC 3339, without a fraction of zero. */
export function showTimestamp(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}

function order(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length - b.length : at >= b.length ? 1 : a[at]! - b[at]!;
}
