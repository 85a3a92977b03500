// A kind that stands for code that has escaped the realm: it runs any code on the executor's own global. What it takes
// below, before the global is locked down, is more than such code can reach. Deno's permissions must hold even so.
import type { Kind } from "@weft/weft/kind";
import childProcess from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import process from "node:process";
import threads from "node:worker_threads";
import { z } from "zod";
import { encodeMessage } from "../../../src/protocol/process/mod.ts";
import { isMap } from "../../../src/value/mod.ts";

// deno-lint-ignore no-explicit-any -- as a hostile module would
const global = globalThis as any;
const { BroadcastChannel, caches, fetch, navigator, WebSocket, Worker } = global;
const nodes = { childProcess, fs, http, net, os, process, threads };
const exits = { Deno, BroadcastChannel, caches, fetch, navigator, WebSocket, Worker, locks: navigator.locks, ...nodes };

/** Functions of the language itself, which the objects above contain too. */
const LANGUAGE = new Set<unknown>([global.Buffer, global.Event, global.queueMicrotask, Function.prototype]);

/** The objects and functions that must not be reachable once the global is locked down, with their names. */
const forbidden = new Map<object, string>();
for (const [name, exit] of Object.entries(exits)) {
  if (exit === undefined) continue; // sealed before any module is imported
  forbidden.set(exit, name);
  for (const key of Reflect.ownKeys(exit)) {
    if (key === "constructor" || key === "prototype") continue;
    let value: unknown;
    try {
      value = exit[key];
    } catch {
      continue; // some of Deno's getters need a permission
    }
    if (typeof value === "function" && !LANGUAGE.has(value)) forbidden.set(value, `${name}.${String(key)}`);
  }
}

/** Returns the paths from the global to something forbidden. */
function paths(): string[] {
  const found: string[] = [];
  const seen = new Set<unknown>([globalThis]);
  const queue: [path: string, value: object][] = [["globalThis", globalThis]];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [path, at] = next;
    const known = forbidden.get(at);
    if (known !== undefined) found.push(`${path} is ${known}`);
    const add = (name: string, value: unknown) => {
      if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) return;
      seen.add(value);
      queue.push([`${path}.${name}`, value as object]);
    };
    add("[[Prototype]]", Reflect.getPrototypeOf(at));
    for (const key of Reflect.ownKeys(at)) {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(at, key)!;
      add(String(key), value);
      add(`get ${String(key)}`, get);
      add(`set ${String(key)}`, set);
      if (get !== undefined) {
        try {
          add(String(key), Reflect.apply(get, at, []));
        } catch {
          // not a getter for this object
        }
      }
    }
  }
  return found;
}

const ENGINE = new URL("../../../src/value/mod.ts", import.meta.url);
const PROJECT = new URL("../../../", import.meta.url);

