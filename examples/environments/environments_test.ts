import { assert, assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { Weft } from "../../tests/e2e/weft.ts";

const FOLDER = "examples/environments";
const SECRETS = { staging: "the key of staging", production: "the key of production" };

/** Starts the flow in an environment, with a store of its own. */
async function start(stage: keyof typeof SECRETS, folder: string): Promise<Weft> {
  const secret = stage === "staging" ? ["-e", `INVOICE_KEY=${SECRETS.staging}`] : ["--secrets", folder];
  return await Weft.start({
    args: [
      ...["-f", `${FOLDER}/flow.yaml`, "-f", `${FOLDER}/${stage}.yaml`, "--env-file", `${FOLDER}/${stage}.env`],
      ...["-e", "PORT=0", "--store", `${folder}/${stage}.db`, ...secret],
    ],
    allow: [`--allow-write=${folder}`],
  });
}

Deno.test("the flow runs in both environments, and the secret is neither stored nor logged", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/invoice-key`, `${SECRETS.production}\n`);
  try {
    for (
      const [stage, shop, base] of [
        ["staging", { shop: "Shop (staging)", currency: "EUR", stage: "staging" }, "https://staging.example.com"],
        ["production", { shop: "Shop", currency: "USD", stage: "production" }, "https://shop.example.com"],
      ] as const
    ) {
      const secret = SECRETS[stage];
      await using weft = await start(stage, folder);
      assertEquals(await (await fetch(weft.url)).json(), shop);
      const signature = createHmac("sha256", secret).update("17").digest("hex");
      const link = await (await fetch(new URL("/invoices/17", weft.url))).text();
      assertEquals(link, `${base}/invoices/17?signature=${signature}`);
      await weft.line(weft.err, /invoice: signing with \*\*\*/);
      assertEquals([...weft.out, ...weft.err].filter((line) => line.includes(secret)), []);
      let size = 0;
      for await (const { name } of Deno.readDir(folder)) {
        if (!name.startsWith(`${stage}.db`)) continue;
        const stored = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`));
        size += stored.length;
        assert(!stored.includes(secret), name);
      }
      assert(size > 0);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
