import { status as storeStatus } from "../../api/stored/mod.ts";
import type { Command } from "../options/command.ts";
import { settings, stringOf } from "../options/settings.ts";
import { SCOPE_FLAGS, scopeOf, STORE_FLAGS, withStore } from "../options/store.ts";
import { adminLines, fetchStatus } from "../output/admin_lines.ts";
import { count, outputFlag, printData } from "../output/output.ts";
import { rejectionLines } from "../output/rollout_lines.ts";
import { scheduleLines } from "../output/schedule_lines.ts";
import { tableLines } from "../output/table.ts";

/** `weft status` */
export const status: Command = {
  usage: "[FLAGS]",
  about:
    `Runtimes report to their store every 5 seconds. A runtime is silent if it has not reported for 15 seconds, because it was
killed or hangs; after an hour it is no longer listed.`,
  flags: [
    ...SCOPE_FLAGS,
    { name: "strict", type: "boolean", summary: "Exit with code 1 if a live runtime does not run head" },
    ...STORE_FLAGS,
    ...settings("admin").map((flag) => ({
      ...flag,
      value: "URL",
      summary: "Also show the executors of the runtime that serves --admin at this address",
    })),
    outputFlag("table"),
  ],
  examples: [
    ["weft status", "show which runtime runs which version"],
    ["weft status --admin http://127.0.0.1:9180", "show the executors of a runtime"],
    ["weft status -n shop --strict", "check in a script that all runtimes of a namespace run head"],
  ],
  async run(flags, _, terminal) {
    const address = stringOf(flags, "admin");
    const admin = address === undefined ? undefined : await fetchStatus(address);
    return await withStore(flags, terminal, async (target) => {
      const { head, runtimes } = await storeStatus(target, { namespace: scopeOf(flags) });
      if (!printData(flags, terminal, { head, runtimes, ...admin !== undefined && { admin } })) {
        terminal.print(`head is version ${head}; ${count(runtimes.length, "runtime")}`);
        const rows = runtimes.map(({ namespace, pid, version, state, age, urls }) => [
          namespace,
          String(pid),
          String(version),
          state,
          `${Math.round(age)}s`,
          urls.join(" "),
        ]);
        const header = ["NAMESPACE", "PID", "VERSION", "STATE", "LAST SEEN", "LISTENING"];
        if (rows.length > 0) { for (const line of tableLines(header, rows)) terminal.print(line); }
        for (const line of scheduleLines(runtimes)) terminal.print(line);
        for (const { reason, ...runtime } of runtimes) {
          if (reason === null) continue;
          for (const line of rejectionLines({ ...runtime, reason }, head)) terminal.print(line);
        }
        if (admin !== undefined) { for (const line of adminLines(admin)) terminal.print(line); }
      }
      const lags = runtimes.some(({ state }) => state !== "current" && state !== "silent");
      return flags.strict === true && lags ? 1 : 0;
    }, { missing: admin === undefined ? "error" : "empty" });
  },
};
