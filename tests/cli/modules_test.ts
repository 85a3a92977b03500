import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Project } from "./project.ts";

const NOTIFIER = `- kind: ns.definition
  name: notifier
  data: { version: 1.2.0, title: Sends notifications }
- kind: ns.requirement
  name: greeting
  data: { default: hello, targets: [{ entry: greet, path: code }] }
- kind: ns.requirement
  name: done
  data: { description: the node that is told, example: told, targets: [{ entry: greet, path: 'links.out[0].name' }] }
- kind: snippet
  name: greet
  language: text
  code: nobody
  links: { out: [{ name: end, port: in }], error: [{ name: logs.write, port: in }] }
- kind: nop
  name: end
- kind: ns.dependency
  name: logs
  data: { from: ../logger, parameters: { level: warn } }
`;

const LOGGER = `- { kind: ns.definition, name: logger, data: { version: 0.1.0 } }
- { kind: ns.requirement, name: level, data: { default: info, targets: [{ entry: write, path: level }] } }
- { kind: log, name: write, message: failed }
`;

const FLOW = `- kind: listener
  name: web
  port: 0
  links: { out: [{ name: mail.greet, port: in }] }
- kind: nop
  name: told
- kind: ns.dependency
  name: mail
  data:
    from: ../modules/notifier
    version: ^1.0.0
    parameters: { done: told }
`;

const FILES = {
  "flows/flow.yaml": FLOW,
  "modules/notifier/module.yaml": NOTIFIER,
  "modules/logger/module.yaml": LOGGER,
};

const NAMES = ["mail", "mail.done", "mail.end", "mail.greet", "mail.greeting", "mail.logs"];
const LOGS = ["mail.logs.level", "mail.logs.logger", "mail.logs.write"];

Deno.test("a module is added, changed and taken out as a whole, and its entries say where they come from", async () => {
  await using project = new Project(FILES);
  assertEquals(await project.weft("check flows"), "12 specs in 1 file and 2 modules: no errors");
  await project.weft("apply -f flows");
  const names = async () => (await project.json("get")).map(({ name }: { name: string }) => name);
  assertEquals(await names(), [...NAMES, ...LOGS, "mail.notifier", "told", "web"]);
  const [greet, write] = await project.json("get mail.greet mail.logs.write");
  assertEquals(greet.code, "hello");
  assertEquals(greet.links, { out: [{ name: "told", port: "in" }], error: [{ name: "mail.logs.write", port: "in" }] });
  assertEquals(greet.meta, { module: "notifier", module_dependency: "mail", module_file: "module.yaml" });
  assertEquals([write.level, write.meta.module_dependency], ["warn", "mail.logs"]);
  assertEquals((await project.json("find meta.module=logger")).length, 3);

  // exactly what changed
  project.write(
    "modules/notifier/module.yaml",
    NOTIFIER.replace("1.2.0", "1.3.0").replace("default: hello", "default: hi"),
  );
  assertEquals(
    await project.weft("apply -f flows"),
    'updated default:mail.greet (snippet)\n  code: "hello" -> "hi"\n' +
      'updated default:mail.greeting (ns.requirement)\n  data.default: "hello" -> "hi"\n' +
      'updated default:mail.notifier (ns.definition)\n  data.version: "1.2.0" -> "1.3.0"\nversion 2',
  );
  // what is no longer in a module leaves, without --prune
  project.write("modules/notifier/module.yaml", NOTIFIER.replace("- kind: nop\n  name: end\n", ""));
  assertMatch(await project.weft("apply -f flows"), /^deleted default:mail\.end \(nop\)$/m);

  // the version before needs no folder
  await Deno.remove("modules", { recursive: true });
  await project.weft("rollback 2");
  assertEquals((await names()).includes("mail.end"), true);

  await project.weft("delete mail --force");
  assertEquals(await names(), ["told", "web"]);
  assertEquals((await project.json("history"))[0].id, 4);
});

