import type { Diagnostic, Path } from "../spec/mod.ts";

/** Checks a field that names one of the ports `out[0]`, `out[1]`, ... */
export function checkOutPort(port: string, path: Path): Diagnostic[] {
  if (/^out(\[\d+\])?$/.test(port)) return [];
  return [{
    location: { path },
    message: `invalid port ${JSON.stringify(port)}: expected out[0], out[1], ...`,
  }];
}
