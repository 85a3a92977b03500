import { RegistryError, UndoError } from "../registry/mod.ts";
import { causes } from "../value/mod.ts";

/** The error of something outside of the specs, such as a port that is in use: the same specs may run later. */
export class ExternalError extends Error {
  override name = "ExternalError";
}

/** Reports whether a version was rejected for a reason outside of its specs, so that trying it again may help. */
export function isExternal(error: Error): boolean {
  return causes(error).some((cause) =>
    cause instanceof ExternalError || cause instanceof UndoError ||
    cause instanceof RegistryError && (cause.code === "timeout" || cause.code === "unavailable")
  );
}
