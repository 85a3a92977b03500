/** How long a topic may be, in characters. */
const LONGEST = 200;

/** The topics that only the engine publishes to. */
export const ENGINE_TOPICS: ReadonlySet<string> = new Set(["load", "unload"]);

/** Reports whether a topic is a pattern, which stands for several. */
export function isPattern(topic: string): boolean {
  return topic.includes("*");
}

/** Reports whether a text is a topic, or a pattern if those are allowed: words with dots between them. */
export function isTopic(text: string, patterns: boolean): boolean {
  if (text.length > LONGEST) return false;
  return text.split(".").every((word) => /^[^\s*.]+$/.test(word) || (patterns && (word === "*" || word === "**")));
}

/**
 * Compiles a pattern of topics: `*` stands for one word, `**` for any number of them, also none.
 *
 * @returns Reports whether a topic is one of them.
 */
export function compileTopics(pattern: string): (topic: string) => boolean {
  if (!isPattern(pattern)) return (topic) => topic === pattern;
  const parts = pattern.split(".");
  return (topic) => {
    // reached[n] tells whether the parts so far can stand for the first n words
    const words = topic.split(".");
    let reached = words.map(() => false);
    reached.unshift(true);
    for (const part of parts) {
      const next = reached.map(() => false);
      for (const [count, word] of [undefined, ...words].entries()) {
        if (part === "**") next[count] = reached[count]! || (count > 0 && next[count - 1]!);
        else if (count > 0) next[count] = reached[count - 1]! && (part === "*" || part === word);
      }
      reached = next;
    }
    return reached[words.length]!;
  };
}