/** Attempts that need a permission, made while the thread still has the whole global of a Deno thread. */
export const GUARDED: Readonly<Record<string, () => unknown>> = {
  "reading a file": () => Deno.readTextFileSync("/etc/hostname"),
  "reading the folder of the project": () => [...Deno.readDirSync(PROJECT)],
  "reading the settings of the project": () => Deno.readTextFileSync(new URL("deno.json", PROJECT)),
  "reading past the engine's folder": () => Deno.readTextFileSync(new URL("src/../deno.json", PROJECT)),
  "reading a file by node:fs": () => fs.readFileSync("/etc/hostname"),
  "listing the root": () => fs.readdirSync("/"),
  "a file's times": () => Deno.statSync("/etc/hostname"),
  "following a link": () => Deno.readLinkSync("/proc/self/exe"),
  "memory of the program": () => fs.readFileSync("/proc/self/mem"),
  "the program's environment by /proc": () => fs.readFileSync("/proc/self/environ"),
  "writing a file": () => Deno.writeTextFileSync("/tmp/escaped", "x"),
  "writing the engine's source": () => Deno.writeTextFileSync(ENGINE, "", { append: true }),
  "a temporary file": () => Deno.makeTempFileSync(),
  "removing a file": () => Deno.removeSync("/tmp/escaped"),
  "linking": () => Deno.symlinkSync("/etc", "/tmp/escaped"),
  "watching": () => Deno.watchFs("/tmp"),
  "a connection": () => Deno.connect({ port: 80, hostname: "127.0.0.1" }),
  "a Unix socket": () => Deno.connect({ transport: "unix", path: "/run/x" }),
  "listening": () => Deno.listen({ port: 0 }),
  "serving": () => Deno.serve({ port: 0, onListen() {} }, () => new Response()),
  "fetch": () => fetch("http://127.0.0.1/"),
  "fetch of a file": () => fetch("file:///etc/hostname"),
  "a web socket": () => new WebSocket("ws://127.0.0.1/"),
  "names of hosts": () => Deno.resolveDns("localhost", "A"),
  "a connection by node:net": () =>
    new Promise((done, fail) => net.connect(80, "127.0.0.1").on("error", fail).on("connect", done)),
  "a request by node:http": () => new Promise((done, fail) => http.get("http://127.0.0.1/", done).on("error", fail)),
  "the environment": () => Deno.env.toObject(),
  "a variable by node:process": () => process.env.HOME,
  "a command": () => new Deno.Command("/bin/true").outputSync(),
  "a command by node:child_process": () =>
    new Promise((done, fail) => childProcess.spawn("/bin/true").on("error", fail).on("exit", done)),
  "a signal to another process": () => Deno.kill(1, "SIGCONT"),
  "a signal by node:process": () => process.kill(1, "SIGCONT"),
  "a foreign library": () => Deno.dlopen("/lib/x86_64-linux-gnu/libc.so.6", {}),
  "the name of the machine": () => Deno.hostname(),
  "the load of the machine": () => Deno.loadavg(),
  "addresses of the machine": () => Deno.networkInterfaces(),
  "the memory of the machine": () => Deno.systemMemoryInfo(),
  "the user by node:os": () => os.userInfo(),
  "a module of a file": () => import(new URL("deno.json", PROJECT).href, { with: { type: "json" } }),
  "a module of the network": () => import(["https:/", "example.com", "x.js"].join("/")),
  "a worker with more permissions": () =>
    new Worker("data:text/javascript,", {
      type: "module",
      deno: { permissions: { read: true } },
    } as WorkerOptions),
  "asking for a permission": async () => {
    const { state } = await Deno.permissions.request({ name: "read" });
    if (state !== "granted") throw new Deno.errors.NotCapable(state);
  },
};

/** Whether this program is that of an executor. */
const isProgram = Deno.args[0]?.startsWith('{"extensions"') === true;

/** The outcome of each attempt. The host makes none. */
const tried: Record<string, string> = {};
if (isProgram || threads.workerData?.port !== undefined) {
  for (const [name, attempt] of Object.entries(GUARDED)) tried[name] = await outcome(attempt);
}

async function outcome(attempt: () => unknown): Promise<string> {
  try {
    const value = await attempt();
    return `got ${typeof value === "object" ? JSON.stringify(value) : String(value)}`;
  } catch (error) {
    return String(error);
  }
}

const { setImmediate } = global;
/** Leads to the host. */
const port = isProgram
  ? { postMessage: (batch: unknown) => writeAll(encodeMessage(batch)) }
  : threads.workerData?.port as MessagePort;
/** Writes bytes to the host, which expects messages, if the executor is a program. */
const writeAll = (bytes: Uint8Array) => {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(1, bytes, at);
};
const { exit } = Deno;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Ways to end an executor that user code does not have. */
const ENDS = {
  exit: () => exit(3),
  crash: () =>
    setImmediate(() => {
      throw new Error("a bug of the engine");
    }),
  /** Never settles. */
  ever: new Promise(() => {}),
  /** Blocks in the engine's own code, inside a slice. */
  hang: () => Atomics.wait(nobody, 0, 0, 20_000),
  /** Blocks outside of slices. */
  silence: () => setImmediate(() => Atomics.wait(nobody, 0, 0, 20_000)),
};

/** Runs code on the thread's own global. @param me The numbers of the process and the symbol that it runs for. */
function run(code: string, me: { process: number; symbol: number }): Promise<string> {
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  const given = { ...me, ...ENDS, tried, paths, port, writeAll };
  return outcome(() => new AsyncFunction("given", `"use strict"; ${code}`)(given));
}

const escaped: Kind = {
  name: "escaped",
  summary: "Runs the code in the body of a request, outside of the realm.",
  fields: z.object({}),
  ports: { in: ["in"], out: ["out"] },
  prepare: ({ symbol }) => ({
    node: {
      receive: ({ payload, process }) =>
        run(isMap(payload) ? String(payload.body) : "", { process: process.number, symbol: symbol.number }),
    },
  }),
};

export default escaped;
