/** The encoding of stored values, apart from the rest as it loads MessagePack, which a worker does not need. */
export { damaged, decode, encode } from "./codec.ts";
