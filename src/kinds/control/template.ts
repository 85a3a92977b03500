import { type Call, defineKind, type Kind, type Reply, SENT } from "@weft/weft/kind";
import { z } from "zod";
import { parseMediaType, withContentType, withField } from "../../http/mod.ts";
import { asError, type Failure, failure, isError, isMap, type Value } from "../../value/mod.ts";
import { payloadError } from "../payload_error.ts";
import { Mustache, type Token } from "./mustache.ts";

const HTML = "text/html; charset=utf-8";

/** Writes a string from a template and the payload. */
export const template: Kind = defineKind({
  name: "template",
  summary: "Fills a template, HTML or text, with the payload.",
  fields: z.object({
    template: z.string().describe("The template, in Mustache."),
    partials: z.record(z.string(), z.string()).optional().describe(
      "Templates that others include by their name: `{{> name}}`.",
    ),
    format: z.enum(["html", "text"]).default("html").describe(
      "What is written: in html, values are escaped, and the content type as an answer is text/html. Default html.",
    ),
    type: z.string().optional().describe("The content type of the result as an answer, for instance text/css."),
    status: z.int().min(200).max(599).optional().describe("The status of the result as an answer. Default 200."),
    header: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional().describe(
      "Further headers of the result as an answer.",
    ),
    as: z.string().min(1).optional().describe(
      "The field of the payload that gets the result, so that the rest of the payload goes on with it. Default: the result " +
        "takes the place of the payload.",
    ),
  }),
  fieldAliases: { headers: "header" },
  ports: { in: ["in"], out: ["out", "error"] },
  verbatim: ["template", "partials"],
  about: "In a template, `{{name}}` is the value of that key of the payload, and `{{user.name}}` one further inside; " +
    "`{{.}}` is the payload itself. `{{#items}}...{{/items}}` repeats what is inside for each item of a list, and within a " +
    "map its keys come first; for another value it is written once, unless that is false, null, zero or empty. " +
    "`{{^items}}...{{/items}}` is written where that is not. `{{> name}}` includes a partial, `{{! ...}}` is a comment.\n\n" +
    "In HTML, `{{name}}` is escaped; `{{{name}}}` and `{{& name}}` are written as they are, which is for what you trust " +
    "only. Scripts, styles and attributes without quotes need more than this escaping: do not write values there. Lists " +
    "and maps are written as JSON, dates as their string, and what is missing as nothing.\n\n" +
    "Templates of specs (`{{ .NAME }}`) are not evaluated in it.",
  portSummaries: { out: "The string, or the payload with it.", error: "What could not be written." },
  errors: { invalid_payload: "The payload cannot be written, or is no map where `as` names a field of it." },
  examples: [
    {
      title: "A list in HTML",
      spec: {
        kind: "template",
        template: "<ul>{{#items}}<li>{{name}}</li>{{/items}}</ul>{{^items}}<p>None</p>{{/items}}",
      },
    },
    {
      title: "A text with a partial",
      spec: {
        kind: "template",
        format: "text",
        template: "Dear {{name}},\n{{> closing}}",
        partials: { closing: "yours, {{sender}}" },
      },
    },
  ],
  check(given) {
    const { type, as } = given;
    if (type !== undefined && parseMediaType(type) === undefined) {
      const message = `invalid type ${JSON.stringify(type)}: expected a media type such as text/css`;
      return [{ location: { path: ["type"] }, message }];
    }
    // what is a field of the payload is no answer
    const answered = (["type", "status", "header"] as const).find((name) => given[name] !== undefined);
    if (as === undefined || answered === undefined) return [];
    return [{ location: { path: [answered] }, message: `invalid ${answered} with as: expected one of them` }];
  },
  prepare({ fields, ports, position }) {
    const { template, partials = {}, format, as, status, header = {} } = fields;
    const { type = format === "html" ? HTML : undefined } = fields;
    const mustache = new Mustache(format === "html");
    const parse = (text: string, path: readonly string[]): Token[] => {
      try {
        const tokens = mustache.parse(text);
        for (const { name, at } of mustache.partialsOf(tokens)) {
          if (!Object.hasOwn(partials, name)) throw failure(`unknown partial "${name}" at ${at}`);
        }
        return tokens;
      } catch (thrown) {
        throw located(asError(thrown), path, position);
      }
    };
    parse(template, ["template"]);
    for (const [name, text] of Object.entries(partials)) parse(text, ["partials", name]);
    const more = { ...status !== undefined && { status }, ...Object.keys(header).length > 0 && { header } };
    const plain = (text: string): Value => Object.keys(more).length === 0 ? text : { ...more, body: text };
    const answer = (text: string): Value => type === undefined ? plain(text) : withContentType(plain(text), type);
    const leave = (text: string, call: Call): Reply => {
      const { payload } = call;
      if (as !== undefined) {
        return isMap(payload) ? withField(payload, as, text) : payloadError("template", payload, "a map");
      }
      const sent = call.send(ports.out, text);
      return sent === SENT ? SENT : answer(text);
    };
    return {
      in(payload, call) {
        if (isError(payload)) return payload;
        let text: string;
        try {
          text = mustache.render(template, payload, partials);
        } catch (thrown) {
          const error = asError(thrown);
          return failure(`the template cannot be filled: ${error.message}`, { code: "invalid_payload", cause: error });
        }
        return leave(text, call);
      },
    };
  },
});

/** Returns the error of a template with its position in the file. */
function located(
  error: Failure,
  path: readonly string[],
  position: (path: readonly string[], offset?: number) => string | undefined,
): Failure {
  const [, what = error.message, offset] = /^(.*) at (\d+)$/s.exec(error.message) ?? [];
  const at = position(path, offset === undefined ? undefined : Number(offset));
  return failure(`invalid ${path.join(".")}: ${what[0]!.toLowerCase()}${what.slice(1)}`, {
    ...at !== undefined && { position: at },
  });
}
