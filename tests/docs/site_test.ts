import { assert, assertEquals, assertMatch } from "@std/assert";
import { faultsOf } from "../../scripts/site.ts";
import { buildSite } from "../../scripts/site/build.ts";
import { SiteReader } from "../../scripts/site/pages.ts";
import { BROWSER_TEST, openBrowser } from "../support/browser.ts";

const ROOT = new URL("../../", import.meta.url);

/** Makes a folder with files. Whoever makes it removes it. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<URL> {
  const folder = new URL(`file://${await Deno.makeTempDir()}/`);
  for (const [path, text] of Object.entries(files)) {
    const url = new URL(path, folder);
    await Deno.mkdir(new URL(".", url), { recursive: true });
    await Deno.writeTextFile(url, text);
  }
  return folder;
}

Deno.test("links of the documents, and of what they lead to, lead somewhere; the sidebar has every page", async () => {
  const content = await new SiteReader(ROOT).read(["README.md"]);
  assertEquals(faultsOf(content), []);
  assert(content.pages.length > 100);
});

Deno.test("a dead link is named with its page and line, whatever it leads to", async () => {
  const folder = await folderOf({
    "docs/README.md": "# Documents\n\n## All\n\n- [A](a.md)\n- [B](b.md#two)\n- [Gone](gone.md)\n",
    "docs/a.md": "# A\n\n[code](../src/a.ts), [no code](../src/b.ts),\n[there](#there-1)\n\n## There\n\n## There\n\n" +
      "`[x](in-code.md)`\n\n```md\n[x](in-a-block.md)\n```\n\n[away](https://example.com/no.md)\n[up](../../up.md)\n",
    "docs/b.md": "# B\n\n![a picture](a.svg)\n[readme](../README.md)\n\n## One\n",
    "docs/lost.md": "# Lost\n",
    "README.md": "# Weft\n\nIt goes on: [x](nowhere)\n",
    "src/a.ts": "export const a = 1;\n",
  });
  try {
    assertEquals(faultsOf(await new SiteReader(folder).read()).sort(), [
      'README.md:3: dead link "nowhere": there is no nowhere',
      'docs/README.md:6: dead link "b.md#two": docs/b.md has no heading "two"',
      'docs/README.md:7: dead link "gone.md": there is no docs/gone.md',
      'docs/a.md:17: dead link "../../up.md": there is no ../up.md',
      'docs/a.md:3: dead link "../src/b.ts": there is no src/b.ts',
      'docs/b.md:3: dead link "a.svg": there is no docs/a.svg',
      "docs/lost.md:1: docs/README.md does not list it, so the sidebar lacks it",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  ...BROWSER_TEST,
  name: "the site is pages that a browser opens as files: sidebar, search, dark, code, templates as they are",
  async fn() {
    const folder = await folderOf({
      "docs/README.md": "# Documents\n\n## All\n\n- [First](a.md)\n- [Reference](reference/README.md)\n" +
        "- [Examples](../examples)\n",
      "examples/shop/README.md": "# Shop\n\n[Sells](flow.yaml) a walrus\nor two. And more.\n\n[How](../../docs/a.md)\n",
      "examples/shop/flow.yaml": "# Selling.\n\n- kind: nop\n",
      "docs/a.md": "# First\n\n[the code](../src/a.ts), `{{ .PORT }}` and {{ port }} and <b>.\n\n" +
        '```yaml\nport: "{{ .PORT }}" # eight thousand\n```\n\n## A walrus\n\nOf it.\n',
      "docs/reference/README.md": "# Reference\n\n[Kinds](kinds.md)\n",
      "docs/reference/kinds.md": "# Kinds\n\n[back](../a.md#a-walrus)\n",
      "src/a.ts": "export const a: number = 1;\n",
    });
    const out = `${folder.pathname}.site`;
    const browser = await openBrowser();
    try {
      await buildSite(folder, await new SiteReader(folder).read(), out);
      const page = await browser.newPage({ colorScheme: "light" });
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.goto(`file://${out}/reference/kinds.html`);
      assertEquals(await page.locator("nav details[open] [aria-current]").textContent(), "Kinds");
      await page.locator("nav").getByText("First").click();
      await page.waitForURL("**/a.html");
      assertEquals(await page.title(), "First · Weft");
      assertMatch((await page.locator("main").textContent())!, /{{ \.PORT }} and {{ port }} and <b>\./);
      assertEquals(await page.locator("pre .hljs-comment").textContent(), "# eight thousand");
      await page.locator("main").getByText("the code").click();
      await page.waitForURL("**/source/src/a.ts.html");
      assertEquals(await page.locator("pre > code").textContent(), "export const a: number = 1;\n");

      const colour = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
      const light = await colour();
      await page.locator("#theme").click();
      assert(await colour() !== light);

      await page.keyboard.press("/");
      await page.keyboard.type("walru");
      await page.locator("#found a").first().waitFor();
      assertEquals(await page.locator("#found a").allTextContents(), ["A walrusFirst", "Shop"], "guides come first");
      await page.keyboard.press("Enter");
      await page.waitForURL("**/a.html#a-walrus");
      assert(await colour() !== light, "the choice is kept on the next page");
      await page.locator("nav").getByText("Examples").click();
      await page.waitForURL("**/source/examples/index.html");
      assertEquals(await page.locator("main li").allTextContents(), ["shop/: Sells a walrus or two."]);
      await page.locator("main").getByText("shop/").click();
      await page.waitForURL("**/source/examples/shop/index.html");
      assertEquals(await page.locator("main li").allTextContents(), ["flow.yaml: Selling."]);
      await page.locator("main").getByText("How").click();
      await page.waitForURL("**/a.html");
      assertEquals(await page.title(), "First · Weft");
      assertEquals(errors, []);
    } finally {
      await browser.close();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
