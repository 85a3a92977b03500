// What Deno itself needs to answer the bytes of examples/ping.yaml; bench/http.ts compares with it.
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`listening http://127.0.0.1:${port}`) },
  () => new Response("pong", { headers: { "content-type": "text/plain; charset=utf-8" } }),
);
