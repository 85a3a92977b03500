import type { Path } from "../../spec/mod.ts";

/** What is wrong with a part of a test file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** The character of the text at the path. */
  readonly offset?: number | undefined;
  /** Whether the key at the end of the path is meant rather than its value. Default false. */
  readonly key?: boolean;
}

/** Checks a regular expression. */
export function checkPattern(pattern: string, path: Path): Finding[] {
  try {
    new RegExp(pattern, "su");
    return [];
  } catch (thrown) {
    return [{ path, message: (thrown as Error).message }];
  }
}
