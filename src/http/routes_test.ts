import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CHARACTERS, seededTest } from "../../tests/support/random.ts";
import { checkRoutes, compileRoutes, type Route, type RouteMatch } from "./mod.ts";

/** Routes as `GET /path`, each to the port that is itself. */
function table(...routes: string[]) {
  return compileRoutes(routes.map((route): Route => {
    const [method, path] = route.split(/ (.*)/s);
    return { method: method!, path: path!, port: route };
  }));
}

/** The route and its parameters, or the status and what it allows. */
function shown(match: RouteMatch): string {
  if ("port" in match) return `${match.port} ${JSON.stringify(match.params)}`;
  return "allow" in match ? `${match.status} ${match.allow}` : `${match.status}`;
}

const CASES: [routes: string[], requests: Record<string, string>][] = [
  [["GET /ping"], {
    "GET /ping": "GET /ping {}",
    "GET /ping/": "404",
    "GET /pings": "404",
    "GET /pin": "404",
    "GET /": "404",
    "GET /PING": "404",
    "POST /ping": "405 GET, HEAD, OPTIONS",
    "get /ping": "405 GET, HEAD, OPTIONS",
  }],
  [["GET /users/:id"], {
    "GET /users/1": 'GET /users/:id {"id":"1"}',
    "GET /users/1/2": "404",
    "GET /users/1/": "404",
    "GET /users/": "404",
    "GET /users": "404",
    "GET /users/a%20b%2Fc": 'GET /users/:id {"id":"a b/c"}',
    "GET /users/caf%C3%A9": 'GET /users/:id {"id":"café"}',
    "GET /users/!": 'GET /users/:id {"id":"!"}',
    "GET /users/..": 'GET /users/:id {"id":".."}',
    "GET /users/%2e%2E": 'GET /users/:id {"id":".."}',
    "GET /users/:id": 'GET /users/:id {"id":":id"}',
  }],
  [["GET /users/:id", "GET /users/:id/posts"], {
    "GET /users/1/x": "404",
    "GET /users/1/posts": 'GET /users/:id/posts {"id":"1"}',
  }],
  [["GET /users/:id", "POST /users"], {
    "GET /users": "405 OPTIONS, POST",
    "POST /users": "POST /users {}",
    "POST /users/1": "405 GET, HEAD, OPTIONS",
  }],
  [["GET /*"], {
    "GET /": 'GET /* {"*":""}',
    "GET /x/y": 'GET /* {"*":"x/y"}',
    "GET /x/y/": 'GET /* {"*":"x/y/"}',
    "GET //": 'GET /* {"*":"/"}',
    "GET /x%2Fy/z": 'GET /* {"*":"x/y/z"}',
    "POST /x": "405 GET, HEAD, OPTIONS",
  }],
  [["GET /a/*", "POST /a/b"], {
    "PUT /a/b": "405 GET, HEAD, OPTIONS, POST",
    "GET /a/b": 'GET /a/* {"*":"b"}',
    "POST /a/b": "POST /a/b {}",
    "POST /a/c": "405 GET, HEAD, OPTIONS",
    "GET /a/": 'GET /a/* {"*":""}',
    "GET /a": "404",
    "OPTIONS /a/b": "204 GET, HEAD, OPTIONS, POST",
    "OPTIONS /b": "404",
  }],
  [["GET /a/b", "GET /a/:x", "GET /a/*"], {
    "GET /a/b": "GET /a/b {}",
    "GET /a/c": 'GET /a/:x {"x":"c"}',
    "GET /a/c/d": 'GET /a/* {"*":"c/d"}',
    "GET /a/": 'GET /a/* {"*":""}',
  }],
  [["GET /a/:b/cd", "GET /a/:b/ce"], {
    "GET /a/1/cd": 'GET /a/:b/cd {"b":"1"}',
    "GET /a/1/ce": 'GET /a/:b/ce {"b":"1"}',
  }],
  [["GET /a/:b", "POST /a/:c"], {
    "GET /a/1": 'GET /a/:b {"b":"1"}',
    "POST /a/1": 'POST /a/:c {"c":"1"}',
    "HEAD /a/1": 'GET /a/:b {"b":"1"}',
  }],
  [["GET /a\\:b", "GET /x\\*y", "GET /\\:id", "GET /\\\\"], {
    "GET /a:b": "GET /a\\:b {}",
    "GET /a%3Ab": "GET /a\\:b {}",
    "GET /x*y": "GET /x\\*y {}",
    "GET /:id": "GET /\\:id {}",
    "GET /7": "404",
    "GET /\\": "GET /\\\\ {}",
  }],
  [["GET /a/*/c", "GET /a/:x/:y"], {
    "GET /a/b/c": 'GET /a/*/c {"*":"b"}',
    "GET /a/b/d": 'GET /a/:x/:y {"x":"b","y":"d"}',
    "GET /a/b/b/c": "404",
    "GET /a//c": "404",
  }],
  [["GET /:x/b", "GET /a/*"], { "GET /a/b": 'GET /a/* {"*":"b"}', "GET /c/b": 'GET /:x/b {"x":"c"}' }],
  [["GET /a/b/*", "GET /a/:x/c"], { "GET /a/b/c": 'GET /a/b/* {"*":"c"}', "GET /a/d/c": 'GET /a/:x/c {"x":"d"}' }],
  [["GET /a/b/d", "GET /a/:x/c"], { "GET /a/b/c": 'GET /a/:x/c {"x":"b"}', "GET /a/b/e": "404" }],
  // A wider route takes what a narrower one has no method for, and the narrower one's methods are allowed too.
  [["POST /a/:x", "GET /:x/:y", "DELETE /*"], {
    "GET /a/1": 'GET /:x/:y {"x":"a","y":"1"}',
    "DELETE /a/1": 'DELETE /* {"*":"a/1"}',
    "PUT /a/1": "405 DELETE, GET, HEAD, OPTIONS, POST",
    "PUT /a": "405 DELETE, OPTIONS",
  }],
  [["GET /café", "GET /a%2Fb", "GET /x%20y/:é"], {
    "GET /caf%C3%A9": "GET /café {}",
    "GET /caf%c3%a9": "GET /café {}",
    "GET /café": "GET /café {}",
    "GET /a%2Fb": "GET /a%2Fb {}",
    "GET /a%2fb": "GET /a%2Fb {}",
    "GET /a/b": "404",
    "GET /x%20y/1": 'GET /x%20y/:é {"é":"1"}',
    "GET /%63afé": "GET /café {}",
  }],
  [["GET /a", "POST /:x"], {
    "GET /%zz": "400",
    "GET /%": "400",
    "GET /%f": "400",
    "GET /a%FF": "400",
    "GET /b/%C3": "400",
    "OPTIONS /%zz": "400",
    "GET /%61": "GET /a {}",
  }],
  [["GET a", "GET b/", "GET "], {
    "GET /a": "GET a {}",
    "GET a": "GET a {}",
    "GET /b/": "GET b/ {}",
    "GET /b": "404",
    "GET /": "GET  {}",
    "GET ": "GET  {}",
  }],
  [["GET /a/", "GET /b//c", "GET /:x/"], {
    "GET /a/": "GET /a/ {}",
    "GET /a": "404",
    "GET /b//c": "GET /b//c {}",
    "GET /b/c": "404",
    "GET /a/!": "404",
    "GET /a/%21": "404",
    "GET /q/": 'GET /:x/ {"x":"q"}',
    "GET //": "404",
  }],
  [["get /a", "Post /a", "purge /a"], {
    "GET /a": "get /a {}",
    "HEAD /a": "get /a {}",
    "POST /a": "Post /a {}",
    "PURGE /a": "purge /a {}",
    "PUT /a": "405 GET, HEAD, OPTIONS, POST, PURGE",
  }],
  [["HEAD /a", "GET /a", "GET /:x", "HEAD /*"], {
    "HEAD /a": "HEAD /a {}",
    "GET /a": "GET /a {}",
    // The narrower GET takes HEAD before a wider HEAD does.
    "HEAD /b": 'GET /:x {"x":"b"}',
    "HEAD /b/c": 'HEAD /* {"*":"b/c"}',
    "GET /b/c": "405 HEAD, OPTIONS",
  }],
  [["OPTIONS /a", "GET /a", "GET /b"], {
    "OPTIONS /a": "OPTIONS /a {}",
    "OPTIONS /b": "204 GET, HEAD, OPTIONS",
    "PUT /a": "405 GET, HEAD, OPTIONS",
  }],
  [["* /a", "GET /a", "GET /b/:x", "* /b/*"], {
    "POST /a": "* /a {}",
    "OPTIONS /a": "* /a {}",
    "BREW /a": "* /a {}",
    "GET /a": "GET /a {}",
    "HEAD /a": "GET /a {}",
    "POST /b/1": '* /b/* {"*":"1"}',
    "GET /b/1": 'GET /b/:x {"x":"1"}',
  }],
  [[], { "GET /": "404", "OPTIONS /": "404", "GET /%zz": "400" }],
  [["GET /a.b", "GET /v1.0/:file", "GET /~x/a+b"], {
    "GET /a.b": "GET /a.b {}",
    "GET /axb": "404",
    "GET /v1.0/x.tar.gz": 'GET /v1.0/:file {"file":"x.tar.gz"}',
    "GET /~x/a+b": "GET /~x/a+b {}",
    "GET /%7Ex/a%2Bb": "GET /~x/a+b {}",
    "GET /.well-known/x": "404",
  }],
  [["GET /(x)/[y]/{z}?", "GET /$1/^"], {
    "GET /(x)/[y]/{z}?": "GET /(x)/[y]/{z}? {}",
    "GET /%28x%29/%5By%5D/%7Bz%7D%3F": "GET /(x)/[y]/{z}? {}",
    "GET /x/y/z": "404",
    "GET /$1/^": "GET /$1/^ {}",
  }],
  [["GET /constructor/:__proto__", "GET /toString"], {
    "GET /constructor/1": 'GET /constructor/:__proto__ {"__proto__":"1"}',
    "GET /toString": "GET /toString {}",
    "GET /__proto__": "404",
    "GET /hasOwnProperty/x": "404",
    "constructor /toString": "405 GET, HEAD, OPTIONS",
    "__proto__ /toString": "405 GET, HEAD, OPTIONS",
  }],
];

