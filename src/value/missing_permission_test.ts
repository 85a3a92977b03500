import { assertEquals, assertMatch } from "@std/assert";
import { explainPermission } from "./mod.ts";

const WHERE = "to WEFT_ALLOW, or to the flags of deno run";

/** Returns what Deno says when a worker without permissions does something. */
async function denied(code: string): Promise<string> {
  const text = `try { ${code} } catch (error) { postMessage(error.message) }`;
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(text)}`, {
    type: "module",
    deno: { permissions: "none" },
  });
  try {
    return await new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  } finally {
    worker.terminate();
  }
}

for (
  const [code, expected] of [
    ["Deno.readTextFileSync('/data/a')", `missing permission to read "/data/a": add --allow-read=/data/a ${WHERE}`],
    [
      "Deno.mkdirSync('/a\\'b/c,d')",
      `missing permission to write "/a'b/c,d": add '--allow-write=/a'\\''b/c,,d' ${WHERE}`,
    ],
    [
      "Deno.mkdirSync('/a b')",
      `missing permission to write "/a b": add '--allow-write=/a b' to the flags of deno run (deno task splits WEFT_ALLOW at spaces)`,
    ],
    [
      "Deno.makeTempDirSync()",
      `missing permission to write to the folder of temporary files: add --allow-write=/tmp, or where it is, ${WHERE}`,
    ],
    [
      "Deno.env.get('PORT')",
      `missing permission to read the variable "PORT": add --allow-env=PORT ${WHERE}`,
    ],
    [
      "Deno.env.toObject()",
      "missing permission to read the environment: add --allow-env to the flags of deno run, in place of --allow-env=...",
    ],
    [
      "Deno.listen({ port: 80, hostname: '::1' })",
      `missing permission to use the address "[::1]:80": add '--allow-net=[::1]:80' ${WHERE}`,
    ],
    ["Deno.hostname()", `missing permission to ask the system for "hostname": add --allow-sys=hostname ${WHERE}`],
    ["new Deno.Command('git').outputSync()", `missing permission to run "git": add --allow-run=git ${WHERE}`],
    ["Deno.kill(1)", `missing permission to run programs and send signals: add --allow-run ${WHERE}`],
    ["Deno.dlopen('/x.so', {})", `missing permission to load the library "/x.so": add --allow-ffi=/x.so ${WHERE}`],
  ] as const
) {
  Deno.test(`a missing permission is told with its flag: ${code}`, async () => {
    assertEquals(explainPermission(await denied(code)), expected);
  });
}

Deno.test("what is not about permissions stays as it is", () => {
  for (const message of ["", "Requires nothing", "Requires love access, run again with the --allow-love flag"]) {
    assertEquals(explainPermission(message), message);
  }
});

Deno.test("a long message takes no longer than it has to, whoever wrote it", () => {
  for (const part of ['Requires a access to "', '" access to "', 'Requires write access to "x", run again ']) {
    const message = part.repeat(500_000);
    assertEquals(explainPermission(message), message);
  }
});

Deno.test("an import that is not allowed is told with its flag, and where it stands", async () => {
  const code = `await import("data:text/javascript,import%20'http://127.0.0.1:9/x.js'")`;
  const [said, ...rest] = explainPermission(await denied(`await (async () => { ${code} })()`)).split("\n");
  assertEquals(said, `missing permission to import from "127.0.0.1:9": add --allow-import=127.0.0.1:9 ${WHERE}`);
  assertMatch(rest.join("\n"), /^ +at data:/);
});
