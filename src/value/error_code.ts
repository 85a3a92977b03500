/**
 * The `code` of every error that the engine itself makes, and what it means. An error may carry another code if it
 * comes from elsewhere: from user code, Deno or the CEL library.
 */
export const ERROR_CODES = {
  aborted: "The client went away, the process had already ended, or the runtime was closed.",
  address: "A socket could not be bound: the address is in use or not available.",
  auth_failed: "A server has rejected the user or the password.",
  bad_answer: "The answer of a server is malformed, or is not what its header says.",
  bad_code: "The code of a spec does not compile.",
  bad_request: "The request is malformed; answered with status 400.",
  bad_response: "The answer cannot be sent as an HTTP response.",
  bad_status: "A server has answered with a status that the node takes for an error.",
  busy: "Too many processes are open; try again later.",
  canceled: "The caller canceled the operation.",
  conflict: "The entry already exists, or head has moved since it was read.",
  connection_lost: "A connection ended before the answer of the server was complete.",
  connection_refused: "A server does not accept the connection, or no way leads to it.",
  dns: "The name of a host cannot be resolved.",
  dropped: "The process ended before the packet was answered.",
  executor_lost: "The executor that ran the process was ended or crashed, or no executor is left.",
  forbidden_address: "An address is private, and the operator has not allowed it.",
  forbidden_origin:
    "A page of an origin that is not allowed asks for a websocket or a change; answered with status 403.",
  index_out_of_range: "A CEL function was called with an index outside of its string or list.",
  internal: "The registry failed in a way that the caller cannot correct.",
  invalid: "A spec, a name or another argument is invalid.",
  invalid_argument: "A CEL function was called with an argument that it does not accept.",
  invalid_payload:
    "A node was sent a payload that it cannot take, or that does not fit a schema (answered with status 400).",
  invalid_regular_expression: "A pattern given to a CEL function is not a valid RE2 expression.",
  loop: "The process was ended because its packets go in circles or multiply without end.",
  memory: "The executor ran out of memory during a call and was ended.",
  method_not_allowed: "The path of a request has routes, but none for its method; answered with status 405.",
  never_settles: "User code awaits a promise that can never settle.",
  no_matching_overload: "A CEL function was called with arguments of the wrong types.",
  not_a_value: "Something that is not a value, such as a function, cannot be a payload or part of an answer.",
  not_found: "The entry, version, route (answered with status 404) or other object does not exist.",
  numeric_overflow: "The result of a CEL calculation does not fit into a 64-bit integer.",
  rate_limited: "There were too many calls; answered with status 429 and `Retry-After`.",
  recipient_rejected: "A mail server has rejected the sender, a recipient or the message.",
  redirect: "A server redirects too often, or to where the request cannot be sent.",
  rejected: "A handler rejected a change, or the host rejected what an executor asked for; the cause says why.",
  request_timeout: "The request body did not arrive in time; answered with status 408.",
  timeout: "A call, a process or a handler exceeded its time limit.",
  tls: "A connection cannot be secured: the certificate of the server is not valid, or it does not speak TLS.",
  too_large: "A value, a request body (answered with status 413) or code exceeds its size limit.",
  unauthorized: "The request does not say who sends it, or not truly; answered with status 401.",
  unavailable: "The store does not support the operation, or cannot be reached at the moment.",
  upgrade_required: "A request asks for no websocket where one is served; answered with status 426.",
  unsupported_media_type: "The encoding or the charset of the request body is not supported; answered with status 415.",
} as const satisfies Record<string, string>;

/** The `code` of an error that the engine itself makes. */
export type ErrorCode = keyof typeof ERROR_CODES;
