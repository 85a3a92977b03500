import { type Manifest, type ManifestOptions, readManifest } from "../runtime/mod.ts";
import { filesOf, type Specs } from "./specs.ts";

/** Reads and checks specs without running anything but their templates. */
export function check(specs: Specs, options: Omit<ManifestOptions, "registry" | "covers">): Manifest {
  return readManifest(filesOf(specs), options);
}
