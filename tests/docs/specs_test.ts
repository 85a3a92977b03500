import { assert, assertEquals } from "@std/assert";
import { check } from "../../src/api/mod.ts";
import { type Compiler, ThreadCompiler } from "../../src/compiler/mod.ts";
import { type Block, blocksOf, type Page, pagesOf } from "./page.ts";

// What pages show of YAML, CEL and JavaScript is what Weft takes. Each block of specs is a file of its own, in a folder with
// those blocks of its page that begin with `# path.yaml`; what it leaves to the page (a connection, a node that is shown
// before, a kind that the page writes) has to be in another block there. A block may say that it is a `fragment`.
const ROOT = new URL("../../", import.meta.url);

/** Makes a block a file of specs. @returns Undefined if it is none: settings, output, another language. */
function specsOf({ language, title, body, isFragment }: Block): string | undefined {
  if (isFragment) return undefined;
  if (language === "yaml" && title !== "weft.yaml" && /^(?:- )?(?:\{ )?kind: /m.test(body)) return body;
  const snippet = (language: string, code: string) => JSON.stringify([{ kind: "snippet", language, code }]);
  if (["js", "javascript"].includes(language)) return snippet("javascript", body);
  // one expression a line, or one in all
  if (language === "cel") return snippet("cel", body.includes("\n\n") ? body : body.trim());
  return undefined;
}

/** Returns the expressions in a column of a table that is called CEL, each as a block of its line. */
function expressionsOf(text: string): Block[] {
  const found: Block[] = [];
  let column = -1;
  for (const [index, line] of text.split("\n").entries()) {
    // a bar in code is no end of a cell, if it is escaped
    const cells = line.startsWith("|") ? line.split(/(?<!\\)\|/).map((cell) => cell.trim()) : [];
    if (cells.length === 0) column = -1;
    else if (column === -1) column = cells.indexOf("CEL");
    else {
      const code = /^`([^`]+)`/.exec(cells[column] ?? "")?.[1]?.replaceAll("\\|", "|");
      if (code !== undefined) {
        found.push({ language: "cel", title: "", body: code, line: index + 1, isFragment: false });
      }
    }
    if (cells.length > 0 && column === -1) column = -2;
  }
  return found;
}

/** Reports whether a page has elsewhere what one of its blocks lacks. */
function isElsewhere(page: string, message: string): boolean {
  const [, sort, name] = /^unknown (kind|connection|node) "(.+)"$/.exec(message) ?? [];
  if (sort === undefined) return false;
  return new RegExp(sort === "kind" ? `name: "${name}"` : `name: ${name}(?![\\w-])`).test(page);
}

/** Returns the path that a block begins with; empty if it has none. */
function pathOf({ body }: Block): string {
  return /^# ([\w./-]+\.yaml)\n/.exec(body)?.[1] ?? "";
}

/** Checks what a page shows. @param folder An empty folder for its files. */
async function faultsOf({ path, text }: Page, folder: string, compiler: Compiler): Promise<[count: number, string[]]> {
  const faults: string[] = [];
  let count = 0;
  const all = [...blocksOf(text), ...expressionsOf(text)];
  for (const block of all.filter((block) => pathOf(block) !== "")) {
    const file = `${folder}/${pathOf(block)}`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, block.body);
  }
  for (const block of all) {
    const specs = specsOf(block);
    // files of commands, with which tests/cli/docs_test.ts runs these
    if (specs === undefined || (path === "docs/cli.md" && block.title !== "")) continue;
    count++;
    const name = `${folder}/${pathOf(block) || "page.yaml"}`;
    for (const { message, location } of (await check([{ name, text: specs }], { compiler })).diagnostics) {
      if (isElsewhere(text.replace(block.body, ""), message)) continue;
      const at = location !== undefined && "position" in location ? location.position?.line ?? 1 : 1;
      faults.push(`${path}:${block.line + at - 1}: ${message}`);
    }
  }
  return [count, faults];
}

Deno.test("specs and code that pages show pass the check", async () => {
  using compiler = new ThreadCompiler();
  const folder = await Deno.makeTempDir();
  try {
    const wrong: string[] = [];
    let count = 0;
    for (const page of await pagesOf(ROOT)) {
      // the examples of kinds are checked, and started, by reference_test.ts
      if (page.path.startsWith("docs/reference/kinds/")) continue;
      const [found, faults] = await faultsOf(page, `${folder}/${page.path}`, compiler);
      count += found;
      wrong.push(...faults);
    }
    assertEquals(wrong, []);
    assert(count > 40, `only ${count} blocks were found`);

    const text = "# Page\n\n```yaml\n- kind: nop\n  name: n\n  lniks: {}\n```\n\n```js\nexport default (;\n```\n\n" +
      "```yaml\n- kind: sql\n  connection: db\n  text: SELECT 1\n```\n\n```cel\n1 +\n```\n\n" +
      "| n8n | CEL |\n| --- | --- |\n| a | `self.a` |\n| b | `self.b +` |\n\n```yaml fragment\n- kind: sqll\n```\n";
    const [, faults] = await faultsOf({ path: "bad.md", text }, `${folder}/bad`, compiler);
    assertEquals(faults.map((fault) => fault.split(":").slice(0, 2).join(":")), [
      ...["bad.md:6", "bad.md:10", "bad.md:15", "bad.md:20", "bad.md:26"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
