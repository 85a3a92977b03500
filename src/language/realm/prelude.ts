import vm from "node:vm";
import { base64 } from "../web/base64.ts";
import { chacha20 } from "../web/chacha20.ts";
import { console } from "../web/console.ts";
import { crypto } from "../web/crypto.ts";
import { domain } from "../web/domain.ts";
import { errors } from "../web/errors.ts";
import { form } from "../web/form.ts";
import { inspect } from "../web/inspect.ts";
import { structuredClone } from "../web/structured_clone.ts";
import { textEncoding } from "../web/text_encoding.ts";
import { url } from "../web/url.ts";
import { urlHost } from "../web/url_host.ts";
import { urlParser } from "../web/url_parser.ts";
import { urlSearchParams } from "../web/url_search_params.ts";
import { utf8 } from "../web/utf8.ts";
import { calls } from "./scope/calls.ts";
import { decoder } from "./scope/decoder.ts";
import { decoders } from "./scope/decoders.ts";
import { encoder } from "./scope/encoder.ts";
import { errorFields } from "./scope/error_fields.ts";
import { harden } from "./scope/harden.ts";
import { lazyMap } from "./scope/lazy_map.ts";
import { marshal } from "./scope/marshal.ts";
import type { RealmScope } from "./scope/realm_scope.ts";
import { streamToken } from "./scope/stream_token.ts";

/** The realm's own code, each part after those that it needs. */
export const parts: readonly ((scope: RealmScope) => void)[] = [
  marshal,
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
  decoder,
  encoder,
  calls,
];

/** Runs the parts, from their source text, in the context that it is run in; answers the realm's `RealmBridge`. */
export const prelude = new vm.Script(
  `"use strict";
(() => {
  const scope = {
    expose(name, value) {
      Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
    },
  };
  ${parts.map((part) => `(${part})(scope);`).join("\n  ")}
  scope.harden();
  return scope.bridge;
})()`,
  { filename: "realm" },
);