Deno.test("what a module has brought is not changed but in the module", async () => {
  await using project = new Project(FILES);
  await project.weft("apply -f flows");
  const own = "- { kind: nop, name: mail.end, meta: { mine: true } }";
  const [code, err] = await project.fail("apply -f -", { input: own });
  assertEquals(code, 1);
  assertEquals(
    err,
    '<stdin>:1:3: default:mail.end is part of module notifier, which the dependency "mail" imports: change it there ' +
      "at modules/notifier/module.yaml:15:3 and apply the dependency again, or delete the dependency",
  );
  assertMatch((await project.fail("delete mail.end"))[1], /^default:mail\.end is part of module notifier, which/);
  assertMatch((await project.fail("delete mail.logs --force"))[1], /^default:mail\.logs is part of module notifier/);
  // beside the dependency in one file, too
  project.write("flows/own.yaml", own);
  assertEquals(
    (await project.fail("check flows"))[1],
    'modules/notifier/module.yaml:16:9: duplicate name "mail.end"; the first is at flows/own.yaml:1:22; in module ' +
      "notifier, imported at flows/flow.yaml:7:3",
  );
  await Deno.remove("flows/own.yaml");
  // and no entry of others is taken by a module
  project.write("modules/notifier/new.yaml", "- { kind: nop, name: new }");
  await project.weft("apply -f -", { input: "- { kind: nop, name: mail.new }" });
  assertEquals(
    (await project.fail("apply -f flows"))[1],
    'modules/notifier/new.yaml:1:22: name "mail.new" is taken by another entry of namespace "default"; delete that, ' +
      'or import the module under another name with the field "as" of the dependency; in module notifier, imported at ' +
      "flows/flow.yaml:7:3",
  );
});

Deno.test("what get prints is applied again, here and where the module is not", async () => {
  await using project = new Project(FILES);
  await project.weft("apply -f flows");
  const yaml = await project.weft("get -o yaml");
  assertEquals(await project.weft("apply -f -", { input: yaml }), "no changes: head is version 1");
  project.write("flows/all.yaml", yaml);
  await Deno.remove("flows/flow.yaml");
  // beside the module, which the copies are compared with
  assertEquals(await project.weft("apply -f flows"), "no changes: head is version 1");
  project.write("flows/all.yaml", yaml.replace("message: failed", "message: lost"));
  assertMatch(
    (await project.fail("check flows"))[1],
    /^flows\/all\.yaml:\d+:3: mail\.logs\.write is part of module logger, and differs .* at modules\/logger\/module\.yaml:3:3/,
  );
  await Deno.remove("modules", { recursive: true });
  assertMatch((await project.fail("apply -f flows"))[1], /default:mail\.logs\.write is part of module logger, which/);
  project.write("flows/all.yaml", yaml);
  assertMatch(await project.weft("apply -f flows --store other.db"), /^created default:mail\.greet \(snippet\)$/m);
});

Deno.test("modules are listed from the store and from files, with the values of their requirements", async () => {
  await using project = new Project(FILES);
  await project.weft("apply -f flows");
  const table = `MODULE    VERSION  NAMES        FROM                 ENTRIES  REQUIREMENTS
notifier  1.2.0    mail.*       ../modules/notifier  6        done="told", greeting="hello" (default)
logger    0.1.0    mail.logs.*  ../logger            3        level="warn"`;
  assertEquals(await project.weft("module list"), table);
  assertStringIncludes(await project.weft("module list -f flows"), "logger    0.1.0    mail.logs.*");
  const [first] = await project.json("module list");
  assertEquals([first.dependency, first.entries, first.requirements[0]], [
    "default:mail",
    [...NAMES.slice(1), "mail.notifier"],
    { name: "done", value: "told", given: true },
  ]);
  // a dependency that is no longer in the files leaves with its module
  project.write("flows/flow.yaml", "- { kind: nop, name: told }\n");
  const out = await project.weft("apply -f flows --prune");
  assertEquals(out.match(/^deleted/gm)?.length, 11);
  assertEquals(await project.json("module list"), []);
  assertEquals(await project.fail("module lst"), [
    2,
    'unknown command "module lst"; did you mean "list"?\nSee "weft module --help" for usage.',
  ]);
});

