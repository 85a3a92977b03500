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
  /** The line of the page that its first line is, from 1. */
  line: number;
  /** Whether it says that it is not whole, by the word `fragment` behind the language. */
  isFragment: boolean;
}

const FENCE = /^( *)```(\w*)[^\n]*\n([^]*?)^\1```$/gm;
const TITLED = /(?:^`([^`\n]+)`:?\n\n)?^( *)```(\w*)([^\n]*)\n([^]*?)^\2```$/gm;

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
  return Array.from(text.matchAll(TITLED), (match) => {
    const [whole, title = "", , language, info, body] = match;
    const above = text.slice(0, match.index) + whole.slice(0, whole.indexOf("```"));
    const line = above.split("\n").length + 1;
    return { language: language!, title, body: body!, line, isFragment: info!.trim() === "fragment" };
  });
}

/** Returns the code in backticks within the prose of a page. */
export function spansOf(text: string): string[] {
  return Array.from(text.replaceAll(FENCE, "").matchAll(/`([^`]+)`/g), ([, span]) => span!.replaceAll(/\s+/g, " "));
}

/** Returns the words of a piece of code. */
export function wordsOf(code: string): string[] {
  return code.split(/[\s"'(),;:]+/);
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
