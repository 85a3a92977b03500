import { asError, explainPermission, failure, nearest, type ValueMap } from "../value/mod.ts";
import type { Redactor } from "./redactor.ts";

/** Where secrets come from. */
export interface SecretSources {
  /** The variables that the operator has granted. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder whose files are secrets. Default none. */
  readonly folder?: string | undefined;
}

/** The secrets of a runtime. What was read is taken out of what is printed. */
export class Secrets {
  readonly #sources: SecretSources;
  readonly #redactor: Redactor;

  /** @param redactor Is told each secret. */
  constructor(sources: SecretSources, redactor: Redactor) {
    this.#sources = sources;
    this.#redactor = redactor;
  }

  /** Returns a secret by its reference. @throws {Error} As `readSecret` does. */
  async read(reference: string): Promise<string> {
    const secret = await readSecret(reference, this.#sources);
    this.#redactor.add(secret);
    return secret;
  }

  /** Reads secrets. @returns Returns one of them by its reference, or throws why it could not be read. */
  async readAll(references: ReadonlySet<string>): Promise<(reference: string) => string> {
    const pairs = await Promise.all(Array.from(references, async (reference) => {
      const result = await this.read(reference).then((secret) => ({ secret }), (error: Error) => ({ error }));
      return [reference, result] as const;
    }));
    const read = new Map<string, { secret: string } | { error: Error }>(pairs);
    return (reference) => {
      const result = read.get(reference);
      if (result !== undefined && "secret" in result) return result.secret;
      throw result?.error ?? failure(`unknown secret ${reference}`);
    };
  }
}

/** The longest secret in a file, in bytes. */
const LONGEST = 64 * 1024;

/**
 * Returns the value of a secret by its reference; see `HostContext.secret`.
 *
 * @throws {Error} If it is not granted or cannot be read. The message names the reference alone.
 */
export async function readSecret(reference: string, { env, folder }: SecretSources): Promise<string> {
  const name = reference.slice(reference.indexOf(":") + 1);
  if (reference.startsWith("env:")) {
    if (Object.hasOwn(env, name)) return env[name]!;
    const meant = nearest(name, Object.keys(env));
    throw failure(
      `unknown variable of env:${name}; ${
        meant === undefined ? `start --env ${name} grants it` : `did you mean env:${meant}?`
      }`,
    );
  }
  if (!reference.startsWith("file:")) throw failure("invalid secret: expected env:NAME or file:NAME");
  if (folder === undefined) throw failure(`no folder for file:${name}: expected one in start --secrets`);
  return await readFile(name, folder);
}

async function readFile(name: string, folder: string): Promise<string> {
  const unreadable = (why: string, cause?: unknown) => failure(`cannot read file:${name}: ${why}`, { cause });
  let path: string;
  let text: string;
  try {
    // links are followed, as secrets of Kubernetes are links, but not out of the folder
    const root = await Deno.realPath(folder);
    path = await Deno.realPath(`${folder}/${name}`);
    if (!path.startsWith(`${root.replace(/\/$/, "")}/`)) throw failure("it is not in the folder of --secrets");
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) throw failure("it is no file");
    if (size > LONGEST) throw failure(`it has more than ${LONGEST / 1024} KiB`);
    text = await Deno.readTextFile(path);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) throw unreadable("there is no such file in the folder of --secrets");
    throw unreadable(explainPermission(asError(thrown).message));
  }
  // an editor ends a file with a line break, which is no part of a password
  return text.replace(/\r?\n$/, "");
}

/** Returns the variables that are strings: those that kinds may ask for. */
export function stringsOf(env: ValueMap): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
