import type { Kind } from "@weft/weft/kind";
import { httpCodec } from "../../http/mod.ts";
import type { Codec } from "../../value/mod.ts";
import { block } from "../control/block.ts";
import { filter } from "../control/filter.ts";
import { forKind } from "../control/for.ts";
import { fork } from "../control/fork.ts";
import { ifKind } from "../control/if.ts";
import { map } from "../control/map.ts";
import { merge } from "../control/merge.ts";
import { nop } from "../control/nop.ts";
import { pipe } from "../control/pipe.ts";
import { retry } from "../control/retry.ts";
import { sleep } from "../control/sleep.ts";
import { snippet } from "../control/snippet.ts";
import { split } from "../control/split.ts";
import { step } from "../control/step.ts";
import { switchKind } from "../control/switch.ts";
import { template } from "../control/template.ts";
import { throwKind } from "../control/throw.ts";
import { tryKind } from "../control/try.ts";
import { validate } from "../control/validate.ts";
import { cors } from "../net/cors.ts";
import { router } from "../net/router.ts";
import { assertKind } from "../test/assert.ts";

/** The built-in kinds whose nodes run on executors. */
export const EXECUTOR_KINDS: readonly Kind[] = [
  assertKind,
  block,
  filter,
  forKind,
  fork,
  cors,
  ifKind,
  map,
  merge,
  nop,
  pipe,
  retry,
  router,
  sleep,
  snippet,
  split,
  step,
  switchKind,
  template,
  throwKind,
  tryKind,
  validate,
];

/** How host nodes write what they send to executors. */
export const CODECS: readonly Codec[] = [httpCodec];
