import { basename, resolve } from "node:path";
import { failure, missingPermission, nearest } from "../../value/mod.ts";

/** A folder whose files nodes may use. */
export interface GrantedFolder {
  /** By which specs name it. */
  readonly name: string;
  /** Where it is, absolute. */
  readonly path: string;
  /** Whether nodes may change what is in it. */
  readonly isWritable: boolean;
}

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
/** What a grant may be, for messages. */
const EXPECTED = "FOLDER, NAME=FOLDER or FOLDER:ro, such as data=/srv/data or ./in:ro";

/**
 * The folders whose files nodes may use: those that the operator grants by `--allow-files`. Whoever writes specs, or sends
 * requests, decides nothing here.
 */
export class GrantedFolders {
  readonly #folders = new Map<string, GrantedFolder>();

  /** @param granted Each `FOLDER`, `NAME=FOLDER`, and with `:ro` behind it. @throws {Error} If one is none of these. */
  constructor(granted: readonly string[] = []) {
    for (const text of granted) {
      const folder = grantOf(text);
      if (this.#folders.has(folder.name)) {
        throw failure(
          `invalid --allow-files ${JSON.stringify(text)}: there is a folder "${folder.name}" already; ` +
            "name this one, as in NAME=FOLDER",
        );
      }
      this.#folders.set(folder.name, folder);
    }
  }

  /**
   * Returns the folder of a name; without a name, the only one that is granted.
   *
   * @param use What it is for.
   * @throws {Error} If it is not granted for that, or the program lacks the permission for it.
   */
  get(name: string | undefined, use: "read" | "write"): GrantedFolder {
    const folder = this.#find(name);
    if (use === "write" && !folder.isWritable) {
      throw failure(`folder "${folder.name}" is for reading only: an operator has granted it with :ro`, {
        code: "forbidden",
      });
    }
    for (const permission of use === "read" ? ["read"] as const : ["read", "write"] as const) {
      const { state } = Deno.permissions.querySync({ name: permission, path: folder.path });
      if (state !== "granted") throw failure(missingPermission(permission, folder.path), { code: "forbidden" });
    }
    return folder;
  }

  #find(name: string | undefined): GrantedFolder {
    const names = [...this.#folders.keys()];
    if (names.length === 0) {
      throw failure(`no folder is granted: an operator grants one with start --allow-files ${name ?? "data"}=FOLDER`, {
        code: "forbidden",
      });
    }
    const found = this.#folders.get(name ?? names[0]!);
    if (name === undefined && names.length > 1) {
      throw failure(`missing field "folder": expected one of ${names.join(", ")}`, { code: "invalid" });
    }
    if (found !== undefined) return found;
    const meant = nearest(name!, names);
    throw failure(
      `unknown folder ${JSON.stringify(name)}; ${
        meant === undefined
          ? `an operator grants it with start --allow-files ${name}=FOLDER`
          : `did you mean "${meant}"?`
      }`,
      { code: "forbidden" },
    );
  }
}

function grantOf(text: string): GrantedFolder {
  const isWritable = !text.endsWith(":ro");
  const plain = isWritable ? text : text.slice(0, -":ro".length);
  const at = plain.indexOf("=");
  const given = at < 0 ? undefined : plain.slice(0, at);
  // a folder may have a = in its name, which is then given as ./a=b
  const isNamed = given !== undefined && NAME.test(given);
  const path = isNamed ? plain.slice(at + 1) : plain;
  const invalid = () => failure(`invalid --allow-files ${JSON.stringify(text)}: expected ${EXPECTED}`);
  if (path === "" || path.includes("\0")) throw invalid();
  const absolute = resolve(path);
  const name = isNamed ? given : basename(absolute);
  if (NAME.test(name)) return { name, path: absolute, isWritable };
  throw failure(
    `invalid --allow-files ${
      JSON.stringify(text)
    }: its name cannot be that of a folder for specs; expected NAME=FOLDER`,
  );
}
