// A kind of the host that passes every packet on in a later turn of the event loop.
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";

const relay: Kind = defineKind({
  name: "relay",
  summary: "Passes every packet on.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  place: "host",
  effect: "none",
  prepare: () => ({
    async in(payload) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return payload;
    },
  }),
});

export default relay;
