/** What one run of `wrk` counted. */
export interface Load {
  requests: number;
  /** How long it took, in seconds. */
  seconds: number;
}

/**
 * Sends requests for some seconds, from one thread.
 *
 * @param connections How many at a time. Default 64.
 * @throws {Error} If `wrk` is not there, or if a request was not answered with a status of 200 to 399.
 */
export async function wrk(url: string, seconds: number, connections = 64): Promise<Load> {
  const command = new Deno.Command("wrk", { args: ["-t1", `-c${connections}`, `-d${seconds}s`, url] });
  const { success, stdout, stderr } = await command.output().catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("this bench needs wrk (https://github.com/wg/wrk): on Debian and Ubuntu, `apt install wrk`");
  });
  const text = new TextDecoder().decode(stdout);
  const counted = /^\s*(\d+) requests in ([\d.]+)(ms|s|m),/m.exec(text);
  const wrong = /^\s*(Non-2xx|Socket errors).*$/m.exec(text)?.[0];
  if (!success || counted === null || wrong !== undefined) {
    throw new Error(`wrk ${url}: ${wrong?.trim() ?? text + new TextDecoder().decode(stderr)}`);
  }
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60 };
  return { requests: Number(counted[1]), seconds: Number(counted[2]) * units[counted[3]!]! };
}
