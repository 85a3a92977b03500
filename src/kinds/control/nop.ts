import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { NONE } from "../../value/mod.ts";

/** Takes every packet and answers with nothing. */
export const nop: Kind = defineKind({
  name: "nop",
  summary: "Takes every packet and answers with nothing.",
  fields: z.object({}),
  ports: { in: ["in"], out: [] },
  about: "A branch that ends here has no part in the merged answer of a port with several links.",
  examples: [{ title: "End a branch", spec: { kind: "nop" } }],
  prepare: () => ({ in: () => NONE }),
});
