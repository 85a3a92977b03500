/** The parsers of all languages, for the compile thread. */
export { parseCode } from "./parse_code.ts";
export { StripperTrap } from "./strip_types.ts";
