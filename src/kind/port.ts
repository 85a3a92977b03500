import type { NodeSymbol } from "../flow/mod.ts";

/** An out port of a node. */
export interface Port {
  /** Its name: `out`, `out[2]`. */
  readonly name: string;
}

/** Out ports of the same name with an index: `out[0]`, `out[1]`, ... */
export interface IndexedPort {
  /** Returns the port with an index. */
  at(index: number): Port;
  /** Returns the port that a field names: `out[2]`; `out` is `out[0]`. @throws {Error} If it names another. */
  named(name: string): Port;
}

/** The base name of a port: `out` of `out[]`. */
export type PortBase<Name extends string> = Name extends `${infer Base}[]` ? Base : Name;

/** The out ports of a kind by their names. */
export type OutPorts<Out extends string> = {
  readonly [Name in Out as PortBase<Name>]: Name extends `${string}[]` ? IndexedPort : Port;
};

/** Makes the out ports of a symbol. */
export function outPorts<Out extends string>(symbol: NodeSymbol, names: readonly Out[]): OutPorts<Out> {
  const ports: Record<string, Port | IndexedPort> = {};
  for (const name of names) {
    if (name.endsWith("[]")) ports[name.slice(0, -2)] = indexed(symbol, name.slice(0, -2));
    else ports[name] = symbol.out(name);
  }
  return ports as OutPorts<Out>;
}

function indexed(symbol: NodeSymbol, base: string): IndexedPort {
  const at = (index: number) => symbol.out(`${base}[${index}]`);
  return {
    at,
    named(name) {
      if (name === base) return at(0);
      const index = name.startsWith(`${base}[`) ? /^\[(\d+)\]$/.exec(name.slice(base.length))?.[1] : undefined;
      if (index === undefined) throw new Error(`invalid port "${name}": expected ${base}[0], ${base}[1], ...`);
      return at(Number(index));
    },
  };
}
