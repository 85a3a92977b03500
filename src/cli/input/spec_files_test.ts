import { assertEquals, assertRejects } from "@std/assert";
import { formatDiagnostic } from "../../spec/mod.ts";
import type { Terminal } from "../options/command.ts";
import { readSpecFiles } from "./spec_files.ts";

const terminal: Terminal = { print() {}, warn() {}, input: () => Promise.resolve("in"), env: () => undefined };

/** Makes a folder of files; a value that begins with `->` is a link. */
function folder(files: Record<string, string | Uint8Array>): string {
  const path = Deno.makeTempDirSync({ prefix: "weft-specs-" });
  for (const [name, content] of Object.entries(files)) {
    const full = `${path}/${name}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    if (content instanceof Uint8Array) Deno.writeFileSync(full, content);
    else if (content.startsWith("->")) Deno.symlinkSync(content.slice(2), full);
    else Deno.writeTextFileSync(full, content);
  }
  return path;
}

/** What is read of paths, and what is said of the rest, without the path of the folder. */
async function read(path: string, paths: readonly string[]): Promise<[read: string[], told: string[]]> {
  const files = await readSpecFiles(paths.map((name) => name === "-" ? name : `${path}/${name}`), terminal);
  const short = (text: string) => text.replaceAll(`${path}/`, "");
  return [
    files.flatMap(({ name, text, unread }) => unread === undefined ? `${short(name)}: ${text}` : []),
    files.flatMap(({ unread }) => unread === undefined ? [] : short(formatDiagnostic(unread))),
  ];
}

Deno.test("links in a folder are followed once, and what is left out is said", async () => {
  const path = folder({
    "flows/a.yaml": "a",
    "flows/again.yaml": "->a.yaml",
    "flows/gone.yaml": "->nowhere.yaml",
    "flows/gone": "->nowhere",
    "flows/linked": "->../shared",
    "flows/odd.yaml": "->../shared",
    "flows/notes.txt": "n",
    "flows/.hidden/b.yaml": "b",
    "flows/node_modules/b.yaml": "b",
    "shared/deep/c.yml": "c",
    "shared/loop": "->../flows",
    "shared/self": "->self",
  });
  assertEquals(await read(path, ["flows", "-"]), [
    ["flows/a.yaml: a", "flows/linked/deep/c.yml: c", "<stdin>: in"],
    [
      "flows/again.yaml: warning: skipped: it leads to flows/a.yaml, which is read already",
      "flows/gone.yaml: cannot be read: it links to what does not exist",
      "flows/linked/loop: warning: skipped: it leads to flows, which is read already",
      "flows/odd.yaml: warning: skipped: it leads to flows/linked, which is read already",
    ],
  ]);
  assertEquals(await read(path, ["flows/a.yaml", "shared/deep/", "flows/a.yaml"]), [
    ["flows/a.yaml: a", "shared/deep/c.yml: c"],
    ["flows/a.yaml: warning: skipped: it is named twice"],
  ]);
  await assertRejects(() => read(path, ["nowhere"]), Error, `no such file or folder: ${path}/nowhere`);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("a file that cannot be read is told with its position, beside all others", async () => {
  const bytes = (...parts: (string | number)[]) =>
    Uint8Array.from(parts.flatMap((part) => typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]));
  const path = folder({
    "a.yaml": "a",
    "b.yaml": bytes("kind: k\nname: é\ufffdx", 0xff, "\n"),
    "c.json": bytes(0xc3),
    "d.yaml": "d",
  });
  assertEquals(await read(path, ["."]).then(([read, told]) => [read, told.map((line) => line.replace("./", ""))]), [
    ["./a.yaml: a", "./d.yaml: d"],
    ["b.yaml:2:10: invalid UTF-8", "c.json:1:1: invalid UTF-8"],
  ]);
  Deno.removeSync(path, { recursive: true });
});
