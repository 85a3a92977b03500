/** Stores by URL: a history, with the presence and meta beside it. */
export { backupStore, type CopyStoreOptions, restoreStore, type StoreCopy } from "./backup.ts";
export { openStore } from "./open_store.ts";
export type { OpenStoreOptions } from "./open_store.ts";
export { isRemote, storeName, storeUrl } from "./store_url.ts";
export type { Store } from "./store.ts";
