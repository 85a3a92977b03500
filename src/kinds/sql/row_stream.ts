import { encodeJson } from "../../http/mod.ts";
import { Stream, type ValueMap } from "../../value/mod.ts";

/** How rows are written. */
export type RowFormat = "ndjson" | "json";

/** Returns rows as a stream of bytes: one JSON document a line, or one list. */
export function rowStream(rows: ReadableStream<readonly ValueMap[]>, format: RowFormat): Stream {
  return Stream.from(rows.pipeThrough(format === "json" ? new ListWriter() : new LineWriter()));
}

const encoder = new TextEncoder();

class LineWriter extends TransformStream<readonly ValueMap[], Uint8Array> {
  constructor() {
    super({
      transform(rows, controller) {
        let text = "";
        for (const row of rows) text += `${encodeJson(row)}\n`;
        if (text !== "") controller.enqueue(encoder.encode(text));
      },
    });
  }
}

class ListWriter extends TransformStream<readonly ValueMap[], Uint8Array> {
  constructor() {
    let isFirst = true;
    super({
      transform(rows, controller) {
        if (rows.length === 0) return;
        controller.enqueue(encoder.encode(`${isFirst ? "[" : ","}\n${rows.map(encodeJson).join(",\n")}`));
        isFirst = false;
      },
      flush(controller) {
        controller.enqueue(encoder.encode(isFirst ? "[]\n" : "\n]\n"));
      },
    });
  }
}
