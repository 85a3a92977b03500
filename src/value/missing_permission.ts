/** What a program without a permission cannot do: to what it needs the permission for, and in general. */
const DEEDS: Readonly<Record<string, readonly [toTarget: string, toAny: string]>> = {
  read: ["read", "read files"],
  write: ["write", "write files"],
  net: ["use the address", "use the network"],
  env: ["read the variable", "read the environment"],
  sys: ["ask the system for", "ask the system"],
  run: ["run", "run programs and send signals"],
  ffi: ["load the library", "load libraries"],
  import: ["import from", "import from other hosts"],
};

/** How Deno says that a permission is missing: the permission, then what it is needed for, quoted or as `<TMP>`. */
const DENIED = /Requires (\w+) access(?: to (?:"(.*?)"|<(\w+)>))?, run again with the --allow-\w+ flag/g;

/**
 * Returns a message in which what Deno says of a missing permission is replaced by what the program may not do, and the
 * flag that allows it. Other messages are returned as they are.
 */
export function explainPermissions(message: string): string {
  return message.replace(DENIED, (said, permission: string, target?: string, place?: string) => {
    const deeds = DEEDS[permission];
    if (deeds === undefined) return said;
    const [toTarget, toAny] = deeds;
    const isTemporary = permission === "write" && place === "TMP";
    const any = isTemporary ? "write to the folder of temporary files" : toAny;
    const deed = target === undefined ? any : `${toTarget} ${JSON.stringify(target)}`;
    return `missing permission to ${deed}: add ${flagOf(permission, target)}`;
  });
}

function flagOf(permission: string, target: string | undefined): string {
  if (permission === "import") return `--allow-import=${target ?? "HOST"} in place of --deny-import`;
  const flag = `--allow-${permission}${target === undefined ? "" : `=${target.replaceAll(",", ",,")}`}`;
  const quoted = /[^\w@%+=:,./<>-]/.test(flag) ? `'${flag.replaceAll("'", String.raw`'\''`)}'` : flag;
  return `${quoted} to the flags of deno run, or to WEFT_ALLOW before deno task`;
}
