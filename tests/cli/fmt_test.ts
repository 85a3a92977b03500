import { assertEquals } from "@std/assert";
import { Project } from "./project.ts";

Deno.test("fmt writes what it formats, and --check only tells", async () => {
  await using project = new Project({
    "flows/a.yaml": "-   kind: nop # end\n",
    "flows/b.yaml": "- kind: nop\n",
    "flows/c.yaml": "- kind: [\n",
    "weft.yaml": "files: [flows]\n",
  });
  Deno.chmodSync("flows/a.yaml", 0o640);
  const checked = await project.run(["fmt", "flows/a.yaml", "flows/b.yaml", "--check"]);
  assertEquals(checked, { code: 1, out: "flows/a.yaml", err: '1 file not formatted; run "weft fmt" on it' });
  assertEquals(Deno.readTextFileSync("flows/a.yaml"), "-   kind: nop # end\n");
  const { code, out, err } = await project.run(["fmt"]);
  assertEquals([code, out, err.split(": ").slice(0, 2).join(": ")], [
    1,
    "flows/a.yaml",
    "flows/c.yaml:1:10: invalid YAML",
  ]);
  assertEquals(Deno.readTextFileSync("flows/a.yaml"), "- kind: nop # end\n");
  assertEquals(Deno.statSync("flows/a.yaml").mode! & 0o777, 0o640);
  assertEquals(Deno.readTextFileSync("flows/c.yaml"), "- kind: [\n");
  assertEquals(Array.from(Deno.readDirSync("flows")).length, 3);
  assertEquals(await project.weft("fmt flows/a.yaml flows/b.yaml --check"), "");
  assertEquals(await project.weft("fmt -", { input: "kind:   nop\n" }), "kind: nop");
});
