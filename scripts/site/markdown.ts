/** A link or an image of a page. */
export interface Link {
  /** The line it is in, from 1. */
  line: number;
  /** Where it leads, as it is written. */
  target: string;
}

/** A heading of a page, with the text below it. */
export interface Section {
  /** What links name it by; empty for what stands above the first heading. */
  slug: string;
  title: string;
  /** From 1 for the title of the page; 0 for what stands above it. */
  level: number;
  /** The line of the heading, from 1. */
  line: number;
  /** The lines below it, up to the next heading. */
  text: string;
}

const FENCE = /^( *)(`{3,})[^\n]*\n[^]*?^\1\2`*$/gm;
const SPAN = /(`+)[^`](?:[^]*?[^`])?\1(?!`)/g;

/** Takes out what a pattern matches, but for line breaks, so that positions stay. */
function blank(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (match) => match.replaceAll(/[^\n]/g, " "));
}

/** Returns the links and images in the prose of a page. */
export function linksOf(text: string): Link[] {
  const prose = blank(blank(text, FENCE), SPAN);
  return Array.from(prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)/gm), (match) => ({
    line: prose.slice(0, match.index).split("\n").length,
    target: match[1] ?? match[2]!,
  }));
}

/** Returns the name of a heading in links: its letters, digits and hyphens in lower case, as GitHub has it. */
export function slugOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
}

/** Makes the names of the headings of one page differ: the second `errors` is `errors-1`. */
export class Slugs {
  readonly #counts = new Map<string, number>();

  next(title: string): string {
    const slug = slugOf(title);
    const count = this.#counts.get(slug) ?? 0;
    this.#counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  }
}

/** Returns a piece of Markdown as plain text: links become their words, marks go. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/^\s*\|?(?:\s*:?-{3,}:?\s*\|?)+\s*$/gm, "")
    .replaceAll(/^ *`{3,}.*$/gm, "")
    .replaceAll(/[`|*]/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Returns a page by its headings. */
export function sectionsOf(text: string): Section[] {
  const lines = text.split("\n");
  const slugs = new Slugs();
  const sections: Section[] = [{ slug: "", title: "", level: 0, line: 1, text: "" }];
  for (const [index, shown] of blank(text, FENCE).split("\n").entries()) {
    const [, marks, heading] = /^(#{1,6}) (.+?)\s*#*$/.exec(shown) ?? [];
    if (marks === undefined) {
      sections.at(-1)!.text += `${lines[index]}\n`;
      continue;
    }
    const title = plainText(heading!);
    sections.push({ slug: slugs.next(title), title, level: marks.length, line: index + 1, text: "" });
  }
  return sections;
}

/** Returns the title of a page, its first heading. */
export function titleOf(text: string): string | undefined {
  return sectionsOf(text).find(({ level }) => level === 1)?.title;
}
