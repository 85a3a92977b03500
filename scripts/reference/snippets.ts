import vm from "node:vm";
import { PACKAGES } from "../../bench/bundle_packages.ts";
import { languageOf, LANGUAGES, Realm } from "../../src/language/mod.ts";
import { code, type Page, paragraphs, table } from "./markdown.ts";

/** Runs inside the realm: describes its globals. */
const LIST = `export default () => {
  const membersOf = (value) => {
    if (typeof value === "function") {
      const own = Object.getOwnPropertyNames(value).filter((name) => !["length", "name", "prototype"].includes(name));
      const shared = Object.getOwnPropertyNames(value.prototype ?? {}).filter((name) => name !== "constructor");
      return [...own.map((name) => "static " + name), ...shared];
    }
    if (typeof value !== "object" || value === null) return [];
    const names = new Set();
    for (let at = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
    }
    return [...names];
  };
  return Object.getOwnPropertyNames(globalThis).filter((name) => name !== "globalThis").map((name) => {
    const value = globalThis[name];
    const isClass = typeof value === "function" && /^[A-Z]/.test(name);
    return { name, type: isClass ? "class" : typeof value, members: membersOf(value) };
  });
}`;

const WHAT: Readonly<Record<string, string>> = {
  text: "The code is the value, a string.",
  json: "The value that the JSON describes.",
  yaml: "The value that the YAML describes.",
  cel: "An expression over the payload, `self`; see [CEL](cel.md).",
  javascript: "A module; its default export is a function, which is called with the payload.",
  typescript: "The same with types, which are stripped and not checked.",
};

interface Global {
  readonly name: string;
  readonly type: string;
  readonly members: readonly string[];
}

/** Returns the page of what snippets may use. */
export function snippetPage(): Page {
  const globals = globalsOfRealm();
  const language = new Set(vm.runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[]);
  const own = globals.filter(({ name }) => !language.has(name) || name === "console");
  const builtIn = globals.filter((global) => !own.includes(global));
  const missing = [...language].filter((name) =>
    !globals.some((global) => global.name === name) && name !== "globalThis"
  );
  const differing = PACKAGES.filter(({ differs }) => differs !== undefined);
  const languages = Object.keys(LANGUAGES).map((name) => [code(name), WHAT[name] ?? ""]);
  return {
    path: "snippets.md",
    title: "Snippets",
    summary: "what the code of a snippet may use, and what it gets and returns",
    body: paragraphs(
      "A [snippet](kinds/snippet.md) is written in one of these languages:",
      table(["language", "what the code is"], languages),
      "## Modules",
      "A JavaScript or TypeScript snippet is one module without imports. Its default export is a function of one argument, " +
        "the payload; it may be `async`. Its top level runs once for each version and executor, and its variables may be " +
        "lost at any time. What it writes with `console` is logged with the name of the node.",
      "The function returns a value: null, a boolean, a number, a bigint, a string, bytes, a `Date`, a list, a map, an " +
        "error, or a stream that it was given. A `Map` with strings as keys becomes a map, a `Set` a list; a function, a " +
        "symbol or a cycle is the error `not_a_value`. What it throws leaves by the port `error`.",
      "A call may wait, for timers (`setTimeout` and the like) and for `crypto.subtle`; other calls run meanwhile. Its time " +
        "limit covers that. What is still pending when the call has answered never runs, nor does what the top level " +
        "leaves pending.",
      "Built-in objects are frozen and shared by all snippets of an executor; `isolate: true` gives a snippet its own. " +
        "There is no code from strings (`eval`, `new Function`), no WebAssembly, no network, file or environment.",
      "## Built into the language",
      builtIn.map(({ name }) => code(name)).toSorted().join(", ") + ".",
      missing.length > 0 && `Taken away: ${missing.toSorted().map(code).join(", ")}.`,
      "## From the web",
      table(
        ["name", "what it has"],
        own.toSorted((a, b) => a.name < b.name ? -1 : 1).map(({ name, type, members }) => [
          code(type === "function" ? `${name}()` : name),
          name === "self" || name === "global"
            ? "The snippet's own `globalThis`, which it may assign to."
            : members.map(code).join(", "),
        ]),
      ),
      "## Packages from npm",
      `A package that needs only the language and the web platform can be bundled into one module and pasted as a snippet. ` +
        `Of ${PACKAGES.length} popular ones that \`bench/bundles.ts\` tries, ${
          PACKAGES.length - differing.length
        } answer as ` +
        "in Deno; these do not:",
      table(["package", "why"], differing.map(({ name, version, differs }) => [code(`${name}@${version}`), differs!])),
    ),
  };
}

function globalsOfRealm(): Global[] {
  const program = languageOf("javascript").compile(LIST, { realm: new Realm() });
  program.start();
  const globals = program.call(null);
  program.release();
  if (globals instanceof Error) throw globals;
  return globals as unknown as Global[];
}
