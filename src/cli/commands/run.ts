import { evaluator, get, runNode, SpecsError } from "../../api/mod.ts";
import { ThreadCompiler } from "../../compiler/mod.ts";
import { loadExtensions, Logger } from "../../runtime/mod.ts";
import { formatDiagnostic, parseDuration, printable } from "../../spec/mod.ts";
import { asError, reasonOf } from "../../value/mod.ts";
import { readSpecFiles } from "../input/spec_files.ts";
import type { Command } from "../options/command.ts";
import { type Flag, UsageError } from "../options/flag.ts";
import { readExtensions } from "../options/extensions.ts";
import { knownKinds } from "../options/known_kinds.ts";
import { readNamespace } from "../options/namespace.ts";
import { PAYLOAD_FLAGS, readPayload } from "../options/payload.ts";
import {
  listOf,
  logOptions,
  numberOf,
  readAllowFiles,
  readAllowPrivate,
  readEnv,
  settings,
  SPEC_FLAGS,
  stringOf,
} from "../options/settings.ts";
import { STORE_FLAGS, withStore } from "../options/store.ts";
import { printAnswer } from "../output/answer_lines.ts";
import { outputFlag } from "../output/output.ts";

const TIMEOUT: Flag = {
  name: "timeout",
  type: "string",
  value: "DURATION",
  summary: "Maximum time to wait for the answer (default 30s)",
};

/** `weft run` */
export const runCommand: Command = {
  usage: "[FLAGS] NODE",
  about:
    `Runs the specs of the files, or those of the store, on the real engine, but without their sources: no listener is bound,
and no cron runs anything. Sends the payload to an in port of NODE (a name in the namespace, or an id) and prints the
answer: strings and bytes as they are, all else as JSON. The nodes really do what they do: an http node sends requests.

The exit code is 1 if the answer is an error, which is written to standard error with its code and place.`,
  maxArgs: 1,
  takesFiles: false,
  flags: [
    ...settings("file"),
    ...SPEC_FLAGS,
    ...STORE_FLAGS,
    { name: "port", type: "string", value: "PORT", summary: "The in port (default in)" },
    ...PAYLOAD_FLAGS,
    { name: "trace", short: "v", type: "boolean", summary: "Show on standard error which packets nodes receive" },
    TIMEOUT,
    ...settings("allow-files", "allow-private", "secrets", "executor-memory", "isolation"),
    ...settings("log-format", "log-level"),
    outputFlag("text"),
  ],
  examples: [
    ["weft run hello -f examples/ping.yaml", "run a node of a file with the payload null"],
    [`weft run greet -f flows/ --payload '{"name":"Ada"}' -v`, "send JSON, and show the way of the packets"],
    ["weft run total --store shop.db --payload @order.json", "run a node of a store with the payload in a file"],
    ["cat order.yaml | weft run total -f flows/ --payload-yaml -", "send YAML from standard input"],
  ],
  async run(flags, args, terminal, config, compiler) {
    const [node] = args;
    if (node === undefined) throw new UsageError("missing argument NODE: expected the name of a node");
    const timeoutText = stringOf(flags, "timeout");
    const timeout = timeoutText === undefined ? undefined : parseDuration(timeoutText);
    if (timeoutText !== undefined && timeout === undefined) {
      throw new UsageError(
        `invalid --timeout ${JSON.stringify(timeoutText)}: expected a duration such as 10s or 1m30s`,
      );
    }
    const paths = config.given?.store !== undefined && config.given.file === undefined ? [] : listOf(flags, "file");
    const namespace = readNamespace(flags);
    const [allowFiles, allowPrivate] = [await readAllowFiles(flags), await readAllowPrivate(flags)];
    const env = await readEnv(flags, terminal);
    const payload = await readPayload(flags, terminal);
    // executors take half a second to start: do the rest in the meantime
    const { ProcessWarden, WardenLink } = await import("../../pool/mod.ts");
    const listed = await readExtensions(config);
    const extensions = await loadExtensions(listed.urls, listed);
    const isProcess = flags.isolation === "process";
    const threads = new WardenLink(isProcess ? [] : extensions.readable);
    const warden = isProcess ? new ProcessWarden(extensions.readable) : threads;
    try {
      using own = compiler === undefined ? new ThreadCompiler({ warden: threads }) : undefined;
      const scheme = await knownKinds(config, extensions);
      const specs = paths.length > 0
        ? { files: await readSpecFiles(paths, terminal), evaluate: evaluator(env) }
        : { entries: await withStore(flags, terminal, (target) => get(target, { namespace })) };
      const [secrets, memory] = [stringOf(flags, "secrets"), numberOf(flags, "executor-memory")];
      const logger = new Logger({
        ...logOptions(flags),
        write: (line) => terminal.warn(line),
      });
      const answer = await runNode({
        node,
        port: stringOf(flags, "port"),
        payload,
        specs,
        scheme,
        ...timeout !== undefined && { timeout },
        runtime: {
          namespace,
          env,
          extensions,
          logger,
          allowFiles,
          allowPrivate,
          dependencies: listOf(flags, "dependency"),
          warden,
          compiler: compiler ?? own!,
          ...secrets !== undefined && { secrets },
          ...memory !== undefined && { executorMemory: memory },
          ...flags.trace === true && {
            traced: ({ from, to, payload }) =>
              terminal.warn(printable(`${from === undefined ? to : `${from} > ${to}`}  ${payload}`)),
          },
        },
      });
      return await printAnswer(flags, terminal, answer);
    } catch (thrown) {
      if (!(thrown instanceof SpecsError)) throw new Error(reasonOf(asError(thrown)), { cause: thrown });
      for (const diagnostic of thrown.diagnostics) terminal.warn(formatDiagnostic(diagnostic));
      return 1;
    } finally {
      await threads.close();
    }
  },
};
