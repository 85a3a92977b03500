import { heardRuntimes, LIVE, type RuntimeInstance } from "../change/live_runtimes.ts";
import type { Command } from "../options/command.ts";
import { settings, textOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { adminLines, askAdmin } from "../output/admin_lines.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { refusalLines } from "../output/reception_lines.ts";
import { tableLines } from "../output/table.ts";

/**
 * `current`: it runs head; `refused`: it could not take head; `behind`: it has not taken head yet; `silent`: it has not
 * been heard of for too long.
 */
type State = "current" | "refused" | "behind" | "silent";

/** `weft status` */
export const status: Command = {
  usage: "[FLAGS]",
  about:
    `A runtime tells its store every 5 seconds what it runs. One that has not been heard of for 15 seconds is silent: it was
killed, or hangs; after an hour it is forgotten.`,
  flags: [
    ...SCOPE_FLAGS,
    { name: "strict", type: "flag", summary: "Exit code 1 if a runtime that lives does not run head." },
    ...STORE_FLAGS,
    ...settings("admin").map((flag) => ({
      ...flag,
      value: "URL",
      summary: "Asks a runtime that was started with --admin too: its executors, and why others have died.",
    })),
    outputFlag("table"),
  ],
  examples: [
    ["weft status", "see who runs what"],
    ["weft status --admin http://127.0.0.1:9180", "see the threads of a runtime"],
    ["weft status -n shop --strict", "have a script wait until all runtimes of a namespace run head"],
  ],
  async run(given, _, terminal) {
    const address = textOf(given, "admin");
    const admin = address === undefined ? undefined : await askAdmin(address);
    const options = admin === undefined ? {} : { missing: "empty" } as const;
    return await withStore(given, terminal, async (registry, { presence }) => {
      const head = registry.version.id;
      const scope = scopeOf(given);
      const runtimes = (await heardRuntimes(presence))
        .filter(({ report }) => (scope ?? report.namespace) === report.namespace)
        .map((runtime) => describe(runtime, head));
      if (!printData(given, terminal, { head, runtimes, ...admin !== undefined && { admin } })) {
        terminal.print(`head is version ${head}; ${count(runtimes.length, "runtime")}`);
        const rows = runtimes.map(({ namespace, pid, version, state, age, urls }) => [
          namespace,
          String(pid),
          String(version),
          state,
          `${Math.round(age)}s`,
          urls.join(" "),
        ]);
        const header = ["NAMESPACE", "PID", "VERSION", "STATE", "HEARD", "LISTENING"];
        if (rows.length > 0) { for (const line of tableLines(header, rows)) terminal.print(line); }
        for (const { reason, ...runtime } of runtimes) {
          if (reason === null) continue;
          for (const line of refusalLines({ ...runtime, reason }, head)) terminal.print(line);
        }
        if (admin !== undefined) { for (const line of adminLines(admin)) terminal.print(line); }
      }
      const lags = runtimes.some(({ state }) => state === "refused" || state === "behind");
      return given.strict === true && lags ? 1 : 0;
    }, options);
  },
};

function describe({ id, age, report }: RuntimeInstance, head: number) {
  const { namespace, version, refused, urls, pid, started } = report;
  const hasRefused = refused?.version === head && version !== head;
  const state: State = age > LIVE ? "silent" : version === head ? "current" : hasRefused ? "refused" : "behind";
  const reason = hasRefused ? refused.reason : null;
  return { id, namespace, version, state, reason, age: age / 1000, urls, pid, started };
}
