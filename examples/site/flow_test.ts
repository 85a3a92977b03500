import { assert, assertEquals, assertMatch } from "@std/assert";
import { Weft } from "../../tests/e2e/weft.ts";
import { BROWSER_TEST, openBrowser } from "../../tests/support/browser.ts";

const PASSWORD = "correct horse: battery staple ü";

function start(): Promise<Weft> {
  const variables = ["PORT=0", "ASSETS=examples/site/assets", "ADA_PASSWORD", "COOKIE_SECRET"];
  return Weft.start({
    args: ["-f", "examples/site/flow.yaml", ...variables.flatMap((variable) => ["-e", variable])],
    env: { ADA_PASSWORD: PASSWORD, COOKIE_SECRET: "a secret of no less than 32 bytes" },
    allow: ["--allow-env=ADA_PASSWORD,COOKIE_SECRET"],
  });
}

/** A client that keeps cookies. */
class Client {
  readonly cookies = new Map<string, string>();
  constructor(readonly url: string) {}

  async send(path: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(path, this.url), {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { ...headers, ...cookie !== "" && { cookie } },
      ...form !== undefined && { body: new URLSearchParams(form) },
    });
    for (const text of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text)!;
      if (value === "") this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }

  /** Sends a request, and returns its status and where it leads or what its body is. */
  async ask(...args: Parameters<Client["send"]>): Promise<[status: number, text: string]> {
    const response = await this.send(...args);
    const text = await response.text();
    return [response.status, response.headers.get("location") ?? text];
  }
}

