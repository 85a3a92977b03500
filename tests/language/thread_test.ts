import { assertEquals } from "@std/assert";

type Options = WorkerOptions & { deno: { permissions: { read: URL[] } } };

Deno.test("every language works in a thread without permissions and with an emptied global", async () => {
  const url = new URL("./thread/sealed.ts", import.meta.url);
  const options: Options = { type: "module", deno: { permissions: { read: [new URL("../../", import.meta.url)] } } };
  const worker = new Worker(url, options);
  const results = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => worker.terminate());
  assertEquals(results, [
    "text",
    { a: [1] },
    { a: [1], b: new Uint8Array([104, 105]) },
    2,
    true,
    "c3a9YQ==",
    2,
    "hi",
    36,
    ["Cannot read properties of null (reading 'x')", 69, ["http://h/a"]],
    8,
    ['unexpected ";"', 25],
    true,
    2,
    1,
    [],
  ]);
});
