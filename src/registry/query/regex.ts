import { RegistryError } from "../errors.ts";
import { type Assertion, isWord, parseRegex, type Syntax } from "./regex_syntax.ts";

/** The most steps an expression may have, its repetitions written out. */
const MAX_STEPS = 5000;

type One = { readonly type: "one"; readonly matches: (codePoint: number) => boolean; readonly next: number };

type Step =
  | One
  | { readonly type: "assertion"; readonly assertion: Assertion; readonly next: number }
  | { readonly type: "fork"; readonly next: number; readonly other: number }
  | { readonly type: "found" };

/** What stands before a character, as far as an assertion can ask. */
enum Before {
  Nothing,
  Word,
  Other,
}

/** A place in a text, as far as a search is concerned: equal places go on equally. Where they lead is remembered. */
class Checkpoint {
  readonly #ascii: (Checkpoint | undefined)[] = [];
  readonly #others = new Map<number, Checkpoint>();
  /** Whether the search ends well if the text ends here; undefined until somebody has asked. */
  foundAtEnd: boolean | undefined;

  /** @param known Whether it may be remembered. */
  constructor(readonly steps: readonly number[], readonly before: Before, readonly known: boolean) {}

  after(codePoint: number): Checkpoint | undefined {
    return codePoint < 128 ? this.#ascii[codePoint] : this.#others.get(codePoint);
  }

  remember(codePoint: number, place: Checkpoint): void {
    if (codePoint < 128) this.#ascii[codePoint] = place;
    else if (this.#others.size < MAX_PLACES) this.#others.set(codePoint, place);
  }
}

/** Some part of the text before this place matches. */
const FOUND = new Checkpoint([], Before.Nothing, true);

/** How many places an expression remembers, and how many characters beyond ASCII a place does. */
const MAX_PLACES = 1000;

/**
 * A regular expression that cannot run away: it follows all the ways that a text could match at once, so a search takes
 * at most (length of the text) x (steps of the expression), whatever either of them is, and mostly much less, as it
 * remembers where each character led from each place.
 */
export class Regex {
  readonly #steps: Step[] = [];
  readonly #start: number;
  readonly #first: Checkpoint;
  /** Whether a match can begin at the start of the text only. */
  readonly #anchored: boolean;
  readonly #places = new Map<string, Checkpoint>();

  /** @throws {RegistryError} `invalid`, as `parseRegex`, or if there is too much of it with its repetitions. */
  constructor(readonly source: string) {
    this.#start = this.#compile(parseRegex(source), this.#add({ type: "found" }));
    this.#anchored = !this.#beginsAnywhere();
    this.#first = this.#place([this.#start], Before.Nothing);
  }

  /** Whether some part of the text matches. */
  test(text: string): boolean {
    let place = this.#first;
    for (let at = 0; at < text.length; at++) {
      const codePoint = text.codePointAt(at)!;
      if (codePoint > 0xffff) at++;
      let next = place.after(codePoint);
      if (next === undefined) {
        next = this.#go(place, codePoint);
        if (next.known) place.remember(codePoint, next);
      }
      place = next;
      if (place === FOUND) return true;
      if (place.steps.length === 0) return false;
    }
    return place.foundAtEnd ??= this.#reach(place, undefined).found;
  }

  #place(steps: readonly number[], before: Before): Checkpoint {
    const key = `${before} ${steps}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = new Checkpoint(steps, before, this.#places.size < MAX_PLACES);
      if (place.known) this.#places.set(key, place);
    }
    return place;
  }

  #go(from: Checkpoint, codePoint: number): Checkpoint {
    const { found, ones } = this.#reach(from, codePoint);
    if (found) return FOUND;
    const next = new Set(ones.filter(({ matches }) => matches(codePoint)).map(({ next }) => next));
    if (!this.#anchored) next.add(this.#start);
    return this.#place([...next].sort((a, b) => a - b), isWord(codePoint) ? Before.Word : Before.Other);
  }

  /** The steps that wait for a character, and whether the end can be reached without one. */
  #reach({ steps, before }: Checkpoint, after: number | undefined): { found: boolean; ones: One[] } {
    const word = before === Before.Word;
    return this.#closure(steps, (assertion) => {
      switch (assertion) {
        case "start":
          return before === Before.Nothing;
        case "end":
          return after === undefined;
        case "word end":
          return word !== isWord(after);
        case "no word end":
          return word === isWord(after);
      }
    });
  }

  #closure(steps: readonly number[], holds: (assertion: Assertion) => boolean): { found: boolean; ones: One[] } {
    const ones: One[] = [];
    const seen = new Set(steps);
    // What is added while the set is walked is walked too.
    for (const at of seen) {
      const step = this.#steps[at]!;
      switch (step.type) {
        case "found":
          return { found: true, ones };
        case "one":
          ones.push(step);
          break;
        case "assertion":
          if (holds(step.assertion)) seen.add(step.next);
          break;
        case "fork":
          seen.add(step.next).add(step.other);
      }
    }
    return { found: false, ones };
  }

  #beginsAnywhere(): boolean {
    const { found, ones } = this.#closure([this.#start], (assertion) => assertion !== "start");
    return found || ones.length > 0;
  }

  #add(step: Step): number {
    if (this.#steps.length >= MAX_STEPS) {
      throw new RegistryError("invalid", `the regular expression ${this.source} cannot be used: it repeats too much`);
    }
    return this.#steps.push(step) - 1;
  }

  /** Adds the steps of a part, to be followed by `next`. Answers the first of them. */
  #compile(syntax: Syntax, next: number): number {
    switch (syntax.type) {
      case "one":
      case "assertion":
        return this.#add({ ...syntax, next });
      case "sequence":
        return syntax.parts.reduceRight((next, part) => this.#compile(part, next), next);
      case "alternatives": {
        const [last, ...others] = syntax.parts.map((part) => this.#compile(part, next)).reverse();
        return others.reduce((other, next) => this.#add({ type: "fork", next, other }), last!);
      }
      case "repeat":
        return this.#repeat(syntax.part, syntax.min, syntax.max, next);
    }
  }

  #repeat(part: Syntax, min: number, max: number, next: number): number {
    let first = next;
    if (max === Infinity) {
      first = this.#add({ type: "fork", next, other: next });
      this.#steps[first] = { type: "fork", next: this.#compile(part, first), other: next };
    } else {
      for (let i = min; i < max; i++) {
        first = this.#add({ type: "fork", next: this.#compile(part, first), other: next });
      }
    }
    for (let i = 0; i < min; i++) {
      const again = this.#compile(part, first);
      // A part without steps stays so, however often it is repeated.
      if (again === first) break;
      first = again;
    }
    return first;
  }
}
