/** A worker of a store that dies when it is asked for version -1. */
import { serveStore, type WorkerScope } from "../../src/store/sqlite/mod.ts";

const scope = self as unknown as WorkerScope;

scope.addEventListener("message", (event) => {
  const { method, args } = event.data;
  if (method !== "get" || args[0] !== -1) return;
  // Keeps the store from answering this call.
  event.stopImmediatePropagation();
  throw new Error("dead");
});
serveStore(scope);
