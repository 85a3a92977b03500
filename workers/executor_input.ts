// The entry point of the thread that reads the input of an executor that is a program of its own.
import { readInput } from "../src/protocol/process/input_thread.ts";

// The project is checked with the types of a main thread, where `self` is a window.
const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage(event: MessageEvent<SharedArrayBuffer>): void;
};
scope.onmessage = ({ data }) => readInput(data, scope);
