// A thread that sends back each batch that it receives, as an executor would.
import { workerData } from "node:worker_threads";
import { PortExecutorChannel, ThreadStatus } from "../../src/protocol/mod.ts";
import { echo } from "./echo.ts";

const { port, status } = workerData as { port: MessagePort; status: SharedArrayBuffer };
echo(new PortExecutorChannel(port, new ThreadStatus(status).signal));
