import type { DataKind } from "../spec/model/mod.ts";

export type { DataKind };

/** What `defineDataKind` takes. */
export interface DataKindOptions extends Omit<DataKind, "data" | "holds"> {
  /** The schema of the data, made with zod. Default: any value. */
  readonly data?: object;
}

/**
 * Defines a kind of entries that hold data, for an extension to export beside kinds of nodes. Entries of the kind are
 * written in files, applied, checked, versioned and found as nodes are; they run nothing.
 *
 * @example
 * ```ts
 * import { type DataKind, defineDataKind } from "@weft/weft/kind";
 * import { z } from "zod";
 *
 * const database: DataKind = defineDataKind({
 *   name: "app.database",
 *   summary: "A database that nodes may use.",
 *   data: z.strictObject({ url: z.string(), server: z.string().optional() }),
 *   dependencies: ["data.server"],
 * });
 * ```
 */
export function defineDataKind(options: DataKindOptions): DataKind {
  return { ...options as Omit<DataKind, "holds">, holds: "data" };
}
