import type { Spec } from "../spec/model/mod.ts";
import type { FlatLink, FlatSpec, Flattened } from "./flatten.ts";
import type { InPort, OutPort } from "./port.ts";
import type { NodeSymbol } from "./symbol.ts";

/** A spec with all that was compiled of it: one symbol, or one for each part of a compound. */
export interface Unit {
  readonly spec: Spec;
  readonly nodes: readonly { readonly flat: FlatSpec; readonly symbol: NodeSymbol }[];
  readonly inbound: Flattened["inbound"];
}

/** A port whose links differ from some generation on. */
export interface Relinked {
  port: OutPort;
  targets: readonly InPort[];
}

/** A link that leads nowhere. */
export interface Dangling {
  /** The spec whose link it is. */
  from: string;
  port: string;
  to: FlatLink;
}

/** What a change of the table comes to. */
export interface Commit {
  /** The number of the generation that it made. */
  generation: number;
  relinked: Relinked[];
  /** Units to be loaded, inner to outer: all downstream of each is loaded before it. */
  load: Unit[];
  /** Units to be unloaded, outer to inner. */
  unload: Unit[];
  /** Where the `term` links of those lead, in the generation before this one. */
  term: ReadonlyMap<Unit, readonly InPort[]>;
  /** Units that this generation no longer has. */
  retired: Unit[];
  /** Links of the changed units, and of those that link to them, that lead nowhere now. */
  dangling: Dangling[];
}

interface Row {
  unit: Unit;
  /** Ids and names that its links mention. */
  mentions: Set<string>;
  /** Rows that its links lead to. */
  downstream: Set<Row>;
  dangling: Dangling[];
  active: boolean;
}

/**
 * The symbols of a namespace, linked port to port. A unit is active when everything downstream of it is there; a change
 * says which units have to be loaded and unloaded, and in which order.
 */
export class SymbolTable {
  #generation = 0;
  readonly #byId = new Map<string, Row>();
  readonly #byName = new Map<string, Row>();
  /** Rows that have `term` links. */
  readonly #terminated = new Set<Row>();
  /** Who mentions an id or a name in a link. */
  readonly #mentionedBy = new Map<string, Set<Row>>();

  /** The number of the newest generation. */
  get generation(): number {
    return this.#generation;
  }

  /** The units of the newest generation, by the spec's id. */
  get(id: string): Unit | undefined {
    return this.#byId.get(id)?.unit;
  }

  /** The unit whose spec has that name. */
  named(name: string): Unit | undefined {
    return this.#byName.get(name)?.unit;
  }

