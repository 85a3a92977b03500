// A thread of a program of `weft doctor` that ends the program when its input ends.
import process from "node:process";

// The project is checked with the types of a main thread, where `self` is a window.
(self as unknown as { postMessage(message: unknown): void }).postMessage(null);
while (Deno.stdin.readSync(new Uint8Array(8)) !== null);
process.kill(process.pid, "SIGKILL");
