import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Converts international domain names to ASCII: UTS 46 as the URL Standard uses it, which the platform is asked for. */
export function domain(scope: RealmScope): void {
  // With one of these the platform would read a URL of several parts.
  const DELIMITER = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;

  scope.domainToAscii = (text) => {
    if (/^[\0-\x7f]*$/.test(text) && !/(^|\.)xn--/i.test(text)) return text === "" ? undefined : text.toLowerCase();
    return DELIMITER.test(text) ? undefined : scope.ask("host", text);
  };
}
