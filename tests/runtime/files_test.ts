import { assert, assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { World } from "./world.ts";

// The kinds of files in the real runtime: requests, threads, streams, and disks that are full or others.

/** Uploads, downloads and lists. */
const SPECS = JSON.stringify([
  {
    kind: "listener",
    name: "web",
    port: 0,
    maxBody: "64MiB",
    stream: true,
    links: { out: [{ name: "router", port: "in" }] },
  },
  {
    kind: "router",
    name: "router",
    routes: [
      { method: "PUT", path: "/files", port: "out[0]" },
      { method: "GET", path: "/files/:name", port: "out[1]" },
      { method: "GET", path: "/files", port: "out[2]" },
    ],
    links: {
      "out[0]": [{ name: "upload", port: "in" }],
      "out[1]": [{ name: "name", port: "in" }],
      "out[2]": [{ name: "list", port: "in" }],
    },
  },
  {
    kind: "snippet",
    name: "upload",
    language: "cel",
    code: "{'filename': self.query.name[0], 'data': self.body}",
    links: { out: [{ name: "write", port: "in" }] },
  },
  { kind: "write", name: "write", timeout: "30s" },
  {
    kind: "snippet",
    name: "name",
    language: "cel",
    code: "self.params.name",
    links: { out: [{ name: "read", port: "in" }] },
  },
  { kind: "read", name: "read", encoding: "bytes", stream: "64KiB" },
  { kind: "list", name: "list", path: "" },
]);

Deno.test("requests write, read and list files; large ones cross in flat memory", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using world = await World.start(SPECS, { allowFiles: [`data=${folder}`] });
    const [url] = await world.runtime.sockets.urls();
    const size = 48 * 1024 * 1024;
    const chunk = new Uint8Array(1024 * 1024);
    let left = size / chunk.length;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(chunk.fill(left));
        else controller.close();
      },
    });
    const uploaded = await fetch(`${url}/files?name=l%C3%A4rge`, { method: "PUT", body });
    assertEquals([uploaded.status, await uploaded.text()], [200, String(size)]);
    assertEquals((await Deno.stat(`${folder}/lärge`)).size, size);
    let received = 0;
    for await (const part of (await fetch(`${url}/files/l%C3%A4rge`)).body!) received += part.length;
    assertEquals(received, size);
    // a client that leaves
    const gone = await fetch(`${url}/files/l%C3%A4rge`);
    await gone.body!.cancel();
    const listed = JSON.parse((await world.fetch("/files")).text);
    assertEquals(listed.map(({ filename, size }: { filename: string; size: number }) => [filename, size]), [[
      "lärge",
      size,
    ]]);
    assertEquals((await world.fetch("/files/nothing")).status, 500);
    assert((await world.fetch("/files/..%2f..%2fetc%2fpasswd")).status >= 400);
    // an upload that breaks off leaves nothing
    let pulled = 0;
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulled++ < 3) controller.enqueue(chunk);
        else controller.error(new Error("gone"));
      },
    });
    await fetch(`${url}/files?name=broken`, { method: "PUT", body: broken }).catch(() => {});
    await until("what was begun is gone", async () => (await Array.fromAsync(Deno.readDir(folder))).length === 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a full disk leaves a file as it was, and a move to another disk is whole",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    // the file system of shared memory, where there is one
    const made = await new Deno.Command("mktemp", { args: ["-d", "-p", "/dev/shm"], stderr: "null" }).output();
    const other = new TextDecoder().decode(made.stdout).trim();
    try {
      const program = new URL("./file_disks.ts", import.meta.url).pathname;
      const { code, stdout, stderr } = await new Deno.Command("bash", {
        args: [
          "-c",
          'trap "" XFSZ; ulimit -f 512; exec "$@"',
          ...["-", Deno.execPath(), "run", "-A", "--no-check", program, folder, ...other === "" ? [] : [other]],
        ],
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assertEquals([code, said.trim()], [0, "done"], said);
    } finally {
      await Deno.remove(folder, { recursive: true });
      if (other !== "") await new Deno.Command("rm", { args: ["-r", other] }).output();
    }
  },
});
