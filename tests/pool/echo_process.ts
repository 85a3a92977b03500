// A program that sends back each batch that it receives, as an executor would.
import { openChannel } from "../../src/executor/start_process.ts";
import { StatusFile } from "../../src/protocol/process/mod.ts";
import { echo } from "./echo.ts";

const status = new StatusFile(performance.now.bind(performance));
echo(openChannel(new URL("../../workers/executor_input.ts", import.meta.url), status));
