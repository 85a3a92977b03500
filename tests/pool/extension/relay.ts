// A kind of the host that passes every packet on in a later turn of the event loop.
import { z } from "zod";
import { type Kind, oneToOne } from "../../../src/flow/mod.ts";

const relay: Kind = {
  name: "relay",
  summary: "Passes every packet on.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out", "error"] },
  place: "host",
  pure: true,
  prepare: ({ symbol }) => ({
    node: oneToOne(symbol, async (payload) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return payload;
    }),
  }),
};

export default relay;
