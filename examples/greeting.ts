// A kind of one's own: one module with its name, its fields, its ports, and what its nodes do.
//
//   npx -y deno@2.9.6 task start --extension examples/greeting.ts -f examples/steps.yaml -e GREETING=Hello
//
// It runs on executors, where no module can be loaded any more once requests are served: import what it needs up here.
import { z } from "zod";
import { type Kind, oneToOne } from "../src/flow/mod.ts";

const greeting: Kind = {
  name: "greeting",
  summary: "Puts a greeting before the payload.",
  fields: z.object({
    greeting: z.string().meta({ description: "The word to greet with." }),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ symbol, fields }) => ({
    node: oneToOne(symbol, (payload) => `${fields.greeting}, ${payload}`),
  }),
};

export default greeting;
