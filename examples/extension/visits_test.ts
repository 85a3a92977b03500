import { startWorkflow } from "@weft/weft/testing";
import { deepStrictEqual } from "node:assert";
import slug from "./slug.ts";
import visits from "./visits.ts";

const specs = `
- { kind: slug, name: slug, links: { out: [{ name: visits, port: in }] } }
- { kind: visits, name: visits, site: test }
`;

Deno.test("visits of one page are counted", async () => {
  await using workflow = await startWorkflow(specs, { kinds: [slug, visits] });
  deepStrictEqual(await workflow.send("slug.in", "The Sea"), { page: "the-sea", count: 1 });
  deepStrictEqual(await workflow.send("slug.in", "the sea"), { page: "the-sea", count: 2 });
});

Deno.test("executors load the kind with its package on real threads", async () => {
  const extensions = [import.meta.resolve("./slug.ts")];
  await using workflow = await startWorkflow(specs, { kinds: [visits], extensions, threads: true });
  deepStrictEqual(await workflow.send("slug.in", "The Sea"), { page: "the-sea", count: 1 });
});
