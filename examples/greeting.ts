// A custom kind: a module with a name, fields, ports, and the behavior of its nodes.
//
//   npx -y deno@2.9.6 task start --extension examples/greeting.ts -f examples/steps.yaml -e GREETING=Hello
//
// Executors cannot load modules once they serve requests, so import all dependencies at the top.
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
