import { constructFromEvents, EVENT_ID, parseEvents, YAMLException } from "js-yaml";
import { VALUE_SCHEMA } from "./schema.ts";

/** Why a text is no YAML, and where. */
export class YamlError extends Error {
  override readonly name = "YamlError";

  /** @param offset UTF-16 units from the start of the text; undefined if it is not known. */
  constructor(message: string, readonly offset: number | undefined) {
    super(message);
  }
}

/**
 * Parses one YAML document; scalars mean what they mean in spec files. What an alias refers to is shared, not copied.
 *
 * @returns Its value; null if it is empty.
 * @throws {YamlError} If it is no YAML, or more than one document.
 */
export function parseYamlValue(text: string): unknown {
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const source = text.slice(start);
  try {
    const events = parseEvents(source, {});
    const [value = null, ...more] = constructFromEvents(events, { source, schema: VALUE_SCHEMA });
    if (more.length === 0) return value;
    const second = events.findLastIndex(({ type }) => type === EVENT_ID.DOCUMENT);
    const content = events[second + 1] as { start?: number; valueStart?: number } | undefined;
    const offset = Math.max(0, content?.start ?? content?.valueStart ?? 0);
    throw new YamlError("expected a single document in the stream, but found more", start + offset);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new YamlError(error.reason, error.mark === undefined ? undefined : start + error.mark.position);
  }
}
