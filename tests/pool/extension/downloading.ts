// A module of an executor that tries to import from everywhere as soon as it is loaded, and says what came of it. The
// loopback server is named by the query of its own address.

const { port } = Object.fromEntries(new URL(import.meta.url).searchParams);

/** What is imported, by what it is. */
const SPECIFIERS = {
  "a package of npm": "npm:@weft-test/absent@1.0.0",
  "a package of JSR": "jsr:@weft-test/absent@1",
  "a module of the network": `http://127.0.0.1:${port}/module.ts`,
  "a module of a host that Deno trusts": "https://jsr.io/@weft-test/absent/1.0.0/mod.ts",
};

const outcomes: Record<string, string> = {};
for (const [name, specifier] of Object.entries(SPECIFIERS)) {
  outcomes[name] = await import(specifier).then(() => "loaded", ({ message }) => `not loaded: ${message}`);
}
throw new Error(JSON.stringify(outcomes));
