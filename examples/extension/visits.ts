import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";

/** A kind of the host with a resource that nodes share and reloads keep. */
const visits: Kind = defineKind({
  name: "visits",
  summary: "Counts how often a page was visited.",
  place: "host",
  effect: "none", // a visit more or less hurts nobody
  fields: z.object({ site: z.string().describe("Nodes of one site count together.") }),
  ports: { in: ["in"], out: ["out", "error"] },
  examples: [{ title: "Count the pages of a shop", spec: { kind: "visits", site: "shop" } }],
  async prepare({ fields, use, metrics }) {
    const counts = await use(fields.site, () => new Map<string, number>());
    return {
      in(page) {
        const key = String(page);
        const count = (counts.get(key) ?? 0) + 1;
        counts.set(key, count);
        metrics.count("visits");
        return { page, count };
      },
    };
  },
});

export default visits;
