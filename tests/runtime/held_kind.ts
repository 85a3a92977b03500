import { z } from "zod";
import type { Process } from "../../src/flow/mod.ts";
import type { Kind } from "../../src/kind/mod.ts";
import { type Internals, internalsOf, KINDS } from "../../src/kinds/mod.ts";
import { schemeOf } from "../../src/runtime/mod.ts";
import type { Scheme } from "../../src/spec/mod.ts";

/** A kind of the host, `held`, whose nodes keep every packet until the test lets go of them. */
export class Held {
  /** The processes whose packets came, first to last. */
  readonly processes: Process[] = [];
  readonly #release = Promise.withResolvers<string>();
  #internals: Internals | undefined;
  readonly #kind: Kind = {
    name: "held",
    summary: "Keeps packets.",
    fields: z.object({}),
    ports: { in: ["in"], out: [] },
    place: "host",
    prepare: (preparation) => {
      this.#internals = internalsOf(preparation);
      return { node: { receive: (packet) => this.#keep(packet.process) } };
    },
  };

  /** The built-in kinds and this one. */
  scheme(): Scheme<Kind> {
    return schemeOf(undefined, [...KINDS, this.#kind]);
  }

  /** Answers all packets, those to come as well, with the text `released`. */
  release(): void {
    this.#release.resolve("released");
  }

  /** Opens as many processes as there may be, as a node that watches something does. @returns What ends them. */
  fill(): () => void {
    const { open, flow } = this.#internals!;
    const opened: Process[] = [];
    for (let process = open(); process !== undefined; process = open()) opened.push(process);
    return () => opened.forEach((process) => flow.close(process));
  }

  #keep(process: Process): Promise<string> {
    this.processes.push(process);
    return this.#release.promise;
  }
}
