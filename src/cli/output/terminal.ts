import type { Terminal } from "../options/command.ts";

const encoder = new TextEncoder();
/** Moves to the beginning of the line and erases it. */
const ERASE = "\r\x1b[K";

/** Whether a line is shown that the next output replaces. */
let hasStatus = false;

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    // the reader has gone away, as `head` does
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function warn(text: string): void {
  try {
    write(Deno.stderr, text);
  } catch {
    // there is nowhere to tell it
  }
}

function status(line: string): void {
  if (line === "" && !hasStatus) return;
  hasStatus = line !== "";
  warn(ERASE + line);
}

/** The terminal of this process. */
export const terminal: Terminal = {
  print(line) {
    status("");
    write(Deno.stdout, `${line}\n`);
  },
  warn(line) {
    status("");
    warn(`${line}\n`);
  },
  async write(bytes) {
    try {
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  },
  ...Deno.stderr.isTerminal() && { status },
  colors: {
    out: !Deno.noColor && Deno.stdout.isTerminal(),
    error: !Deno.noColor && Deno.stderr.isTerminal(),
  },
  input: () => new Response(Deno.stdin.readable).text(),
  env: (name) => Deno.env.get(name),
  streams: { out: Deno.stdout, error: Deno.stderr },
};
