// Makes the documents a site: docs/, what it links to, and a search. It can be served by anything, or opened as files.
//
//   deno task site               write it to .site/
//   deno task site --out DIR     write it to another folder
import { resolve } from "node:path";
import { buildSite } from "./site/build.ts";
import { navigationOf, urlsOf } from "./site/navigation.ts";
import { type SiteContent, SiteReader } from "./site/pages.ts";

const ROOT = new URL("../", import.meta.url);

/** Returns what is wrong with the documents, one line each: dead links, and pages that the sidebar lacks. */
export function faultsOf({ pages, dead }: SiteContent): string[] {
  const listed = urlsOf(navigationOf(pages));
  const lost = pages.filter(({ path, url }) =>
    path.startsWith("docs/") && path !== "docs/README.md" && !listed.has(url)
  );
  return [...dead, ...lost.map(({ path }) => `${path}:1: docs/README.md does not list it, so the sidebar lacks it`)];
}

async function main(args: readonly string[]): Promise<number> {
  const [flag, folder = ".site", ...rest] = args;
  if ((flag !== undefined && flag !== "--out") || rest.length > 0 || (flag === "--out" && args.length === 1)) {
    console.error(`invalid arguments "${args.join(" ")}": expected --out DIR, or none`);
    return 2;
  }
  const content = await new SiteReader(ROOT).read(["README.md"]);
  const faults = faultsOf(content);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) return 1;
  await buildSite(ROOT, content, resolve(folder));
  console.log(`${content.pages.length} pages in ${folder}; begin with ${folder}/index.html`);
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
