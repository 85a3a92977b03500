import fs from "node:fs";
import type { Browser } from "playwright-core";
import { neededProgram } from "./programs.ts";

const { path: executablePath, ignore } = neededProgram("chromium");

/** Whether tests that need a browser cannot run: an option of `Deno.test`. */
export const WITHOUT_BROWSER: boolean = ignore;

/** Starts Chromium, without a window and with a profile of its own. Whoever starts it closes it. */
export async function startBrowser(): Promise<Browser> {
  const { chromium } = await importPlaywright();
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
  return await chromium.launch({ executablePath, args });
}

/** Imports the package, which looks for a file below `/proc` as it loads: only a program that may do all can. */
async function importPlaywright(): Promise<typeof import("playwright-core")> {
  const { existsSync } = fs;
  fs.existsSync = (path) => !String(path).startsWith("/proc/") && existsSync(path);
  try {
    return await import("playwright-core");
  } finally {
    fs.existsSync = existsSync;
  }
}
