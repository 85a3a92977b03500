import { addRoute, createRouter, findAllRoutes } from "rou3";
import { setKey, type ValueMap } from "../value/mod.ts";
import { decodeSegment, type Segment } from "./pattern.ts";
import type { RouteMatch, Router } from "./route.ts";

/** The routes of one shape: their paths differ in the names of parameters only. */
interface Shape {
  /** By method; `""` is any. HEAD is there wherever GET is. */
  readonly targets: Map<string, Target>;
  /** The positions that hold a parameter, which takes no empty segment. */
  readonly parameters: readonly number[];
}

interface Target {
  /** The answer of a route without parameters, made once. */
  readonly match: RouteMatch & { port: string };
  readonly parameters: readonly Parameter[];
}

interface Parameter {
  readonly name: string;
  readonly position: number;
  /** Whether it takes all segments from its position on. */
  readonly rest: boolean;
}

const NO_PARAMS: ValueMap = Object.freeze({});
const NOT_FOUND: RouteMatch = Object.freeze({ status: 404 });
const BAD_ESCAPE: RouteMatch = Object.freeze({ status: 400 });

/** A table of routes without problems. */
export class RouteTable implements Router {
  readonly #shapes = new Map<string, Shape>();
  // A path without parameters is always the most specific, and found without a walk. The tree has the other shapes.
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

  /** The shapes that a path has, the most specific first. */
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

/** What a path of these shapes can be asked with. */
function allowOf(shapes: readonly Shape[]): string {
  const methods = new Set(shapes.flatMap(({ targets }) => [...targets.keys()]));
  return [...methods.add("OPTIONS")].sort().join(", ");
}

/** The segments of a path as sent, decoded; undefined if one has a bad escape. */
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

/** The same for all paths that match the same, whatever their parameters are called; the tree's pattern for them. */
export function shapeKey(segments: readonly Segment[]): string {
  const parts = segments.map((segment, position) => {
    if ("literal" in segment) return encodeSegment(segment.literal);
    return "rest" in segment ? "**:rest" : `:p${position}`;
  });
  return treePath("/" + parts.join("/"));
}

/** Turns an empty segment into one that nothing else encodes to: the tree overlooks a slash at the end. */
function treePath(encoded: string): string {
  const filled = encoded.replaceAll("//", "/!/").replaceAll("//", "/!/");
  return filled.endsWith("/") ? filled + "!" : filled;
}

/** A path that is its own encoding. */
const PLAIN = /^(?:\/[\w.~-]*)+$/;

/** A decoded segment in characters that the tree takes literally, in a pattern as in a path. */
function encodeSegment(segment: string): string {
  if (/^[\w.~-]*$/.test(segment)) return segment;
  return encodeURIComponent(segment.toWellFormed())
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
