import { linksOf, sectionsOf } from "./markdown.ts";
import { pagePathOf, resolveLink, type SitePage, urlOf } from "./pages.ts";

/** An entry of the sidebar. */
export interface NavigationItem {
  title: string;
  url: string;
  /** The pages that it is the index of. */
  items: NavigationItem[];
}

/** A group of the sidebar. */
export interface NavigationGroup {
  title: string;
  items: NavigationItem[];
}

/** Returns the links of a piece of Markdown to pages of the site, with their words. */
function items(index: SitePage, markdown: string, pages: ReadonlyMap<string, SitePage>): NavigationItem[] {
  const found = new Map<string, NavigationItem>();
  for (const [, words, target] of markdown.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)) {
    const path = resolveLink(index.path, target!)?.path;
    const page = path === undefined ? undefined : pages.get(pagePathOf(path)) ?? pages.get(`${path}/`);
    if (page === undefined || page === index) continue;
    const isIndex = page.path.startsWith("docs/") && page.path.endsWith("/README.md");
    const title = words!.replaceAll("`", "");
    found.set(page.path, {
      title,
      url: urlOf(page.path),
      items: isIndex ? items(page, page.text, pages).filter(({ url }) => url.startsWith(folderOf(page))) : [],
    });
  }
  return [...found.values()];
}

function folderOf({ url }: SitePage): string {
  return url.slice(0, url.lastIndexOf("/") + 1);
}

/**
 * Returns the sidebar. It is what docs/README.md lists: its headings are the groups, its links the pages; the index of
 * a folder has the pages below it.
 */
export function navigationOf(pages: readonly SitePage[]): NavigationGroup[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const index = byPath.get("docs/README.md");
  if (index === undefined) throw new Error("docs/README.md is missing: it is the sidebar");
  return sectionsOf(index.text)
    .filter(({ level, text }) => level === 2 && linksOf(text).length > 0)
    .map(({ title, text }) => ({ title, items: items(index, text, byPath) }));
}

/** Returns the urls of all entries. */
export function urlsOf(groups: readonly NavigationGroup[]): Set<string> {
  const urls = new Set<string>();
  const add = (entries: readonly NavigationItem[]): void => {
    for (const { url, items } of entries) {
      urls.add(url);
      add(items);
    }
  };
  for (const { items } of groups) add(items);
  return urls;
}
