import { type Diagnostic, prefixPath } from "../model/diagnostic.ts";
import type { Ports } from "../model/kind.ts";
import { nearest, nearestFirst } from "../model/nearest.ts";
import { normalizePort, portsOf } from "../model/port.ts";
import { report } from "../model/report.ts";
import type { Scheme } from "../model/scheme.ts";
import { show } from "../model/show.ts";
import { LIFECYCLE_LINKS, type Link } from "../model/spec.ts";
import type { Unit } from "./check_fields.ts";

const MOST_LISTED = 20;

/** What the links of a spec may lead to. */
export interface Targets {
  find(link: Link): Pick<Unit, "spec" | "kind" | "fields"> | undefined;
  /** The names there are. */
  names(): Iterable<string>;
  /** Whether there may be more than is known. */
  isIncomplete?: boolean;
  /** Why there is no node of a name, if more can be said than that. */
  why?(name: string): string | undefined;
  /** Whether the link was there before the change. */
  isOld?(port: string, link: Link): boolean;
}

/** What is wrong with the links of a spec: ports that are not there, and nodes. */
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

/** The ports of a node; undefined if they cannot be known. */
function portsIn({ kind, fields }: Pick<Unit, "kind" | "fields">, scheme: Scheme): Ports | undefined {
  if (kind?.portsOf === undefined) return kind?.ports;
  return fields && portsOf(kind, fields, scheme);
}

function checkOwnPort(unit: Unit, port: string, ports: Ports, seen: Map<string, string>): Diagnostic | undefined {
  const known = [...ports.out, ...LIFECYCLE_LINKS];
  const name = normalizePort(port, known);
  const path = ["links", port];
  if (name === undefined) {
    const message = `${unit.kind!.name} has no port ${show(port)} to link from`;
    return { location: { path, key: true }, message, hint: `its ports are ${listed(port, known)}` };
  }
  const other = seen.get(name);
  seen.set(name, port);
  return other === undefined
    ? undefined
    : { location: { path, key: true }, message: `${other} and ${port} are the same port` };
}

function checkTarget(link: Link, targets: Targets, scheme: Scheme): Diagnostic | undefined {
  const target = targets.find(link);
  if (target === undefined) return targets.isIncomplete ? undefined : noTarget(link, targets);
  const ports = portsIn(target, scheme)?.in;
  if (ports === undefined || normalizePort(link.port, ports) !== undefined) return undefined;
  const message = `${link.name ?? link.id} has no port ${show(link.port)} to link to`;
  const hint = ports.length === 0 ? "nothing can be sent to it" : `its ports are ${listed(link.port, ports)}`;
  return { location: { path: ["port"] }, message, hint };
}

function noTarget({ id, name }: Link, targets: Targets): Diagnostic {
  if (id !== undefined) return { location: { path: ["id"] }, message: `no node has the id ${show(id)}` };
  const diagnostic: Diagnostic = { location: { path: ["name"] }, message: `no node is called ${show(name)}` };
  const meant = nearest(name!, targets.names());
  const hint = targets.why?.(name!) ?? (meant === undefined ? undefined : `did you mean ${show(meant)}?`);
  return hint === undefined ? diagnostic : { ...diagnostic, hint };
}

/** Ports as a hint lists them, the most similar first. */
function listed(port: string, known: readonly string[]): string {
  const first = nearestFirst(port, known.slice(0, MOST_LISTED));
  return known.length > MOST_LISTED ? `${first.join(", ")}, ...` : first.join(", ");
}
