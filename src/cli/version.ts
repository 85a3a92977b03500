import manifest from "../../deno.json" with { type: "json" };

/** The version of Weft. */
export const VERSION: string = manifest.version;
