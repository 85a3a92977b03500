import { assert, assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { ALLOW_PROGRAMS, Weft } from "./weft.ts";

const HEAD = `import { defineKind } from "@weft/weft/kind";
import { z } from "zod";
`;

/** The files of an extension: a kind of executors, with a second file, and one of the host. */
const FILES = {
  "word.ts": 'export const word = "one";',
  "say.ts": `${HEAD}import { word } from "./word.ts";
export default defineKind({ name: "say", summary: "K.", fields: z.object({}), ports: { in: ["in"], out: ["out", "error"] },
  prepare: ({ clock }) => ({
    async in(request) {
      if (request.path === "/slow") await clock.sleep(3_000);
      return word;
    },
  }) });`,
  "mark.ts": `${HEAD}export default defineKind({ name: "mark", summary: "K.", place: "host", effect: "none",
  fields: z.object({}), ports: { in: ["in"], out: ["out", "error"] },
  prepare: () => ({ in: (word) => word + "!" }) });`,
  "deno.json": '{ "exports": { "./say": "./say.ts", "./mark": "./mark.ts" } }',
  "flow.yaml": `- { kind: listener, name: web, port: 0, links: { out: [{ name: say, port: in }] } }
- { kind: say, name: say, links: { out: [{ name: mark, port: in }] } }
- { kind: mark, name: mark }`,
};

/** The arguments of each mode, and what it needs beyond the permissions of the task. */
const MODES = {
  thread: { args: [], allow: [] },
  process: {
    args: ["--isolation", "process"],
    allow: ALLOW_PROGRAMS,
  },
};

for (const [mode, { args, allow }] of Object.entries(MODES)) {
  Deno.test(`${mode}: --watch reloads extensions: nothing is lost, and what cannot be used changes nothing`, async () => {
    const folder = await Deno.makeTempDir();
    const write = (file: string, text: string) => Deno.writeTextFile(`${folder}/${file}`, text);
    try {
      for (const [file, text] of Object.entries(FILES)) await write(file, text);
      await using weft = await Weft.start({
        allow,
        args: ["--extension", folder, "-f", `${folder}/flow.yaml`, "--watch", ...args],
      });
      const ask = async (path = "/") => {
        const response = await fetch(new URL(path, weft.url));
        return `${response.status} ${await response.text()}`;
      };
      const becomes = (answer: string) => until(`the answer is ${answer}`, async () => await ask() === answer);
      assertEquals(await ask(), "200 one!");

      // requests without a pause, all the time
      const answers = new Map<string, number>();
      let isOver = false;
      const asking = (async () => {
        while (!isOver) {
          const answer = await ask();
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        }
      })();
      const slow = ask("/slow");
      await write("word.ts", 'export const word = "two";');
      await becomes("200 two!");
      // it began before the change, so it ends with the code of before; both nodes are those of its version
      assertEquals(await slow, "200 one!");
      await write("mark.ts", FILES["mark.ts"].replace('"!"', '"?"'));
      await becomes("200 two?");

      await write("word.ts", "export const word = ;");
      await weft.line(weft.err, /^still running the extensions as they were/);
      assert(weft.err.some((line) => /say\.ts cannot be loaded/.test(line)), weft.err.join("\n"));
      assertEquals(await ask(), "200 two?");

      // a kind that the specs cannot be run with: a field that they lack
      await write("word.ts", 'export const word = "three";');
      await becomes("200 three?");
      weft.err.length = 0;
      await write("mark.ts", FILES["mark.ts"].replace("z.object({})", "z.object({ sign: z.string() })"));
      await weft.line(weft.err, /^still running the extensions as they were/);
      assert(weft.err.some((line) => /sign/.test(line)), weft.err.join("\n"));
      assertEquals(await ask(), "200 three?");
      await write("mark.ts", FILES["mark.ts"].replace('"!"', '"."'));
      await becomes("200 three.");

      isOver = true;
      await asking;
      // each answer is that of one state of the files: none was lost, none failed
      const known = ["200 one!", "200 two!", "200 two?", "200 three?", "200 three."];
      assertEquals([...answers.keys()].filter((answer) => !known.includes(answer)), []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
