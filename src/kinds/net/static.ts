import { type Call, defineKind, type Kind } from "@weft/weft/kind";
import { z } from "zod";
import {
  badRequest,
  chooseEncoding,
  isUnchanged,
  methodNotAllowed,
  notFound,
  payloadHeader,
  queryText,
  rangeOf,
} from "../../http/mod.ts";
import { asError, failure, isMap, reasonOf, Stream, type Value, type ValueMap } from "../../value/mod.ts";
import { closeUnread } from "../close_unread.ts";
import { type Found, readPart, type ServedFile, ServedFolder } from "./served_folder.ts";

const fields = z.object({
  root: z.string().min(1).describe("The folder, relative to where the engine was started. Nothing outside is served."),
  index: z.array(z.string().min(1)).default(["index.html"]).describe(
    "The names of the files that are served for a folder; the first that exists. Default index.html.",
  ),
  fallback: z.string().min(1).optional().describe(
    "The file that is served, with status 200, where a browser navigates to a page that does not exist, as " +
      "applications of a single page need it: index.html.",
  ),
  cache: z.string().min(1).optional().describe(
    "The header Cache-Control: `public, max-age=3600`. Default: none, so that clients ask whether a file has changed.",
  ),
  dotfiles: z.boolean().default(false).describe(
    "Whether files and folders whose names begin with a dot are served, besides .well-known. Default false.",
  ),
  precompressed: z.boolean().default(true).describe(
    "Whether a file beside another that has its name and .br or .gz is sent to clients that accept it. Default true.",
  ),
});

/** Serves the files of a folder. */
export const staticKind: Kind = defineKind({
  name: "static",
  summary: "Answers requests with the files of a folder.",
  place: "host",
  effect: "none",
  fields,
  ports: { in: ["in"], out: ["error"] },
  about:
    "The path of a request names the file below `root`; behind a route that ends with `/*`, what the star stands for " +
    "does. Links that lead out of the folder, and what is neither file nor folder, are not found. Answers have ETag and " +
    "Last-Modified, and heed If-None-Match, If-Modified-Since, Range and If-Range. A change of a file shows within " +
    "100 ms. Large files are sent as they are read.",
  portSummaries: {
    error: "A request without a file (404), with another method than GET and HEAD (405), malformed (400).",
  },
  errors: {
    not_found: "There is no such file (404).",
    method_not_allowed: "The method is neither GET nor HEAD (405).",
    bad_request: "The path has an invalid percent-encoding (400).",
    invalid: "`root` is no folder that can be read: the change is rejected.",
  },
  examples: [{ title: "The files of a page", spec: { kind: "static", root: "." } }, {
    title: "An application of a single page",
    spec: { kind: "static", root: ".", fallback: "index.html", cache: "public, max-age=600" },
  }],
  async prepare({ fields }) {
    const folder = await ServedFolder.open(fields.root, fields.precompressed).catch((thrown) => {
      const reason = reasonOf(asError(thrown));
      throw failure(`invalid root ${JSON.stringify(fields.root)}: ${reason}`, { code: "invalid", cause: thrown });
    });
    const site = new Site(folder, fields);
    return { concurrency: Infinity, in: (payload, call) => site.answer(payload, call) };
  },
});

class Site {
  readonly #folder: ServedFolder;
  readonly #fields: z.infer<typeof fields>;

  constructor(folder: ServedFolder, options: z.infer<typeof fields>) {
    this.#folder = folder;
    this.#fields = options;
  }

  answer(payload: Value, call: Call): Value | Promise<Value> {
    if (!isMap(payload) || typeof payload.method !== "string" || typeof payload.path !== "string") {
      throw new Error("invalid payload of a static: expected a request, a map with a method and a path");
    }
    if (payload.method !== "GET" && payload.method !== "HEAD") throw methodNotAllowed("GET, HEAD");
    const path = pathOf(payload as ValueMap & { path: string });
    if (path === undefined || (!this.#fields.dotfiles && isHidden(path))) return this.#absent(payload, call);
    const known = path.endsWith("/") || path === "" ? undefined : this.#folder.peek(path);
    return known === undefined ? this.#look(path, payload, call) : this.#send(known, payload, call);
  }

  async #look(path: string, payload: ValueMap, call: Call): Promise<Value> {
    const found = await this.#folder.find(path);
    // `a.txt/` is no file
    if (found !== undefined && found !== "folder" && !path.endsWith("/")) return this.#send(found, payload, call);
    if (found === "folder") {
      for (const name of this.#fields.index) {
        const index = await this.#folder.find(`${path}${path === "" || path.endsWith("/") ? "" : "/"}${name}`);
        if (index === undefined || index === "folder") continue;
        // links of the page are relative to the folder
        if (path !== "" && !path.endsWith("/")) return redirect(payload.path as string, queryText(payload));
        return this.#send(index, payload, call);
      }
    }
    return this.#absent(payload, call);
  }

  async #absent(payload: ValueMap, call: Call): Promise<Value> {
    const { fallback } = this.#fields;
    if (fallback === undefined || !isNavigation(payload)) throw notFound();
    const found = this.#folder.peek(fallback) ?? await this.#folder.find(fallback);
    if (found === undefined || found === "folder") throw notFound();
    return this.#send(found, payload, call);
  }

