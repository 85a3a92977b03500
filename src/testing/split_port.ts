/** Splits `router.out[0]` into the node and the port. */
export function splitPort(text: string): { node: string; port: string } {
  const at = text.lastIndexOf(".");
  if (at < 1) throw new Error(`invalid port "${text}": expected NODE.PORT such as router.in`);
  return { node: text.slice(0, at), port: text.slice(at + 1) };
}
