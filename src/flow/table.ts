import type { Spec } from "../spec/model/mod.ts";
import type { FlatLink, FlatSpec, Flattened } from "./flatten.ts";
import type { InPort, OutPort } from "./port.ts";
import type { NodeSymbol } from "./symbol.ts";

/** A spec with its compiled symbols: one, or one for each part of a compound. */
export interface Unit {
  readonly spec: Spec;
  readonly nodes: readonly { readonly flat: FlatSpec; readonly symbol: NodeSymbol }[];
  readonly inbound: Flattened["inbound"];
}

/** A port whose links have changed, and its new links. */
export interface Relinked {
  port: OutPort;
  targets: readonly InPort[];
}

/** A link whose target does not exist. */
export interface Dangling {
  /** The name of the spec that the link belongs to, or its id if it has none. */
  from: string;
  port: string;
  to: FlatLink;
}

/** The result of a change to the table. */
export interface Commit {
  /** The number of the new generation. */
  generation: number;
  relinked: Relinked[];
  /** Units to load, in order: everything downstream of a unit is loaded before it. */
  load: Unit[];
  /** Units to unload, in order: a unit is unloaded before everything downstream of it. */
  unload: Unit[];
  /** The targets of the `term` links of the units to unload, in the generation before this one. */
  term: ReadonlyMap<Unit, readonly InPort[]>;
  /** Units that this generation no longer contains. */
  retired: Unit[];
  /** Dangling links of the changed units and of those that link to them. */
  dangling: Dangling[];
}

interface Row {
  unit: Unit;
  /** Ids and names of its link targets. */
  targets: Set<string>;
  /** Rows that it links to. */
  downstream: Set<Row>;
  dangling: Dangling[];
  active: boolean;
}

/**
 * The symbols of a namespace, linked port to port. A unit is active if everything downstream of it exists. A change
 * returns which units must be loaded and unloaded, and in which order.
 */
export class SymbolTable {
  #generation = 0;
  readonly #byId = new Map<string, Row>();
  readonly #byName = new Map<string, Row>();
  /** Rows that have `term` links. */
  readonly #terminated = new Set<Row>();
  /** Rows that link to an id or a name. */
  readonly #linkedBy = new Map<string, Set<Row>>();

  /** The number of the newest generation. */
  get generation(): number {
    return this.#generation;
  }

  /** Returns the unit of the newest generation whose spec has an id, or undefined. */
  get(id: string): Unit | undefined {
    return this.#byId.get(id)?.unit;
  }

  /** Returns the unit of the newest generation whose spec has a name, or undefined. */
  named(name: string): Unit | undefined {
    return this.#byName.get(name)?.unit;
  }

  /** Returns the in ports that a link to a port of a spec leads to, by its id or name; none if it is dangling. */
  ports(target: string, port: string): readonly InPort[] {
    const unit = this.get(target) ?? this.named(target);
    return unit === undefined ? [] : resolveIn(unit, { target: unit.spec.id, port }) ?? [];
  }

