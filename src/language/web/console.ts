import type { LogLevel } from "../../value/mod.ts";
import type { RealmScope } from "../realm/scope/realm_scope.ts";

/** Defines `console`. Lines stay in the realm, as strings and up to a limit, until the engine fetches them. */
export function console(scope: RealmScope): void {
  const LINES = 1000;
  const LENGTH = 64 * 1024;
  let left = LENGTH;

  const { lines, flags } = scope;

  scope.clearLines = () => {
    lines.length = 0;
    left = LENGTH;
    flags[0] = 0;
  };

  function write(level: LogLevel, args: readonly unknown[]): void {
    if (left <= 0) return;
    let text = format(args);
    if (text.length > left || lines.length >= 2 * (LINES - 1)) {
      text = `${text.slice(0, left)} (further output of this call is omitted)`;
      left = 0;
    }
    left -= text.length;
    lines.push(level, text);
    flags[0] = 1;
  }

  function format(args: readonly unknown[]): string {
    const [first] = args;
    let used = 0;
    let text = "";
    if (typeof first === "string") {
      used = 1;
      text = first.replace(/%[sdifoOjc%]/g, (mark) => {
        if (mark === "%%") return args.length > 1 ? "%" : mark;
        if (used >= args.length) return mark;
        const arg = args[used++];
        if (mark === "%c") return "";
        if (mark === "%s") return typeof arg === "string" ? arg : scope.inspect(arg);
        if (mark === "%o" || mark === "%O" || mark === "%j") return scope.inspect(arg);
        if (typeof arg === "bigint") return `${arg}n`;
        if (typeof arg === "object" || typeof arg === "symbol") return "NaN";
        return String(
          mark === "%i" ? parseInt(arg as string) : mark === "%f" ? parseFloat(arg as string) : Number(arg),
        );
      });
    }
    for (let i = used; i < args.length; i++) {
      const arg = args[i];
      text += (i > 0 ? " " : "") + (typeof arg === "string" ? arg : scope.inspect(arg));
    }
    return text;
  }

  scope.expose("console", {
    log: (...args: unknown[]) => write("info", args),
    info: (...args: unknown[]) => write("info", args),
    warn: (...args: unknown[]) => write("warn", args),
    error: (...args: unknown[]) => write("error", args),
    debug: (...args: unknown[]) => write("debug", args),
  });
}
