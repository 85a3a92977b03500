import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startWorkflow } from "./mod.ts";

Deno.test("code, conditions and expressions of the host see what is bound", async () => {
  await using workflow = await startWorkflow(
    `
- { kind: registry.entry, name: limits, data: { most: 3, labels: { shop: north }, token: "env:TOKEN" } }
- kind: snippet
  name: javascript
  language: javascript
  env: { LIMITS: { name: limits }, TOKEN: { name: limits, data: "{{ token }}" }, PORT: { data: "{{ .PORT }}" } }
  code: |
    const { most } = env.LIMITS;
    export default function (payload) {
      let changed = true;
      try {
        env.LIMITS.labels.shop = "south";
      } catch {
        changed = false;
      }
      return [payload, most, env.LIMITS.labels.shop, changed, env.TOKEN, env.PORT, Object.keys(env)];
    }
- kind: snippet
  name: commonjs
  language: typescript
  env: { MOST: { name: limits, data: "{{ most }}" } }
  code: "module.exports = (n: number) => [n, env.MOST, globalThis === self]"
- { kind: snippet, name: isolated, language: javascript, isolate: true, env: { A: { data: { b: [1] } } }, code: "export default () => Object.isFrozen(env.A.b)" }
- { kind: snippet, name: own, language: javascript, env: { A: 1 }, code: "const env = { A: 2 }; export default () => env.A" }
- { kind: snippet, name: shadowed, language: javascript, env: { A: 1 }, code: "const f = (env) => env.A; export default () => [f({ A: 2 }), env.A]" }
- { kind: if, name: condition, when: self < env.MOST, env: { MOST: { name: limits, data: "{{ most }}" } } }
- kind: step
  name: step
  env: { A: outer, B: outer }
  specs:
    - { kind: snippet, language: cel, env: { B: "{{ env.A }} inner" }, code: "[env.A, env.B]" }
    - { kind: map, language: cel, code: "self + '!' + env.B" }
- kind: metric
  name: metric
  metric: orders
  labels: { shop: env.SHOP, token: env.TOKEN }
  env: { SHOP: { name: limits, data: "{{ labels.shop }}" }, TOKEN: { name: limits, data: "{{ token }}" } }
`,
    { env: { TOKEN: "tok-123456", PORT: "8000" }, allow: true },
  );
  assertEquals(await workflow.send("javascript.in", 1), [
    1,
    3,
    "north",
    false,
    "tok-123456",
    "8000",
    ["LIMITS", "TOKEN", "PORT"],
  ]);
  assertEquals(await workflow.send("commonjs.in", 1), [1, 3, true]);
  assertEquals(await workflow.send("isolated.in", 1), true);
  assertEquals(await workflow.send("own.in", 1), 2);
  assertEquals(await workflow.send("shadowed.in", 1), [2, 1]);
  assertEquals(await workflow.send("condition.in", 1), 1);
  assertEquals(await workflow.send("step.in", 1), ["outer!outer", "outer inner!outer"]);
  await workflow.send("metric.in", 1);
  assertEquals(workflow.metricsOf("metric"), { 'orders{shop="north",token="***"}': 1 });
});

Deno.test("fields are made of values, and what is bound stands before the variables", async () => {
  await using workflow = await startWorkflow(
    `
- { kind: registry.entry, name: times, data: { short: 5, "in-words": "1ms" } }
- { kind: sleep, name: a, interval: "{{ values.times.short }}" }
- { kind: sleep, name: b, interval: "{{ env.WAIT + 1 }}", env: { WAIT: { name: times, data: "{{ short }}" } } }
- { kind: sleep, name: c, interval: '{{ values["times"]["in-words"] }}' }
- { kind: sleep, name: d, interval: "{{ .WAIT }}ms", env: { WAIT: 7 } }
`,
    { env: { WAIT: "100" } },
  );
  for (const name of ["a", "b", "c", "d"]) {
    const sent = workflow.send(`${name}.in`, name);
    await workflow.clock.advance(10);
    assertEquals(await sent, name);
  }
});

Deno.test("what cannot be bound is refused with its place, and the secret is not in the message", async () => {
  const text = (data: string) => `
- { kind: registry.entry, name: v, data: { token: "env:TOKEN", other: "env:OTHER" } }
- { kind: sleep, name: s, interval: "{{ env.A }}", env: { A: { name: v, data: "${data}" } } }
`;
  const refused = async (data: string, env: Record<string, string>) => {
    const error = await assertRejects(() => startWorkflow(text(data), { env }));
    return (error as Error).message;
  };
  assertMatch(
    await refused("{{ other }}", { TOKEN: "tok-123456" }),
    /^test\.yaml:3:83: invalid template: unknown variable of env:OTHER; start --env OTHER grants it$/,
  );
  const message = await refused("{{ token }}", { TOKEN: "tok-123456" });
  assertMatch(message, /^test\.yaml:3:\d+: invalid interval "\*\*\*": expected a duration/);
  // a secret that nobody reads need not be there
  await using workflow = await startWorkflow(text("{{ token }}"), { env: { TOKEN: "1ms" } });
  const sent = workflow.send("s.in", 1);
  await workflow.clock.advance(1);
  assertEquals(await sent, 1);
});
