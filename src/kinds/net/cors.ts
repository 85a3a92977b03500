import { defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import { payloadHeader, TOKEN, withHeader } from "../../http/mod.ts";
import { duration } from "../../spec/mod.ts";
import { isMap, type ValueMap } from "../../value/mod.ts";
import { checkOrigins, Origins } from "./origins.ts";

const names = (what: string) => z.array(z.string().regex(TOKEN, `invalid ${what}`));

/** Lets pages of other sites use what is behind it. */
export const cors: Kind = defineKind({
  name: "cors",
  summary:
    "Lets pages of other origins call what is behind it: answers preflight requests and adds headers to answers.",
  fields: z.object({
    origins: z.array(z.string()).min(1).describe(
      "The origins whose pages may read answers: `https://shop.example`, `https://*.shop.example` for all below a name, or " +
        "`*` for all.",
    ),
    methods: names("method").default(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]).describe(
      "The methods that pages may use. Default GET, HEAD, POST, PUT, PATCH, DELETE.",
    ),
    headers: names("header name").default(["*"]).describe(
      "The headers that pages may send besides those that all may; `*` for whatever is asked. Default `*`.",
    ),
    exposed: names("header name").default([]).describe("The headers of answers that pages may read besides the usual."),
    credentials: z.boolean().default(false).describe(
      "Whether pages may send cookies and the like, and read the answers. Default false.",
    ),
    maxAge: duration().optional().describe("How long a browser may remember the answer to a preflight request."),
  }),
  ports: { in: ["in"], out: ["out", "error"] },
  about:
    "Put it before the router. A preflight request is answered here; every other goes on, whatever its origin, and the " +
    "answer, an error too, gets the headers that let the page of an allowed origin read it. It protects nobody's data " +
    "from clients that are no browsers: that is what `auth` is for.",
  portSummaries: { out: "Every request that is no preflight request.", error: "Nothing is sent here." },
  examples: [{
    title: "A page on another site, with cookies",
    spec: { kind: "cors", origins: ["https://shop.example"], credentials: true, maxAge: "10m" },
  }],
  check({ origins, credentials, exposed }) {
    const found = checkOrigins(origins);
    if (!credentials) return found;
    const open = origins.findIndex((origin) => origin === "*" || origin === "null");
    if (open >= 0) {
      const message = `invalid origin "${origins[open]}" with credentials: expected the origins that are trusted, ` +
        "because any page could act in the name of whoever opens it";
      found.push({ location: { path: ["origins", open] }, message });
    }
    const all = exposed.indexOf("*");
    if (all >= 0) {
      const message = 'invalid exposed "*" with credentials: expected names, because browsers take it for a name then';
      found.push({ location: { path: ["exposed", all] }, message });
    }
    return found;
  },
  prepare({ fields, ports }) {
    const policy = new Policy(fields);
    return {
      in: {
        receive(call) {
          const { payload } = call;
          if (!isMap(payload) || typeof payload.method !== "string") {
            throw new Error("invalid payload of a cors: expected a request, a map with a method");
          }
          const origin = payloadHeader(payload, "Origin");
          const asked = payloadHeader(payload, "Access-Control-Request-Method");
          if (payload.method === "OPTIONS" && origin !== undefined && asked !== undefined) {
            return { status: 204, header: policy.preflight(origin, asked, payload) };
          }
          const header = policy.header(origin);
          return call.send(ports.out, payload, (_, answer) => withHeader(answer, header));
        },
      },
    };
  },
});

interface PolicyFields {
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly exposed: readonly string[];
  readonly credentials: boolean;
  readonly maxAge?: number | undefined;
}

class Policy {
  readonly #fields: PolicyFields;
  readonly #origins: Origins;

  constructor(fields: PolicyFields) {
    this.#fields = fields;
    this.#origins = new Origins(fields.origins);
  }

  /** Returns the headers of an answer to a page of an origin. */
  header(origin: string | undefined): Record<string, string> {
    const { exposed } = this.#fields;
    const header = this.#allowed(origin);
    if (header["Access-Control-Allow-Origin"] !== undefined && exposed.length > 0) {
      header["Access-Control-Expose-Headers"] = exposed.join(", ");
    }
    return header;
  }

  /** Returns the headers of the answer to a preflight request. */
  preflight(origin: string, method: string, payload: ValueMap): Record<string, string> {
    const { methods, headers, maxAge } = this.#fields;
    const header = this.#allowed(origin);
    header.Vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    if (header["Access-Control-Allow-Origin"] === undefined) return header;
    header["Access-Control-Allow-Methods"] = methods.includes("*") ? method : methods.join(", ");
    const asked = payloadHeader(payload, "Access-Control-Request-Headers") ?? "";
    const named = headers.includes("*") ? asked.split(",").map((name) => name.trim()).filter(isName) : headers;
    if (named.length > 0) header["Access-Control-Allow-Headers"] = named.join(", ");
    if (maxAge !== undefined) header["Access-Control-Max-Age"] = String(Math.floor(maxAge / 1_000));
    return header;
  }

  #allowed(origin: string | undefined): Record<string, string> {
    if (this.#origins.all) return { "Access-Control-Allow-Origin": "*" };
    // a cache must not give the answer for one origin to another, or to none
    const header: Record<string, string> = { Vary: "Origin" };
    if (origin === undefined || !this.#origins.has(origin)) return header;
    header["Access-Control-Allow-Origin"] = origin;
    if (this.#fields.credentials) header["Access-Control-Allow-Credentials"] = "true";
    return header;
  }
}

function isName(name: string): boolean {
  return TOKEN.test(name);
}
