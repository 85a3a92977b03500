/** What a program without a permission cannot do: with what it needs the permission for, and in general. */
const DEEDS: Readonly<Record<string, readonly [withTarget: string, inGeneral: string]>> = {
  read: ["read", "read files"],
  write: ["write", "write files"],
  net: ["use the address", "use the network"],
  env: ["read the variable", "read the environment"],
  sys: ["ask the system for", "ask the system"],
  run: ["run", "run programs and send signals"],
  ffi: ["load the library", "load libraries"],
  import: ["import from", "import from other hosts"],
};

/**
 * How Deno says that a permission is missing: the permission, then what it is needed for, quoted or as `<TMP>`. Only at
 * the start, as the message may be long and come from anyone.
 */
const DENIED = /^Requires (\w+) access(?: to (?:"([^\n]*?)"|<(\w+)>))?, run again with the --allow-\w+ flag/;

/** Where a flag of Deno is added, for messages. */
export const FLAGS_OF_PROGRAM = "to WEFT_ALLOW, or to the flags of deno run";

/**
 * Returns the message of an error of Deno about a missing permission as one that says what the program may not do, and
 * which flag allows it. Another message is returned as it is.
 */
export function explainPermission(message: string): string {
  const denied = DENIED.exec(message);
  if (denied === null) return message;
  const [said, permission, target, place] = denied as unknown as [string, string, string?, string?];
  if (DEEDS[permission] === undefined) return message;
  const explained = permission === "write" && place === "TMP"
    ? `missing permission to write to the folder of temporary files: add --allow-write=/tmp, or where it is, ${FLAGS_OF_PROGRAM}`
    : missingPermission(permission, target);
  return explained + message.slice(said.length);
}

/**
 * Returns a message that says what a program may not do, and which flag allows it.
 *
 * @param permission As in the flag: `read`, `write`, `net`, ...
 * @param target What it is needed for: a path, an address, a name. Default: all.
 */
export function missingPermission(permission: string, target?: string): string {
  const [withTarget, inGeneral] = DEEDS[permission]!;
  if (target === undefined) return `missing permission to ${inGeneral}: ${addGeneral(permission)}`;
  return `missing permission to ${withTarget} ${JSON.stringify(target)}: ${add(permission, target)}`;
}

function add(permission: string, target: string): string {
  const flag = `--allow-${permission}=${target.replaceAll(",", ",,")}`;
  const quoted = /[^\w@%+=:,./<>-]/.test(flag) ? `'${flag.replaceAll("'", String.raw`'\''`)}'` : flag;
  // the shell of Deno splits a variable at spaces, whatever quotes are in it
  return `add ${quoted} ${
    /\s/.test(flag) ? "to the flags of deno run (deno task splits WEFT_ALLOW at spaces)" : FLAGS_OF_PROGRAM
  }`;
}

function addGeneral(permission: string): string {
  const flag = `--allow-${permission}`;
  // a flag that lists some prevails over the same flag without a list
  const isListed = permission === "env" || permission === "write" || permission === "sys";
  return isListed ? `add ${flag} to the flags of deno run, in place of ${flag}=...` : `add ${flag} ${FLAGS_OF_PROGRAM}`;
}
