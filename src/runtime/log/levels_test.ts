import { assertEquals, assertThrows } from "@std/assert";
import { parseLevels } from "./levels.ts";
import { Logger } from "./log.ts";

Deno.test("levels are for all parts, and others for some", () => {
  assertEquals(parseLevels("warn"), { all: "warn", parts: {} });
  assertEquals(parseLevels("error, registry=debug,http=warn"), {
    all: "error",
    parts: { registry: "debug", http: "warn" },
  });
  assertEquals(parseLevels("http=warn"), { all: "info", parts: { http: "warn" } });
});

Deno.test("a wrong level or part is told, with what there is", () => {
  const fail = (text: string, message: string) => assertThrows(() => parseLevels(text), Error, message);
  fail("loud", "expected debug, info, warn or error, for all or for parts: info,http=warn");
  fail("info,http=", "expected debug, info, warn or error");
  fail("", "expected debug, info, warn or error");
  fail("info,registri=debug", 'unknown part "registri"; did you mean "registry"?');
  fail("info,xyz=debug", 'unknown part "xyz"; parts are engine, registry, nodes, ');
  fail("info,debug", "expected one level for all parts");
  fail("constructor=debug", 'unknown part "constructor"');
});

Deno.test("a part is written from its own level on; lines of nodes are those of the part nodes", () => {
  const lines: string[] = [];
  const levels = parseLevels("error,registry=debug,nodes=warn");
  const logger = new Logger({ format: "json", levels, write: (line) => lines.push(line) });
  logger.log("info", "a version runs");
  logger.log("debug", "followed", { part: "registry" });
  logger.log("info", "hello", { node: "greet" });
  logger.log("warn", "careful", { node: "greet" });
  logger.log("error", "over");
  assertEquals(
    lines.map((line) => JSON.parse(line)).map(({ level, part, message }) => [level, part, message]),
    [["debug", "registry", "followed"], ["warn", "nodes", "careful"], ["error", "engine", "over"]],
  );
  assertEquals([logger.has("debug"), logger.has("info", "nodes"), logger.has("warn", "nodes")], [true, false, true]);
});
