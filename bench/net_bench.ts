/**
 * What HTTP costs a workflow beyond the node that answers: `deno bench -A bench/net_bench.ts`.
 */
import { compileRoutes, encodeResponse, type RawRequest, requestPayload, withParams } from "../src/http/mod.ts";

const headers = "\naccept:*/*\nhost:localhost:8000\nuser-agent:wrk/4.1.0";
const get: RawRequest = { method: "GET", url: "http://localhost:8000/ping", protocol: "HTTP/1.1", headers, body: null };
const query: RawRequest = { ...get, url: "http://localhost:8000/search?q=flow+engine&page=2&tag=a&tag=b" };
const post: RawRequest = {
  ...get,
  method: "POST",
  headers: `${headers}\ncontent-type:application/json\ncontent-length:27`,
  body: new TextEncoder().encode('{"name":"weft","tags":[1,2]}'),
};
const options = { process: "01935000-0000-7000-8000-000000000000" };
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
const request = { method: "GET" };

Deno.bench("request: GET, method and path read", { group: "request", baseline: true }, () => {
  const payload = requestPayload(get);
  if (payload.method !== "GET" || payload.path !== "/ping") throw new Error("wrong");
});
Deno.bench("request: GET, parameters added", { group: "request" }, () => {
  withParams(requestPayload(get), { id: "1" });
});
Deno.bench("request: new URL alone", { group: "request" }, () => {
  new URL(get.url).pathname;
});
Deno.bench("request: query read", { group: "request" }, () => {
  requestPayload(query).query;
});
Deno.bench("request: header read", { group: "request" }, () => {
  requestPayload(get).header;
});
Deno.bench("request: JSON body read", { group: "request" }, () => {
  requestPayload(post).body;
});

Deno.bench("response: short text", { group: "response", baseline: true }, () => {
  encodeResponse("pong", request, options);
});
Deno.bench("response: short text, a browser's Accept", { group: "response" }, () => {
  encodeResponse("pong", { method: "GET", accept: browser }, options);
});
Deno.bench("response: small map as JSON", { group: "response" }, () => {
  encodeResponse({ id: 1, name: "weft" }, request, options);
});
Deno.bench("response: status, header and body", { group: "response" }, () => {
  encodeResponse({ status: 201, header: { Location: "/a/1" }, body: { id: 1 } }, request, options);
});

const small = compileRoutes([
  { method: "GET", path: "/ping", port: "out[0]" },
  { method: "GET", path: "/users/:id", port: "out[1]" },
  { method: "POST", path: "/users", port: "out[2]" },
  { method: "GET", path: "/files/*", port: "out[3]" },
]);
const shapes = ["/v1/res#/:id/items/:item", "/v1/res#/:id", "/v1/res#/*", "/v2/:org/res#/:id"];
const large = compileRoutes(Array.from({ length: 1000 }, (_, i) => ({
  method: "GET",
  path: shapes[i % 4]!.replace("#", String(i)),
  port: `out[${i}]`,
})));

Deno.bench("routes: literal of 4", { group: "routes", baseline: true }, () => {
  small.match("GET", "/ping");
});
Deno.bench("routes: parameter of 4", { group: "routes" }, () => {
  small.match("GET", "/users/42");
});
Deno.bench("routes: two parameters of 1,000", { group: "routes" }, () => {
  large.match("GET", "/v1/res400/12/items/34");
});
Deno.bench("routes: one parameter of 1,000", { group: "routes" }, () => {
  large.match("GET", "/v1/res401/abc");
});
Deno.bench("routes: rest of 1,000", { group: "routes" }, () => {
  large.match("GET", "/v1/res402/a/b/c");
});
Deno.bench("routes: encoded, of 1,000", { group: "routes" }, () => {
  large.match("GET", "/v1/res401/caf%C3%A9");
});
Deno.bench("routes: none of 1,000", { group: "routes" }, () => {
  large.match("GET", "/v3/nothing/here");
});
