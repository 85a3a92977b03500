import { formatDiagnostic } from "../../spec/mod.ts";
import { type FileResult, formatResult } from "../../testing/flow/mod.ts";
import { totalsOf } from "./test_report.ts";

/** Returns the results in the XML of JUnit, as CI systems read it. */
export function junitOf(files: readonly FileResult[]): string {
  const { tests, failed, skipped, broken } = totalsOf(files);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${tests}" failures="${failed}" skipped="${skipped}" errors="${broken}">`,
    ...files.flatMap(suiteOf),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteOf(result: FileResult): string[] {
  const { file, tests, diagnostics } = result;
  const { failed, skipped, broken } = totalsOf([result]);
  const time = seconds(tests.reduce((sum, { duration }) => sum + duration, 0));
  const name = escape(file);
  return [
    `  <testsuite name="${name}" tests="${tests.length}" failures="${failed}" skipped="${skipped}" errors="${broken}" ` +
    `time="${time}">`,
    ...diagnostics.length === 0 ? [] : [
      `    <testcase name="${name}" classname="${name}" file="${name}">`,
      `      <error>${escape(diagnostics.map(formatDiagnostic).join("\n"))}</error>`,
      "    </testcase>",
    ],
    ...tests.flatMap((test) => {
      const head = `    <testcase name="${escape(test.name)}" classname="${name}" file="${name}" ` +
        `line="${test.position.line}" time="${seconds(test.duration)}"`;
      if (test.status === "passed") return [`${head}/>`];
      if (test.status === "skipped") {
        return [`${head}>`, `      <skipped message="${escape(test.reason ?? "")}"/>`, "    </testcase>"];
      }
      const [first] = test.failures;
      return [
        `${head}>`,
        `      <failure message="${escape(first?.message ?? "")}">${escape(formatResult(test).join("\n"))}</failure>`,
        "    </testcase>",
      ];
    }),
    "  </testsuite>",
  ];
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Returns text as XML holds it, without the characters that it cannot hold. */
function escape(text: string): string {
  // deno-lint-ignore no-control-regex -- XML has no way to write these
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ufffe\uffff]|\p{Surrogate}/gu, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
