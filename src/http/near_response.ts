import { type Answer, isMap, nearest, type Value, type ValueMap } from "../value/mod.ts";
import { isResponse } from "./response.ts";

/** What a field of a response says. */
type Role = "status" | "header" | "body";

/** The names of the fields of a map by what they seem to say. */
type Fields = Partial<Record<Role, string>>;

/** What becomes of such an answer. */
const SENT = "The whole answer was sent as the body of a response with status 200.";

/** How many characters of a name a message shows. */
const LONGEST_SHOWN = 50;

/** Fields of responses elsewhere, in lower case. */
const FOREIGN: ReadonlyMap<string, Role> = new Map([
  ["code", "status"],
  ["statuscode", "status"],
  ["status_code", "status"],
  ["headers", "header"],
]);
const ROLES: readonly Role[] = ["status", "header", "body"];
/** Longer names are none of those, however they are spelt. */
const LONGEST = 12;

/** The bit in which a small letter differs from a capital one. */
const LOWER = 32;

/** The roles of names that were looked up before, as the same ones come again and again. */
const known = new Map<string, Role | undefined>();
const MOST_KNOWN = 1_000;

/** How many fields that no response has a map may have, and still be taken for one. */
const MOST_OTHERS = 8;

/**
 * Returns what is wrong with an answer that is sent as data, but looks like a response: a field is misspelt or called
 * as elsewhere (`statusCode`, `headers`), there is one more field, or the status is not an integer.
 *
 * @returns The first field that is wrong, and what would be right; undefined if nothing is.
 *
 * @example
 * ```ts
 * doubtOf({ status: 404, boddy: "none" }); // unknown field "boddy" of a response; did you mean "body"?
 * ```
 */
export function doubtOf(answer: Answer): string | undefined {
  if (typeof answer !== "object" || answer === null || !isMap(answer)) return undefined;
  return doubtOfMap(answer) ?? doubtOfWrapped(answer);
}

/** Of a snippet with a content type of its own, data has become the body of a response with a header. */
function doubtOfWrapped({ status, header, body }: ValueMap): string | undefined {
  const isWrapped = status === undefined && header !== undefined && typeof body === "object" && body !== null;
  return isWrapped && isMap(body) ? doubtOfMap(body) : undefined;
}

function doubtOfMap(map: ValueMap): string | undefined {
  if (!hasFieldsOfResponse(map) || isResponse(map as Value)) return undefined;
  const fields: Fields = {};
  let other: string | undefined;
  let others = 0;
  for (const name in map) {
    const role = roleOf(name);
    if (role !== undefined && fields[role] === undefined && isPlausible(role, map[name]!)) fields[role] = name;
    else {
      others++;
      other ??= name;
    }
  }
  const { status, header, body } = fields;
  const isNear = looksLikeResponse(status !== undefined, header !== undefined, body !== undefined, others);
  // `code` alone is data more often
  const isData = status === "code" && header === undefined && body === undefined;
  return isNear && !isData ? describe(map, fields, other) : undefined;
}

/** Reports whether a map might look like a response, by the names of its fields. Almost all data ends here. */
function hasFieldsOfResponse(map: ValueMap): boolean {
  let [status, header, body] = [false, false, false];
  let others = 0;
  for (const name in map) {
    const role = roleOf(name);
    if (role === "status") status = true;
    else if (role === "header") header = true;
    else if (role === "body") body = true;
    else if (++others > MOST_OTHERS) return false;
  }
  return looksLikeResponse(status, header, body, others);
}

function looksLikeResponse(status: boolean, header: boolean, body: boolean, others: number): boolean {
  const count = Number(status) + Number(header) + Number(body);
  return count === 3 || (count === 2 && others <= 1) || (others === 0 && status);
}

/** Reports whether the value of a field is what a response may have there. */
function isPlausible(role: Role, value: Value): boolean {
  if (role === "header") return typeof value === "object" && value !== null && isMap(value);
  if (role === "body") return true;
  const status = typeof value === "string" ? Number(/^\d{3}(?!\d)/.exec(value)?.[0]) : value;
  return (typeof status === "number" || typeof status === "bigint") && status >= 100 && status < 600;
}

function describe(map: ValueMap, fields: Fields, other: string | undefined): string {
  for (const role of ROLES) {
    const name = fields[role];
    if (name !== undefined && name !== role) {
      return `unknown field ${quoted(name)} of a response; did you mean "${role}"? ${SENT}`;
    }
  }
  if (other !== undefined && other !== "status") {
    return `unknown field ${quoted(other)} of a response: expected only "status", "header" and "body". ${SENT}`;
  }
  const { status } = map;
  const shown = typeof status === "string" ? quoted(status) : String(status);
  return `invalid status ${shown} of a response: expected an integer from 200 to 599. ${SENT}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text);
}

function roleOf(name: string): Role | undefined {
  if (name === "status" || name === "header" || name === "body") return name;
  if (name.length > LONGEST || !isInitial(name.charCodeAt(0) | LOWER)) return undefined;
  if (known.has(name)) return known.get(name);
  const role = lookUp(name.toLowerCase());
  if (known.size < MOST_KNOWN) known.set(name, role);
  return role;
}

/** Reports whether a name of `FOREIGN`, or of a response, begins with a letter. */
function isInitial(letter: number): boolean {
  return letter === 115 || letter === 104 || letter === 98 || letter === 99; // s, h, b, c
}

function lookUp(name: string): Role | undefined {
  const foreign = FOREIGN.get(name);
  if (foreign !== undefined) return foreign;
  const meant = nearest(name, ROLES) as Role | undefined;
  // a slip in the first letter is rare, and other words begin with another
  return meant?.[0] === name[0] ? meant : undefined;
}