  /** Yields every unit of the newest generation and whether it is active. */
  *units(): Generator<{ unit: Unit; active: boolean }> {
    for (const { unit, active } of this.#byId.values()) yield { unit, active };
  }

  /**
   * Creates the next generation. An inserted unit replaces the one with the same spec id. Processes of earlier
   * generations keep running meanwhile and do not see the change. The table must not be changed until this has resolved.
   *
   * @param change Units to insert, and the spec ids of units to remove.
   * @param pause Called between steps, to let other work run. Default: no pause.
   */
  async commit(
    change: { insert: readonly Unit[]; remove: readonly string[] },
    pause?: () => Promise<void>,
  ): Promise<Commit> {
    const generation = ++this.#generation;
    const touched = new Set<string>();
    const leaving = [...change.remove, ...change.insert.map((unit) => unit.spec.id)].flatMap((id) =>
      this.#byId.get(id) ?? []
    );
    const terms = new Map([...this.#terminated].map((row) => [row.unit, this.#lifecycle(row, "term")]));
    const retired: Row[] = [];
    for (const row of leaving) {
      await pause?.();
      retired.push(this.#removeRow(row, touched));
    }
    const unload = outerFirst(retired.filter((row) => row.active));
    const inserted: Row[] = [];
    for (const unit of change.insert) {
      await pause?.();
      inserted.push(this.#addRow(unit, touched));
    }

    const affected = this.#upstream(inserted, touched);
    const relinked: Relinked[] = retired.flatMap((row) => unlinked(row.unit, generation));
    for (const row of affected.direct) {
      await pause?.();
      this.#link(row, generation, relinked);
    }
    await pause?.();
    const was = new Map([...affected.all].map((row) => [row, row.active]));
    this.#activate(affected.all);
    const loaded = [...affected.all].filter((row) => row.active && !was.get(row));
    const stopped = [...affected.all].filter((row) => !row.active && was.get(row));
    const unloaded = [...outerFirst(stopped), ...unload].map((row) => row.unit);
    return {
      generation,
      relinked,
      load: innerFirst(loaded).map((row) => row.unit),
      unload: unloaded,
      term: new Map(unloaded.flatMap((unit) => terms.has(unit) ? [[unit, terms.get(unit)!]] : [])),
      retired: retired.map((row) => row.unit),
      dangling: [...affected.direct].flatMap((row) => row.dangling),
    };
  }

  #removeRow(row: Row, touched: Set<string>): Row {
    const { id, name } = row.unit.spec;
    this.#byId.delete(id);
    touched.add(id);
    if (name !== undefined) {
      this.#byName.delete(name);
      touched.add(name);
    }
    this.#terminated.delete(row);
    for (const key of row.targets) {
      const rows = this.#linkedBy.get(key)!;
      if (rows.delete(row) && rows.size === 0) this.#linkedBy.delete(key);
    }
    return row;
  }

  #addRow(unit: Unit, touched: Set<string>): Row {
    const row: Row = { unit, targets: targetsOf(unit), downstream: new Set(), dangling: [], active: false };
    const { id, name } = unit.spec;
    this.#byId.set(id, row);
    touched.add(id);
    if (name !== undefined) {
      this.#byName.set(name, row);
      touched.add(name);
    }
    if (unit.spec.links.term !== undefined) this.#terminated.add(row);
    for (const key of row.targets) {
      let rows = this.#linkedBy.get(key);
      if (rows === undefined) this.#linkedBy.set(key, rows = new Set());
      rows.add(row);
    }
    return row;
  }

  /** Returns the rows whose own links change (`direct`), and those with everything upstream of them (`all`). */
  #upstream(inserted: readonly Row[], touched: ReadonlySet<string>): { direct: Set<Row>; all: Set<Row> } {
    const direct = new Set(inserted);
    for (const key of touched) for (const row of this.#linkedBy.get(key) ?? []) direct.add(row);
    const all = new Set(direct);
    for (const row of all) {
      const { id, name } = row.unit.spec;
      for (const key of name === undefined ? [id] : [id, name]) {
        for (const referrer of this.#linkedBy.get(key) ?? []) all.add(referrer);
      }
    }
    return { direct, all };
  }

  #link(row: Row, generation: number, relinked: Relinked[]): void {
    row.downstream.clear();
    row.dangling = [];
    for (const { flat, symbol } of row.unit.nodes) {
      for (const [name, links] of Object.entries(flat.links)) {
        const targets = links.flatMap((link) => this.#follow(row, name, link));
        const port = symbol.out(name);
        if (sameTargets(port.targets(generation), targets)) continue;
        port.link(generation, targets);
        relinked.push({ port, targets });
      }
    }
    // a unit is active only if these links have targets, too
    for (const name of ["init", "term"] as const) {
      for (const link of lifecycleLinks(row.unit, name)) this.#follow(row, name, link);
    }
  }

  /** Returns the targets of a unit's `init` links in the newest generation. */
  init(unit: Unit): InPort[] {
    const row = this.#byId.get(unit.spec.id);
    return row === undefined ? [] : this.#lifecycle(row, "init");
  }

  #lifecycle(row: Row, name: "init" | "term"): InPort[] {
    return lifecycleLinks(row.unit, name).flatMap((link) => this.#resolve(row.unit, link).ports);
  }

  /** Returns the targets of a link, and records in its row where it leads. */
  #follow(row: Row, port: string, link: FlatLink): readonly InPort[] {
    const { target, ports } = this.#resolve(row.unit, link);
    if (target !== undefined) row.downstream.add(target);
    if (ports.length === 0) row.dangling.push({ from: row.unit.spec.name ?? row.unit.spec.id, port, to: link });
    return ports;
  }

  /** Returns the in ports that a link leads to, none if it is dangling, and their row if it is not the unit's own. */
  #resolve(unit: Unit, link: FlatLink): { target?: Row; ports: readonly InPort[] } {
    const own = resolveIn(unit, link);
    if (own !== undefined) return { ports: own };
    const target = this.#byId.get(link.target) ?? this.#byName.get(link.target);
    const ports = this.ports(link.target, link.port);
    return target === undefined ? { ports } : { target, ports };
  }

  /** Activates the rows from which no dangling link can be reached, and deactivates the others. */
  #activate(rows: ReadonlySet<Row>): void {
    const upstream = new Map<Row, Row[]>();
    const bad: Row[] = [];
    for (const row of rows) {
      row.active = true;
      let broken = row.dangling.length > 0;
      for (const next of row.downstream) {
        if (!rows.has(next)) broken ||= !next.active;
        else if (upstream.has(next)) upstream.get(next)!.push(row);
        else upstream.set(next, [row]);
      }
      if (broken) bad.push(row);
    }
    for (const row of bad) row.active = false;
    for (let row = bad.pop(); row !== undefined; row = bad.pop()) {
      for (const before of upstream.get(row) ?? []) {
        if (!before.active) continue;
        before.active = false;
        bad.push(before);
      }
    }
  }
}

function lifecycleLinks(unit: Unit, name: "init" | "term"): FlatLink[] {
  return unit.spec.links[name]?.map((link) => ({ target: link.id ?? link.name ?? "", port: link.port })) ?? [];
}

function targetsOf(unit: Unit): Set<string> {
  const targets = new Set<string>();
  for (const { flat } of unit.nodes) {
    for (const links of Object.values(flat.links)) for (const link of links) targets.add(link.target);
  }
  for (const links of Object.values(unit.spec.links)) {
    for (const link of links) targets.add(link.id ?? link.name ?? "");
  }
  return targets;
}

/**
 * Unlinks the out ports of a retired unit that lead to ports with an index: a node that gathers what comes by several
 * ports has to know how many lead to it.
 */
function unlinked(unit: Unit, generation: number): Relinked[] {
  const ports = unit.nodes.flatMap(({ symbol }) => [...symbol.outs]);
  return ports.filter((port) => port.targets(generation).some(({ isIndexed }) => isIndexed)).map((port) => {
    port.link(generation, []);
    return { port, targets: [] };
  });
}

/** Returns the in ports of a unit that a link leads to; undefined if the unit has no such part or port. */
function resolveIn(unit: Unit, link: FlatLink): InPort[] | undefined {
  const inbound = unit.inbound.get(link.target);
  if (inbound !== undefined) return inbound(link.port).flatMap((inner) => resolveIn(unit, inner) ?? []);
  const port = unit.nodes.find(({ symbol }) => symbol.id === link.target)?.symbol.in(link.port);
  return port === undefined ? undefined : [port];
}

function sameTargets(a: readonly InPort[], b: readonly InPort[]): boolean {
  return a.length === b.length && a.every((port, index) => port === b[index]);
}

/** Sorts rows so that everything downstream of a row comes before it. A cycle is cut where it is entered. */
function innerFirst(rows: readonly Row[]): Row[] {
  const wanted = new Set(rows);
  const order: Row[] = [];
  const seen = new Set<Row>();
  for (const root of rows) {
    const stack: { row: Row; rest: Iterator<Row> }[] = [];
    const enter = (row: Row) => {
      if (seen.has(row) || !wanted.has(row)) return;
      seen.add(row);
      stack.push({ row, rest: row.downstream.values() });
    };
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.next();
      if (next.done) order.push(stack.pop()!.row);
      else enter(next.value);
    }
  }
  return order;
}

function outerFirst(rows: readonly Row[]): Row[] {
  return innerFirst(rows).reverse();
}
