import type { Diagnostic, Path } from "../spec/mod.ts";

/** Says what is wrong with a field that has to name one of the ports `out[0]`, `out[1]`, ... */
export function checkOutPort(port: string, path: Path): Diagnostic[] {
  if (/^out(\[\d+\])?$/.test(port)) return [];
  return [{
    location: { path },
    message: `${JSON.stringify(port)} is no port to send by`,
    hint: "it has to be out[0], out[1], ...",
  }];
}
