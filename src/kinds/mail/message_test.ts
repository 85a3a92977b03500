import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import addressparser from "nodemailer/lib/addressparser";
import type { ValueMap } from "../../value/mod.ts";
import { messageOf, type ParseAddresses } from "./message.ts";

const parse: ParseAddresses = (text) => addressparser(text);

function message(payload: unknown, fields: ValueMap = {}) {
  return messageOf(payload as never, fields, "key", parse);
}

const OK = { from: "a@example.com", to: "b@example.com" };

Deno.test("a message is made of fields and payload, and fields are not for a payload to change", () => {
  const made = message(
    { to: "Bob <b@example.com>, c@example.com", cc: ["d@example.com"], subject: "payload", text: "hello" },
    { from: "Ada Lovelace <ada@example.com>", subject: "field", bcc: "e@example.com" },
  );
  assertEquals(made.from, { name: "Ada Lovelace", address: "ada@example.com" });
  assertEquals(made.to.map(({ address }) => address), ["b@example.com", "c@example.com"]);
  assertEquals([made.cc.length, made.bcc.length, made.subject, made.text], [1, 1, "field", "hello"]);
  assertMatch(made.messageId, /^<[0-9a-f]{40}@example\.com>$/);
  assertEquals(message({ ...OK, to: "evil@example.com" }, { to: "b@example.com" }).to[0]!.address, "b@example.com");
  assertEquals(message("the text", OK).text, "the text");
  assertEquals(message({ order: 7 }, { ...OK, text: "fixed" }).text, "fixed");
  assertEquals(message(null, { ...OK, html: "<b>fixed</b>" }).html, "<b>fixed</b>");
});

Deno.test("what would add to the header, or is no message, is an error", () => {
  const wrong: [payload: unknown, message: RegExp][] = [
    [{ from: "a@example.com" }, /^missing to/],
    [{ to: "b@example.com" }, /^invalid from: expected one address/],
    [{ ...OK, from: "a@example.com, c@example.com" }, /^invalid from: expected one address/],
    [{ ...OK, to: "b@example.com\r\nBcc: x@example.com" }, /^invalid to .*expected one line/],
    [{ ...OK, to: "b@example.com\nBcc: x@example.com" }, /^invalid to/],
    [{ ...OK, to: "nobody" }, /^invalid to "nobody": expected an address/],
    [{ ...OK, to: "<b@example.com> RCPT TO:<x@example.com>" }, /^invalid to/],
    [{ ...OK, to: '"x@evil.example b"@example.com' }, /^invalid to/],
    [{ ...OK, to: { address: "b@example.com" } }, /^invalid to, map/],
    [{ ...OK, to: Array.from({ length: 101 }, (_, at) => `u${at}@example.com`) }, /^101 recipients/],
    [{ ...OK, subject: "a\r\nBcc: x@example.com" }, /^invalid subject .*expected one line/],
    [{ ...OK, subject: "a\u2028b" }, /^invalid subject/],
    [{ ...OK, header: { "X-A": "a\nBcc: x@example.com" } }, /^invalid header X-A/],
    [{ ...OK, header: { "X-A\r\nBcc": "x" } }, /^invalid header "X-A/],
    [{ ...OK, header: { Bcc: "x@example.com" } }, /^invalid header "Bcc"/],
    [{ ...OK, header: { "Content-Type": "text/html" } }, /^invalid header "Content-Type"/],
    [{ ...OK, attachments: [{ filename: "a\r\nX: y", data: "" }] }, /^invalid filename/],
    [{ ...OK, attachments: [{ path: "/etc/passwd" }] }, /^invalid data of an attachment, null/],
    [{ ...OK, attachments: ["/etc/passwd"] }, /^invalid attachment, text/],
    [{ ...OK, text: { path: "/etc/passwd" } }, /^invalid text, map/],
    [{ ...OK, html: { href: "http://127.0.0.1/" } }, /^invalid html, map/],
    [{ ...OK, raw: "Bcc: x" }, /^invalid payload, map/],
    [[1], /^invalid payload, list/],
  ];
  for (const [payload, expected] of wrong) {
    assertMatch(assertThrows(() => message(payload), Error).message, expected);
  }
});
