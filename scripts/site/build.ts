import Eleventy from "@11ty/eleventy";
// @ts-types="./highlighter.d.ts"
import highlighter from "highlight.js";
import { fileURLToPath } from "node:url";
import { Slugs } from "./markdown.ts";
import { navigationOf } from "./navigation.ts";
import { pagePathOf, relativeUrl, resolveLink, type SiteContent, type SitePage, urlOf } from "./pages.ts";
import { searchScript } from "./search_index.ts";

/** What is used of a token of markdown-it. */
interface Token {
  type: string;
  content: string;
  children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}

/** What is used of markdown-it, which Eleventy brings. */
interface MarkdownIt {
  set(options: { html: boolean; highlight: (code: string, language: string) => string }): void;
  core: {
    ruler: { push(name: string, rule: (state: { tokens: Token[]; env: { repositoryPath: string } }) => void): void };
  };
}

/** What is used of the configuration of Eleventy, which has no types. */
interface EleventyConfig {
  setTemplateFormats(formats: string[]): void;
  setIncludesDirectory(folder: string): void;
  addGlobalData(name: string, value: unknown): void;
  addTemplate(path: string, content: string, data: Record<string, unknown>): void;
  addFilter(name: string, filter: (value: string, page: string) => unknown): void;
  amendLibrary(name: "md", amend: (library: MarkdownIt) => void): void;
}

const FOLDER = new URL("./", import.meta.url);

/** Names of languages that the highlighter knows by another one, or not at all. */
const SIMILAR: Readonly<Record<string, string>> = { cel: "javascript", console: "shell", typescript: "ts" };

/** Returns code as HTML; empty for a language that is not known, which leaves it to markdown-it. */
function highlight(code: string, name: string): string {
  const language = SIMILAR[name] ?? name;
  if (highlighter.getLanguage(language) === undefined) return "";
  return highlighter.highlight(code, { language }).value;
}

/** Gives headings their names, and makes links between files of the repository links between pages of the site. */
function amend(markdown: MarkdownIt, paths: ReadonlySet<string>): void {
  markdown.set({ html: false, highlight });
  markdown.core.ruler.push("site", ({ tokens, env: { repositoryPath } }) => {
    const slugs = new Slugs();
    for (const [index, token] of tokens.entries()) {
      if (token.type === "heading_open") {
        const words = (tokens[index + 1]!.children ?? []).map(({ content }) => content).join("");
        token.attrSet("id", slugs.next(words));
      }
      for (const child of token.children ?? []) {
        const name = child.type === "image" ? "src" : child.type === "link_open" ? "href" : undefined;
        if (name !== undefined) child.attrSet(name, siteLink(repositoryPath, child.attrGet(name)!, paths));
      }
    }
  });
}

/** Returns a link of a file as one of its page. */
function siteLink(from: string, target: string, paths: ReadonlySet<string>): string {
  const to = target.startsWith("#") ? undefined : resolveLink(from, target);
  if (to === undefined) return target;
  const path = paths.has(`${to.path}/`) ? `${to.path}/` : pagePathOf(to.path);
  return relativeUrl(urlOf(from), urlOf(path)) + (to.hash === "" ? "" : `#${to.hash}`);
}

/**
 * Writes the site to a folder, which may have an older one.
 *
 * @param root The root of the repository.
 */
export async function buildSite(root: URL, content: SiteContent, out: string): Promise<void> {
  const { pages, pictures } = content;
  const paths = new Set(pages.map(({ path }) => path));
  const navigation = navigationOf(pages);
  const input = fileURLToPath(FOLDER);
  // virtual templates alone: the folder has the layout, and no file of the format
  const site = new Eleventy(input, out, {
    configPath: false,
    quietMode: true,
    config(config: EleventyConfig) {
      config.setTemplateFormats(["md"]);
      config.setIncludesDirectory(".");
      config.addGlobalData("navigation", navigation);
      // whether a page is below the folder of an index
      config.addFilter("holds", (index, url) => url.startsWith(index.slice(0, index.lastIndexOf("/") + 1)));
      config.addFilter("from", (url, from) => relativeUrl(from, url));
      config.amendLibrary("md", (library) => amend(library, paths));
      for (const [index, page] of pages.entries()) config.addTemplate(`${index}.md`, page.text, dataOf(page));
    },
  });
  await site.write();
  for (const path of pictures) await copy(new URL(path, root), `${out}/${urlOf(path)}`);
  await copy(new URL("assets/style.css", FOLDER), `${out}/assets/style.css`);
  await copy(new URL("assets/site.js", FOLDER), `${out}/assets/site.js`);
  await copy(new URL("../umd/index.js", import.meta.resolve("minisearch")), `${out}/assets/minisearch.js`);
  await Deno.writeTextFile(`${out}/assets/search_index.js`, searchScript(pages));
}

/** Returns what the layout reads of a page. */
function dataOf({ path, url, title }: SitePage): Record<string, unknown> {
  return { layout: "page.njk", templateEngineOverride: "md", permalink: url, repositoryPath: path, title, url };
}

async function copy(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
}
