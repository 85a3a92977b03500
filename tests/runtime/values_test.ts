import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { remove } from "../../src/api/mod.ts";
import { runtimeStatus } from "../../src/api/runtime_status.ts";
import { change } from "../../src/registry/mod.ts";
import { isExternal } from "../../src/runtime/mod.ts";
import { World } from "./world.ts";

// Values, what is bound to them, and secrets, on the real engine: threads, sockets, changes.

const SECRET = "correct horse/battery";

const NODES = `
- { kind: listener, name: web, port: 0, links: { out: [{ name: paths, port: in }] } }
- kind: router
  name: paths
  routes:
    - { method: GET, path: /code, port: "out[0]" }
    - { method: GET, path: /cel, port: "out[1]" }
    - { method: GET, path: /other, port: "out[2]" }
    - { method: GET, path: /throw, port: "out[3]" }
  links:
    out[0]: [{ name: code, port: in }]
    out[1]: [{ name: cel, port: in }]
    out[2]: [{ name: other, port: in }]
    out[3]: [{ name: throws, port: in }]
- kind: snippet
  name: code
  language: javascript
  env: { DB: { name: db } }
  code: |
    const { user } = env.DB;
    export default () => {
      console.log("password is", env.DB.password);
      return { user, frozen: Object.isFrozen(env) && Object.isFrozen(env.DB.hosts), password: env.DB.password.length };
    };
- kind: snippet
  name: cel
  language: cel
  env: { USER: [{ name: db, data: "{{ .user }}" }, { name: override, data: "{{ .user }}" }] }
  code: env.USER + self.path
- { kind: snippet, name: other, language: javascript, code: "export default () => typeof env" }
- kind: snippet
  name: throws
  language: javascript
  env: { PASSWORD: { name: db, data: "{{ password }}" }, TOKEN: "file:token" }
  code: "export default () => { throw new Error(\`no \${env.PASSWORD} \${encodeURIComponent(env.PASSWORD)} \${env.TOKEN}\`); }"
`;

function db(user: string): string {
  return `
- { kind: registry.entry, name: db, data: { user: ${user}, password: "env:DB_PASSWORD", hosts: [a] } }`;
}

/** Returns the numbers of the symbols of some nodes. */
function symbols(world: World, ...names: string[]): (number | undefined)[] {
  return names.map((name) => world.runtime.loader.table.named(name)?.nodes[0]?.symbol.number);
}

Deno.test("values are bound, reloaded with what uses them, and secrets are printed nowhere", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/token`, "tok-0123456789\n");
  try {
    await using world = await World.start(db("ada") + NODES, {
      env: { DB_PASSWORD: SECRET },
      secrets: folder,
      dev: true,
    });
    const { runtime } = world;
    const json = async (path: string) => JSON.parse((await world.fetch(path)).text);
    assertEquals(await json("/code"), { user: "ada", frozen: true, password: SECRET.length });
    assertEquals((await world.fetch("/cel")).text, "ada/cel");
    assertEquals((await world.fetch("/other")).text, "undefined");

    // an error tells no secret, to developers neither
    const { status, text } = await world.fetch("/throw");
    assertEquals(status, 500);
    assertEquals(JSON.parse(text).message, "no *** *** ***");
    assert(world.log.some((line) => line.includes("code: password is ***")), world.log.join("\n"));
    assert(world.log.some((line) => line.includes("no *** *** ***")));

    // exactly what uses a value is made again with it
    const before = symbols(world, "code", "cel", "other", "throws", "paths");
    await world.apply(db("grace"));
    assertEquals((await json("/code")).user, "grace");
    assertEquals((await world.fetch("/cel")).text, "grace/cel");
    const after = symbols(world, "code", "cel", "other", "throws", "paths");
    assertEquals(before.map((number, index) => number === after[index]), [false, false, true, false, true]);

    // one that comes takes its place
    await world.apply("- { kind: registry.entry, name: override, data: { user: top } }");
    assertEquals((await world.fetch("/cel")).text, "top/cel");
    assertEquals((await json("/code")).user, "grace");

    // a value and what needs it change together, in one version
    const version = runtime.registry.version.id;
    await world.apply(`
- { kind: registry.entry, name: db, data: { login: linus, password: "env:DB_PASSWORD" } }
- { kind: snippet, name: code, language: cel, env: { USER: { name: db, data: "{{ login }}" } }, code: env.USER }
- { kind: snippet, name: cel, language: cel, env: { USER: { name: override, data: "{{ user }}" } }, code: env.USER }
`);
    assertEquals(runtime.registry.version.id, version + 1);
    assertEquals([(await world.fetch("/code")).text, (await world.fetch("/cel")).text], ["linus", "top"]);

    // with a value that lacks what is read nothing changes
    const wrong = await assertRejects(() =>
      world.apply("- { kind: registry.entry, name: db, data: { lgin: x, password: env:DB_PASSWORD } }")
    );
    assertMatch(
      String((wrong as Error).cause ?? wrong),
      /test\.yaml:3:82: invalid template: no such key: login; did you mean "lgin"\?/,
    );
    const missing = await assertRejects(() =>
      world.apply("- { kind: registry.entry, name: db, data: { login: x, password: 'env:DB_PASWORD' } }")
    );
    assertMatch(
      String((missing as Error).cause ?? missing),
      /unknown variable of env:DB_PASWORD; did you mean env:DB_PASSWORD\?/,
    );
    // what is not granted may come
    assertEquals([isExternal(missing as Error), isExternal(wrong as Error)], [true, false]);
    assertEquals((await world.fetch("/code")).text, "linus");

    // a value in use stays
    const used = await assertRejects(() =>
      runtime.registry.apply([change.delete({ namespace: "default", name: "db" })])
    );
    assertMatch(String((used as Error).cause ?? used), /test\.yaml:\d+:\d+: unknown value "db"/);
    const refused = await assertRejects(() => remove(runtime, { names: ["db"] }));
    assertEquals((refused as Error).message, "default:code uses default:db\ndefault:throws uses default:db");

    // nothing that is kept or told has a secret
    const told = JSON.stringify([
      world.log,
      runtime.registry.entries(),
      await runtimeStatus(runtime, { ready: true, draining: false, uptime: 1 }),
      [wrong, missing, used].map((error) => [String(error), String((error as Error).cause), (error as Error).stack]),
    ]);
    for (const secret of [SECRET, encodeURIComponent(SECRET), "tok-0123456789"]) assert(!told.includes(secret));
    assert(told.includes("env:DB_PASSWORD"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
