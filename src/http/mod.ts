/** HTTP for workflows: requests as payloads, answers as responses, routes and sockets. */
export * from "./body.ts";
export { compressed, isLong } from "./compression.ts";
export { findHeader, headerText } from "./header.ts";
export * from "./host_header.ts";
export * from "./http_codec.ts";
export { parseMediaType } from "./media_type.ts";
export * from "./multipart.ts";
export * from "./http_error.ts";
export { readBody } from "./read_body.ts";
export * from "./request.ts";
export * from "./request_fields.ts";
export * from "./response.ts";
export { MAX_HEADER_SIZE, MAX_HEADERS } from "./response_header.ts";
export * from "./route.ts";
export * from "./routes.ts";
export { Server } from "./server.ts";
export * from "./sockets.ts";
export * from "./traffic.ts";
