import type { Language } from "../language.ts";
import { Constant } from "./constant.ts";

/** Plain text: the program returns the code itself. */
export const text: Language = {
  name: "text",
  check: () => [],
  compile: (code) => new Constant(code),
};
