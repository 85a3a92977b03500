import { z } from "zod";
import type { Kind } from "../../flow/mod.ts";
import { NONE } from "../../value/mod.ts";

/** Takes every packet and has nothing to say to it. */
export const nop: Kind = {
  name: "nop",
  summary: "Takes every packet and answers with nothing.",
  fields: z.object({}),
  ports: { in: ["in"], out: [] },
  prepare: () => ({ node: { receive: () => NONE } }),
};
