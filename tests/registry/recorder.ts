import type { Entry, Handler, HandlerContext, Registry } from "../../src/registry/mod.ts";

/** A handler that logs what it is asked, and does what its script says instead of accepting. */
export class Recorder implements Handler {
  readonly log: string[] = [];
  readonly kinds: string | string[];
  readonly name: string;
  /** By the line that is logged: `create a`, `undo delete a`, `begin`. */
  script: Record<string, (context: HandlerContext | undefined) => void | Promise<void>> = {};

  constructor(name = "recorder", kinds: string | string[] = "**") {
    this.name = name;
    this.kinds = kinds;
  }

  create(entry: Entry, context: HandlerContext) {
    return this.#asked(`create ${entry.id.name}`, context);
  }

  update(entry: Entry, _original: Entry, context: HandlerContext) {
    return this.#asked(`update ${entry.id.name}`, context);
  }

  delete(original: Entry, context: HandlerContext) {
    return this.#asked(`delete ${original.id.name}`, context);
  }

  begin() {
    return this.#asked("begin");
  }

  commit() {
    return this.#asked("commit");
  }

  discard(cause: Error) {
    this.log.push(`because ${cause.message}`);
    return this.#asked("discard");
  }

  /** Empties the log and returns its lines. */
  take(): string[] {
    return this.log.splice(0);
  }

  attachTo(registry: Registry): this {
    registry.handle(this);
    return this;
  }

  #asked(what: string, context?: HandlerContext): void | Promise<void> {
    const entry = context?.undo ? `undo ${what}` : what;
    this.log.push(entry);
    return this.script[entry]?.(context);
  }
}
