/** Reports whether a topic is one that may be published to. */
export function isTopic(topic: string): boolean {
  return topic !== "" && !/[+#\0]/.test(topic) && new TextEncoder().encode(topic).length <= 65_535;
}

/** Reports whether a text is a filter of topics: `sensors/+/temperature`, `orders/#`, `$share/group/orders/#`. */
export function isFilter(filter: string): boolean {
  const steps = own(filter).split("/");
  return own(filter) !== "" && !filter.includes("\0") &&
    steps.every((step, index) => step === "#" ? index === steps.length - 1 : step === "+" || !/[+#]/.test(step));
}

/** Reports whether a filter takes a topic. */
export function takes(filter: string, topic: string): boolean {
  const wanted = own(filter).split("/");
  const steps = topic.split("/");
  // what the broker says of itself is not for everybody
  if (topic.startsWith("$") && /^[+#]/.test(wanted[0]!)) return false;
  for (const [index, step] of wanted.entries()) {
    if (step === "#") return true;
    if (index >= steps.length || step !== "+" && step !== steps[index]) return false;
  }
  return wanted.length === steps.length;
}

/** Returns a filter without the group that shares it. */
function own(filter: string): string {
  const [, shared] = /^\$share\/[^/+#]+\/(.+)$/s.exec(filter) ?? [];
  return shared ?? filter;
}
