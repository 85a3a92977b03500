/** A kind of project that `weft init` makes. */
export interface Template {
  readonly name: string;
  /** One line for the list of templates. */
  readonly summary: string;
  /** The files that no other template has: their text by their path. */
  readonly files: Readonly<Record<string, string>>;
  /** The module of the project's own kind. */
  readonly extension: string;
  /** Variables for templates of specs, by their names, in weft.yaml. */
  readonly env: Readonly<Record<string, string | number>>;
  /** Secrets, by their names, in .env: what each is before somebody sets it; in .env.example it is empty. */
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
