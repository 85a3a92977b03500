import { assertEquals, assertRejects } from "@std/assert";
import { followPage, patternOf, stepsOf } from "../../scripts/new_user.ts";

const PAGE = new URL("../../docs/start.md", import.meta.url);

Deno.test("docs/start.md leads from nothing to a flow that is tested, changed while it runs, and taken back", async () => {
  await followPage(await Deno.readTextFile(PAGE));
});

Deno.test("a page is read as commands, changes of files, and what is printed", async () => {
  const page =
    "```console\n$ true\n$ echo a b\na ...\n```\n\n`f.txt`:\n\n```diff\n-a\n+b\n+c\n```\n\n```text\nx\n```\n\n```sh\nls\n```\n";
  assertEquals(stepsOf(page), [
    { do: "run", command: "true", output: "" },
    { do: "run", command: "echo a b", output: "a ..." },
    { do: "edit", file: "f.txt", from: "a\n", to: "b\nc\n" },
    { do: "wait", lines: "x\n" },
  ]);
  assertEquals([patternOf("a ... (c)").test("a b\nb (c)"), patternOf("a").test("a b")], [true, false]);
  await assertRejects(
    () => followPage("```console\n$ echo a\nb\n```\n"),
    Error,
    "echo a printed\na\n--- and the page says\nb",
  );
});
