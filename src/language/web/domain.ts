import type { RealmScope } from "../realm/scope/realm_scope.ts";

/**
 * Converts international domain names to ASCII: UTS 46 as the URL Standard uses it, built on the language's own Unicode
 * tables. It is simplified: the mapping table is NFKC and lower case, and of the rules on writing direction it checks
 * only that a label does not mix both.
 */
export function domain(scope: RealmScope): void {
  const BASE = 36;
  const MOST = 26;
  const IGNORED = /[\u00ad\u200b\u2060\u2064\ufeff\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u034f\u180b-\u180d\u180f]/gu;
  const DISALLOWED =
    /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2061-\u2063\u2066-\u206f\u2ff0-\u2ffb\ufffc\ufffd]/u;
  const WITH_DOT = /[\u2024-\u2026\u2488-\u249b]/; // NFKC would turn them into a dot
  const LEFTWARD = /(?=[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])\p{L}/u;
  const RIGHTWARD = /(?![\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}])\p{L}/u;

  scope.domainToAscii = (text) => {
    if (WITH_DOT.test(text)) return undefined;
    const plain = /^[\0-\x7f]*$/.test(text);
    const mapped = plain ? text.toLowerCase() : map(text);
    if (plain && !/(^|\.)xn--/.test(mapped)) return mapped === "" ? undefined : mapped;
    const labels: string[] = [];
    for (const label of mapped.split(".")) {
      const ascii = labelToAscii(label);
      if (ascii === undefined) return undefined;
      labels.push(ascii);
    }
    const result = labels.join(".");
    return result === "" ? undefined : result;
  };

  function map(text: string): string {
    let mapped = "";
    for (const char of text.replace(IGNORED, "").replace(/[\u03f2\u03f9]/g, "\u03c3").normalize("NFKC")) {
      mapped += char === "\u1e9e" ? "ss" : char === "\u03f4" ? "\u03b8" : char.toLowerCase();
    }
    return mapped.normalize("NFKC").replace(/\u3002/g, ".").replace(IGNORED, "");
  }

  function labelToAscii(label: string): string | undefined {
    if (label.startsWith("xn--")) {
      const decoded = decode(label.slice(4));
      if (decoded === undefined || decoded === "" || /^[\0-\x7f]*$/.test(decoded)) return undefined;
      return isValid(decoded) && map(decoded) === decoded && encode(decoded) === label.slice(4) ? label : undefined;
    }
    if (/^[\0-\x7f]*$/.test(label)) return label;
    if (!isValid(label)) return undefined;
    const encoded = encode(label);
    return encoded === undefined ? undefined : `xn--${encoded}`;
  }

  function isValid(label: string): boolean {
    if (DISALLOWED.test(label) || /^\p{M}/u.test(label)) return false;
    if (LEFTWARD.test(label) && RIGHTWARD.test(label)) return false;
    return !/(?<!\p{Mn})[\u200c\u200d]/u.test(label); // joiners may follow a virama only
  }

  function adapt(delta: number, length: number, first: boolean): number {
    let rest = first ? Math.floor(delta / 700) : delta >> 1;
    rest += Math.floor(rest / length);
    let k = 0;
    for (; rest > ((BASE - 1) * MOST) >> 1; k += BASE) rest = Math.floor(rest / (BASE - 1));
    return k + Math.floor((BASE * rest) / (rest + 38));
  }

  function digit(value: number): string {
    return String.fromCharCode(value < 26 ? 97 + value : 22 + value);
  }

  /** Encodes a label as Punycode (RFC 3492). */
  function encode(label: string): string | undefined {
    const points = Array.from(label, (char) => char.codePointAt(0)!);
    const basic = points.filter((point) => point < 0x80);
    let out = String.fromCharCode(...basic) + (basic.length > 0 ? "-" : "");
    let next = 0x80;
    let delta = 0;
    let bias = 72;
    for (let done = basic.length; done < points.length;) {
      let least = Infinity;
      for (const point of points) if (point >= next && point < least) least = point;
      delta += (least - next) * (done + 1);
      if (delta > 0x7fffffff) return undefined;
      next = least;
      for (const point of points) {
        if (point < next) delta++;
        if (point !== next) continue;
        let q = delta;
        for (let k = BASE;; k += BASE) {
          const t = k <= bias ? 1 : k >= bias + MOST ? MOST : k - bias;
          if (q < t) break;
          out += digit(t + (q - t) % (BASE - t));
          q = Math.floor((q - t) / (BASE - t));
        }
        out += digit(q);
        bias = adapt(delta, done + 1, done === basic.length);
        delta = 0;
        done++;
      }
      delta++;
      next++;
    }
    return out;
  }

  /** Decodes Punycode; returns undefined if it is invalid. */
  function decode(text: string): string | undefined {
    const hyphen = text.lastIndexOf("-");
    const points = Array.from(hyphen > 0 ? text.slice(0, hyphen) : "", (char) => char.codePointAt(0)!);
    let next = 0x80;
    let bias = 72;
    let i = 0;
    for (let at = hyphen > 0 ? hyphen + 1 : 0; at < text.length;) {
      const before = i;
      let weight = 1;
      for (let k = BASE;; k += BASE) {
        const char = text.charCodeAt(at++);
        const value = char >= 97 && char <= 122 ? char - 97 : char >= 48 && char <= 57 ? char - 22 : NaN;
        if (Number.isNaN(value)) return undefined;
        i += value * weight;
        if (i > 0x7fffffff) return undefined;
        const t = k <= bias ? 1 : k >= bias + MOST ? MOST : k - bias;
        if (value < t) break;
        weight *= BASE - t;
      }
      const length = points.length + 1;
      bias = adapt(i - before, length, before === 0);
      next += Math.floor(i / length);
      if (next > 0x10ffff) return undefined;
      i %= length;
      points.splice(i++, 0, next);
    }
    return points.map((point) => String.fromCodePoint(point)).join("");
  }
}
