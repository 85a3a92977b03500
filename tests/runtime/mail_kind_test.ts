import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startWorkflow, type TestWorkflow } from "@weft/weft/testing";
import { type Failure, isError, type ValueMap } from "../../src/value/mod.ts";
import { AUTHORITY, CERTIFICATE, KEY } from "../support/certificates.ts";
import { MailServer } from "../support/mail_server.ts";

// The kind `mail` with a real mail server.

const TLS = { cert: CERTIFICATE, key: KEY };

function start(
  connection: Record<string, unknown>,
  fields: Record<string, unknown> = {},
  env: Record<string, string> = {},
): Promise<TestWorkflow> {
  return startWorkflow([
    { kind: "mail", name: "mail", connection: "server", from: "Shop <shop@example.com>", ...fields },
    { kind: "connection", name: "server", data: { type: "smtp", host: "127.0.0.1", security: "none", ...connection } },
  ], {
    allow: ["mail"],
    allowPrivate: ["127.0.0.0/8", "localhost"],
    env: { PASSWORD: "p-secret", CA: AUTHORITY, ...env },
  });
}

async function failed(connection: Record<string, unknown>, payload: unknown): Promise<Failure> {
  await using workflow = await start(connection);
  const answer = await workflow.send("mail.in", payload as never);
  assert(isError(answer), JSON.stringify(answer));
  assert(!JSON.stringify(workflow.log).includes("p-secret"));
  return answer;
}

const LETTER = { to: "bob@example.com", subject: "Ärger", text: "hello\n.\nworld", html: "<p>hello</p>" };

Deno.test("a message arrives with all its parts", async () => {
  await using server = await MailServer.start();
  await using workflow = await start({ port: server.port }, { bcc: "hidden@example.com" });
  const answer = await workflow.send("mail.in", {
    ...LETTER,
    cc: ["Carol <carol@example.com>"],
    replyTo: "answers@example.com",
    header: { "X-Order": "7" },
    attachments: [
      { filename: "a.txt", data: "as text" },
      { filename: "b.bin", type: "application/x-thing", data: new Uint8Array([1, 2, 3]) },
    ],
  }) as ValueMap;
  assertEquals(answer.accepted, ["bob@example.com", "carol@example.com", "hidden@example.com"]);
  assertEquals(answer.rejected, []);
  assertMatch(String(answer.response), /^250 .*taken/);
  const [mail] = server.taken;
  assertEquals(mail!.from, "shop@example.com");
  assertEquals(mail!.to, ["bob@example.com", "carol@example.com", "hidden@example.com"]);
  const { text } = mail!;
  assertMatch(text, /^From: Shop <shop@example\.com>$/m);
  assertMatch(text, /^Subject: =\?UTF-8\?Q\?=C3=84rger\?=$/m);
  assertMatch(text, /^Reply-To: answers@example\.com$/m);
  assertMatch(text, /^X-Order: 7$/m);
  assert(text.includes(`Message-ID: ${answer.id}`), text);
  assert(!text.includes("hidden@example.com"), text);
  assert(text.includes("hello\r\n.\r\nworld") && text.includes("<p>hello</p>"), text);
  assert(text.includes("a.txt") && text.includes("AQID") && text.includes("application/x-thing"), text);
});

Deno.test("where the server is and how it is protected may come from variables", async () => {
  await using server = await MailServer.start();
  const connection = { host: "env:HOST", port: "env:PORT", security: "env:SECURITY" };
  const env = { HOST: "127.0.0.1", PORT: String(server.port), SECURITY: "none" };
  await using workflow = await start(connection, {}, env);
  assertEquals((await workflow.send("mail.in", LETTER) as ValueMap).accepted, ["bob@example.com"]);
  await assertRejects(() => start(connection, {}, { ...env, PORT: "70000" }), Error, "expected 0 to 65535");
  await assertRejects(() => start(connection, {}, { ...env, SECURITY: "ssl" }), Error, "expected starttls, tls, none");
  await assertRejects(() => start({ port: "587x" }), Error, "expected a port, 0 to 65535, or env:NAME");
});

