import type { Browser } from "playwright-core";
import { neededProgram } from "./programs.ts";

const { path: executablePath, ignore } = neededProgram("chromium");

/** What keeps a browser of a test to itself, and lets it run as root. */
const ARGUMENTS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

/** Options of tests that open a browser: its client keeps timers and pipes of its own. */
export const BROWSER_TEST = { ignore, sanitizeOps: false, sanitizeResources: false } as const;

/** Opens a browser without a window. Whoever opens it closes it. */
export async function openBrowser(): Promise<Browser> {
  // else it looks for files below /proc when it is loaded, which takes all permissions
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}
