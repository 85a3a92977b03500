import { ERROR_CODES } from "../../src/value/mod.ts";
import { code, type Page, paragraphs, table } from "./markdown.ts";

/** Returns the page of error codes. */
export function errorPage(): Page {
  const rows = Object.entries(ERROR_CODES).toSorted(([a], [b]) => a < b ? -1 : 1);
  return {
    path: "errors.md",
    title: "Error codes",
    summary: "the `code` of every error that the engine makes",
    body: paragraphs(
      "An error is a value with `message`, `name`, `code`, `cause` and `details`. The engine's own errors have one of " +
        "these codes; one that a snippet throws has the code that the snippet gave it, or none.",
      table(["code", "meaning"], rows.map(([name, meaning]) => [code(name), meaning])),
      'In CEL, an error equals its message and those of its causes: `self == "too far"`. In JavaScript it is an `Error`. ' +
        "[try](kinds/try.md) catches an error on its way back, [throw](kinds/throw.md) makes one.",
    ),
  };
}
