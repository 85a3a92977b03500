// Makes the files of the image in a folder, by the COPY and RUN steps of the Dockerfile, where there is no Docker.
//
//   deno run -A scripts/image_tree.ts FOLDER
//
// What it cannot do is owners and users: everything belongs to whoever runs it.

import { dirname, join, resolve } from "node:path";

const ROOT = new URL("../", import.meta.url);

/** An image as files in a folder. */
export interface ImageTree {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** Where its program starts, below `root`. */
  readonly folder: string;
  /** The variables that the Dockerfile sets. */
  readonly env: Readonly<Record<string, string>>;
  /** The program and its arguments: the ENTRYPOINT without what stands before `--`, and the CMD. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** The command of the HEALTHCHECK. */
  readonly health: readonly string[];
}

/** A step of a Dockerfile: `COPY`, and what follows it. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Carries out the steps of the Dockerfile. @param root An empty folder, which stands for `/`. */
export async function imageTree(root: string): Promise<ImageTree> {
  const isIgnored = ignoredBy(await Deno.readTextFile(new URL(".dockerignore", ROOT)));
  const env: Record<string, string> = {};
  const lists: Record<string, string[]> = { ENTRYPOINT: [], CMD: [], HEALTHCHECK: [] };
  let folder = root;
  for (const { name, rest } of instructions(await Deno.readTextFile(new URL("Dockerfile", ROOT)))) {
    if (name === "WORKDIR") await Deno.mkdir(folder = join(root, rest), { recursive: true });
    else if (name === "COPY") await copy(rest.split(/\s+/).filter((word) => !word.startsWith("--")), folder, isIgnored);
    else if (name === "RUN") await run(rest, root, folder);
    else if (name === "ENV") { for (const [, key, value] of rest.matchAll(/(\w+)=(\S+)/g)) env[key!] = value!; }
    else if (name in lists) lists[name] = JSON.parse(rest.slice(rest.indexOf("["))) as string[];
    else if (!["FROM", "USER", "VOLUME", "EXPOSE"].includes(name)) {
      throw new Error(`unknown step ${name}`);
    }
  }
  const entrypoint = lists.ENTRYPOINT!.slice(lists.ENTRYPOINT!.indexOf("--") + 1);
  return { root, folder, env, entrypoint, command: lists.CMD!, health: lists.HEALTHCHECK! };
}

function instructions(text: string): Instruction[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => {
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line)!;
    return { name: name!, rest: rest! };
  });
}

/** Copies files of the project into a folder, as COPY does: of a folder what is in it, a file below its name. */
async function copy(paths: string[], folder: string, isIgnored: (path: string) => boolean): Promise<void> {
  const target = paths.pop()!;
  for (const path of paths) {
    const source = path.replace(/\/$/, "");
    const to = join(folder, target);
    const { isDirectory } = await Deno.stat(new URL(source, ROOT));
    await copyTo(source, isDirectory || !target.endsWith("/") ? to : join(to, source.replace(/.*\//, "")), isIgnored);
  }
}

async function copyTo(source: string, target: string, isIgnored: (path: string) => boolean): Promise<void> {
  const { isDirectory } = await Deno.stat(new URL(source, ROOT));
  if (isDirectory) {
    for await (const { name } of Deno.readDir(new URL(`${source}/`, ROOT))) {
      await copyTo(`${source}/${name}`, join(target, name), isIgnored);
    }
  } else if (!isIgnored(source)) {
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(new URL(source, ROOT), target);
  }
}

/** Returns what `.dockerignore` ignores: the last pattern that fits a path, or a folder that it is in, decides. */
function ignoredBy(text: string): (path: string) => boolean {
  const patterns = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const glob = line.replace(/^!/, "").replaceAll(/[.+()]/g, "\\$&");
    const source = glob.replaceAll(/\*\*\/|\*/g, (stars) => stars === "*" ? "[^/]*" : "(?:.*/)?");
    return { pattern: new RegExp(`^${source}(?:/.*)?$`), isIgnored: !line.startsWith("!") };
  });
  return (path) => patterns.findLast(({ pattern }) => pattern.test(path))?.isIgnored ?? false;
}

/** Runs the commands of a RUN step with paths below the root; what gives files to users is left out. */
async function run(line: string, root: string, cwd: string): Promise<void> {
  const commands = line.split(" && ").filter((command) => !command.startsWith("chown "));
  const script = commands.map((command) => command.replaceAll(/(?<= )\/[\w/.-]*/g, (path) => `"${root}${path}"`));
  await Deno.mkdir(`${root}/usr/local/bin`, { recursive: true });
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-euc", script.join("\n")],
    cwd,
    env: { PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (code !== 0) throw new Error(`RUN ${line} failed: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  const [folder] = Deno.args;
  if (folder === undefined) throw new Error("missing argument: expected an empty folder");
  await Deno.mkdir(folder, { recursive: true });
  console.log(JSON.stringify(await imageTree(resolve(folder)), null, 2));
}
