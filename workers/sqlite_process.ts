// The entry point of the program that has a SQLite database open for flows, and may touch nothing else.
import { serveConnection } from "../src/database/sqlite/mod.ts";

await serveConnection(Deno.args[0]!, new URL("./executor_input.ts", import.meta.url));
