import { ALLOWED } from "../../src/language/cel/template.ts";
import { LIFECYCLE_LINKS } from "../../src/spec/mod.ts";
import { COMMON } from "../../src/spec/schema/fields.ts";
import { fieldTable } from "./fields.ts";
import { block, code, type Page, paragraphs } from "./markdown.ts";

const [INIT, TERM] = LIFECYCLE_LINKS;

/** Returns the page of what all specs share. */
export function specPage(): Page {
  return {
    path: "specs.md",
    title: "Specs",
    summary: "the fields of every spec, links, templates and what is bound",
    body: paragraphs(
      "A file of specs is YAML or JSON: one map, a list of maps, or several documents. Each map is a node; its " +
        "[kind](kinds/README.md) decides which other fields it has.",
      "## Fields",
      fieldTable(COMMON),
      "`ports` is another name of `links`. A duration is a number of milliseconds or a string such as `500ms`, `2s` or " +
        "`1m30s`, a size a number of bytes or a string such as `64KiB` or `1MB`.",
      "## Links",
      "A link leads from an out port to an in port of a node in the same namespace, by `name` or `id`. Several links of a " +
        "port: each node gets the packet, and their answers are merged in the order of the links. Answers go back the " +
        "way the packet came. A port without links passes back: what would leave by it is the answer.",
      `Beside its out ports every node has the ports ${code(INIT)} and ${
        code(TERM)
      }: what they lead to runs once when ` +
        "the node is loaded, and when it is unloaded.",
      block(
        "yaml",
        [
          "- kind: listener",
          "  name: web",
          "  port: 8000",
          "  links:",
          "    out:",
          "      - { name: hello, port: in }",
          "- kind: snippet",
          "  name: hello",
          "  language: text",
          "  code: hello",
        ].join("\n"),
      ),
      "## Templates",
      "In every field but code, `{{ ... }}` stands for the value of an expression in [CEL](cel.md) over `env`, the " +
        "variables that `--env` and `--env-file` set and what the node has bound, and `values`, the data of " +
        "[values](../values.md) by their names; `{{ .PORT }}` is short for `{{ env.PORT }}`. A field that is " +
        "nothing but a template has the type of the value. Specs are stored with their templates unevaluated.",
      "## What is bound",
      "`env` binds names to data, or to the data of values. Templates and code of the node see them as `env`. " +
        "[Values and secrets](../values.md) has all forms.",
      block(
        "yaml",
        [
          "- kind: registry.entry",
          "  name: db",
          "  data: { user: shop, password: env:DB_PASSWORD }",
          "- kind: snippet",
          "  name: who",
          "  language: cel",
          "  env:",
          "    DB: { name: db }",
          '    USER: { name: db, data: "{{ .user }}" }',
          "    LIMIT: 10",
          "  code: env.USER",
        ].join("\n"),
      ),
      `A template cannot loop and may call these functions only: ${[...ALLOWED].toSorted().map(code).join(", ")}.`,
    ),
  };
}