Deno.test("requests find their routes", () => {
  for (const [routes, requests] of CASES) {
    for (const order of [routes, routes.toReversed()]) {
      const router = table(...order);
      for (const [request, expected] of Object.entries(requests)) {
        const [method, path] = request.split(/ (.*)/s);
        assertEquals(shown(router.match(method!, path!)), expected, `${request} in ${order.join(", ")}`);
      }
    }
  }
});

Deno.test("a route without a method takes any, and the port is as given", () => {
  const router = compileRoutes([{ path: "/a", port: "out[3]" }]);
  assertEquals(router.match("PATCH", "/a"), { port: "out[3]", params: {} });
});

Deno.test("diagnostics of a table name the route and what would be right", () => {
  const cases: [path: string, message: string, hint: string][] = [
    ["/:", 'invalid parameter ":"', "a colon and a name"],
    ["/a/:1x", 'invalid parameter ":1x"', "`:user_id`"],
    ["/:id.json", 'invalid parameter ":id.json"', "a colon and a name"],
    ["/users:batch", 'unexpected colon in segment "users:batch"', "`\\:`"],
    ["/*.png", 'unexpected asterisk in segment "*.png"', "`\\*`"],
    ["/**", 'unexpected asterisk in segment "**"', "`\\*`"],
    ["/a\\d", 'unknown escape in "a\\\\d"', "`\\:`"],
    ["/a\\", "unknown escape", "`\\\\`"],
    ["/100%", 'invalid escape in "100%"', "`%25`"],
    ["/%ff", 'invalid escape in "%ff"', "`%25`"],
    ["/a/../b", 'invalid segment ".."', "never matches"],
    ["/.", 'invalid segment "."', "never matches"],
    ["/%2e", 'invalid segment "%2e"', "never matches"],
    ["/:a/:b/:a", 'duplicate parameter :a in "/:a/:b/:a"', "its own name"],
    ["/*/x/*", 'duplicate parameter * in "/*/x/*"', "`:name` matches one segment"],
  ];
  for (const [path, message, hint] of cases) {
    const good = { method: "GET", path: "/good", port: "out[0]" };
    const diagnostics = checkRoutes([good, { method: "GET", path, port: "out[1]" }]);
    assertEquals(diagnostics.length, 1, path);
    assertEquals(diagnostics[0]!.index, 1);
    assertStringIncludes(diagnostics[0]!.message, message);
    assertStringIncludes(diagnostics[0]!.hint, hint);
    const error = assertThrows(() => compileRoutes([good, { path, port: "out[1]" }]), Error, "routes[1]: ");
    assertStringIncludes(error.message, message);
  }
  assertStringIncludes(
    checkRoutes([{ method: "GE T", path: "/", port: "out[0]" }])[0]!.message,
    'invalid method "GE T"',
  );
  assertEquals(checkRoutes([{ method: "GE T", path: "/:", port: "out[0]" }]).length, 2);
});

