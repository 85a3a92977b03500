/** Tests of specs that stand in files: reads and runs them. */
export { Coverage, type CoveredLink } from "./coverage.ts";
export { type FileResult, type TestFailure, type TestResult } from "./results.ts";
export {
  type FlowTestOptions,
  type FlowTestSetup,
  openSuites,
  type OpenTests,
  openTests,
  runFile,
} from "./run_file.ts";
export { formatFile, formatResult } from "./format.ts";
export { readTestFile } from "./test_file.ts";
