import type { Value } from "../value/mod.ts";

/** A module that is imported. */
export interface ImportedModule {
  readonly name: string;
  readonly version: string | undefined;
  /** The namespace and the name of the entry that imports it: `default:mail`. */
  readonly dependency: string;
  /** What the names of its entries begin with, the dot included. */
  readonly prefix: string;
  /** What the dependency says. */
  readonly from: string;
  /** The folder that it was read from. */
  readonly folder: string;
  /** The names of its entries in the namespace of the importer. */
  readonly entries: readonly string[];
  readonly requirements: readonly RequirementValue[];
}

/** The value of a requirement. */
export interface RequirementValue {
  readonly name: string;
  /** Undefined if there is none. */
  readonly value: Value | undefined;
  /** Whether the importer has given it. */
  readonly isGiven: boolean;
}
