import { assertEquals, assertMatch } from "@std/assert";
import {
  canStartPrograms,
  commandOf,
  currentLaunch,
  type Launch,
  launchOf,
  tasksOf,
  V8_FLAGS,
  weftOf,
} from "./launch.ts";

const FILE = "src/cli/project/launch.ts";
const NPX = `npx -y deno@${Deno.version.deno}`;

Deno.test("commands are those by which Weft was started", () => {
  const cases: [module: string, deno: string | undefined, origin: string, test: string, weft: string][] = [
    [`file:///home/ada/weft/${FILE}`, "/usr/bin/deno", "checkout", "deno task test", "deno task weft"],
    [
      `file:///home/ada/weft/${FILE}`,
      "/home/ada/.npm/_npx/7a/node_modules/deno/deno",
      "checkout",
      `${NPX} task test`,
      `${NPX} task weft`,
    ],
    [`https://jsr.io/@weft/weft/1.2.3/${FILE}`, "C:\\deno\\deno.exe", "jsr", "deno task test", "deno task weft"],
    [
      `file:///home/ada/shop/node_modules/@weft/weft/${FILE}`,
      "/home/ada/shop/node_modules/deno/deno",
      "npm",
      "npm test",
      "npx weft",
    ],
    ["file:///tmp/deno-compile-weft/main.ts", undefined, "executable", "weft test", "weft"],
  ];
  for (const [module, deno, origin, test, weft] of cases) {
    const launch = launchOf(module, deno);
    assertEquals([launch.origin, commandOf(launch, "test"), weftOf(launch)], [origin, test, weft], module);
    assertEquals(canStartPrograms(launch), origin === "checkout" || origin === "npm");
  }
});

Deno.test("flags reach weft, and not what starts it", () => {
  const at = (origin: Launch["origin"]) => commandOf({ origin, deno: "deno" }, "dev", { flags: "-e PORT=0" });
  assertEquals([at("npm"), at("jsr"), at("executable")], [
    "npm run dev -- -e PORT=0",
    "deno task dev -e PORT=0",
    "weft start --watch --dev -e PORT=0",
  ]);
});

Deno.test("where package.json is the user's, commands need no scripts", () => {
  const launch: Launch = { origin: "npm", deno: "deno", hasScripts: false };
  assertEquals([commandOf(launch, "test"), commandOf(launch, "check")], ["npx weft test", "npx weft check"]);
  assertMatch(commandOf(launch, "dev", { needsPrograms: true }), /^WEFT_ALLOW=".*" npx weft start --watch --dev$/);
});

Deno.test("the root of the checkout is known", () => {
  const { origin, checkout } = currentLaunch();
  assertEquals(origin, "checkout");
  assertEquals(Deno.statSync(`${checkout}/main.ts`).isFile, true);
});

Deno.test("tasks run the package that Weft is, as its own tasks do", () => {
  const { version, tasks } = JSON.parse(Deno.readTextFileSync(new URL("../../../deno.json", import.meta.url)));
  assertEquals(/--v8-flags=\S+/.exec(tasks.start)?.[0], V8_FLAGS);
  const jsr = launchOf(`https://jsr.io/@weft/weft/1.2.3/${FILE}`, "/usr/bin/deno");
  assertEquals(tasksOf(jsr).dev, `deno run -A ${V8_FLAGS} jsr:@weft/weft@${version}/cli start --watch --dev`);
  const npm = launchOf(`file:///shop/node_modules/@weft/weft/${FILE}`, "/usr/bin/deno");
  assertEquals([tasksOf(npm).start, tasksOf(npm).weft], ["weft start", undefined]);
  assertMatch(tasksOf(npm, { needsPrograms: true }).start!, /^WEFT_ALLOW="--allow-run=deno .*" weft start$/);
});
