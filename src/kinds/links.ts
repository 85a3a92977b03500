import type { Call, Port } from "@weft/weft/kind";
import type { InPort, OutPort, Packet } from "../flow/mod.ts";

/** Reports whether an out port leads anywhere for the process of a call. */
export function isLinked(call: Call, port: Port): boolean {
  return (port as OutPort).targets((call as Packet).process.generation).length > 0;
}

/** Makes a function that returns the out ports `out[0]`, `out[1]`, ... of a node that lead anywhere, by their index. */
export function linkedOuts(): (call: Call) => readonly { readonly index: number; readonly port: Port }[] {
  return perGeneration((call) => {
    const { process, port } = call as Packet;
    return [...port!.symbol.outs].flatMap((port) => {
      const index = /^out\[(\d+)\]$/.exec(port.name)?.[1];
      return index === undefined || port.targets(process.generation).length === 0
        ? []
        : [{ index: Number(index), port }];
    }).sort((a, b) => a.index - b.index);
  });
}

/** Makes a function that returns the in ports of a node that something leads to, by their index. */
export function linkedIns(): (call: Call) => readonly InPort[] {
  return perGeneration((call) => {
    const { process, port } = call as Packet;
    return port!.symbol.ins.filter((known) => known.isLinked(process.generation)).sort((a, b) => a.index - b.index);
  });
}

/** Keeps what a function has returned for the generation of the last call: links differ between generations only. */
function perGeneration<T>(of: (call: Call) => T): (call: Call) => T {
  let generation = -1;
  let known: T;
  return (call) => {
    const { process } = call as Packet;
    if (process.generation !== generation) {
      known = of(call);
      generation = process.generation;
    }
    return known;
  };
}