Deno.test("STARTTLS, TLS and a login, with the connection kept", async () => {
  for (const secure of [false, true]) {
    await using server = await MailServer.start({ tls: TLS, secure, login: { user: "shop", password: "p-secret" } });
    const connection = {
      host: "localhost",
      port: server.port,
      security: secure ? "tls" : "starttls",
      auth: { user: "shop", password: "env:PASSWORD" },
      tls: { ca: "env:CA" },
    };
    await using workflow = await start(connection);
    for (let count = 0; count < 3; count++) {
      const answer = await workflow.send("mail.in", LETTER);
      assert(!isError(answer), String(answer));
    }
    assertEquals(server.taken.map(({ user, secure }) => [user, secure]), Array(3).fill(["shop", true]));
    assertEquals(server.connections, 1);
  }
});

Deno.test("errors tell what went wrong by their code", async () => {
  await using server = await MailServer.start({
    tls: TLS,
    login: { user: "shop", password: "other" },
    reject: (address) => address.startsWith("bad") ? "no such user" : undefined,
  });
  const { port } = server;
  const secured = { host: "localhost", port, security: "starttls", tls: { ca: "env:CA" } };
  const rejected = await failed({ ...secured, auth: { user: "shop", password: "env:PASSWORD" } }, LETTER);
  assertEquals(rejected.code, "auth_failed");
  assertMatch(rejected.message, /^localhost:\d+: .*who are you/);
  assertEquals((await failed({ ...secured, tls: undefined }, LETTER)).code, "tls");
  assertEquals((await failed({ ...secured, host: "127.0.0.2" }, LETTER)).code, "connection_refused");
  assertEquals((await failed({ host: "nothing.invalid", port }, LETTER)).code, "dns");
  assertEquals((await failed({ ...secured }, { ...LETTER, to: "nobody" })).code, "invalid");
  await using plain = await MailServer.start({
    reject: (address) => address.startsWith("bad") ? "no such user" : undefined,
  });
  // what was to be secured is not sent in the clear
  assertEquals((await failed({ port: plain.port, security: "starttls" }, LETTER)).code, "tls");
  const none = await failed({ port: plain.port }, { ...LETTER, to: "bad@example.com" });
  assertEquals(none.code, "recipient_rejected");
  assertEquals((none.details as ValueMap).reply, 550);
  assertMatch(String((none.details as ValueMap).response), /no such user/);
  await using workflow = await start({ port: plain.port });
  const some = await workflow.send("mail.in", { ...LETTER, to: ["bad@example.com", "good@example.com"] }) as ValueMap;
  assertEquals([some.accepted, some.rejected], [["good@example.com"], ["bad@example.com"]]);
  assertEquals([server.taken.length, plain.taken.length], [0, 1]);
});

Deno.test("a server at a private address is not asked, and a silent one is waited for so long", async () => {
  await using server = await MailServer.start();
  await using workflow = await startWorkflow([
    { kind: "mail", name: "mail", connection: "server", from: "shop@example.com" },
    {
      kind: "connection",
      name: "server",
      data: { type: "smtp", host: "localhost", port: server.port, security: "none" },
    },
  ], { allow: ["mail"] });
  const answer = await workflow.send("mail.in", LETTER) as Failure;
  assertEquals(answer.code, "forbidden_address");
  assertEquals(server.connections, 0);
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const accepted = silent.accept();
  const { port } = silent.addr as Deno.NetAddr;
  assertEquals((await failed({ port, timeout: "100ms" }, LETTER)).code, "timeout");
  (await accepted).close();
  // after a failure, the pool of nodemailer looks around once more, whether it is closed or not
  await new Promise((resolve) => setTimeout(resolve, 300));
});