Deno.test("a module is checked by itself, with its defaults and examples", async () => {
  await using project = new Project(FILES);
  assertEquals(
    await project.weft("module check modules/notifier modules/logger"),
    "module notifier 1.2.0: 6 specs, 2 requirements: no errors\nmodule logger 0.1.0: 3 specs, 1 requirement: no errors",
  );
  project.write(
    "modules/notifier/module.yaml",
    NOTIFIER.replace("path: code", "path: cod").replace("entry: greet, path: 'links", "entry: gret, path: 'links")
      .replace("name: end, port: in", "name: ende, port: in"),
  );
  assertEquals(await project.fail("module check modules/notifier"), [
    1,
    `modules/notifier/module.yaml:6:59: unknown field "cod" of greet; did you mean "code"?
modules/notifier/module.yaml:9:81: no entry "gret" in module notifier; did you mean "greet"?`,
  ]);
  project.write("modules/notifier/module.yaml", NOTIFIER.replace("default: hello", "default: {}"));
  assertMatch(
    (await project.fail("module check modules/notifier"))[1],
    /module\.yaml:6:20: invalid code.*got an empty map/,
  );
  assertEquals((await project.fail("module check flows"))[1].split(";")[0], "flows: flows is no module");
});

/** Files in which a dependency is wrong, and what is said of it. */
const WRONG: [what: string, files: Record<string, string>, message: string | RegExp][] = [
  [
    "a missing parameter",
    { "flows/flow.yaml": FLOW.replace("{ done: told }", "{}") },
    'flows/flow.yaml:10:5: missing parameter "done" of module notifier; it is required at ' +
    "modules/notifier/module.yaml:7:3: the node that is told",
  ],
  [
    "an unknown parameter",
    { "flows/flow.yaml": FLOW.replace("{ done: told }", "{ done: told, greting: hi }") },
    'flows/flow.yaml:12:31: unknown parameter "greting" of module notifier; did you mean "greeting", which is at ' +
    "modules/notifier/module.yaml:4:3?",
  ],
  [
    "a version outside of the range",
    { "flows/flow.yaml": FLOW.replace("^1.0.0", "^2.0.0") },
    "flows/flow.yaml:11:14: module notifier is of version 1.2.0: expected ^2.0.0; its definition is at " +
    "modules/notifier/module.yaml:3:20",
  ],
  [
    "a range that is none",
    { "flows/flow.yaml": FLOW.replace("^1.0.0", "newest") },
    'flows/flow.yaml:11:14: invalid version "newest": expected a range such as ^1.2.0 or 1.x',
  ],
  [
    "a folder that is not there",
    { "flows/flow.yaml": FLOW.replace("modules/notifier", "modules/notifer") },
    "flows/flow.yaml:10:11: no such folder: modules/notifer",
  ],
  [
    "a package that is not installed",
    { "flows/flow.yaml": FLOW.replace("../modules/notifier", "npm:@acme/notifier") },
    /^flows\/flow\.yaml:10:11: the package @acme\/notifier is not installed; it is looked for in node_modules of flows and above/,
  ],
  [
    "what is fetched from elsewhere",
    { "flows/flow.yaml": FLOW.replace("../modules/notifier", "git@example.com:acme/notifier.git") },
    'flows/flow.yaml:10:11: invalid from "git@example.com:acme/notifier.git": expected a folder, or npm:NAME; nothing ' +
    "is fetched: clone it, and name the folder",
  ],
  [
    "a target that does not exist",
    { "modules/notifier/module.yaml": NOTIFIER.replace("entry: greet, path: code", "entry: great, path: code") },
    'modules/notifier/module.yaml:6:46: no entry "great" in module notifier; did you mean "greet"?',
  ],
  [
    "a link out of a module",
    {
      "modules/notifier/module.yaml": NOTIFIER.replace("name: end, port", "name: told, port").replace(
        "example: told, targets: [{ entry: greet, path: 'links.out[0].name' }]",
        "default: 1",
      ),
    },
    /^modules\/notifier\/module\.yaml:14:26: unknown node "mail\.told".*; in module notifier, imported at flows\/flow\.yaml:7:3$/m,
  ],
  [
    "a value of the wrong type",
    {
      "modules/notifier/module.yaml": NOTIFIER.replace("path: code", "path: timeout"),
      "flows/flow.yaml": FLOW.replace("{ done: told }", "{ done: told, greeting: soon }"),
    },
    /^flows\/flow\.yaml:12:41: invalid timeout "soon": expected a duration.*; in module notifier, imported at/,
  ],
  [
    "two modules under one name",
    { "flows/two.yaml": "kind: ns.dependency\nname: other\ndata: { from: ../modules/logger, as: mail }\n" },
    'flows/two.yaml:3:38: two modules are imported as "mail"; the other is at flows/flow.yaml:10:5',
  ],
  [
    "two versions of a module",
    {
      "flows/two.yaml": "kind: ns.dependency\nname: other\ndata: { from: ../modules/old }\n",
      "modules/old/module.yaml": LOGGER.replace("0.1.0", "0.0.9"),
    },
    "flows/two.yaml:3:15: module logger is imported in two versions: 0.0.9 and 0.1.0; the definitions are at " +
    "modules/old/module.yaml:1:57 and modules/logger/module.yaml:1:57",
  ],
  [
    "modules that import each other",
    { "modules/logger/module.yaml": `${LOGGER}- { kind: ns.dependency, name: back, data: { from: ../notifier } }\n` },
    "modules/logger/module.yaml:4:52: modules import each other: mail > logs > back; the way here is " +
    "flows/flow.yaml:10:11, modules/notifier/module.yaml:19:17; in module logger, imported at " +
    "modules/notifier/module.yaml:17:3",
  ],
  [
    "two definitions",
    { "modules/logger/second.yaml": "- { kind: ns.definition, name: second }\n" },
    "modules/logger/second.yaml:1:3: a second definition of a module; the first is at modules/logger/module.yaml:1:3",
  ],
];

