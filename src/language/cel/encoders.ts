import type { Environment } from "cel-js";
import { failure } from "../../value/mod.ts";
import { defineNamespace } from "./define.ts";

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
