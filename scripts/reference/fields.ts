import type { z } from "zod";
import { describeData, describeFields, type FieldDescription } from "../../src/spec/mod.ts";
import { code, table } from "./markdown.ts";

/** Returns the table of the fields of a schema, those of its maps and lists below them. */
export function fieldTable(fields: z.ZodObject, nested?: string): string {
  return tableOf(describeFields(fields, { nested, literal: code }));
}

/** Returns the tables of the data of an entry, one for each type of it, by the names of the types. */
export function dataTables(data: z.ZodType): [type: string, table: string][] {
  return describeData(data, { literal: code }).map(([type, fields]) => [type, tableOf(fields)]);
}

function tableOf(fields: readonly FieldDescription[]): string {
  const rows = fields.map(({ path, type, required, fallback, description }) => [
    code(path),
    type,
    required ? "required" : fallback ?? "none",
    description,
  ]);
  return rows.length === 0 ? "None." : table(["field", "type", "default", "description"], rows);
}
