import type { Isolation } from "../../src/pool/mod.ts";

/** What executors can be. */
export const MODES: readonly Isolation[] = ["thread", "process"];

/** Defines a test for executors that are threads, and one for executors that are programs. */
export function testEachMode(name: string, test: (isolation: Isolation, t: Deno.TestContext) => Promise<void>): void {
  for (const isolation of MODES) Deno.test(`${isolation}: ${name}`, (t) => test(isolation, t));
}
