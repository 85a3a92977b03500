import MiniSearch from "minisearch";
import { plainText, sectionsOf } from "./markdown.ts";
import type { SitePage } from "./pages.ts";

/** What the search of the browser needs to read the index as well; scripts/site/assets/search.js gets it with it. */
const OPTIONS = { fields: ["title", "page", "text"], storeFields: ["title", "page", "url"] };

/** Returns a script for the browser that has the index of all sections, so that pages opened as files find it too. */
export function searchScript(pages: readonly SitePage[]): string {
  const index = new MiniSearch({ ...OPTIONS });
  for (const { path, url, title: page, text, isProse } of pages) {
    // a folder without a readme has names only
    if (!isProse || page === path) continue;
    for (const { slug, title, level, text: body } of sectionsOf(text)) {
      const words = plainText(body);
      if (level === 0 && words === "") continue;
      index.add({
        id: index.documentCount,
        url: level <= 1 ? url : `${url}#${slug}`,
        page,
        title: title === "" ? page : title,
        text: words,
      });
    }
  }
  return `globalThis.weftSearch = ${JSON.stringify({ options: OPTIONS, index: JSON.stringify(index) })};\n`;
}
