import { assertEquals } from "@std/assert";
import { parseTargetPath, setAt } from "./module_path.ts";

Deno.test("a path of a target names fields, items and keys of any sort", () => {
  const cases: [text: string, path: (string | number)[] | undefined, adds?: boolean][] = [
    ["port", ["port"]],
    [".data.routes[0].path", ["data", "routes", 0, "path"]],
    ["header.x-token", ["header", "x-token"]],
    ['header["a.b"]', ["header", "a.b"]],
    ["meta.tags+=", ["meta", "tags"], true],
    ["", undefined],
    ["a..b", undefined],
    ["a[", undefined],
    ["a[-1]", undefined],
  ];
  for (const [text, path, adds = false] of cases) {
    assertEquals(parseTargetPath(text), path && { path, adds }, text);
  }
});

Deno.test("what is not there on the way to a target is created, what is something else stays", () => {
  const root = { a: { b: 1 }, list: [{ x: 1 }], text: "t" };
  const set = (text: string, value: string) => setAt(root, parseTargetPath(text)!, value);
  assertEquals(set("a.c.d", "v"), { map: { ...root, a: { b: 1, c: { d: "v" } } }, path: ["a", "c", "d"] });
  assertEquals(set("list[0].x", "v"), { map: { ...root, list: [{ x: "v" }] }, path: ["list", 0, "x"] });
  assertEquals(set("list.0.x", "v"), { map: { ...root, list: [{ x: "v" }] }, path: ["list", 0, "x"] });
  assertEquals(set("list[1]", "v"), { map: { ...root, list: [{ x: 1 }, "v"] }, path: ["list", 1] });
  assertEquals(set("list+=", "v"), { map: { ...root, list: [{ x: 1 }, "v"] }, path: ["list", 1] });
  assertEquals(set("new+=", "v"), { map: { ...root, new: ["v"] }, path: ["new", 0] });
  assertEquals(set("list[2]", "v"), { wrong: "list has 1 items" });
  assertEquals(set("text.x", "v"), { wrong: "text is no map" });
  assertEquals(set("text+=", "v"), { wrong: "text is no list" });
  assertEquals(root.a, { b: 1 });
});
