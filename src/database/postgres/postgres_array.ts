import { isList, type Value } from "../../value/mod.ts";

/** Returns a list as the text of an array: `{1,2,{"a\"b",NULL}}`. */
export function arrayText(list: readonly Value[], textOf: (value: Value) => string): string {
  const items = list.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (isList(item)) return arrayText(item, textOf);
    return `"${textOf(item).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${items.join(",")}}`;
}

/** Reads the text of an array. Bounds in front of it, `[2:3]={1,2}`, are dropped. */
export function readArray(text: string, delimiter: string, parse: (text: string) => Value): Value {
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;
  const list = (): Value[] => {
    const items: Value[] = [];
    at++; // the brace
    while (text[at] !== "}") {
      if (at >= text.length) throw new Error("an array of the server has no end");
      if (text[at] === "{") items.push(list());
      else if (text[at] === '"') items.push(parse(quoted()));
      else {
        const begin = at;
        while (at < text.length && text[at] !== delimiter && text[at] !== "}") at++;
        const item = text.slice(begin, at);
        items.push(item === "NULL" ? null : parse(item));
      }
      if (text[at] === delimiter) at++;
    }
    at++;
    return items;
  };
  const quoted = (): string => {
    let item = "";
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
      item += text[at];
    }
    at++;
    return item;
  };
  return list();
}
