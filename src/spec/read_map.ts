import { findJsonError } from "../value/mod.ts";
import type { z } from "zod";
import { type Diagnostic, sortDiagnostics } from "./model/diagnostic.ts";
import { report } from "./model/report.ts";
import { showInvalid } from "./model/show.ts";
import { coerce } from "./schema/coerce.ts";
import { diagnosticsOf } from "./schema/issue.ts";
import { compose } from "./yaml/compose.ts";
import { FILE_LIMITS } from "./yaml/file_limits.ts";
import { LineMap } from "./yaml/line_map.ts";
import { parseYaml } from "./yaml/parse.ts";
import { Source } from "./yaml/source.ts";

/** A file that holds one map. */
export interface MapFile<Data> {
  /** What the schema made of it; undefined if there are errors. */
  readonly data: Data | undefined;
  /** The positions in it; undefined if it holds no map. */
  readonly source: Source | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a map from YAML, or from JSON if the file's name ends in `.json`. Never throws: errors become diagnostics.
 *
 * @param file The name of the file, for positions.
 * @param what What the file is, for messages: `test file`.
 */
export function readMapFile<Data>(text: string, file: string, schema: z.ZodType<Data>, what: string): MapFile<Data> {
  const content = text.startsWith("\ufeff") ? text.slice(1) : text;
  const lines = new LineMap(content);
  const at = (offset: number, message: string, hint?: string): Diagnostic => ({
    location: { position: { file, ...lines.locate(offset) } },
    message,
    ...hint !== undefined && { hint },
  });
  const failed = (diagnostics: Diagnostic[], source?: Source): MapFile<Data> => ({
    data: undefined,
    source,
    diagnostics: sortDiagnostics(diagnostics),
  });
  const json = /\.json$/i.test(file) ? findJsonError(content, FILE_LIMITS.depth) : undefined;
  if (json !== undefined) return failed([at(json.wordOffset, `invalid JSON: ${json.message}`)]);
  const { events, diagnostics: unread } = parseYaml(content);
  const composed = compose(content, lines, events);
  const found = [...unread, ...composed.diagnostics];
  if (found.length > 0) {
    return failed(found.map(({ location, message, hint }) => at(location?.offset ?? 0, message, hint)));
  }
  const [root, second] = composed.roots;
  if (second !== undefined) return failed([at(second.start, "unexpected second document: expected a single map")]);
  if (root?.type !== "map") {
    return failed([at(root?.start ?? 0, showInvalid(what, root?.value ?? null, "a map"))]);
  }
  const source = new Source({ name: file, text: content, lines }, root);
  const read = coerce(schema, root.value, (path) => source.aliasOf(path));
  if ("data" in read) return { data: read.data, source, diagnostics: [] };
  const subject = { of: what, schema, value: read.value };
  const diagnostics = read.issues.flatMap((issue) => diagnosticsOf(issue, subject));
  return failed(diagnostics.map((diagnostic) => report({ spec: { kind: what }, source }, diagnostic)), source);
}
