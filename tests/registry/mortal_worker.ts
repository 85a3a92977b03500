/** A store's worker that dies when it is asked to withdraw `die`. */
import { type Call, serveStore, type WorkerScope } from "../../src/registry/stores/sqlite/sqlite_worker.ts";

const scope = self as unknown as WorkerScope;

scope.addEventListener("message", (event: MessageEvent<Call>) => {
  const { method, args } = event.data;
  if (method !== "withdraw" || args[0] !== "die") return;
  // Nothing that follows is answered.
  event.stopImmediatePropagation();
  throw new Error("dead");
});
serveStore(scope);
