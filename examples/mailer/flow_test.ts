import { assert, assertEquals, assertMatch } from "@std/assert";
import { Weft } from "../../tests/e2e/weft.ts";
import { MailServer } from "../../tests/support/mail_server.ts";

const PASSWORD = "a password";

/** Returns the parts of a message that have a content type, decoded. */
function parts(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(/^--.*$/m)) {
    const end = part.indexOf("\r\n\r\n");
    const head = part.slice(0, end).replace(/\r\n\s+/g, " ");
    const type = /^Content-Type: ([^;\r]+)/m.exec(head)?.[1];
    if (type === undefined || type.startsWith("multipart/")) continue;
    const body = part.slice(end + 4);
    const bytes = /^Content-Transfer-Encoding: base64/m.test(head)
      ? Uint8Array.fromBase64(body)
      : quotedPrintable(/quoted-printable/.test(head) ? body : body.replaceAll("=", "=3D"));
    found.set(type, new TextDecoder().decode(bytes).trimEnd());
  }
  return found;
}

function quotedPrintable(text: string): Uint8Array<ArrayBuffer> {
  const joined = text.replace(/=\r\n/g, "").replace(/\r\n/g, "\n");
  return Uint8Array.from(
    joined.replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    (char) => char.charCodeAt(0),
  );
}

Deno.test("what is written in a form goes to the shop by mail", async (test) => {
  await using server = await MailServer.start({ login: { user: "shop", password: PASSWORD } });
  const variables = [
    ...["PORT=0", "MAIL_HOST=127.0.0.1", `MAIL_PORT=${server.port}`, "MAIL_SECURITY=none", "MAIL_USER=shop"],
    ...["MAIL_PASSWORD", "MAIL_TO=orders@shop.example"],
  ];
  await using weft = await Weft.start({
    args: [
      ...["-f", "examples/mailer/flow.yaml", "--allow-private", `127.0.0.1:${server.port}`],
      ...variables.flatMap((variable) => ["-e", variable]),
    ],
    env: { MAIL_PASSWORD: PASSWORD },
    allow: ["--allow-env=MAIL_PASSWORD"],
  });

  const post = async (body: BodyInit, type?: string) => {
    const headers = type === undefined ? {} : { "content-type": type };
    const response = await fetch(new URL("/messages", weft.url), { method: "POST", body, headers });
    return { status: response.status, body: await response.json() };
  };
  const json = (fields: unknown) => post(JSON.stringify(fields), "application/json");

  await test.step("a form with a file", async () => {
    const form = new FormData();
    form.set("name", "Ada <b>Lovelace</b>");
    form.set("email", "ada@example.com");
    form.set("message", "Ätsch & \n.\nEnd");
    form.set("file", new File([new Uint8Array([0, 255, 65])], "blätt.bin", { type: "application/x-thing" }));
    assertEquals(await post(form), { status: 202, body: { sent: true } });
    const mail = server.taken.at(-1)!;
    assertEquals([mail.from, mail.to, mail.user], ["form@shop.example", ["orders@shop.example"], "shop"]);
    assertMatch(mail.text, /^Reply-To: ada@example\.com\r$/m);
    const found = parts(mail.text);
    assertEquals(found.get("text/plain"), "Ada <b>Lovelace</b> <ada@example.com> writes:\n\nÄtsch & \n.\nEnd");
    assert(found.get("text/html")!.includes("<b>Ada &lt;b&gt;Lovelace&lt;&#x2F;b&gt;</b>"), found.get("text/html"));
    assert(mail.text.includes("AP9B") && mail.text.includes("application/x-thing"), mail.text);
  });

  await test.step("a form without a file, and JSON", async () => {
    const fields = { name: "Bob", email: "bob@example.com", message: "Hello" };
    assertEquals((await post(new URLSearchParams(fields))).status, 202);
    assertEquals((await json(fields)).status, 202);
    for (const { text } of server.taken.slice(-2)) {
      assertMatch(text, /^Subject: Message of Bob\r$/m);
      assertEquals(parts(text).get("text/plain"), "Bob <bob@example.com> writes:\n\nHello");
      assert(!text.includes("multipart/mixed"), text);
    }
  });

  await test.step("nothing is sent of what is not valid, and nobody adds recipients", async () => {
    const { length } = server.taken;
    const right = { name: "Bob", email: "bob@example.com", message: "Hello" };
    const wrong = [
      { ...right, email: "bob" },
      { ...right, email: "a@example.com, b@example.com" },
      { ...right, name: "Bob\r\nBcc: all@example.com" },
      { ...right, message: "" },
      { name: "Bob" },
      [],
      null,
      "text",
    ];
    for (const fields of wrong) {
      const { status, body } = await json(fields);
      assertEquals([status, Array.isArray(body.errors)], [400, true], JSON.stringify(fields));
    }
    assertEquals(server.taken.length, length);
    assertEquals((await json({ ...right, to: "all@example.com", bcc: "all@example.com" })).status, 202);
    assertEquals(server.taken.at(-1)!.to, ["orders@shop.example"]);
  });

  await test.step("the page has the form", async () => {
    const response = await fetch(weft.url);
    assertMatch(response.headers.get("content-type")!, /^text\/html/);
    assertMatch(await response.text(), /enctype="multipart\/form-data"/);
  });

  await test.step("a server that is not there is a 502", async () => {
    await server[Symbol.asyncDispose]();
    const { status, body } = await json({ name: "Bob", email: "bob@example.com", message: "Hello" });
    assertEquals([status, body], [502, { sent: false }]);
  });
});
