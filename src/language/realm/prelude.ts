import vm from "node:vm";
import { base64 } from "../web/base64.ts";
import { chacha20 } from "../web/chacha20.ts";
import { console } from "../web/console.ts";
import { crypto } from "../web/crypto.ts";
import { cryptoKeys } from "../web/crypto_keys.ts";
import { domain } from "../web/domain.ts";
import { errors } from "../web/errors.ts";
import { form } from "../web/form.ts";
import { inspect } from "../web/inspect.ts";
import { percentEncoding } from "../web/percent_encoding.ts";
import { structuredClone } from "../web/structured_clone.ts";
import { textEncoding } from "../web/text_encoding.ts";
import { url } from "../web/url.ts";
import { urlHost } from "../web/url_host.ts";
import { urlParser } from "../web/url_parser.ts";
import { urlSearchParams } from "../web/url_search_params.ts";
import { utf8 } from "../web/utf8.ts";
import { ask } from "./scope/ask.ts";
import { bufferBudget } from "./scope/buffer_budget.ts";
import { bytes } from "./scope/bytes.ts";
import { calls } from "./scope/calls.ts";
import { decoder } from "./scope/decoder.ts";
import { encoder } from "./scope/encoder.ts";
import { globals } from "./scope/globals.ts";
import { errorFields } from "./scope/error_fields.ts";
import { fieldDecoders } from "./scope/field_decoders.ts";
import { harden } from "./scope/harden.ts";
import { lazyMap } from "./scope/lazy_map.ts";
import type { RealmScope } from "./scope/realm_scope.ts";
import { requests } from "./scope/requests.ts";
import { sizeGuards } from "./scope/size_guards.ts";
import { streamToken } from "./scope/stream_token.ts";
import { stackTrace } from "./scope/stack_trace.ts";
import { timers } from "./scope/timers.ts";
import { transfer } from "./scope/transfer.ts";

/** The parts of the realm's own code, each after those that it depends on. */
export const parts: readonly ((scope: RealmScope) => void)[] = [
  transfer,
  stackTrace,
  ask,
  bytes,
  errors,
  utf8,
  textEncoding,
  base64,
  percentEncoding,
  form,
  domain,
  urlHost,
  urlParser,
  urlSearchParams,
  url,
  structuredClone,
  timers,
  requests,
  chacha20,
  cryptoKeys,
  crypto,
  harden,
  globals,
  inspect,
  console,
  fieldDecoders,
  streamToken,
  lazyMap,
  errorFields,
  decoder,
  encoder,
  calls,
  sizeGuards,
  bufferBudget,
];

/** Runs the source text of the parts in a context, and evaluates to the `RealmBridge` of its realm. */
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
