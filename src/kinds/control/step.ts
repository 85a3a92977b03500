import { type Compound, defineCompound, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { specs } from "../../spec/mod.ts";
import type { ValueMap } from "../../value/mod.ts";

/** Runs nodes one after another. */
export const step: Kind = defineCompound({
  name: "step",
  aliases: ["sequential"],
  summary: "Runs the nodes inside one after another, each on what the one before it has answered.",
  fields: z.object({ specs: specs() }),
  ports: { in: ["in"], out: ["out", "error"] },
  nested: "specs",
  about:
    "A step has no node of its own: the nodes inside are linked in its place, `out` of each to `in` of the next, and " +
    "appear in paths as `step/0`, `step/1`, ... An error of any of them leaves by `error` and skips the rest.",
  portSummaries: {
    in: "Leads to the first node.",
    out: "What the last node sends.",
    error: "Errors of the nodes inside.",
  },
  examples: [{
    title: "Two nodes",
    spec: {
      kind: "step",
      specs: [
        { kind: "snippet", language: "cel", code: "self.name" },
        { kind: "snippet", language: "cel", code: "'hello, ' + self" },
      ],
    },
  }],
  compound: chain,
});

/**
 * Parts in a row: `out` of each leads to `in` of the next, what comes in goes to the first, what the last sends leads on,
 * and every part's `error` is the whole's.
 */
export function chain(fields: { specs: readonly object[] }): Compound {
  const parts = fields.specs as readonly ValueMap[];
  return {
    parts,
    wires: parts.slice(1).map((_, index) => ({
      from: { part: index, port: "out" },
      to: { part: index + 1, port: "in" },
    })),
    ins: (port) => [{ part: 0, port }],
    outs: (port) => port === "error" ? parts.map((_, part) => ({ part, port })) : [{ part: parts.length - 1, port }],
  };
}
