/** What HTTP means to a workflow: requests as payloads, answers as responses, routes. Plain functions without I/O. */
export * from "./body.ts";
export { headerText } from "./header.ts";
export * from "./multipart.ts";
export * from "./refusal.ts";
export * from "./request.ts";
export * from "./response.ts";
export * from "./route.ts";
export * from "./routes.ts";
