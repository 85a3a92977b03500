import { linksOf, sectionsOf, titleOf } from "./markdown.ts";

/** A page of the site: a file or a folder of the repository. */
export interface SitePage {
  /** From the root of the repository; a folder ends with a slash. */
  path: string;
  /** From the root of the site. */
  url: string;
  title: string;
  /** What it shows, as Markdown. */
  text: string;
  /** Whether it is prose, and not code or a folder: it can be searched. */
  isProse: boolean;
}

/** All that the site has: the pages of docs/, what they link to, and what that links to. */
export interface SiteContent {
  pages: SitePage[];
  /** The paths of the pictures. */
  pictures: string[];
  /** The links that lead nowhere, as `file:line: message`. */
  dead: string[];
}

const PICTURE = /\.(?:svg|png)$/;

/** What code is shown as, by the end of the name. */
const LANGUAGES: Readonly<Record<string, string>> = {
  js: "js",
  json: "json",
  jsonc: "json",
  mjs: "js",
  sh: "sh",
  sql: "sql",
  ts: "ts",
  yaml: "yaml",
};

/** Returns where a file or folder of the repository is in the site. */
export function urlOf(path: string): string {
  const inside = path.startsWith("docs/") ? path.slice("docs/".length) : `source/${path}`;
  if (path.endsWith("/")) return `${inside}index.html`;
  if (PICTURE.test(path)) return inside;
  if (path.startsWith("docs/")) return inside.replace(/(^|\/)README\.md$/, "$1index.md").replace(/\.md$/, ".html");
  return `${inside}.html`;
}

/** Returns the path of the page that shows a file: a readme, but for those of docs/, is on the page of its folder. */
export function pagePathOf(path: string): string {
  return /^(?!docs\/).+\/README\.md$/.test(path) ? path.slice(0, -"README.md".length) : path;
}

/** Returns the way from a page of the site to another one. */
export function relativeUrl(from: string, to: string): string {
  return "../".repeat(from.split("/").length - 1) + to;
}

/**
 * Returns what a link of a file leads to.
 *
 * @returns Undefined for other sites. A path that leads out of the repository begins with `../`.
 */
export function resolveLink(path: string, target: string): { path: string; hash: string } | undefined {
  if (/^[a-z][a-z+.-]*:/.test(target)) return undefined;
  const url = new URL(target, `file:///root/${path}`);
  const whole = decodeURIComponent(url.pathname);
  return {
    path: whole.startsWith("/root/") ? whole.slice("/root/".length) : `..${whole}`,
    hash: decodeURIComponent(url.hash.slice(1)),
  };
}

/** Reads the pages below docs/ and whatever links lead to. */
export class SiteReader {
  readonly #root: URL;
  readonly #pages = new Map<string, SitePage>();
  readonly #pictures = new Set<string>();
  readonly #dead: string[] = [];

  /** @param root The root of the repository, with a slash at its end. */
  constructor(root: URL) {
    this.#root = root;
  }

  /** @param others Further pages to begin with, beside those of docs/: `README.md`. */
  async read(others: readonly string[] = []): Promise<SiteContent> {
    for (const path of [...await this.#below("docs/"), ...others]) await this.#add(path);
    // a page that is added is behind those that are there
    for (const page of this.#pages.values()) if (page.isProse) await this.#follow(page);
    return { pages: [...this.#pages.values()], pictures: [...this.#pictures], dead: this.#dead };
  }

  async #below(folder: string): Promise<string[]> {
    const found: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, this.#root))) {
      if (isDirectory) found.push(...await this.#below(`${folder}${name}/`));
      else if (name.endsWith(".md")) found.push(`${folder}${name}`);
    }
    return found.sort();
  }

  async #follow({ path, text }: SitePage): Promise<void> {
    for (const { line, target } of linksOf(text)) {
      const to = resolveLink(path, target);
      if (to === undefined) continue;
      const found = await this.#add(to.path);
      if (!found) this.#dead.push(`${path}:${line}: dead link "${target}": there is no ${to.path}`);
      else if (to.hash !== "" && !this.#hasHeading(to.path, to.hash)) {
        this.#dead.push(`${path}:${line}: dead link "${target}": ${to.path} has no heading "${to.hash}"`);
      }
    }
  }

  #hasHeading(path: string, slug: string): boolean {
    const page = this.#pages.get(pagePathOf(path)) ?? this.#pages.get(`${path}/`);
    return page !== undefined && page.isProse && sectionsOf(page.text).some((section) => section.slug === slug);
  }

  /** Adds the page of a file or a folder. @returns Whether there is one. */
  async #add(path: string): Promise<boolean> {
    if (this.#pages.has(path) || this.#pages.has(`${path}/`) || this.#pictures.has(path)) return true;
    if (path.startsWith("../")) return false;
    const info = await Deno.stat(new URL(path, this.#root)).catch((error) => {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
      throw error;
    });
    if (info === undefined) return false;
    if (pagePathOf(path) !== path) return await this.#add(pagePathOf(path));
    if (info.isDirectory) await this.#addFolder(path === "" || path.endsWith("/") ? path : `${path}/`);
    else if (PICTURE.test(path)) this.#pictures.add(path);
    else this.#addFile(path, await this.#text(path));
    return true;
  }

  #addFile(path: string, content: string): void {
    const isProse = path.endsWith(".md");
    const ending = path.slice(path.lastIndexOf(".") + 1);
    const text = isProse
      ? content.replaceAll(/^<!--.*?-->\n/gms, "")
      : `# ${path}\n\n~~~~${LANGUAGES[ending] ?? ""}\n${content}~~~~\n`;
    this.#pages.set(path, { path, url: urlOf(path), title: titleOf(text) ?? path, text, isProse });
  }

  /** Adds the page of a folder: its readme, and a list of what is in it. */
  async #addFolder(path: string): Promise<void> {
    const entries: string[] = [];
    let readme = `# ${path}\n\n`;
    for await (const { name, isDirectory } of Deno.readDir(new URL(path, this.#root))) {
      if (name === "README.md") readme = `${await this.#text(`${path}${name}`)}\n## Files\n\n`;
      else if (!name.startsWith(".") && !name.endsWith("_test.ts")) entries.push(isDirectory ? `${name}/` : name);
    }
    // the files of examples are what a user starts from; those of the engine are listed
    const isExample = path.startsWith("examples/");
    let text = readme;
    for (const name of entries.sort()) {
      text += isExample ? `- [${name}](${name})${await this.#aboutOf(`${path}${name}`)}\n` : `- \`${name}\`\n`;
    }
    this.#pages.set(path, { path, url: urlOf(path), title: titleOf(text) ?? path, text, isProse: true });
  }
  /** Returns what a folder's readme, or the comment at the top of specs, says first. */
  async #aboutOf(path: string): Promise<string> {
    let about: string | undefined;
    if (path.endsWith("/")) {
      const readme = await this.#text(`${path}README.md`).catch(() => "");
      about = /^# .*\n\n([^]*?)\n\n/.exec(readme)?.[1];
    } else if (path.endsWith(".yaml")) {
      about = /^(?:#.*\n)+/.exec(await this.#text(path))?.[0].replaceAll(/^# ?/gm, "");
    }
    const sentence = /^[^]*?\.(?=\s|$)/.exec(about ?? "")?.[0].replaceAll(/\s+/g, " ");
    // without its links, which are those of another folder
    return sentence === undefined ? "" : `: ${sentence.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")}`;
  }

  #text(path: string): Promise<string> {
    return Deno.readTextFile(new URL(path, this.#root));
  }
}
