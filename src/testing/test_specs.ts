import type { Kind } from "../kind/mod.ts";
import type { Change, Registry } from "../registry/mod.ts";
import { changesOf, isApplicable, readManifest } from "../runtime/mod.ts";
import {
  type Diagnostic,
  type Evaluate,
  formatDiagnostic,
  labelOf,
  type Scheme,
  type SourcedSpec,
} from "../spec/mod.ts";
import { failure } from "../value/mod.ts";
import { LOCAL_COMPILER } from "./local_compiler.ts";

/** A spec as an object: what stands in a YAML file. */
export type SpecObject = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Specs: YAML text or objects. */
export type Specs = string | readonly SpecObject[];

/** Specs that are read and checked already. */
export interface ReadTestSpecs {
  readonly read: readonly SourcedSpec[];
}

/** Why specs were rejected: what `weft check` says about them, a line each in the message. */
export interface SpecsError extends Error {
  /** What is wrong, in the order of the specs, warnings included. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The name of the file that the positions of specs are in. */
const FILE = "test.yaml";

/** A source for specs that have no positions. */
const NOWHERE = { origin: () => undefined } as unknown as SourcedSpec["source"];

/**
 * Reads and checks specs, and returns the changes that store them.
 *
 * @throws {SpecsError} If they are invalid.
 */
export async function readTestSpecs(
  specs: Specs | ReadTestSpecs,
  { scheme, registry, evaluate, namespace = "default" }: {
    scheme: Scheme<Kind>;
    registry: Registry;
    evaluate: Evaluate;
    namespace?: string;
  },
): Promise<Change[]> {
  if (isRead(specs)) return changesOf(specs.read, registry);
  const options = { scheme, registry, evaluate, compiler: LOCAL_COMPILER, namespace };
  const objects = typeof specs === "string" ? undefined : specs;
  const manifest = await readManifest([{ name: FILE, text: textOf(specs) }], options);
  if (!isApplicable(manifest)) {
    const diagnostics = objects === undefined
      ? manifest.diagnostics
      : manifest.diagnostics.map((diagnostic) => named(diagnostic, objects));
    const message = diagnostics.filter(({ severity }) => severity !== "warning").map(formatDiagnostic).join("\n");
    throw Object.assign(failure(message, { code: "invalid" }), { diagnostics });
  }
  const read = objects === undefined ? manifest.specs : manifest.specs.map(({ spec }) => ({ spec, source: NOWHERE }));
  return changesOf(read, registry);
}

/** Returns the text of specs: an object a line, so that the line of a diagnostic tells which it is about. */
function textOf(specs: Specs): string {
  return typeof specs === "string" ? specs : specs.map((spec) => `- ${JSON.stringify(spec)}`).join("\n");
}

function isRead(specs: Specs | ReadTestSpecs): specs is ReadTestSpecs {
  return typeof specs === "object" && "read" in specs;
}

/** Returns a diagnostic with the name of its spec in place of its position. */
function named(diagnostic: Diagnostic, specs: readonly SpecObject[]): Diagnostic {
  const { position, ...location } = diagnostic.location ?? {};
  const spec = position === undefined ? undefined : specs[position.line - 1];
  if (spec === undefined) return diagnostic;
  return { ...diagnostic, location: { ...location, spec: labelOf(spec) } };
}
