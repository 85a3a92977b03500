import vm from "node:vm";
import { base64 } from "./inside/base64.ts";
import { calls } from "./inside/calls.ts";
import { chacha20 } from "./inside/chacha20.ts";
import { console } from "./inside/console.ts";
import { crypto } from "./inside/crypto.ts";
import { decoders } from "./inside/decoders.ts";
import { domain } from "./inside/domain.ts";
import { errorFields } from "./inside/error_fields.ts";
import { errors } from "./inside/errors.ts";
import { form } from "./inside/form.ts";
import { harden } from "./inside/harden.ts";
import type { Inside } from "./inside/inside.ts";
import { inspect } from "./inside/inspect.ts";
import { lazyMap } from "./inside/lazy_map.ts";
import { streamToken } from "./inside/stream_token.ts";
import { structuredClone } from "./inside/structured_clone.ts";
import { tape } from "./inside/tape.ts";
import { tapeReader } from "./inside/tape_reader.ts";
import { tapeWriter } from "./inside/tape_writer.ts";
import { textEncoding } from "./inside/text_encoding.ts";
import { url } from "./inside/url.ts";
import { urlHost } from "./inside/url_host.ts";
import { urlParser } from "./inside/url_parser.ts";
import { urlSearchParams } from "./inside/url_search_params.ts";
import { utf8 } from "./inside/utf8.ts";

/** The realm's own code, each part after those that it needs. */
export const parts: readonly ((inside: Inside) => void)[] = [
  tape,
  errors,
  utf8,
  textEncoding,
  base64,
  form,
  domain,
  urlHost,
  urlParser,
  urlSearchParams,
  url,
  structuredClone,
  chacha20,
  crypto,
  harden,
  inspect,
  console,
  decoders,
  streamToken,
  lazyMap,
  errorFields,
  tapeReader,
  tapeWriter,
  calls,
];

/** Runs the parts, from their source text, in the context that it is run in; answers the realm's `Face`. */
export const prelude = new vm.Script(
  `"use strict";
(() => {
  const inside = {
    expose(name, value) {
      Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
    },
  };
  ${parts.map((part) => `(${part})(inside);`).join("\n  ")}
  inside.harden();
  return inside.face;
})()`,
  { filename: "realm" },
);
