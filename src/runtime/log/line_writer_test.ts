import { assert, assertEquals } from "@std/assert";
import { until } from "../../../tests/support/until.ts";
import { LineWriter } from "./line_writer.ts";
import { Logger } from "./log.ts";

const decoder = new TextDecoder();

/** A stream that fails, or takes a few bytes at a time, as a test says. */
class Stream {
  text = "";
  error: Error | undefined;
  /** How many bytes it still takes before it fails. */
  room = Infinity;
  most = Infinity;

  write(bytes: Uint8Array): Promise<number> {
    const count = Math.min(bytes.length, this.room, this.most);
    if (count === 0 || this.error !== undefined && this.room === Infinity) {
      return Promise.reject(this.error ?? new Error("the disk is full"));
    }
    this.room -= count;
    this.text += decoder.decode(bytes.subarray(0, count));
    return Promise.resolve(count);
  }
}

Deno.test("lines are written in order, in as few writes as the stream takes", async () => {
  const stream = new Stream();
  stream.most = 5;
  const writer = new LineWriter(stream);
  for (let line = 1; line <= 100; line++) writer.write(`line ${line}`);
  await writer.flush(10_000);
  assertEquals(stream.text, Array.from({ length: 100 }, (_, index) => `line ${index + 1}\n`).join(""));
  assertEquals(writer.dropped, 0);
});

Deno.test("lines that cannot be written are counted, and told when writing works again", async () => {
  const stream = new Stream();
  const writer = new LineWriter(stream, { pause: 1, lost: (count) => `${count} lost` });
  stream.room = 9; // the second line is cut
  for (const line of ["one", "second", "third"]) writer.write(line);
  await until("two lines are dropped", () => writer.dropped === 2);
  stream.room = Infinity;
  await until("it is told", () => stream.text.includes("lost"));
  writer.write("fourth");
  await until("it goes on", () => stream.text.includes("fourth"));
  assertEquals(stream.text, "one\nsecon\n2 lost\nfourth\n");
  writer.close();
});

Deno.test("a stream that is not ready is asked again, and nothing is lost", async () => {
  const stream = new Stream();
  stream.error = new Deno.errors.WouldBlock("not ready");
  const writer = new LineWriter(stream);
  writer.write("a");
  writer.write("b");
  await new Promise((resolve) => setTimeout(resolve, 50));
  stream.error = undefined;
  await writer.flush(10_000);
  assertEquals([stream.text, writer.dropped], ["a\nb\n", 0]);
});

Deno.test("what waits for a reader is limited", async () => {
  const reader = Promise.withResolvers<void>();
  const written: string[] = [];
  const sink = {
    async write(bytes: Uint8Array) {
      await reader.promise;
      written.push(decoder.decode(bytes));
      return bytes.length;
    },
  };
  const writer = new LineWriter(sink, { limit: 1000, lost: (count) => `${count} lost` });
  const start = performance.now();
  for (let line = 0; line < 100_000; line++) writer.write("x".repeat(100));
  assert(performance.now() - start < 10_000);
  await writer.flush(20);
  for (let line = 0; line < 100; line++) writer.write("y".repeat(100));
  assertEquals(writer.dropped, 100);
  reader.resolve();
  await until("it is told", () => writer.dropped === 0 && written.join("").endsWith("100 lost\n"));
  assertEquals(written.join(""), `${`${"x".repeat(100)}\n`.repeat(10)}${100_000 - 10} lost\n100 lost\n`);
});

Deno.test("a node may write so many lines a second, and what is dropped is told with its name", async () => {
  const lines: string[] = [];
  const logger = new Logger({ limit: 10, write: (line) => lines.push(line.slice(25)) });
  for (let line = 0; line < 50; line++) {
    logger.log("info", "loud", { node: "loud" });
    logger.log("info", "no node");
  }
  logger.log("info", "quiet", { node: "quiet" });
  assertEquals(lines.filter((line) => line === "info  loud: loud").length, 10);
  assertEquals(lines.filter((line) => line === "info  no node").length, 50);
  assertEquals(lines.at(-1), "info  quiet: quiet");
  const told = "warn  loud: 40 of its lines were dropped: more than 10 in a second";
  // the timer does not keep a program alive
  await until("it is told", () => lines.at(-1) === told);
  logger.log("info", "again", { node: "loud" });
  assertEquals(lines.at(-1), "info  loud: again");
  const unlimited = new Logger({ limit: 0, write: (line) => lines.push(line) });
  const before = lines.length;
  for (let line = 0; line < 5_000; line++) unlimited.log("info", "x", { node: "loud" });
  assertEquals(lines.length - before, 5_000);
});