Deno.test("what is wrong with modules is told with both places", async (t) => {
  await using project = new Project(FILES);
  for (const [what, files, message] of WRONG) {
    await t.step(what, async () => {
      for (const folder of ["flows", "modules"]) await Deno.remove(folder, { recursive: true });
      for (const [path, text] of Object.entries({ ...FILES, ...files })) project.write(path, text);
      const [code, err] = await project.fail("check flows");
      assertEquals(code, 1);
      if (typeof message === "string") assertEquals(err, message);
      else assertMatch(err, message);
    });
  }
  // the last one: nothing is saved
  assertEquals((await project.fail("apply -f flows"))[1], WRONG.at(-1)![2]);
  assertEquals(await project.json("get"), []);
});

Deno.test("a module is found as a package above the file, and one within a folder of specs is not read twice", async () => {
  await using project = new Project({
    "app/flows/flow.yaml": FLOW.replace("../modules/notifier", "npm:@acme/notifier"),
    "app/node_modules/@acme/notifier/package.json": { name: "@acme/notifier", version: "9.0.0" },
    "app/node_modules/@acme/notifier/module.yaml": NOTIFIER.replace("../logger", "npm:logger"),
    "app/node_modules/@acme/notifier/example/weft.yaml": "namespace: example\n",
    "app/node_modules/@acme/notifier/example/flow.yaml": "- { kind: nonsense }\n",
    "app/node_modules/logger/module.yaml": LOGGER,
    "whole/flow.yaml": FLOW.replace("../modules/notifier", "parts/notifier"),
    "whole/parts/notifier/module.yaml": NOTIFIER,
    "whole/parts/logger/module.yaml": LOGGER.replace("name: level", "name: level").replaceAll("write", "write"),
  });
  assertEquals(await project.weft("check app/flows"), "12 specs in 1 file and 2 modules: no errors");
  const out = await project.json("module list -f whole/flow.yaml");
  assertEquals(out.map(({ name }: { name: string }) => name), ["notifier", "logger"]);
  await Deno.remove("whole/parts/logger", { recursive: true });
  project.write(
    "whole/parts/notifier/module.yaml",
    NOTIFIER.slice(0, NOTIFIER.indexOf("- kind: ns.dependency")).replace(
      ", error: [{ name: logs.write, port: in }]",
      "",
    ),
  );
  assertEquals(await project.weft("check whole"), "8 specs in 2 files and 1 module: no errors");
});

