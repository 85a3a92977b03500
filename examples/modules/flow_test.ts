import { assertEquals } from "@std/assert";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Weft } from "../../tests/e2e/weft.ts";

const FOLDER = fileURLToPath(new URL("./", import.meta.url));

Deno.test("a module is imported twice, and a change of it is applied while it serves", async () => {
  const folder = await Deno.makeTempDir();
  const edit = async (path: string, from: string, to: string) => {
    const text = await Deno.readTextFile(`${folder}/${path}`);
    await Deno.writeTextFile(`${folder}/${path}`, text.replace(from, to));
  };
  try {
    for (const path of ["flow.yaml", "counter"]) await cp(`${FOLDER}${path}`, `${folder}/${path}`, { recursive: true });
    await edit("flow.yaml", "port: 8000", "port: 0");
    await using weft = await Weft.start({ args: ["-f", `${folder}/flow.yaml`, "--watch"] });
    const post = async (path: string) => await (await fetch(new URL(path, weft.url), { method: "POST" })).json();
    assertEquals([await post("/apples"), await post("/apples")], [{ total: 1 }, { total: 2 }]);
    assertEquals([await post("/pears"), await post("/pears")], [{ total: 10 }, { total: 20 }]);

    // only what takes the default is changed, and the number is kept
    await edit("counter/module.yaml", "default: 1\n", "default: 5\n");
    await weft.line(weft.out, /^updated default:apples\.count \(kv\)$/);
    assertEquals([await post("/apples"), await post("/pears")], [{ total: 7 }, { total: 30 }]);

    // a module that is wrong changes nothing
    await edit("counter/module.yaml", "path: by }", "path: bye }");
    await weft.line(weft.err, /counter\/module\.yaml:\d+:\d+: unknown field "bye" of count; did you mean "by"\?$/);
    assertEquals(await post("/apples"), { total: 12 });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
