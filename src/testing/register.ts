import { fileURLToPath } from "node:url";
import { formatDiagnostic } from "../spec/mod.ts";
import { failure } from "../value/mod.ts";
import { type FileResult, type FlowTestOptions, formatFile, formatResult, openTests, runFile } from "./flow/mod.ts";

/**
 * Runs the tests of a test file, as `weft test` does.
 *
 * @param file Its path or its `file:` URL.
 * @throws {Error} If it cannot be read, or a test fails, with what `weft test` prints.
 *
 * @example
 * ```ts
 * import { runFlowTests } from "@weft/weft/testing";
 *
 * const { tests } = await runFlowTests(import.meta.resolve("../../examples/ping_test.yaml"));
 * console.log(tests.map(({ name }) => name));
 * ```
 */
export async function runFlowTests(file: string | URL, options: FlowTestOptions = {}): Promise<FileResult> {
  const result = await runFile(pathOf(file), options);
  const isFailed = result.diagnostics.length > 0 || result.tests.some(({ status }) => status === "failed");
  if (isFailed) throw failure(formatFile(result).join("\n"));
  return result;
}

/**
 * Registers a test file with `deno test`: a test with a step for each of its tests.
 *
 * @param file Its path or its `file:` URL.
 *
 * @example
 * ```ts ignore
 * import { registerFlowTests } from "@weft/weft/testing";
 *
 * registerFlowTests(import.meta.resolve("../../examples/ping_test.yaml"));
 * ```
 */
export function registerFlowTests(file: string | URL, options: FlowTestOptions = {}): void {
  const path = pathOf(file);
  const name = path.slice(path.lastIndexOf("/") + 1);
  Deno.test(name, async (context) => {
    const { tests, diagnostics, close } = await openTests(path, options);
    if (diagnostics.length > 0) throw failure(diagnostics.map(formatDiagnostic).join("\n"));
    for (const { name, run, skip } of tests) {
      await context.step({
        name,
        ignore: skip !== undefined,
        async fn() {
          const result = await run();
          if (result.status === "failed") throw failure(formatResult(result).join("\n"));
        },
      });
    }
    await close();
  });
}

function pathOf(file: string | URL): string {
  return file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file;
}
