import { assert, assertEquals, assertMatch } from "@std/assert";
import { readmeAllow, Weft } from "../../tests/e2e/weft.ts";
import { eachDatabase, type TestDatabase, testDatabases } from "../../tests/support/databases.ts";

const PASSWORDS = { ADA_PASSWORD: "correct horse", BOB_PASSWORD: "battery staple" };

async function start({ type, data }: TestDatabase, folder: string): Promise<Weft> {
  const database = type === "sqlite" ? data.file : data.url;
  const variables = ["PORT=0", `DATABASE=${database}`, ...Object.keys(PASSWORDS), "COOKIE_SECRET"];
  const allow = await readmeAllow("examples/todo/README.md", type === "sqlite" ? 0 : 1);
  return await Weft.start({
    args: [
      ...["-f", "examples/todo/flow.yaml", "-f", `examples/todo/${type}.yaml`, "--allow-private", "127.0.0.1"],
      ...variables.flatMap((variable) => ["-e", variable]),
    ],
    env: { ...PASSWORDS, COOKIE_SECRET: "a secret of no less than 32 bytes" },
    allow: [`--allow-write=${folder}`, ...allow],
  });
}

/** A browser of somebody. */
class Browser {
  #cookie = "";
  constructor(readonly url: string) {}

  /** Gets a page, or sends a form. @returns The status, and where it leads or the page. */
  async go(path: string, form?: Record<string, string>): Promise<[status: number, text: string]> {
    const response = await fetch(new URL(path, this.url), {
      method: form === undefined ? "GET" : "POST",
      redirect: "manual",
      headers: { cookie: this.#cookie },
      ...form !== undefined && { body: new URLSearchParams(form) },
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.#cookie = cookie.split(";")[0]!;
    const text = await response.text();
    return [response.status, response.headers.get("location") ?? text];
  }

  /** Returns the ids of the todos on the page, by their titles. */
  async todos(): Promise<Record<string, string>> {
    const [, page] = await this.go("/");
    const items = page.matchAll(/<li>\s*(.*?)\s*<form.*?value="([^"]*)"/gs);
    return Object.fromEntries(Array.from(items, ([, title, id]) => [title!, id!]));
  }
}

testDatabases("a todo service", {
  "keeps what somebody has to do, for them alone": eachDatabase(async (database, { folder }) => {
    await using weft = await start(database, folder);
    const [ada, bob, nobody] = [new Browser(weft.url), new Browser(weft.url), new Browser(weft.url)];

    for (const path of ["/", "/add"]) assertEquals(await nobody.go(path), [303, "/login"]);
    assertEquals((await nobody.go("/login", { name: "ada", password: "x" }))[0], 401);
    assertEquals(await ada.go("/login", { name: "ada", password: PASSWORDS.ADA_PASSWORD }), [303, "/"]);
    assertEquals(await bob.go("/login", { name: "bob", password: PASSWORDS.BOB_PASSWORD }), [303, "/"]);

    const evil = "<script>'); DROP TABLE todos; --";
    for (const title of ["wash", "buy", evil]) assertEquals(await ada.go("/add", { title }), [303, "/"]);
    assertEquals(await bob.go("/add", { title: "wash" }), [303, "/"]);
    const escaped = "&lt;script&gt;&#39;); DROP TABLE todos; --";
    assertEquals(Object.keys(await ada.todos()).sort(), [escaped, "buy", "wash"]);
    assertEquals(Object.keys(await bob.todos()), ["wash"]);

    const [status, page] = await ada.go("/add", { title: "wash" });
    assertEquals(status, 409, `${page} ${weft.err.join("\n")}`);
    assertMatch(page, /You have that to do already/);
    assertEquals((await ada.go("/add", { title: "" }))[0], 400);

    const { wash, buy } = await ada.todos();
    await ada.go("/done", { id: wash! });
    await ada.go("/delete", { id: buy! });
    await bob.go("/delete", { id: wash! }); // it is not his
    const left = Object.keys(await ada.todos());
    assert(left.includes("<s>wash</s>") && !left.includes("buy"), left.join());
    assertMatch((await ada.go("/"))[1], /<h1>1 to do<\/h1>/);
    assertEquals(await ada.go("/logout", {}), [303, "/login"]);
    assertEquals((await ada.go("/"))[1], "/login");
  }),

  "finds everything again after it was started again": eachDatabase(async (database, { folder }) => {
    for (const expected of [[], ["kept"]]) {
      await using weft = await start(database, folder);
      const ada = new Browser(weft.url);
      await ada.go("/login", { name: "ada", password: PASSWORDS.ADA_PASSWORD });
      assertEquals(Object.keys(await ada.todos()), expected);
      await ada.go("/add", { title: "kept" });
    }
  }),
});
