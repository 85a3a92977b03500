// The entry point of an executor that is a program of its own.
import { startProcess } from "../src/executor/mod.ts";

await startProcess(Deno.args[0]!, new URL("./executor_input.ts", import.meta.url));
