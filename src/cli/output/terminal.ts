import type { Terminal } from "../options/command.ts";

const encoder = new TextEncoder();

function write(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
  } catch (error) {
    // the reader has gone away, as `head` does
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The terminal of this process. */
export const terminal: Terminal = {
  print: (line) => write(Deno.stdout, line),
  warn(line) {
    try {
      write(Deno.stderr, line);
    } catch {
      // there is nowhere to tell it
    }
  },
  async write(bytes) {
    try {
      for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  },
  input: () => new Response(Deno.stdin.readable).text(),
  env: (name) => Deno.env.get(name),
  streams: { out: Deno.stdout, error: Deno.stderr },
};
