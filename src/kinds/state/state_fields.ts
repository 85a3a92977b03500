import { z } from "zod";
import { TABLE_NAME } from "./state_tables.ts";

/** The field with the name of a table. @param name Its default. */
export function tableField(name: string, what: string) {
  return z.string().regex(TABLE_NAME, {
    error: "expected up to 40 lower-case letters, digits and _, such as weft_orders",
  }).default(name).meta({
    description: `The table that has ${what}; the engine makes it if it is not there. Default ${name}.`,
  });
}

/** Errors of databases, for kinds that keep something in one. */
export const DATABASE_ERRORS = {
  connection_refused: "The server does not accept connections.",
  connection_lost: "The connection ended before the answer; it is not known whether something was changed.",
  dns: "The name of the server cannot be resolved.",
  tls: "The connection cannot be secured.",
  auth_failed: "The server has rejected the user or the password.",
  forbidden_address: "The address of the server is private, and the operator has not allowed it.",
  timeout: "The database did not answer in time, or no connection was free.",
} as const;
