import { assertEquals } from "@std/assert";
import { modelOf, randomChanges, randomId, randomState } from "../../../tests/registry/model.ts";
import { forAll } from "../../../tests/support/random.ts";
import { change, Id, MemoryHistory, Registry, Resolver, type State } from "../mod.ts";
import { plan } from "../plan.ts";
import { DependencyIndex } from "./dependency_index.ts";

const entry = (id: string, meta = {}) => change.create({ id, kind: "k", meta });

Deno.test("a registry knows dependencies by id, group and namespace", async () => {
  await using registry = new Registry(new MemoryHistory(), { dispatch: "none" });
  await registry.apply([
    entry("app:db", { groups: ["infra"] }),
    entry("app:cache", { groups: "infra" }),
    entry("app:web", { depends_on: ["db", "missing"] }),
    entry("lib:all", { depends_on: "ns:app" }),
    entry("lib:infra", { depends_on: "group:infra", groups: ["infra"] }),
  ]);
  const texts = (ids: readonly Id[]) => ids.map(String);
  assertEquals(texts(registry.dependants("app:db")), ["app:web", "lib:all", "lib:infra"]);
  assertEquals(texts(registry.dependants("app:missing")), ["app:web", "lib:all"]);
  assertEquals(texts(registry.dependants("lib:infra")), []);
  assertEquals(texts(registry.dependencies("app:web")), ["app:db"]);
  assertEquals(texts(registry.dependencies("lib:all")), ["app:cache", "app:db", "app:web"]);
  assertEquals(texts(registry.dependencies("lib:infra")), ["app:cache", "app:db"]);
  assertEquals(registry.dependencies("no:such"), []);

  await registry.apply([change.delete("app:web"), change.update({ id: "app:cache", kind: "k" }), entry("app:missing")]);
  assertEquals(texts(registry.dependants("app:db")), ["lib:all", "lib:infra"]);
  assertEquals(texts(registry.dependencies("lib:infra")), ["app:db"]);
  await registry.jump(1);
  assertEquals(texts(registry.dependants("app:db")), ["app:web", "lib:all", "lib:infra"]);

  // A pattern counts for what was there before it, too.
  await registry.apply([change.create({ id: "app:route", kind: "k", meta: { server: "web" } })]);
  assertEquals(texts(registry.dependants("app:web")), ["lib:all"]);
  registry.registerPattern({ path: "meta.server" });
  assertEquals(texts(registry.dependants("app:web")), ["app:route", "lib:all"]);
});

Deno.test("an updated index equals one that is built anew", () =>
  forAll("index", 2000, (random) => {
    const resolver = new Resolver();
    let state: State = randomState(random);
    const index = new DependencyIndex(resolver, state);
    index.dependants(Id.parse("a:a"));
    for (let steps = 0; steps < 4; steps++) {
      const operations = plan(randomChanges(random, modelOf(state)), state);
      state = state.apply(operations);
      index.follow(state, operations);
    }
    const anew = new DependencyIndex(resolver, state);
    for (let i = 0; i < 6; i++) {
      const id = Id.parse(randomId(random));
      assertEquals(index.dependants(id).map(String), anew.dependants(id).map(String));
      assertEquals(index.dependencies(id).map(String), anew.dependencies(id).map(String));
    }
  }));
