/** A page of the documents. */
export interface Page {
  /** Its path from the root of the repository. */
  path: string;
  text: string;
}

/** A fenced block of code. */
export interface Block {
  /** Empty if the fence names none. */
  language: string;
  /** The name of the file in backticks and a colon in the line above it: `weft.yaml`. Empty if there is none. */
  title: string;
  body: string;
}

const FENCE = /^( *)```(\w*)[^\n]*\n([^]*?)^\1```$/gm;
const TITLED = /(?:^`([^`\n]+)`:?\n\n)?^( *)```(\w*)[^\n]*\n([^]*?)^\2```$/gm;

/** Returns the pages in the root of the repository and below docs/. */
export async function pagesOf(root: URL): Promise<Page[]> {
  const pages: Page[] = [];
  const read = async (folder: string, isDeep: boolean): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
      if (isDirectory && isDeep) await read(`${folder}${name}/`, true);
      else if (name.endsWith(".md")) {
        const path = `${folder}${name}`;
        pages.push({ path, text: await Deno.readTextFile(new URL(path, root)) });
      }
    }
  };
  await read("./", false);
  await read("docs/", true);
  return pages.map(({ path, text }) => ({ path: path.replace(/^\.\//, ""), text }));
}

/** Returns the fenced blocks of a page. */
export function blocksOf(text: string): Block[] {
  return Array.from(
    text.matchAll(TITLED),
    ([, title = "", , language, body]) => ({ language: language!, title, body: body! }),
  );
}

/** Returns the code in backticks within the prose of a page. */
export function spansOf(text: string): string[] {
  return Array.from(text.replaceAll(FENCE, "").matchAll(/`([^`]+)`/g), ([, span]) => span!.replaceAll(/\s+/g, " "));
}

/** Returns the targets of the links in the prose of a page. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(FENCE, "").replaceAll(/`[^`]+`/g, "code");
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!);
}

/** Returns the words of a piece of code. */
export function wordsOf(code: string): string[] {
  return code.split(/[\s"'(),;:]+/);
}

/** Returns what links can name of a page: its headings, in lower case with hyphens. */
export function slugsOf(text: string): Set<string> {
  const headings = text.replaceAll(FENCE, "").matchAll(/^#+ (.+)$/gm);
  return new Set(
    Array.from(headings, ([, heading]) => heading!.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")),
  );
}

/** Reports whether a file or folder exists. */
export async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
