import type { Kind } from "../../kind/mod.ts";
import type { Scheme } from "../../spec/mod.ts";
import type { Coverage } from "./coverage.ts";
import type { SpecSet } from "./spec_set.ts";

/** What specs are run with in a test. */
export interface SpecRunOptions {
  readonly specs: SpecSet;
  readonly scheme: Scheme<Kind>;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string>>;
  readonly allowFiles: readonly string[];
  readonly allowPrivate: readonly string[];
  readonly secrets: string | undefined;
  readonly coverage: Coverage | undefined;
}
