import type { z } from "zod";
import type { KindExample } from "./kind.ts";

/**
 * The description of a kind of entries that hold data: settings, requirements, whatever a workflow or a tool looks up.
 * They are checked, versioned and found as nodes are, and run nothing.
 */
export interface DataKind {
  /** Tells it from a kind of nodes. */
  readonly holds: "data";
  /** The name that entries use, by convention with dots: `app.config`. */
  readonly name: string;
  /** One sentence for `weft kinds` and the editor. */
  readonly summary: string;
  /**
   * The schema of its data. Default: any value.
   *
   * @internal
   */
  readonly data?: z.ZodType;
  /** What else there is to know, in paragraphs of Markdown, for its page in the documents. */
  readonly about?: string;
  /** Entries that show its use. */
  readonly examples?: readonly KindExample[];
  /** Where its entries, and others, name what they depend on; see `KindDescription`. */
  readonly dependencies?: readonly string[];
}
