import { assertEquals, assertStringIncludes } from "@std/assert";
import { Admin } from "../../src/admin/mod.ts";
import { World } from "./world.ts";

const SPECS = `
- { kind: listener, name: web, port: 0, links: { out: [{ name: seen, port: in }] } }
- kind: metric
  name: seen
  metric: visits
  labels: { path: self.path, who: "has(self.query.who) ? self.query.who[0] : ''" }
  links: { out: [{ name: page, port: in }] }
- { kind: snippet, name: page, language: javascript, code: "export default ({ path }) => path.length",
    links: { out: [{ name: size, port: in }] } }
- { kind: metric, name: size, metric: page_bytes, type: summary, value: self }
`;

Deno.test("/metrics has what nodes of kind metric count and measure, with labels that clients choose", async () => {
  await using admin = new Admin("127.0.0.1:0");
  await using world = await World.start(SPECS);
  admin.attach(world.runtime);
  for (const path of ["/a", "/a", "/bcd"]) assertEquals((await world.fetch(path)).text, String(path.length));
  await world.fetch("/a?who=a%22b%5Cc%0Ad");
  const text = await (await fetch(new URL("/metrics", admin.url))).text();
  assertStringIncludes(text, "# TYPE weft_kind_visits_total counter\n");
  assertStringIncludes(text, '\nweft_kind_visits_total{node="seen",path="/a",who=""} 2\n');
  assertStringIncludes(text, '\nweft_kind_visits_total{node="seen",path="/bcd",who=""} 1\n');
  assertStringIncludes(text, '{node="seen",path="/a",who="a\\"b\\\\c\\nd"} 1\n');
  assertStringIncludes(text, "# TYPE weft_kind_page_bytes summary\n");
  assertStringIncludes(text, '\nweft_kind_page_bytes_count{node="size"} 4\n');
  assertStringIncludes(text, "\nweft_metrics_dropped_total 0\n");
  for (const line of text.trimEnd().split("\n")) {
    assertEquals(/^(# |\w+(\{(\w+="([^"\\]|\\["\\n])*",?)*\})? -?[\d.e+-]+$)/.test(line), true, line);
  }
});
