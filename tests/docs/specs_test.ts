import { assert, assertEquals } from "@std/assert";
import { check, type CheckReport } from "../../src/api/mod.ts";
import { ThreadCompiler } from "../../src/compiler/mod.ts";
import { type Block, blocksOf, type Page, pagesOf } from "./page.ts";

// What pages show of YAML, CEL and JavaScript is what Weft takes. Each block of specs is a file of its own; what it leaves to
// the page (a connection, a node that is shown before, a kind that the page writes) has to be in another block there.
const ROOT = new URL("../../", import.meta.url);

/** Makes a block a file of specs. @returns Undefined if it is none: settings, output, another language. */
function specsOf({ language, title, body }: Block): string | undefined {
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
      if (code !== undefined) found.push({ language: "cel", title: "", body: code, line: index + 1 });
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

async function faultsOf({ path, text }: Page, checked: (specs: string) => Promise<CheckReport>): Promise<string[]> {
  const faults: string[] = [];
  for (const block of [...blocksOf(text), ...expressionsOf(text)]) {
    const specs = specsOf(block);
    if (specs === undefined) continue;
    for (const { message, location } of (await checked(specs)).diagnostics) {
      const others = text.replace(block.body, "");
      if (isElsewhere(others, message)) continue;
      const at = location !== undefined && "position" in location ? location.position?.line ?? 1 : 1;
      faults.push(`${path}:${block.line + at - 1}: ${message}`);
    }
  }
  return faults;
}

Deno.test("specs and code that pages show pass the check", async () => {
  using compiler = new ThreadCompiler();
  let count = 0;
  const checked = (text: string) => {
    count++;
    return check([{ name: "page", text }], { compiler });
  };
  const wrong: string[] = [];
  // the examples of kinds are checked, and started, by reference_test.ts
  const pages = (await pagesOf(ROOT)).filter(({ path }) => !path.startsWith("docs/reference/kinds/"));
  for (const page of pages) wrong.push(...await faultsOf(page, checked));
  assertEquals(wrong, []);
  assert(count > 20, `only ${count} blocks were found`);

  const bad = "# Page\n\n```yaml\n- kind: nop\n  name: n\n  lniks: {}\n```\n\n```js\nexport default (;\n```\n\n" +
    "```yaml\n- kind: sql\n  connection: db\n  text: SELECT 1\n```\n\n```cel\n1 +\n```\n" +
    "\n| n8n | CEL |\n| --- | --- |\n| a | `self.a` |\n| b | `self.b +` |\n";
  const faults = await faultsOf({ path: "bad.md", text: bad }, checked);
  assertEquals(faults.map((fault) => fault.split(":").slice(0, 2).join(":")), [
    ...["bad.md:6", "bad.md:10", "bad.md:15", "bad.md:20", "bad.md:26"],
  ]);
});
