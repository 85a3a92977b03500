import { asError, type ErrorCode, type Failure, failure, type Value } from "../../value/mod.ts";
import { clientError } from "../net/client_error.ts";

/** What the codes of nodemailer's errors mean. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  EAUTH: "auth_failed",
  ENOAUTH: "auth_failed",
  EENVELOPE: "recipient_rejected",
  EMESSAGE: "recipient_rejected",
  EABORT: "aborted",
  ETLS: "tls",
  EDNS: "dns",
  EPROTOCOL: "bad_answer",
  ECONNECTION: "connection_lost",
  EMAXLIMIT: "connection_lost",
  ESTREAM: "connection_lost",
};

/** What an error of nodemailer has beside its message. */
interface MailFailure extends Failure {
  /** What the server has said, and its code. */
  readonly response?: string;
  readonly responseCode?: number;
  readonly rejected?: readonly string[];
}

/** Returns an error of sending mail with a code that flows can tell it by, and what the server has said in `details`. */
export function mailError(server: string, thrown: unknown): Failure {
  const error = asError(thrown) as MailFailure;
  const code = codeOf(error);
  if (code === undefined) return clientError(server, error);
  const { response, responseCode, rejected } = error;
  const details: Record<string, Value> = {
    ...typeof responseCode === "number" && { reply: responseCode },
    ...typeof response === "string" && { response },
    ...Array.isArray(rejected) && { rejected: rejected.map(String) },
  };
  return failure(`${server}: ${error.message}`, {
    code,
    ...Object.keys(details).length > 0 && { details },
  });
}

function codeOf({ code = "", message, responseCode }: MailFailure): ErrorCode | undefined {
  // the library hides the codes of a socket's errors behind one of its own
  if (code === "ESOCKET") return /certificate|altname|self.signed|SSL|TLS/i.test(message) ? "tls" : "connection_lost";
  if (code === "EENVELOPE" && responseCode === undefined) return "invalid";
  return CODES[code];
}
