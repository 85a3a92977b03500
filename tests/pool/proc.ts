// What the kernel says of a process. Its files are read by a program of their own: no permission but all opens /proc.

async function output(command: string, ...args: string[]): Promise<string> {
  // `ls` complains of what was closed while it looked, and lists the rest
  const { stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null" }).output();
  if (stdout.length === 0) throw new Error(`${command} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

/** Resident memory, in bytes. */
export async function residentOf(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await output("cat", `/proc/${pid}/status`))![1]) * 1024;
}

/** How many threads there are. */
export async function threadsOf(pid: number): Promise<number> {
  return Number(/Threads:\s+(\d+)/.exec(await output("cat", `/proc/${pid}/status`))![1]);
}

/** What open file descriptors lead to, sorted. */
export async function descriptorsOf(pid: number): Promise<string[]> {
  const lines = (await output("ls", "-l", `/proc/${pid}/fd`)).split("\n");
  return lines.flatMap((line) => line.split(" -> ")[1] ?? []).sort();
}
