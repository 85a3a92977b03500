import { parseJson } from "../../http/mod.ts";
import type { Value, ValueMap } from "../../value/mod.ts";
import type { TestWorkflow } from "../workflow.ts";
import type { RequestSpec } from "./test_file.ts";

/** Hands the request of a step to a listener. @returns Its response, as a map of status, headers and body. */
export async function sendRequest(workflow: TestWorkflow, listener: string, spec: RequestSpec): Promise<ValueMap> {
  const { path, client } = spec;
  const headers = new Headers();
  for (const [name, value] of Object.entries(spec.headers ?? {})) {
    for (const item of [value].flat()) headers.append(name, item);
  }
  const body = bodyOf(spec, headers);
  const method = spec.method ?? (body === undefined ? "GET" : "POST");
  const response = await workflow.request(
    listener,
    path,
    { method, headers, ...body !== undefined && { body } },
    client,
  );
  return { status: response.status, headers: headersOf(response.headers), body: await readBody(response) };
}

function bodyOf({ body, form }: RequestSpec, headers: Headers): string | undefined {
  const typed = (type: string, text: string) => {
    if (!headers.has("content-type")) headers.set("content-type", type);
    return text;
  };
  if (form !== undefined) {
    const fields = new URLSearchParams();
    for (const [name, value] of Object.entries(form)) {
      for (const item of [value].flat()) fields.append(name, String(item));
    }
    return typed("application/x-www-form-urlencoded", fields.toString());
  }
  if (body === undefined) return undefined;
  return typeof body === "string"
    ? typed("text/plain;charset=UTF-8", body)
    : typed("application/json", JSON.stringify(body));
}

/** Returns headers by their names in lower case; several of a name, such as set-cookie, are a list. */
function headersOf(headers: Headers): ValueMap {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...cookies.length > 1 && { "set-cookie": cookies } };
}

async function readBody(response: Response): Promise<Value> {
  const bytes = await response.bytes();
  if (bytes.length === 0) return null;
  const type = response.headers.get("content-type")?.toLowerCase() ?? "";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
  if (/[/+]json\b/.test(type)) {
    try {
      return parseJson(text, "the body");
    } catch {
      return text;
    }
  }
  return type === "" || /^text\/|xml|javascript|urlencoded/.test(type) ? text : bytes;
}
