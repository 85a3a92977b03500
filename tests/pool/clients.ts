// Opens many connections at once, sends a request on each once all are open, and prints the answers by status.
//
//   deno run --allow-net clients.ts PORT CONNECTIONS PATH
const [port, connections, path] = Deno.args as [string, string, string];
const request = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
const open: Deno.TcpConn[] = [];
for (let left = Number(connections); left > 0; left -= 500) {
  const some = Array.from({ length: Math.min(500, left) }, () => Deno.connect({ port: Number(port) }));
  open.push(...await Promise.all(some));
}
const counts: Record<string, number> = {};
await Promise.all(open.map(async (connection) => {
  await connection.write(request);
  const text = await new Response(connection.readable).text().catch(String);
  const key = /^HTTP\/1.1 (\d+)/.exec(text)?.[1] ?? text;
  counts[key] = (counts[key] ?? 0) + 1;
}));
console.log(JSON.stringify({ open: open.length, counts }));
