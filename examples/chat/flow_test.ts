import { assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { Weft } from "../../tests/e2e/weft.ts";
import { BROWSER_TEST, openBrowser } from "../../tests/support/browser.ts";
import { TestSocket } from "../../tests/support/websocket_client.ts";

/** Enters a room with a new page. */
async function enter(browser: Browser, url: string, name: string, room: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.fill("[name=name]", name);
  await page.fill("[name=room]", room);
  await page.click("text=Enter");
  await page.waitForSelector(`text=${name} is here`);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill("[name=text]", text);
  await page.click("text=Send");
}

const linesOf = (page: Page) => page.locator("#lines li").allTextContents();

Deno.test({
  name: "pages talk to those in their room, and to nobody else",
  ...BROWSER_TEST,
  async fn(test) {
    await using weft = await Weft.start({ args: ["-f", "examples/chat/flow.yaml", "-e", "PORT=0"] });
    const browser = await openBrowser();
    try {
      const ada = await enter(browser, weft.url, "Ada", "sea");
      const bob = await enter(browser, weft.url, "Bob", "sea");
      const cid = await enter(browser, weft.url, "Cid", "hill");

      await test.step("to and fro", async () => {
        await say(ada, "Hello, Bob");
        await bob.waitForSelector("text=Ada: Hello, Bob");
        await say(bob, "<b>Hello</b> & ä€😀");
        await ada.waitForSelector("text=ä€😀");
        const talk = ["Bob is here", "Ada: Hello, Bob", "Bob: <b>Hello</b> & ä€😀"];
        assertEquals(await linesOf(ada), ["Ada is here", ...talk]);
        assertEquals(await linesOf(bob), talk);
        assertEquals(await linesOf(cid), ["Cid is here"]);
      });

      await test.step("who leaves is gone", async () => {
        await bob.close();
        await ada.waitForSelector("text=Bob is gone");
      });

      await test.step("a page of another site cannot connect", async () => {
        // the same machine, and another port
        const other = Deno.serve(
          { port: 0, hostname: "127.0.0.1", onListen() {} },
          () => new Response("<p>evil</p>", { headers: { "content-type": "text/html" } }),
        );
        const evil = await browser.newPage();
        await evil.goto(`http://127.0.0.1:${other.addr.port}/`);
        const event = await evil.evaluate((url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => resolve("open");
            socket.onclose = () => resolve("close");
          }), `${weft.url.replace("http", "ws")}/ws?room=sea&name=Eve`);
        assertEquals(event, "close");
        await evil.close();
        await other.shutdown();
      });
    } finally {
      await browser.close();
    }
  },
});

Deno.test("what is no message, or nobody's, is told so", async () => {
  await using weft = await Weft.start({ args: ["-f", "examples/chat/flow.yaml", "-e", "PORT=0"] });
  for (const [path, status] of [["/ws?name=Ada", 400], ["/ws?name=Ada&room=sea", 426]] as const) {
    const response = await fetch(new URL(path, weft.url));
    await response.body?.cancel();
    assertEquals(response.status, status);
  }
  await using socket = await TestSocket.open(`${weft.url.replace("http", "ws")}/ws?name=Ada&room=sea`);
  assertEquals(await socket.json(), { joined: "Ada" });
  for (const message of ["no JSON", {}, { text: "" }, { text: "x".repeat(2001) }, { text: "a", to: "all" }]) {
    socket.send(message);
    assertMatch(String((await socket.json()).error), /JSON|data/, JSON.stringify(message));
  }
  socket.send({ text: "still here" });
  assertEquals(await socket.json(), { from: "Ada", text: "still here" });
});
