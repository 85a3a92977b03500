// An engine inside a program of your own: it starts, applies a workflow, calls it, changes it, rolls back, and stops.
//
//   npx -y deno@2.9.6 run -A examples/embed.ts
import { apply, defineKind, Logger, rollback, Runtime } from "@weft/weft";
import { z } from "zod";

// a kind of the host is an object of the program, and can use whatever the program has
const visits = new Map<string, number>();
const visit = defineKind({
  name: "visit",
  summary: "Counts the visits of a name.",
  place: "host",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out"] },
  examples: [{ title: "Count visits", spec: { kind: "visit" } }],
  prepare: () => ({
    in(payload) {
      const name = String(payload);
      visits.set(name, (visits.get(name) ?? 0) + 1);
      return { name, visits: visits.get(name)! };
    },
  }),
});

const workflow = (greeting: string) => [
  { kind: "listener", name: "web", port: 0, links: { out: [{ name: "name", port: "in" }] } },
  {
    kind: "snippet",
    name: "name",
    language: "cel",
    code: "self.query.name",
    links: { out: [{ name: "visit", port: "in" }] },
  },
  { kind: "visit", name: "visit", links: { out: [{ name: "greet", port: "in" }] } },
  { kind: "snippet", name: "greet", language: "javascript", code: `export default (v) => "${greeting}, " + v.name` },
];

await using runtime = await Runtime.start({ kinds: [visit], executors: 1, logger: new Logger({ level: "warn" }) });

const first = await apply(runtime, workflow("hello"));
const [url] = await runtime.urls();
const call = async () => await (await fetch(`${url}/?name=Ada`)).text();
console.log(`version ${first.version.id}: ${await call()}`);

const second = await apply(runtime, workflow("welcome back"));
console.log(`version ${second.version.id}: ${await call()}`);

// what cannot run is rejected as a whole, with the reason; the running version goes on
const error = await apply(runtime, [{ kind: "snippet", name: "greet", language: "cel", code: "1 +" }]).catch((e) => e);
console.log(`rejected: ${error.message}`);

await rollback(runtime, first.version.id);
console.log(`version ${runtime.registry.version.id}: ${await call()}`);
console.log(`Ada was here ${visits.get("Ada")} times`);
