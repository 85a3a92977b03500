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

/** The fields that name a queue. */
export const queueFields = {
  connection: z.string().min(1).meta({ description: "The name of a connection of type sqlite or postgres." }),
  queue: z.string().min(1).max(200).regex(/^[^\0]*$/, { error: "expected a name without NUL" }).meta({
    description: "The name of the queue.",
  }),
  table: tableField("weft_queue", "the queues"),
};

/** Returns the queue that the messages of another one are moved to when they have failed for good. */
export function deadQueue(queue: string): string {
  return `${queue}.dead`;
}