Deno.test("two routes that match the same requests are reported", () => {
  const twice: [string, string][] = [
    ["GET /a", "get /a"],
    ["GET /a", "GET a"],
    ["GET /", "GET "],
    ["GET /a/:x", "GET /a/:y"],
    ["GET /a/:x/b", "GET /a/*/b"],
    ["GET /caf%C3%A9", "GET /café"],
    ["GET /a:b".replace(":", "\\:"), "GET /a%3Ab"],
    ["* /a", "* /a"],
  ];
  for (const [first, second] of twice) {
    const routes = [first, second].map((text) => ({
      method: text.split(" ")[0]!,
      path: text.split(" ")[1]!,
      port: "out[0]",
    }));
    const diagnostics = checkRoutes(routes);
    assertEquals(diagnostics.map(({ index }) => index), [1], second);
    assertStringIncludes(diagnostics[0]!.message, "duplicate route");
    assertStringIncludes(diagnostics[0]!.hint, "routes[0]");
  }
  const distinct = [
    "GET /a",
    "POST /a",
    "* /a",
    "GET /a/",
    "GET /:x",
    "GET /*",
    "GET /a%2Fb",
    "GET /a/b",
    "GET /A",
    "GET /!",
    "GET /%21/",
  ];
  assertEquals(
    checkRoutes(distinct.map((text) => ({ method: text.split(" ")[0]!, path: text.split(" ")[1]!, port: "p" }))),
    [],
  );
});

