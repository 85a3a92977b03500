/** `weft start --supervise`: a program that starts the engine as another one, and again when it ends unexpectedly. */
export { SUPERVISED, SupervisorLink } from "./supervisor_link.ts";
export { supervise, type SuperviseOptions } from "./supervise.ts";
