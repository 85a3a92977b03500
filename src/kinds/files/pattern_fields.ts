import { z } from "zod";
import { compileGlob } from "./glob.ts";

/** The fields that say which files are meant. */
export const patternFields = {
  pattern: z.string().min(1).default("*").meta({
    description:
      "Which: a pattern of paths below `path`, such as *.csv, **/*.json or {in,new}/*. ** stands for any folders. " +
      "Default *, what is in the folder itself.",
  }),
  hidden: z.boolean().default(false).meta({
    description: "Whether * and ** stand for names that begin with a dot too. Default false.",
  }),
};

/** Returns what is wrong with a pattern. */
export function patternFindings(pattern: string, hidden: boolean) {
  try {
    compileGlob(pattern, hidden);
    return [];
  } catch (error) {
    return [{ location: { path: ["pattern"] }, message: (error as Error).message }];
  }
}