  /** Every unit of the newest generation and whether it is active. */
  *units(): Generator<{ unit: Unit; active: boolean }> {
    for (const { unit, active } of this.#byId.values()) yield { unit, active };
  }

  /**
   * Makes the next generation. An inserted unit replaces the one with the same spec id. Processes of generations before
   * are served meanwhile, and see nothing of it; nothing else may change the table until it is done.
   *
   * @param change `remove`: ids of specs.
   * @param pause Called again and again, to let others have their turn. Default: it takes no pause.
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
      retired.push(this.#take(row, touched));
    }
    const unload = outerFirst(retired.filter((row) => row.active));
    const inserted: Row[] = [];
    for (const unit of change.insert) {
      await pause?.();
      inserted.push(this.#put(unit, touched));
    }

    const affected = this.#upstream(inserted, touched);
    const relinked: Relinked[] = [];
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

  #take(row: Row, touched: Set<string>): Row {
    const { id, name } = row.unit.spec;
    this.#byId.delete(id);
    touched.add(id);
    if (name !== undefined) {
      this.#byName.delete(name);
      touched.add(name);
    }
    this.#terminated.delete(row);
    for (const key of row.mentions) {
      const rows = this.#mentionedBy.get(key)!;
      if (rows.delete(row) && rows.size === 0) this.#mentionedBy.delete(key);
    }
    return row;
  }

  #put(unit: Unit, touched: Set<string>): Row {
    const row: Row = { unit, mentions: mentionsOf(unit), downstream: new Set(), dangling: [], active: false };
    const { id, name } = unit.spec;
    this.#byId.set(id, row);
    touched.add(id);
    if (name !== undefined) {
      this.#byName.set(name, row);
      touched.add(name);
    }
    if (unit.spec.links.term !== undefined) this.#terminated.add(row);
    for (const key of row.mentions) {
      let rows = this.#mentionedBy.get(key);
      if (rows === undefined) this.#mentionedBy.set(key, rows = new Set());
      rows.add(row);
    }
    return row;
  }

  /** The rows whose own links change, and all that are upstream of those. */
  #upstream(inserted: readonly Row[], touched: ReadonlySet<string>): { direct: Set<Row>; all: Set<Row> } {
    const direct = new Set(inserted);
    for (const key of touched) for (const row of this.#mentionedBy.get(key) ?? []) direct.add(row);
    const all = new Set(direct);
    for (const row of all) {
      const { id, name } = row.unit.spec;
      for (const key of name === undefined ? [id] : [id, name]) {
        for (const referrer of this.#mentionedBy.get(key) ?? []) all.add(referrer);
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
    // a unit is active only if these lead somewhere, too
    for (const name of ["init", "term"] as const) {
      for (const link of lifecycleLinks(row.unit, name)) this.#follow(row, name, link);
    }
  }

  /** The in ports that a unit's `init` links lead to now. */
  init(unit: Unit): InPort[] {
    const row = this.#byId.get(unit.spec.id);
    return row === undefined ? [] : this.#lifecycle(row, "init");
  }

  #lifecycle(row: Row, name: "init" | "term"): InPort[] {
    return lifecycleLinks(row.unit, name).flatMap((link) => this.#resolve(row.unit, link).ports);
  }

  /** What a link leads to, noted in the row. */
  #follow(row: Row, port: string, link: FlatLink): readonly InPort[] {
    const { target, ports } = this.#resolve(row.unit, link);
    if (target !== undefined) row.downstream.add(target);
    if (ports.length === 0) row.dangling.push({ from: row.unit.spec.name ?? row.unit.spec.id, port, to: link });
    return ports;
  }

  /** The in ports of a link, none if it leads nowhere, and the row that has them, if it is another. */
  #resolve(unit: Unit, link: FlatLink): { target?: Row; ports: readonly InPort[] } {
    const own = resolveIn(unit, link);
    if (own !== undefined) return { ports: own };
    const target = this.#byId.get(link.target) ?? this.#byName.get(link.target);
    if (target === undefined) return { ports: [] };
    return { target, ports: resolveIn(target.unit, { target: target.unit.spec.id, port: link.port }) ?? [] };
  }

  /** Of the rows given: those are active from which no dangling link can be reached. */
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

function mentionsOf(unit: Unit): Set<string> {
  const mentions = new Set<string>();
  for (const { flat } of unit.nodes) {
    for (const links of Object.values(flat.links)) for (const link of links) mentions.add(link.target);
  }
  for (const links of Object.values(unit.spec.links)) {
    for (const link of links) mentions.add(link.id ?? link.name ?? "");
  }
  return mentions;
}

/** The in ports that a link to a unit or a part of it stands for; undefined if the unit has no such part or port. */
function resolveIn(unit: Unit, link: FlatLink): InPort[] | undefined {
  const inbound = unit.inbound.get(link.target);
  if (inbound !== undefined) return inbound(link.port).flatMap((inner) => resolveIn(unit, inner) ?? []);
  const port = unit.nodes.find(({ symbol }) => symbol.id === link.target)?.symbol.in(link.port);
  return port === undefined ? undefined : [port];
}

function sameTargets(a: readonly InPort[], b: readonly InPort[]): boolean {
  return a.length === b.length && a.every((port, index) => port === b[index]);
}

/** Rows in an order in which everything downstream of a row comes before it; a cycle is cut where it is entered. */
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
