/**
 * Tests kinds and workflows under plain `deno test`: one node with `startNode`, a set of specs with `startWorkflow`. Both
 * run on the thread of the test with a clock and random values of its own, and leave nothing behind when they are
 * disposed of (`await using`).
 *
 * @module
 */
export type { FileResult, FlowTestOptions, TestFailure, TestResult } from "./flow/mod.ts";
export { registerFlowTests, runFlowTests } from "./register.ts";
export type { LogLine } from "./log_line.ts";
export {
  by,
  type Mock,
  type MockAnswer,
  type MockResult,
  type SentBy,
  type Sequence,
  sequence,
  type TestCall,
} from "./mock.ts";
export { type NodeOptions, type Sending, startNode, type TestNode } from "./node.ts";
export { seededRandom } from "./seeded_random.ts";
export type { SuiteResult } from "./suites.ts";
export { TestClock, type TestClockOptions } from "./test_clock.ts";
export type { SpecObject, Specs, SpecsError } from "./test_specs.ts";
export type { Received } from "./workflow_setup.ts";
export { startWorkflow, type TestWorkflow, type WorkflowOptions } from "./workflow.ts";
export { type Answer, type LogLevel, NONE, type Stream, type Value, type ValueMap } from "../value/mod.ts";
