import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import type { Ports } from "../model/kind.ts";
import { nearest, nearestFirst } from "../../value/mod.ts";
import { normalizePort, portsOf } from "../model/port.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { LIFECYCLE_LINKS, type Link } from "../model/spec.ts";
import type { Unit } from "./check_fields.ts";

const MOST_LISTED = 20;

/** The nodes that the links of a spec may lead to. */
export interface Targets {
  find(link: Link): Pick<Unit, "spec" | "kind" | "fields"> | undefined;
  /** Returns the names of all nodes, for suggestions. */
  names(): Iterable<string>;
  /** Whether there may be nodes that are not known; unknown ones are not reported then. */
  isIncomplete?: boolean;
  /** Explains why a name is unknown, where there is an explanation. */
  why?(name: string): string | undefined;
  /** Reports whether the link existed before the change. */
  isOld?(port: string, link: Link): boolean;
}

/** Returns the diagnostics of the links of a spec: unknown ports and nodes. */
export function checkLinks(unit: Unit, targets: Targets, scheme: Scheme, dangling: "error" | "warning"): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const tell = (diagnostic: Diagnostic) => diagnostics.push(report(unit.root, prefixPath(unit.at, diagnostic)));
  const own = portsIn(unit, scheme);
  const seen = new Map<string, string>();
  for (const [port, links] of Object.entries(unit.spec.links)) {
    const wrong = own && checkOwnPort(unit, port, own, seen);
    if (wrong) tell(wrong);
    links.forEach((link, index) => {
      const wrong = checkTarget(link, targets, scheme);
      if (wrong === undefined) return;
      const severity = targets.isOld?.(port, link) ? "warning" : dangling;
      tell(prefixPath(["links", port, index], { ...wrong, severity }));
    });
  }
  return diagnostics;
}

/** Returns the ports of a node; undefined if they depend on fields that are invalid. */
function portsIn({ kind, fields }: Pick<Unit, "kind" | "fields">, scheme: Scheme): Ports | undefined {
  if (kind?.portsOf === undefined) return kind?.ports;
  return fields && portsOf(kind, fields, scheme);
}

function checkOwnPort(unit: Unit, port: string, ports: Ports, seen: Map<string, string>): Diagnostic | undefined {
  const known = [...ports.out, ...LIFECYCLE_LINKS];
  const name = normalizePort(port, known);
  const path = ["links", port];
  if (name === undefined) {
    const message = `unknown out port ${show(port)} of ${unit.kind!.name}`;
    return { location: { path, key: true }, message, hint: `known ports are ${listed(port, known)}` };
  }
  const other = seen.get(name);
  seen.set(name, port);
  return other === undefined
    ? undefined
    : { location: { path, key: true }, message: `duplicate out port: ${other} and ${port} are the same` };
}

function checkTarget(link: Link, targets: Targets, scheme: Scheme): Diagnostic | undefined {
  const target = targets.find(link);
  if (target === undefined) return targets.isIncomplete ? undefined : noTarget(link, targets);
  const ports = portsIn(target, scheme)?.in;
  if (ports === undefined || normalizePort(link.port, ports) !== undefined) return undefined;
  const message = `unknown in port ${show(link.port)} of ${link.name ?? link.id}`;
  const hint = ports.length === 0 ? "it has no in ports" : `known ports are ${listed(link.port, ports)}`;
  return { location: { path: ["port"] }, message, hint };
}

function noTarget({ id, name }: Link, targets: Targets): Diagnostic {
  if (id !== undefined) return { location: { path: ["id"] }, message: `unknown node id ${show(id)}` };
  const diagnostic: Diagnostic = { location: { path: ["name"] }, message: `unknown node ${show(name)}` };
  const meant = nearest(name!, targets.names());
  const hint = targets.why?.(name!) ?? (meant === undefined ? undefined : `did you mean ${show(meant)}?`);
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}

/** Formats at most 20 ports for a hint, the most similar first. */
function listed(port: string, known: readonly string[]): string {
  const first = nearestFirst(port, known.slice(0, MOST_LISTED));
  return known.length > MOST_LISTED ? `${first.join(", ")}, ...` : first.join(", ");
}
