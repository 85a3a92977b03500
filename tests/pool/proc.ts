// Reads the state of a process from /proc. Other programs read the files, because /proc needs all permissions in Deno.

async function output(command: string, ...args: string[]): Promise<string> {
  // `ls` complains about files that were closed meanwhile, and lists the others
  const { stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null" }).output();
  if (stdout.length === 0) throw new Error(`${command} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

/** Returns the ids of the programs of executors that a program has started, oldest first. */
export async function executorsOf(pid: number): Promise<number[]> {
  // not by their ids, which begin again after the last one
  const args = ["--ppid", String(pid), "-o", "pid=,args=", "--sort=start_time"];
  const { stdout } = await new Deno.Command("ps", { args, stdin: "null" }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes("executor_process.ts"));
  return lines.map((line) => Number.parseInt(line));
}

/** Reports whether a program runs. One that has ended and was not waited for does not. */
export async function runs(pid: number): Promise<boolean> {
  const state = await output("cat", `/proc/${pid}/stat`).then((stat) => /\) (\S)/.exec(stat)?.[1], () => undefined);
  return state !== undefined && state !== "Z";
}

/** Returns the resident memory, in bytes. */
export async function residentOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await output("cat", `/proc/${pid}/status`))![1]) * 1024;
}

/** Returns the number of threads. */
export async function threadsOf(pid: number): Promise<number> {
  return Number(/Threads:\s+(\d+)/.exec(await output("cat", `/proc/${pid}/status`))![1]);
}

/** Returns the targets of the open file descriptors, sorted. */
export async function descriptorsOf(pid: number): Promise<string[]> {
  const lines = (await output("ls", "-l", `/proc/${pid}/fd`)).split("\n");
  return lines.flatMap((line) => line.split(" -> ")[1] ?? []).sort();
}
