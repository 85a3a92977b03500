import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../../spec/mod.ts";
import type { Terminal } from "../options/command.ts";
import type { Flag, ParsedFlags } from "../options/flag.ts";
import { VERSION } from "../version.ts";
import { outputFlag } from "./output.ts";

/** The flag `--output` of `weft check`. */
export const CHECK_OUTPUT: Flag = {
  ...outputFlag("text"),
  choices: ["text", "json", "yaml", "github", "sarif"],
  summary: "Output format: github is annotations of GitHub Actions (default text)",
};

/** Prints diagnostics as annotations of GitHub or as SARIF, if `--output` asks for it. @returns Whether it did. */
export function printReport(flags: ParsedFlags, terminal: Terminal, diagnostics: readonly Diagnostic[]): boolean {
  if (flags.output === "sarif") terminal.print(JSON.stringify(sarifOf(diagnostics), null, 2));
  else if (flags.output === "github") {
    for (const diagnostic of diagnostics) {
      terminal.print(annotationOf(diagnostic));
    }
  } else return false;
  return true;
}

/** Returns a diagnostic as a command of a workflow of GitHub: `::error file=flow.yaml,line=1,col=9::unknown kind "a"`. */
export function annotationOf(diagnostic: Diagnostic): string {
  const { location, severity = "error" } = diagnostic;
  const position = location?.position;
  const file = position?.file ?? location?.spec;
  const properties = [
    ...file === undefined ? [] : [`file=${escapeProperty(file)}`],
    ...position === undefined ? [] : [`line=${position.line}`, `col=${position.column}`],
  ];
  const lead = properties.length === 0 ? `::${severity}` : `::${severity} ${properties.join(",")}`;
  return `${lead}::${escapeData(textOf(diagnostic))}`;
}

/** Returns diagnostics as a log in the Static Analysis Results Interchange Format 2.1.0. */
export function sarifOf(diagnostics: readonly Diagnostic[]) {
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: "weft",
          semanticVersion: VERSION,
          rules: [{ id: "spec", shortDescription: { text: "A spec is not valid." } }],
        },
      },
      columnKind: "utf16CodeUnits",
      results: diagnostics.map((diagnostic) => {
        const { location, severity = "error" } = diagnostic;
        const position = location?.position;
        const file = position?.file ?? location?.spec;
        const region = position && { region: { startLine: position.line, startColumn: position.column } };
        return {
          ruleId: "spec",
          ruleIndex: 0,
          level: severity,
          message: { text: textOf(diagnostic) },
          ...file !== undefined && {
            locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }],
          },
        };
      }),
    }],
  };
}

function textOf({ message, hint }: Diagnostic): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replace(/^\.\//, "").split(/[/\\]/).map(encodeURIComponent).join("/");
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