/** The rules, written down once more, without a tree: every route is tried, the most specific is taken. */
function model(routes: readonly Route[], method: string, path: string): string {
  let segments: string[];
  try {
    segments = path.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return "400";
  }
  const found: { rank: string; route: Route; params: Record<string, string> }[] = [];
  for (const route of routes) {
    const pattern = route.path.slice(1).split("/");
    const params: Record<string, string> = {};
    let rank = "";
    const rest = pattern.at(-1) === "*";
    if (rest ? segments.length < pattern.length : segments.length !== pattern.length) continue;
    const fits = pattern.every((part, i) => {
      const last = i === pattern.length - 1;
      rank += part === "*" && last ? "2" : part[0] === ":" || part === "*" ? "1" : "0";
      if (part === "*" && last) params["*"] = segments.slice(i).join("/");
      else if (part === "*") params["*"] = segments[i]!;
      else if (part[0] === ":") params[part.slice(1)] = segments[i]!;
      else return decodeURIComponent(part) === segments[i];
      return part === "*" && last || segments[i] !== "";
    });
    if (fits) found.push({ rank, route, params });
  }
  found.sort((a, b) => a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0);
  if (found.length === 0) return "404";
  for (const { rank } of found) {
    const level = found.filter((one) => one.rank === rank);
    const taken = level.find(({ route }) => route.method === method) ??
      (method === "HEAD" ? level.find(({ route }) => route.method === "GET") : undefined) ??
      level.find(({ route }) => route.method === "*");
    if (taken !== undefined) return `${taken.route.port} ${JSON.stringify(taken.params)}`;
  }
  const allow = new Set(found.map(({ route }) => route.method!));
  if (allow.has("GET")) allow.add("HEAD");
  return `${method === "OPTIONS" ? 204 : 405} ${[...allow.add("OPTIONS")].sort().join(", ")}`;
}

seededTest("random tables answer random requests as the rules say", (random) => {
  const parts = ["a", "b", "c", ":x", ":y", "*", "é", "a%2Fb", "%21", ""];
  const asked = ["a", "b", "c", "d", "%C3%A9", "a%2fb", "!", "%21", "", "%61", "%zz"];
  const methods = ["GET", "POST", "HEAD", "OPTIONS", "*"];
  let matched = 0;
  for (let round = 0; round < 2500; round++) {
    const all = random.list(8, (): Route => {
      const path = "/" + [random.pick(parts), ...random.list(2, () => random.pick(parts))].join("/");
      const method = random.pick(methods);
      return { method, path, port: `${method} ${path}` };
    });
    const bad = new Set(checkRoutes(all).map(({ index }) => index));
    const routes = all.filter((_, index) => !bad.has(index));
    const router = compileRoutes(routes);
    for (let i = 0; i < 12; i++) {
      const path = "/" + [random.pick(asked), ...random.list(2, () => random.pick(asked))].join("/");
      const method = random.pick(["GET", "POST", "HEAD", "OPTIONS", "PUT"]);
      const result = shown(router.match(method, path));
      assertEquals(
        result,
        model(routes, method, path),
        `${method} ${path} in ${JSON.stringify(routes.map((r) => r.port))}`,
      );
      if (!/^\d/.test(result)) matched++;
    }
  }
  assert(matched > 2000, `only ${matched} requests matched anything`);
});

seededTest("no text makes a table or a match throw anything but a problem", (random) => {
  for (let round = 0; round < 3000; round++) {
    const route = { method: "GET", path: "/" + random.text([...CHARACTERS, "\ud800"], 11), port: "out[0]" };
    const diagnostics = checkRoutes([route]);
    if (diagnostics.length > 0) continue;
    const router = compileRoutes([route]);
    router.match("GET", random.text([...CHARACTERS, "\ud800"], 11));
  }
  // A pattern without parameters matches itself, decoded or encoded.
  for (let round = 0; round < 2000; round++) {
    const text = random.text(CHARACTERS.filter((char) => !/[%\\:*/.]/.test(char)), 7) + "x";
    const router = compileRoutes([{ method: "GET", path: `/${text}`, port: "out[0]" }]);
    assert("port" in router.match("GET", `/${text}`), text);
    assert("port" in router.match("GET", `/${encodeURIComponent(text)}`), text);
  }
});