  #send({ file, variants }: Exclude<Found, "folder">, payload: ValueMap, call: Call): Value {
    const headerOf = (name: string) => payloadHeader(payload, name);
    const sent = variants.length === 0 ? file : variantFor(file, variants, headerOf("Accept-Encoding") ?? "");
    const { etag, type, size, bytes, encoding, modifiedText } = sent;
    const header: Record<string, Value> = { ETag: etag, "Last-Modified": modifiedText };
    if (this.#fields.cache !== undefined) header["Cache-Control"] = this.#fields.cache;
    if (variants.length > 0) header.Vary = "Accept-Encoding";
    if (isUnchanged(sent, headerOf)) return { status: 304, header };
    header["Content-Type"] = type;
    header["Accept-Ranges"] = "bytes";
    if (encoding !== undefined) header["Content-Encoding"] = encoding;
    if (payload.method === "HEAD") return { status: 200, header: { ...header, "Content-Length": String(size) } };
    const range = rangeOf(sent, headerOf);
    if (range === "none") return { status: 416, header: { "Content-Range": `bytes */${size}` } };
    const { start, length } = range ?? { start: 0, length: size };
    const status = range === undefined ? 200 : 206;
    if (range !== undefined) header["Content-Range"] = `bytes ${start}-${start + length - 1}/${size}`;
    if (bytes !== undefined) {
      return { status, header, body: range === undefined ? bytes : bytes.slice(start, start + length) };
    }
    const body = Stream.from(readPart(sent.path, start, length), length);
    closeUnread(call, body);
    return { status, header, body };
  }
}

function variantFor(file: ServedFile, variants: readonly ServedFile[], accept: string): ServedFile {
  const encoding = chooseEncoding(accept, variants.map(({ encoding }) => encoding!));
  return variants.find((variant) => variant.encoding === encoding) ?? file;
}

/**
 * Returns the path of a file below the root: percent-decoded, once, without empty segments and `.`. That of a folder may
 * end with a slash.
 *
 * @returns Undefined for a path that no file can have.
 * @throws {Failure} `bad_request` for an invalid percent-encoding.
 */
function pathOf({ path, params }: ValueMap & { path: string }): string | undefined {
  const star = params !== undefined && isMap(params) ? params["*"] : undefined;
  const decoded = typeof star === "string" ? star : decodePath(path);
  if (decoded.includes("\0") || decoded.includes("\\")) return undefined;
  const segments = decoded.split("/");
  if (segments.includes("..")) return undefined;
  const kept = segments.filter((segment) => segment !== "" && segment !== ".");
  return kept.length > 0 && decoded.endsWith("/") ? `${kept.join("/")}/` : kept.join("/");
}

function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest("invalid percent-encoding in the path");
  }
}

function isHidden(path: string): boolean {
  return path.startsWith(".") || path.includes("/.") ? path.split("/").some(isDotfile) : false;
}

function isDotfile(segment: string): boolean {
  return segment.startsWith(".") && segment !== ".well-known";
}

/** Reports whether a browser asks for a page, not for a part of one or for data. */
function isNavigation(payload: ValueMap): boolean {
  const mode = payloadHeader(payload, "Sec-Fetch-Mode");
  if (mode !== undefined && mode !== "navigate") return false;
  return /\btext\/html\b/i.test(payloadHeader(payload, "Accept") ?? "");
}

/** Returns the answer that leads to the path with a slash; never to another host, as `//host/` would. */
function redirect(path: string, query: string): Value {
  return { status: 301, header: { Location: `/${path.replace(/^[/\\]+/, "")}/${query}` } };
}