Deno.test("connections, blocks and ids in a module are its own wherever it is imported, values may be the importer's", async () => {
  const store = `- { kind: ns.definition, name: store, namespace: store }
- kind: ns.requirement
  namespace: store
  name: database
  data: { default: own, targets: [{ entry: 'store:load', path: data.connection }] }
- kind: ns.requirement
  namespace: store
  name: tags
  data: { default: [a, b], targets: [{ entry: first, path: meta.tags+= }, { entry: first, path: meta.owner.tags }] }
- { kind: connection, namespace: store, name: own, data: { type: sqlite, file: ':memory:' } }
- { kind: registry.entry, namespace: store, name: user, data: { name: Ada } }
- kind: ns.requirement
  namespace: store
  name: greeting
  data: { default: '{{ values.user.name }}', targets: [{ entry: hello, path: env.who }] }
- { kind: snippet, namespace: store, name: hello, language: cel, code: env.who + env.own.name, env: { own: { name: user } } }
- kind: sql
  namespace: store
  name: load
  id: 0190163d-8694-739b-aea5-966c26f8ad91
  connection: x
  text: select 1
  meta: { depends_on: ['store:own', 'other:own'] }
- kind: block.definition
  namespace: store
  name: both
  data:
    specs:
      - { kind: sql, name: a, connection: own, text: select 1, links: { out: [{ name: b, port: in }] } }
      - { kind: nop, name: b }
    inbounds: { in: [{ name: a, port: in }] }
- { kind: block, namespace: store, name: use, use: both }
- { kind: snippet, namespace: store, name: first, meta: { tags: [b] }, language: text, code: x, links: { out: [{ id: 0190163d-8694-739b-aea5-966c26f8ad91, port: in }] } }
`;
  await using project = new Project({
    "store/module.yaml": store,
    "flow.yaml": `- { kind: ns.dependency, name: a, data: { from: store } }
- { kind: ns.dependency, name: b, data: { from: store, parameters: [{ name: database, value: main }, { name: greeting, value: '{{ values.user.name }}' }] } }
- { kind: registry.entry, name: user, data: { name: Bob } }
- { kind: connection, name: main, data: { type: sqlite, file: ':memory:' } }
`,
  });
  await project.weft("apply -f flow.yaml");
  const [a, b, first, use, both] = await project.json("get a.load b.load b.first b.use b.both");
  assertEquals([a.connection, b.connection], ["a.own", "main"]);
  assertEquals(a.meta.depends_on, ["default:a.own", "other:own"]);
  assertEquals([first.links.out[0].id === b.id, a.id === b.id], [true, false]);
  assertEquals([first.meta.tags, first.meta.owner], [["b", "a"], { tags: ["a", "b"] }]);
  // values are the module's own as well, and the importer's where it names them
  const [ours, theirs] = await project.json("get a.hello b.hello");
  assertEquals([ours.env.own, theirs.env.own], [{ name: "a.user" }, { name: "b.user" }]);
  assertEquals([ours.env.who, theirs.env.who], ['{{ values["a.user"].name }}', "{{ values.user.name }}"]);
  assertEquals([use.use, both.data.specs[0].connection, both.data.specs[0].links.out[0].name], [
    "b.both",
    "b.own",
    "b",
  ]);
  assertEquals(await project.weft("apply -f flow.yaml"), "no changes: head is version 1");
});
