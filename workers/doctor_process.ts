// A program that `weft doctor` starts in the way executors are started that are programs, to check what holds there.
import { writeSync } from "node:fs";

/** The checks. Each returns what it saw, or throws if the fact does not hold. */
const CHECKS: Record<string, () => unknown> = {
  /** Checks that the program may do nothing, and knows nothing of its environment. */
  async permissions() {
    const names = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as Deno.PermissionName[];
    const granted = names.filter((name) => Deno.permissions.querySync({ name }).state === "granted");
    if (granted.length > 0) throw new Error(`granted: ${granted.join(", ")}`);
    const tries = {
      read: () => Deno.readDirSync("/")[Symbol.iterator]().next(),
      run: () => new Deno.Command(Deno.build.os === "windows" ? "cmd" : "/bin/true").outputSync(),
      import: () => import(["https:/", "jsr.io", "x.ts"].join("/")),
      npm: () => import(["npm", "@weft/absent-from-every-cache@0.0.0"].join(":")),
    };
    for (const [name, attempt] of Object.entries(tries)) {
      const denied = await Promise.resolve().then(attempt).then(() => false, () => true);
      if (!denied) throw new Error(`${name} was not denied`);
    }
    const variables = Object.keys(Deno.env.toObject());
    if (variables.length > 0) throw new Error(`the environment has ${variables.join(", ")}`);
    return "none";
  },
  /** Waits in a loop for the end of its host. */
  async loop() {
    const input = new Worker(new URL("./doctor_input.ts", import.meta.url), { type: "module" });
    await new Promise((resolve) => input.onmessage = resolve);
    Deno.stdout.writeSync(new TextEncoder().encode("begun"));
    for (;;);
  },
  /** Writes where its status would be, then does what V8 ends a program for. */
  abort() {
    writeSync(2, new Uint8Array(8).fill(1), 0, 8, 0);
    return Array.prototype.sort.call({ length: 2e8 });
  },
  /** Ends by itself after a while: whoever has sent it one signal cannot send another. */
  signals() {
    Deno.addSignalListener("SIGINT", () => {});
    Deno.stdout.writeSync(new TextEncoder().encode("begun"));
    return new Promise(() => setTimeout(() => Deno.exit(0), 2_500));
  },
};

let answer: { saw?: string; failed?: string };
try {
  answer = { saw: String(await CHECKS[Deno.args[0]!]!()) };
} catch (error) {
  answer = { failed: error instanceof Error ? error.message : String(error) };
}
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(answer)));
