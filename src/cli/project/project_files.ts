import { relative } from "node:path";
import { VERSION } from "../version.ts";
import { commandOf, type Launch, PACKAGE, tasksOf, weftOf } from "./launch.ts";
import { SCHEMAS } from "./schema_files.ts";
import type { Template } from "./template.ts";

/** The packages that the modules of a project import, besides Weft, with their versions. */
export const PACKAGES: Readonly<Record<string, string>> = { zod: "4.6.7" };

/** What the files of a project are made of. */
export interface ProjectOptions {
  readonly template: Template;
  /** The name of the project, as `projectName` returns it. */
  readonly name: string;
  /** The absolute path of the folder. */
  readonly folder: string;
  readonly launch: Launch;
}

/** Returns the files of a project, all but the schemas: their text by their path. */
export function projectFiles(options: ProjectOptions): Record<string, string> {
  const { template, launch } = options;
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(template.files)) files[path] = filled(text, options);
  files["weft.yaml"] = settings(template);
  files["deno.json"] = json(denoConfig(options));
  if (launch.origin === "npm" && launch.hasScripts !== false) files["package.json"] = json(packageConfig(options));
  files[".gitignore"] = IGNORED;
  if (template.secrets !== undefined) {
    files[".env"] = variables(template.secrets, () => crypto.randomUUID().replaceAll("-", ""));
    files[".env.example"] = variables(template.secrets, () => "change-me");
  }
  files[".vscode/extensions.json"] = json({ recommendations: ["redhat.vscode-yaml", "denoland.vscode-deno"] });
  files[".vscode/settings.json"] = json(editorSettings());
  files[".github/workflows/weft.yml"] = workflow(options);
  return files;
}

/**
 * Returns the name of the project in a folder: what npm and a URL accept.
 *
 * @param folder The name of the folder: `My Shop` becomes `my-shop`.
 */
export function projectName(folder: string): string {
  const name = folder.normalize("NFKD").replaceAll(/\p{Mark}/gu, "").toLowerCase()
    .replaceAll(/[^a-z0-9._]+/g, "-").replace(/^[-._]+/, "").slice(0, 100).replace(/[-._]+$/, "");
  return name === "" ? "weft-project" : name;
}

const IGNORED = `# the store of versions, and databases
.weft/
*.db
*.db-wal
*.db-shm

# secrets
.env

node_modules/
`;

