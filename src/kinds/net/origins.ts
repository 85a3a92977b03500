const ORIGIN = /^(?:null|\*|[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?(?:\[[0-9a-f:.]+\]|[^\s/:*?#@]+)(?::\d{1,5})?)$/;

/** What is wrong with an origin in a list of them. */
export interface OriginFinding {
  readonly location: { readonly path: (string | number)[] };
  readonly message: string;
  readonly hint?: string;
}

/** Returns what is wrong with the origins of a field `origins`. */
export function checkOrigins(origins: readonly string[]): OriginFinding[] {
  return origins.flatMap((origin, index) => {
    if (ORIGIN.test(origin)) return [];
    const hint = origin.endsWith("/") ? "an origin has no slash at its end" : undefined;
    const message = `invalid origin ${JSON.stringify(origin)}: expected one such as https://shop.example, ` +
      "https://*.shop.example or *";
    return [{ location: { path: ["origins", index] }, message, ...hint !== undefined && { hint } }];
  });
}

/** A list of origins: `https://shop.example`, `https://*.shop.example` for all below a name, or `*` for all. */
export class Origins {
  /** Whether it has all origins. */
  readonly all: boolean;
  readonly #exact: ReadonlySet<string>;
  readonly #patterns: readonly RegExp[];

  constructor(origins: readonly string[]) {
    this.all = origins.includes("*");
    this.#exact = new Set(origins.filter((origin) => !origin.includes("*")).map((origin) => origin.toLowerCase()));
    this.#patterns = origins.filter((origin) => origin.includes("://*.")).map((origin) => {
      const [before, after] = origin.toLowerCase().split("*.").map(RegExp.escape);
      return new RegExp(`^${before}[a-z0-9.-]+\\.${after}$`);
    });
  }

  /** Reports whether it has an origin. */
  has(origin: string): boolean {
    const lower = origin.toLowerCase();
    return this.all || this.#exact.has(lower) || this.#patterns.some((pattern) => pattern.test(lower));
  }
}
