import type { SpecFile } from "../../api/mod.ts";
import { isTestFile } from "../../spec/model/mod.ts";
import { LineMap } from "../../spec/yaml/mod.ts";
import type { Terminal } from "../options/command.ts";
import { SpecTree } from "./spec_tree.ts";

/** Options of `readSpecFiles`. */
export interface SpecFilesOptions {
  /** Whether folders without spec files are allowed. Default false. */
  allowEmpty?: boolean;
}

/**
 * Reads spec files. Each is named by its path; standard input is `<stdin>`. One that cannot be read is returned with the
 * reason, so that all errors are told at once.
 *
 * @param paths Files, folders (whose `.yaml`, `.yml` and `.json` files are read recursively, in order, except weft.yaml and test files),
 * or `-` for standard input. Links are followed.
 * @throws {Error} If a path does not exist or is a test file, or a folder has no spec files.
 */
export async function readSpecFiles(
  paths: readonly string[],
  terminal: Terminal,
  { allowEmpty = false }: SpecFilesOptions = {},
): Promise<SpecFile[]> {
  const files: SpecFile[] = [];
  const tree = new SpecTree();
  for (const path of paths) {
    if (path === "-") {
      files.push({ name: "<stdin>", text: await terminal.input() });
      continue;
    }
    if (isTestFile(path)) throw new Error(`${path} holds tests, not specs: weft test runs it`);
    const found = await tree.find(path);
    if (found === undefined) throw new Error(`no such file or folder: ${path}`);
    if (found.length === 0 && !allowEmpty) throw new Error(`no .yaml, .yml or .json files in ${path}`);
    for (const { name, unread } of found) {
      files.push(unread === undefined ? await readText(name) : { name, text: "", unread });
    }
  }
  return files;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function readText(name: string): Promise<SpecFile> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(name);
  } catch (error) {
    const { message } = error as Error;
    return { name, text: "", unread: { location: { spec: name }, message: `cannot be read: ${message}` } };
  }
  try {
    return { name, text: decoder.decode(bytes) };
  } catch {
    const unread = { location: { position: { file: name, ...firstInvalid(bytes) } }, message: "invalid UTF-8" };
    return { name, text: "", unread };
  }
}

/** Returns the line and column of the first character that is not valid UTF-8. */
function firstInvalid(bytes: Uint8Array): { line: number; column: number } {
  // what is invalid becomes U+FFFD, which a valid file may hold as well
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let offset = 0;
  let at = 0;
  for (const character of text) {
    const encoded = encoder.encode(character);
    if (encoded.some((byte, index) => bytes[at + index] !== byte)) break;
    at += encoded.length;
    offset += character.length;
  }
  const { line, column } = new LineMap(text).locate(offset);
  return { line, column };
}
