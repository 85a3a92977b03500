import { addRoute, createRouter, findAllRoutes } from "rou3";
import { setKey, type ValueMap } from "../value/mod.ts";
import { decodeSegment, type Segment } from "./pattern.ts";
import type { RouteMatch, Router } from "./route.ts";

/** Routes of the same shape: their paths differ only in the names of parameters. */
interface Shape {
  /** By method; `""` is any method. Contains HEAD if it contains GET. */
  readonly targets: Map<string, Target>;
  /** The positions of parameters, which do not match an empty segment. */
  readonly parameters: readonly number[];
}

interface Target {
  /** The result for a route without parameters. */
  readonly match: RouteMatch & { port: string };
  readonly parameters: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly position: number;
  /** Whether it matches all segments from its position on. */
  readonly rest: boolean;
}

const NO_PARAMS: ValueMap = Object.freeze({});
const NOT_FOUND: RouteMatch = Object.freeze({ status: 404 });
const BAD_ESCAPE: RouteMatch = Object.freeze({ status: 400 });

/** A table of valid routes. */
export class RouteTable implements Router {
  readonly #shapes = new Map<string, Shape>();
  // A path without parameters is always the most specific one, and is found without the tree, which has the others.
  readonly #literals = new Map<string, Shape>();
  readonly #tree = createRouter<Shape>();

  /** @param method In upper case; empty for any. */
  add(method: string, segments: readonly Segment[], port: string): void {
    const { targets } = this.#shape(segments);
    const parameters = segments.flatMap((segment, position) => parameterOf(segment, position) ?? []);
    const target: Target = { match: Object.freeze({ port, params: NO_PARAMS }), parameters };
    targets.set(method, target);
    if (method === "GET" && !targets.has("HEAD")) targets.set("HEAD", target);
  }

  #shape(segments: readonly Segment[]): Shape {
    const key = shapeKey(segments);
    let shape = this.#shapes.get(key);
    if (shape === undefined) {
      const parameters = segments.flatMap((segment, position) => "parameter" in segment ? position : []);
      shape = { targets: new Map(), parameters };
      this.#shapes.set(key, shape);
      const literals = segments.flatMap((segment) => "literal" in segment ? encodeSegment(segment.literal) : []);
      if (literals.length === segments.length) this.#literals.set("/" + literals.join("/"), shape);
      else addRoute(this.#tree, "", key, shape);
    }
    return shape;
  }

  match(method: string, path: string): RouteMatch {
    const literal = this.#literals.get(path);
    const target = literal === undefined ? undefined : targetFor(literal, method);
    return target === undefined ? this.#search(method, path) : target.match;
  }

  #search(method: string, path: string): RouteMatch {
    const segments = decodePath(path);
    if (segments === undefined) return BAD_ESCAPE;
    const encoded = PLAIN.test(path) ? path : "/" + segments.map(encodeSegment).join("/");
    const shapes = this.#find(encoded, segments);
    for (const shape of shapes) {
      const target = targetFor(shape, method);
      if (target !== undefined) return matchOf(target, segments);
    }
    if (shapes.length === 0) return NOT_FOUND;
    return { status: method === "OPTIONS" ? 204 : 405, allow: allowOf(shapes) };
  }

  /** Returns the shapes that match a path, the most specific first. */
  #find(encoded: string, segments: readonly string[]): Shape[] {
    const literal = this.#literals.get(encoded);
    const found = literal === undefined ? [] : [literal];
    const matches = findAllRoutes(this.#tree, "", treePath(encoded), { params: false });
    for (let i = matches.length - 1; i >= 0; i--) {
      const { data } = matches[i]!;
      if (data.parameters.every((position) => segments[position] !== "")) found.push(data);
    }
    return found;
  }
}

function parameterOf(segment: Segment, position: number): Parameter | undefined {
  if ("literal" in segment) return undefined;
  return "rest" in segment
    ? { name: segment.rest, position, rest: true }
    : { name: segment.parameter, position, rest: false };
}

function targetFor(shape: Shape, method: string): Target | undefined {
  return shape.targets.get(method) ?? shape.targets.get("");
}

function matchOf(target: Target, segments: readonly string[]): RouteMatch {
  if (target.parameters.length === 0) return target.match;
  const params: Record<string, string> = {};
  for (const { name, position, rest } of target.parameters) {
    setKey(params, name, rest ? segments.slice(position).join("/") : segments[position]!);
  }
  return { port: target.match.port, params };
}

/** Returns the `Allow` header of a path that matches these shapes. */
function allowOf(shapes: readonly Shape[]): string {
  const methods = new Set(shapes.flatMap(({ targets }) => [...targets.keys()]));
  return [...methods.add("OPTIONS")].sort().join(", ");
}

/** Decodes the segments of a path. Returns undefined if one has an invalid escape. */
function decodePath(path: string): string[] | undefined {
  const segments = (path.startsWith("/") ? path.slice(1) : path).split("/");
  if (!path.includes("%")) return segments;
  for (let i = 0; i < segments.length; i++) {
    const decoded = decodeSegment(segments[i]!);
    if (decoded === undefined) return undefined;
    segments[i] = decoded;
  }
  return segments;
}

/** Returns the pattern of a shape for the tree: the same for all paths that differ only in the names of parameters. */
export function shapeKey(segments: readonly Segment[]): string {
  const parts = segments.map((segment, position) => {
    if ("literal" in segment) return encodeSegment(segment.literal);
    return "rest" in segment ? "**:rest" : `:p${position}`;
  });
  return treePath("/" + parts.join("/"));
}

/** Replaces empty segments by one that nothing else is encoded as, because the tree ignores a trailing slash. */
function treePath(encoded: string): string {
  const filled = encoded.replaceAll("//", "/!/").replaceAll("//", "/!/");
  return filled.endsWith("/") ? filled + "!" : filled;
}

/** Matches a path that is its own encoding. */
const PLAIN = /^(?:\/[\w.~-]*)+$/;

/** Encodes a segment in characters that have no special meaning in a pattern of the tree. */
function encodeSegment(segment: string): string {
  if (/^[\w.~-]*$/.test(segment)) return segment;
  return encodeURIComponent(segment.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