Deno.test("a site with a login", async (test) => {
  await using weft = await start();
  const client = new Client(weft.url);
  const login = () => client.ask("/login", { name: "ada", password: PASSWORD });

  await test.step("whoever has not logged in is led to the page where they can", async () => {
    for (const path of ["/", "/note", "/nothing"]) assertEquals(await client.ask(path), [303, "/login"], path);
    const [status, page] = await client.ask("/login");
    assertEquals(status, 200);
    assert(page.includes("<h1>Log in</h1>") && !page.includes("wrong"));
  });

  await test.step("a wrong name or password is told, without a window of the browser's", async () => {
    for (const form of [{ name: "ada", password: "x" }, { name: "eve", password: PASSWORD }, {}, { name: "ada" }]) {
      const response = await client.send("/login", form as Record<string, string>);
      assertEquals([response.status, response.headers.get("www-authenticate")], [401, null]);
      assertMatch(await response.text(), /Name or password is wrong\./);
    }
    assertEquals(client.cookies.size, 0);
  });

  await test.step("a login leads home, with a cookie that no script reads and no other site sends", async () => {
    const response = await client.send("/login", { name: "ada", password: PASSWORD });
    assertEquals([response.status, response.headers.get("location")], [303, "/"]);
    assertMatch(
      response.headers.get("set-cookie")!,
      /^session=\S+; Path=\/; Max-Age=28800; HttpOnly; Secure; SameSite=Lax$/,
    );
    await response.body?.cancel();
    const [status, page] = await client.ask("/");
    assertEquals(status, 200);
    assert(page.includes("<h1>Hello, ada</h1>") && !page.includes('id="note"'));
  });

  await test.step("a note is kept, and is text on the page", async () => {
    const before = client.cookies.get("session");
    assertEquals(await client.ask("/note", { note: "<script>alert(1)</script> & more" }), [303, "/"]);
    assert(client.cookies.get("session") !== before);
    const [, page] = await client.ask("/");
    assert(page.includes('<p id="note">&lt;script&gt;alert(1)&lt;&#x2F;script&gt; &amp; more</p>'), page);
    assertEquals((await client.ask("/note", { note: "" }))[0], 400);
    assertEquals((await client.ask("/note", { note: "x".repeat(201) }))[0], 400);
  });

  await test.step("a form on another site changes nothing", async () => {
    for (const path of ["/note", "/logout", "/login"]) {
      const form = { note: "evil", name: "ada", password: PASSWORD };
      assertEquals((await client.ask(path, form, { origin: "https://evil.example" }))[0], 403, path);
      assertEquals((await client.ask(path, form, { "sec-fetch-site": "cross-site" }))[0], 403, path);
    }
    assert(!(await client.ask("/"))[1].includes("evil"));
  });

  await test.step("files are kept by browsers, and not sent again unless they have changed", async () => {
    const response = await client.send("/assets/style.css");
    assertEquals(response.headers.get("cache-control"), "public, max-age=3600");
    assertMatch(response.headers.get("content-type")!, /^text\/css/);
    await response.body?.cancel();
    const again = await client.send("/assets/style.css", undefined, { "if-none-match": response.headers.get("etag")! });
    assertEquals(again.status, 304);
    assertEquals((await client.ask("/assets/%2e%2e%2fflow.yaml"))[0], 404);
  });

  await test.step("after a logout the cookie is good for nothing, whoever has kept it", async () => {
    const kept = new Client(weft.url);
    kept.cookies.set("session", client.cookies.get("session")!);
    assertEquals(await client.ask("/logout", {}), [303, "/login"]);
    assertEquals(client.cookies.size, 0);
    assertEquals(await kept.ask("/"), [303, "/login"]);
  });

  await test.step({
    name: "a browser keeps the session to itself, and shows what was written as text",
    ...BROWSER_TEST,
    async fn() {
      const browser = await openBrowser();
      try {
        const page = await browser.newPage();
        await page.goto(weft.url);
        assertEquals(new URL(page.url()).pathname, "/login");
        await page.getByLabel("Name").fill("ada");
        await page.getByLabel("Password").fill("wrong");
        await page.getByRole("button").click();
        assertEquals(await page.locator(".error").textContent(), "Name or password is wrong.");
        await page.getByLabel("Name").fill("ada");
        await page.getByLabel("Password").fill(PASSWORD);
        await page.getByRole("button").click();
        await page.getByText("Hello, ada").waitFor();
        assertEquals(await page.evaluate("document.cookie"), "");
        const [cookie] = await page.context().cookies();
        assertEquals([cookie!.name, cookie!.httpOnly, cookie!.secure, cookie!.sameSite], [
          "session",
          true,
          true,
          "Lax",
        ]);

        await page.getByLabel("Note").fill('"><img src=x onerror="document.title = 1">');
        await page.getByRole("button", { name: "Keep" }).click();
        const note = page.locator("#note");
        await note.waitFor();
        assertEquals(await note.textContent(), '"><img src=x onerror="document.title = 1">');
        assertEquals(await page.title(), "Notes of ada");

        // another port is another origin, but to cookies the same site
        const form =
          `<form method="post" action="${weft.url}/note"><input name="note" value="evil"><button>Win</button></form>`;
        await using evil = Deno.serve(
          { port: 0, hostname: "127.0.0.1", onListen() {} },
          () => new Response(form, { headers: { "content-type": "text/html" } }),
        );
        await page.goto(`http://127.0.0.1:${evil.addr.port}/`);
        const [answer] = await Promise.all([
          page.waitForResponse((response) => response.url() === `${weft.url}/note`),
          page.getByRole("button").click(),
        ]);
        assertEquals(answer.status(), 403);
        await page.goto(weft.url);
        assert(!(await note.textContent())!.includes("evil"));

        await page.getByRole("button", { name: "Log out" }).click();
        await page.waitForURL("**/login");
        assertEquals((await page.context().cookies()).length, 0);
        await page.goBack();
        await page.goto(weft.url);
        assertEquals(new URL(page.url()).pathname, "/login");
      } finally {
        await browser.close();
      }
    },
  });

  await test.step("passwords cannot be tried without end", async () => {
    const statuses = [];
    for (let count = 0; count < 12; count++) statuses.push((await login())[0]);
    assertEquals(statuses.at(-1), 429);
  });
});
