import { run } from "./src/cli/mod.ts";
import { terminal } from "./src/cli/output/terminal.ts";

if (import.meta.main) Deno.exit(await run(Deno.args, terminal));
