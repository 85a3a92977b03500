import type { Packet, Process } from "../flow/mod.ts";
import type { Connection } from "./connection.ts";

/** The assignment of one process to one executor. */
export interface Assignment {
  readonly process: Process;
  readonly connection: Connection;
  /** Packets sent to the executor, by their number in frames; answered ones are undefined. */
  readonly packets: (Packet | undefined)[];
  /** How many of them are unanswered. */
  unanswered: number;
  /** Whether the executor has reported that it still works for the process, beyond the packets of the host. */
  busy: boolean;
  /** Whether the process has caused an effect that is visible outside. */
  effects: boolean;
  /** How many executors have died with the process. */
  deaths: number;
}

/** Returns the assignment of a process to an executor, made if there is none. */
export function assignmentAt(connection: Connection, process: Process): Assignment {
  let assignment = connection.assignments.get(process.number);
  if (assignment === undefined) {
    assignment = { process, connection, packets: [], unanswered: 0, busy: false, effects: false, deaths: 0 };
    connection.assignments.set(process.number, assignment);
  }
  return assignment;
}
