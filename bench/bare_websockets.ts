// What websockets cost without Weft; bench/websockets.ts compares with it. With `ws` those of the package of that name on
// node:http, else those of Deno. A POST sends its body to all.
import { createServer } from "node:http";

/** What both sorts of sockets can. */
interface Socket {
  send(message: string): void;
}

const sockets = new Set<Socket>();

function broadcast(message: string): void {
  for (const socket of sockets) socket.send(message);
}

if (Deno.args[0] === "ws") {
  const { WebSocketServer } = await import("ws");
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => body += chunk);
    request.on("end", () => {
      broadcast(body);
      response.writeHead(204).end();
    });
  });
  server.on("upgrade", (request, socket, head) => {
    upgrades.handleUpgrade(
      request,
      socket,
      head,
      (socket: Socket & { on(event: string, handler: () => void): void }) => {
        sockets.add(socket);
        socket.on("message", () => {});
        socket.on("close", () => sockets.delete(socket));
      },
    );
  });
  server.listen(0, "127.0.0.1", 4096, () => {
    const { port } = server.address() as { port: number };
    console.log(`listening http://127.0.0.1:${port} `);
  });
} else {
  Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`listening http://127.0.0.1:${port} `) },
    async (request) => {
      if (request.method === "POST") {
        broadcast(await request.text());
        return new Response(null, { status: 204 });
      }
      const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 60 });
      socket.onopen = () => sockets.add(socket);
      socket.onmessage = () => {};
      socket.onclose = () => sockets.delete(socket);
      return response;
    },
  );
}
