import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { failure, isError, type ValueMap } from "../../value/mod.ts";
import { internalsOf } from "../internals.ts";
import type { SmtpConnectionData } from "../net/connection.ts";
import { keyFor } from "../net/resolved_secrets.ts";
import { type CallRetry, callRetryFields, retriesOf, retryField, waitAfter } from "../retry_fields.ts";
import { type Delivery, MailClient, readSmtpConnection } from "./mail_client.ts";
import { mailError } from "./mail_error.ts";
import { messageOf, type ParseAddresses } from "./message.ts";

/** Errors before which nothing was sent. */
const UNSENT = ["dns", "connection_refused"] as const;

const retry = z.strictObject(callRetryFields(UNSENT));

const addresses = z.union([z.string(), z.array(z.string())]);

const parts = {
  from: z.string().optional().meta({ description: "Whom the message is from: `Ada <ada@example.com>`." }),
  to: addresses.optional().meta({ description: "Whom it is for: one address or several." }),
  cc: addresses.optional().meta({ description: "Who gets a copy." }),
  bcc: addresses.optional().meta({ description: "Who gets a copy that the others do not see." }),
  replyTo: addresses.optional().meta({ description: "Where answers go." }),
  subject: z.string().optional().meta({ description: "The subject, one line." }),
  text: z.string().optional().meta({ description: "The message as text." }),
  html: z.string().optional().meta({ description: "The message as HTML; with `text`, readers choose." }),
  header: z.record(z.string(), z.string()).optional().meta({
    description: "Further headers by name, such as List-Unsubscribe and X-Priority.",
  }),
};

const fields = z.object({
  connection: z.string().min(1).meta({ description: "The name of a connection of type smtp: the mail server." }),
  ...parts,
  retry: retryField(
    retry,
    "When a message is sent again: a number of attempts, or a map. Only after errors before which nothing was sent, " +
      "unless `on` names others. Default never.",
    100,
  ),
  concurrency: z.int().min(1).max(1000).default(1).meta({
    description: "How many messages of one process may be under way at a time. Default 1.",
  }),
});

/** Sends mail. */
export const mail: Kind = defineKind({
  name: "mail",
  summary: "Sends a message by a mail server.",
  place: "host",
  effect: "once",
  fields,
  ports: { in: ["in"], out: ["out", "error"] },
  portSummaries: {
    in: "The parts of the message that no field has, or its text.",
    out: "What the server has said: a map of `id`, `accepted`, `rejected` and `response`.",
    error: "Why the message was not sent.",
  },
  about: `
A payload is a map with no keys but \`from\`, \`to\`, \`cc\`, \`bcc\`, \`replyTo\`, \`subject\`, \`text\`, \`html\`, \`header\` and
\`attachments\`, or the text. What a field says is not for a payload to change: set \`to\` and \`from\` where whoever sends the
payload is not to choose them. An attachment is a map of \`filename\`, \`type\`, \`cid\` and \`data\`: text, bytes or a stream.

Line breaks in addresses, subjects, names of files and headers are errors, so that nobody adds headers by them. Files and
URLs that a message names are not read.

If the server takes the message for some of the recipients, it is sent, and \`rejected\` names the others. A process that
ends while its message is under way does not wait for the server, which may have taken it.
`.trim(),
  errors: {
    invalid: "The payload makes no message: an address or a recipient is missing or invalid.",
    forbidden_address: "The address of the server is private, and the operator has not allowed it.",
    dns: "The name of the server cannot be resolved.",
    connection_refused: "The server does not accept the connection.",
    connection_lost: "The connection ended before the server had taken the message; it may have.",
    tls: "The connection cannot be secured.",
    timeout: "The server did not answer within the `timeout` of the connection.",
    auth_failed: "The server has rejected the user or the password.",
    recipient_rejected:
      "The server has rejected the sender, all recipients or the message; `details` has what it said.",
    bad_answer: "What the server says is no SMTP.",
    aborted: "The process ended before the message was sent.",
  },
  dependencies: ["data.connection"],
  references: [{ field: "connection", kind: "connection", type: "smtp" }],
  examples: [{
    title: "Send the payload to one address",
    spec: {
      kind: "mail",
      connection: "mail",
      from: "Shop <shop@example.com>",
      to: "orders@example.com",
      subject: "Order",
    },
  }],
  async prepare(context) {
    const { fields, clock, random, secret, use, keyOf, dataOf } = context;
    const { privateHosts } = internalsOf(context);
    const { connection: name, retry: _, concurrency, ...own } = fields;
    const connection = await readSmtpConnection(
      dataOf("connection", name) as unknown as SmtpConnectionData,
      secret,
    );
    const { default: addressparser } = await import("nodemailer/lib/addressparser");
    const parse: ParseAddresses = (text) => addressparser(text);
    const client = await use(
      keyFor(name, connection),
      () => MailClient.open(connection, privateHosts),
      (client) => client.close(),
    );
    const set = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as ValueMap;
    const server = `${connection.host}:${connection.port}`;
    const retries: CallRetry = retriesOf(retry, fields.retry);
    return {
      concurrency,
      in: async (payload, call) => {
        for (let attempt = 1;; attempt++) {
          try {
            return answerOf(await client.send(messageOf(payload, set, keyOf(call), parse), call.signal));
          } catch (thrown) {
            const error = isError(thrown) && (thrown as { code?: string }).code === "invalid"
              ? thrown
              : mailError(server, thrown);
            if (call.signal.aborted) throw failure("the process has ended", { code: "aborted", cause: error });
            const { code = "" } = error as { code?: string };
            if (attempt >= retries.attempts || !retries.on.includes(code)) throw error;
            await clock.sleep(waitAfter(attempt, retries, random.number()), call.signal);
          }
        }
      },
    };
  },
});

function answerOf({ messageId, accepted, rejected, response = "" }: Delivery): ValueMap {
  const texts = (list: readonly unknown[] = []) =>
    list.map((one) => typeof one === "string" ? one : (one as { address: string }).address);
  return { id: messageId, accepted: texts(accepted), rejected: texts(rejected), response };
}
