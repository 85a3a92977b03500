import type { Kind } from "@weft/weft/kind";
import { httpCodec } from "../../http/mod.ts";
import type { Codec } from "../../value/mod.ts";
import { block } from "../control/block.ts";
import { ifKind } from "../control/if.ts";
import { nop } from "../control/nop.ts";
import { snippet } from "../control/snippet.ts";
import { step } from "../control/step.ts";
import { switchKind } from "../control/switch.ts";
import { throwKind } from "../control/throw.ts";
import { tryKind } from "../control/try.ts";
import { cors } from "../net/cors.ts";
import { router } from "../net/router.ts";

/** The built-in kinds whose nodes run on executors. */
export const EXECUTOR_KINDS: readonly Kind[] = [
  block,
  cors,
  ifKind,
  nop,
  router,
  snippet,
  step,
  switchKind,
  throwKind,
  tryKind,
];

/** How host nodes write what they send to executors. */
export const CODECS: readonly Codec[] = [httpCodec];
