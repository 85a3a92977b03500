import { parse } from "acorn";
import { stripTypeScriptTypes } from "node:module";
import { kindsOf } from "../kind/engine/mod.ts";
import type { Kind } from "../kind/mod.ts";
import { asError, failure } from "../value/mod.ts";

/** Modules with additional kinds, loaded on the host. */
export interface Extensions {
  /** Their kinds, in the order of the modules. */
  readonly kinds: readonly Kind[];
  /** The URL of the module of each kind. */
  readonly origins: ReadonlyMap<Kind, string>;
  /** URLs of the modules that executors import: those whose kinds run there. */
  readonly modules: readonly string[];
  /** The files that executors may read for that: the module graph of `modules`. */
  readonly readable: readonly URL[];
}

/** No extensions. */
export const NO_EXTENSIONS: Extensions = { kinds: [], origins: new Map(), modules: [], readable: [] };

/**
 * Loads modules with additional kinds. A module holds kinds of one place; executors never import one of the host.
 *
 * @throws {Error} If a module cannot be loaded, or exports no kind, or kinds of both places: it names the module.
 */
export async function loadExtensions(urls: readonly string[]): Promise<Extensions> {
  const kinds: Kind[] = [];
  const origins = new Map<Kind, string>();
  const modules: string[] = [];
  for (const url of urls) {
    try {
      const own = kindsOf(await import(url));
      kinds.push(...own);
      for (const kind of own) origins.set(kind, url);
      const host = own.find(({ place }) => place === "host");
      const other = own.find(({ place }) => place !== "host");
      if (host !== undefined && other !== undefined) {
        throw failure(
          `kind "${host.name}" runs on the host and kind "${other.name}" does not: put them into two modules`,
        );
      }
      if (host === undefined) modules.push(url);
    } catch (thrown) {
      throw notLoaded(url, thrown);
    }
  }
  return { kinds, origins, modules, readable: await moduleGraph(modules) };
}

/** Returns the error of an extension that cannot be loaded. */
export function notLoaded(url: string | undefined, thrown: unknown): Error {
  return failure(`extension ${url} cannot be loaded`, { cause: asError(thrown) });
}

/** Returns the files that modules consist of: themselves, and what they import by a relative path or a file: URL. */
export async function moduleGraph(roots: readonly string[]): Promise<URL[]> {
  const found = new Set<string>();
  const open = roots.filter((url) => url.startsWith("file:"));
  for (let url = open.pop(); url !== undefined; url = open.pop()) {
    if (found.has(url)) continue;
    found.add(url);
    for (const specifier of importsOf(url, await Deno.readTextFile(new URL(url)))) {
      if (/^(\.\.?\/|\/|file:)/.test(specifier)) open.push(new URL(specifier, url).href);
    }
  }
  return [...found].sort().map((url) => new URL(url));
}

/** Returns the specifiers of a module's static imports; none for a module that is no JavaScript or TypeScript. */
function importsOf(url: string, text: string): string[] {
  if (!/\.[cm]?[jt]s$/.test(url)) return [];
  const code = /ts$/.test(url) ? stripTypeScriptTypes(text, { mode: "transform" }) : text;
  const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  return body.flatMap((node) => "source" in node && node.source ? [String(node.source.value)] : []);
}
