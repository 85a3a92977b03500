import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { imageTree } from "../../scripts/image_tree.ts";
import { Weft, weft } from "./weft.ts";

Deno.test("what the Dockerfile puts into the image serves a project, is healthy, and ends with SIGTERM", async () => {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "weft-image-" }));
  try {
    const { folder, env, entrypoint, command, health } = await imageTree(root);
    const [start, ...args] = command;
    assertEquals([entrypoint, start], [["weft"], "start"]);
    const path = `${root}/usr/local/bin:${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
    const options = {
      command: `${root}/usr/local/bin/weft`,
      program: [],
      folder,
      env: { ...env, WEFT_ADMIN: "127.0.0.1:0", PATH: path },
    };
    // the project of a user, with a kind of its own
    const made = await weft(["init", "api"], options);
    assertEquals([made.code, made.err], [0, ""]);
    await using server = await Weft.start({ args: [...args, "-e", "PORT=0"], ...options });
    const url = server.url.replace("0.0.0.0", "127.0.0.1");
    const body = JSON.stringify({ title: "Two teas" });
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/notes", url), { method: "POST", headers, body });
    assertEquals(await response.json(), { id: "two-teas", title: "Two teas", text: "" });
    const admin = /^admin +http:\/\/(\S+)/m.exec(server.out.join("\n"))![1]!;
    const [program, ...words] = health.map((word) => word.replace(env.WEFT_ADMIN!, admin));
    assertEquals(program, "deno");
    const checked = await new Deno.Command(Deno.execPath(), { args: words }).output();
    assertEquals(checked.code, 0, new TextDecoder().decode(checked.stderr));
    server.signal("SIGTERM");
    assertEquals(await server.ended(), 0);
    assertStringIncludes(server.err.join("\n"), "stopping");
    // the store is where a volume is
    assertEquals((await Deno.stat(`${folder}/.weft/registry.db`)).isFile, true);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
