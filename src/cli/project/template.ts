/** A kind of project that `weft init` makes. */
export interface Template {
  readonly name: string;
  /** One line for the list of templates. */
  readonly summary: string;
  /** The files that no other template has: their text by their path. */
  readonly files: Readonly<Record<string, string>>;
  /** The module of the project's own kind. */
  readonly extension: string;
  /** The variables that templates of its specs read, by their names: those of weft.yaml. */
  readonly env: Readonly<Record<string, string | number>>;
  /** The names of secrets: each gets a random value in .env, which git ignores. */
  readonly secrets?: readonly string[];
  /** Further settings of weft.yaml, as YAML. */
  readonly settings?: string;
  /** Whether its flows need SQLite, for which Weft starts programs. */
  readonly needsPrograms?: true;
  /** Flags of `start` with which there is something to see at once. */
  readonly startFlags?: string;
  /** What shows that the project serves, once it is started. */
  readonly tryIt: string;
}
