// A kind of your own: one module with its name, its fields, its ports, and what its nodes do.
//
//   npx -y deno@2.9.6 task start --extension examples/greeting.ts -f examples/steps.yaml -e GREETING=Hello
import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";

const greeting: Kind = defineKind({
  name: "greeting",
  summary: "Puts a greeting before the payload.",
  fields: z.object({ greeting: z.string().describe("The word to greet with.") }),
  ports: { in: ["in"], out: ["out", "error"] },
  examples: [{ title: "Say hello", spec: { kind: "greeting", greeting: "Hello" } }],
  prepare: ({ fields }) => ({ in: (payload) => `${fields.greeting}, ${payload}` }),
});

export default greeting;
