/** The program's side of a SQLite connection: the only part that loads SQLite. */
export { serveConnection } from "./program.ts";
