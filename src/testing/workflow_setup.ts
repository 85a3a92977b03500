import type { Compiler } from "../compiler/mod.ts";
import type { Kind } from "../kind/mod.ts";
import type { Scheme } from "../spec/mod.ts";
import type { Value } from "../value/mod.ts";
import type { TestCall } from "./mock.ts";
import type { TestClock } from "./test_clock.ts";

/** What a flow test says of its workflow beside the options. */
export interface WorkflowSetup {
  /** The clock that user code sees and waits by as well. Default: the machine's. */
  readonly codeClock?: TestClock | undefined;
  /** Whether nodes have the machine's clock instead of `clock`. Default false. */
  readonly machineTime?: boolean;
  /** The kinds, where they are known already. */
  readonly scheme?: Scheme<Kind>;
  /** The namespace of specs that name none. Default `default`. */
  readonly namespace?: string;
  /** The folder whose files are secrets. Default none. */
  readonly secrets?: string | undefined;
  /** What parses code. Default: it is parsed for each workflow. */
  readonly compiler?: Compiler;
  /** Whether a mock of a node that does not exist is an error. Default true. */
  readonly checksMocks?: boolean;
  /** Takes the error of a call that is neither mocked nor allowed. Default: what is sent next throws it. */
  rejected?(error: Error, call: TestCall): void;
}

/** A packet that a node has received. */
export interface Received {
  /** The node and its in port: `router.in`. */
  readonly to: string;
  /** The node and the out port that it came from; undefined if it came from the test. */
  readonly from: string | undefined;
  /** What it has received. */
  readonly payload: Value;
}
