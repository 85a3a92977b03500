import { assertEquals } from "@std/assert";
import { engineWords } from "./engine_command.ts";

Deno.test("the engine is started with the words of the supervisor, but not as one", () => {
  const words = (line: string) => engineWords(line.split(" ")).join(" ");
  assertEquals(words("start --supervise -f flow.yaml"), "start --no-supervise -f flow.yaml");
  assertEquals(words("start -f flow.yaml --supervise=true"), "start --no-supervise -f flow.yaml");
  assertEquals(words("start"), "start --no-supervise", "it may be set in weft.yaml");
  assertEquals(words("start --supervise -- --supervise"), "start --no-supervise -- --supervise");
});
