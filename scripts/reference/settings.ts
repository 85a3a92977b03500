import { COMMAND_NAMES, findCommand } from "../../src/cli/mod.ts";
import type { Flag } from "../../src/cli/options/flag.ts";
import { ALL_SETTINGS } from "../../src/cli/options/settings.ts";
import { code, type Page, paragraphs, table } from "./markdown.ts";

/** Returns the page of settings and flags. */
export async function settingPage(): Promise<Page> {
  const commands = await Promise.all(COMMAND_NAMES.map(async (name) => ({ name, found: await findCommand(name) })));
  const settings = ALL_SETTINGS.map((flag) => [
    code(flag.name),
    code(`WEFT_${flag.name.toUpperCase().replaceAll("-", "_")}`),
    typeOf(flag),
    flag.summary,
  ]);
  return {
    path: "settings.md",
    title: "Settings and flags",
    summary: "every flag of every command, and what weft.yaml and the environment may set",
    body: paragraphs(
      "A setting is a flag that `weft.yaml` and the environment may set too. The command line wins over the environment, " +
        "and that over `weft.yaml`. Items of a list in a variable are separated by commas.",
      "## Settings",
      table(["in weft.yaml", "variable", "value", "what it does"], settings),
      "`weft.yaml` may also have `kinds`, the list of built-in kinds that are enabled. Paths in it are relative to the file.",
      "## Flags",
      ...commands.flatMap(({ name, found: [summary, command] }) => [
        `### ${name}`,
        `${summary}. \`weft ${name} ${command.usage}\``,
        table(
          ["flag", "value", "setting", "what it does"],
          command.flags.map((flag) => [
            [flag.short === undefined ? [] : [code(`-${flag.short}`)], code(`--${flag.name}`)].flat().join(", "),
            typeOf(flag),
            flag.setting ? "yes" : "",
            flag.summary,
          ]),
        ),
      ]),
    ),
  };
}

function typeOf({ type, choices, value, min }: Flag): string {
  if (choices !== undefined) return choices.map(code).join(", ");
  if (type === "boolean") return "true or false";
  if (type === "number") return `a whole number of at least ${min ?? 0}`;
  return type === "list" ? `list of ${value}` : value ?? "string";
}