function settings({ extension, env, secrets, settings = "" }: Template): string {
  const variables = Object.entries(env).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`).join("");
  return `# yaml-language-server: $schema=schemas/config.json
#
# The settings of weft: each is a flag too, which takes precedence, as start -e PORT=9000.

files: [flows]
extensions: [${extension}]
store: .weft/registry.db # versions: weft history, weft rollback
env: # what templates of flows see: "{{ .NAME }}"
${variables}${secrets === undefined ? "" : "env-file: .env # secrets\n"}${settings}`;
}

function denoConfig({ folder, launch }: ProjectOptions): Record<string, unknown> {
  const weft = `jsr:${PACKAGE}@${VERSION}`;
  const packages = Object.entries(PACKAGES).map(([name, version]) => [name, `npm:${name}@${version}`]);
  return {
    // with a package.json, names are those of its dependencies
    ...launch.origin !== "npm" && {
      tasks: tasksOf(launch),
      imports: {
        [PACKAGE]: weft,
        [`${PACKAGE}/kind`]: `${weft}/kind`,
        [`${PACKAGE}/testing`]: `${weft}/testing`,
        ...Object.fromEntries(packages),
      },
    },
    ...launch.checkout !== undefined && { links: [slashed(relative(folder, launch.checkout) || ".")] },
    unstable: ["worker-options", "no-legacy-abort"],
    allowScripts: { deny: ["npm:msgpackr-extract"] },
    fmt: { lineWidth: 120, proseWrap: "preserve", exclude: ["schemas"] },
  };
}

function packageConfig({ template, name, launch }: ProjectOptions): Record<string, unknown> {
  return {
    name,
    private: true,
    type: "module",
    scripts: tasksOf(launch, template),
    dependencies: { [PACKAGE]: VERSION, ...PACKAGES },
  };
}

/** Returns the command that installs the packages of a project of npm. */
export function installOf({ hasScripts = true }: Launch): string {
  const packages = Object.entries({ [PACKAGE]: VERSION, ...PACKAGES }).map(([name, version]) => `${name}@${version}`);
  return hasScripts ? "npm install" : `npm install ${packages.join(" ")}`;
}

function editorSettings(): Record<string, unknown> {
  return {
    "deno.enable": true,
    "yaml.schemas": Object.fromEntries(SCHEMAS.map(({ file, files }) => [`./schemas/${file}`, files])),
  };
}

function workflow({ template, launch }: ProjectOptions): string {
  const environment = template.secrets === undefined ? "" : "      - run: cp .env.example .env\n";
  const setUp = launch.origin === "npm"
    ? `      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm install
`
    : `      - uses: denoland/setup-deno@v2
        with: { deno-version: ${Deno.version.deno} }
`;
  // a runner has Deno in its path, or npm, and no executable of Weft
  const inPath: Launch = launch.origin === "npm" ? launch : { origin: "jsr", deno: "deno" };
  const linked = launch.checkout === undefined ? "" : `
# deno.json links a checkout of Weft on this machine. Without "links", the published package is used, as a runner has to.
`;
  return `name: weft
${linked}
on: [push, pull_request]

permissions:
  contents: read

jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
${setUp}${environment}      - run: ${commandOf(inPath, "check", template)}
      - run: ${commandOf(inPath, "test", template)}
`;
}

/** Returns a text with what stands for its placeholders. */
function filled(text: string, { template, name, launch }: ProjectOptions): string {
  const values: Readonly<Record<string, () => string>> = {
    name: () => name,
    home: () => `https://jsr.io/${PACKAGE}`,
    weft: () => weftOf(launch),
    dev: () => commandOf(launch, "dev", template),
    start: () => commandOf(launch, "start", { ...template, flags: template.startFlags }),
    commands: () => commands(template, launch),
    layout: () => layout(template, launch),
  };
  return text.replaceAll(/%([a-z]+)%/g, (_, placeholder: string) => values[placeholder]!().trimEnd());
}

function commands(template: Template, launch: Launch): string {
  const weft = weftOf(launch);
  const rows: [string, string][] = [
    [commandOf(launch, "test", template), "checks the behavior of the flows, and of the kind in extensions/"],
    [commandOf(launch, "dev", template), "serves, and applies files again whenever one is saved"],
    [commandOf(launch, "start", template), "serves as in production"],
    [commandOf(launch, "check", template), "prints what is wrong with the flows, with file, line and column"],
    [`${weft} history`, "the versions that were applied"],
    [`${weft} rollback head~1`, "goes back to the one before, without losing a request"],
  ];
  const install = launch.origin === "npm" ? `\n\`${installOf(launch)}\` comes first.\n` : "";
  return `${rows.map(([command, what]) => `- \`${command}\`: ${what}`).join("\n")}\n${install}`;
}

function layout({ files, extension }: Template, launch: Launch): string {
  const schema = `${weftOf(launch)} schema --write schemas`;
  const has = (folder: string) => Object.keys(files).some((path) => path.startsWith(folder));
  const rows = [
    ["flows/", "the workflows: one spec is one node"],
    ["tests/", "what they have to do, in YAML"],
    ["extensions/", `kinds of nodes of this project, with their tests; \`${extension}\` is one`],
    ...has("data/") ? [["data/, reports/", "the folders that flows may use, as weft.yaml grants"]] : [],
    ...has("page/") ? [["page/", "the page of the chat"]] : [],
    ["weft.yaml", "the settings of all commands"],
    ["schemas/", `what editors complete and check YAML by; made by \`${schema}\` after a change of kinds`],
  ];
  return `## The files

${rows.map(([path, what]) => `- \`${path}\`: ${what}`).join("\n")}`;
}

function variables(names: readonly string[], value: () => string): string {
  return names.map((name) => `${name}=${value()}\n`).join("");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}
