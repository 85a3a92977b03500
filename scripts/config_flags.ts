/**
 * Returns the flags that make a program run with the `deno.json` that this one runs with: none, or those that name
 * `deno.jsr.json`, which binds names to packages of JSR.
 */
export function configFlags(): string[] {
  return import.meta.resolve("@std/assert").startsWith("jsr:") ? ["--config", "deno.jsr.json"] : [];
}
