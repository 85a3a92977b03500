import { assert, assertEquals } from "@std/assert";
import { program, run } from "../../../tests/language/run.ts";
import { seededTest } from "../../../tests/support/random.ts";
import type { Value } from "../../value/mod.ts";

type Shown = Record<string, string> | null;

const FIELDS = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
] as const;

/** Returns the fields of Deno's own URL, null if it is invalid. */
function expected(input: string, base?: string, set?: [string, string]): Shown {
  try {
    const url = new URL(input, base);
    if (set !== undefined) (url as unknown as Record<string, string>)[set[0]] = set[1];
    return Object.fromEntries(FIELDS.map((field) => [field, url[field]]));
  } catch {
    return null;
  }
}

const inRealm = program(`
  const FIELDS = ${JSON.stringify(FIELDS)};
  export default (cases) => cases.map(([input, base, set]) => {
    try {
      const url = new URL(input, base ?? undefined);
      if (set) url[set[0]] = set[1];
      return Object.fromEntries(FIELDS.map((field) => [field, url[field]]));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return null;
    }
  });
`);

type Case = [input: string, base: string | null, set: [string, string] | null];

/**
 * Reports whether a case is one where Deno departs from the URL Standard, by which a backslash in a URL that is not
 * special is an ordinary character, any number of slashes may precede a host, the inner URL of a blob has an origin only
 * if it is HTTP, `/.` before a path is not a host, newlines are ignored, slashes after the host of a file URL stay, and a
 * URL without port and user may become a file URL.
 */
function isKnown([input, base, set]: Case): boolean {
  if (set?.[0] === "protocol" && set[1] === "file") return true;
  if (/[a-z][:|][\t\n]/i.test(input) || /^(file:)?[/\\]{2}[^/\\]+[/\\]{2}/i.test(input)) return true;
  return (/\\/.test(input) && /^foo:/.test(base ?? input)) || /^[/\\]{3}/.test(input) || /^blob:(ftp|ws)/.test(input) ||
    /^[a-z+-]+:\/([^/]+\/)?\.\.?\/\//i.test(input);
}

function compare(cases: Case[]): number {
  const compared = cases.filter((item) => !isKnown(item));
  const seen = inRealm.call(compared as unknown as Value) as Shown[];
  if (seen instanceof Error) throw seen;
  const wrong = compared.flatMap(([input, base, set], i) => {
    const want = expected(input, base ?? undefined, set ?? undefined);
    return JSON.stringify(seen[i]) === JSON.stringify(want)
      ? []
      : [`${JSON.stringify([input, base, set])}\n  got  ${JSON.stringify(seen[i])}\n  want ${JSON.stringify(want)}`];
  });
  assertEquals(wrong.length, 0, `${wrong.length} of ${compared.length} differ:\n${wrong.slice(0, 20).join("\n")}`);
  return compared.length;
}

const INPUTS = `
http://example.com|http://user:pass@foo:21/bar;par?b#c|http:foo.com|\t   :foo.com   \n|foo.com|a:\t foo.com|http://f:21/ b ? d # e
http://f:/c|http://f:0/c|http://f:00000000000000/c|http://f:00000000000000000000080/c|http://f:b/c|http://f: /c|http://f:\n/c
http://f:fifty-two/c|http://f:65536/c|non-special://f:65536/c|http://f: 21 / b ? d # e||  |:foo.com/|:foo.com|:|:a|:/|:\\|#|#/|#\\|#;?
?|/|:23|/:23|\\x|\\\\x\\hello|::|::23|http://|http::@c:29|http:a@c:29|http:@c:29/|http://foo:pa@c:29|http://::@c@d:2|http://foo.com:b@d/
http://foo/bar\\@c|http:\\foo.com\\|http:\\a\\b:c\\d@foo.com\\|http://a:b@c\\|ws://a@b\\c|foo:/|foo:/bar.com/|foo://///////|foo://///////bar.com/
foo:////://///|c:/foo|//foo/bar|http://foo/path;a??e#f#g|http://foo/abcd?efgh?ijkl|http://foo/abcd#foo?bar|[61:24:74]:98|http:[61:27]/:foo
http::/b|http:/a|http:b|http:/b|http:///a|http:////a|http://\\a|ftp:/example.com/|madeupscheme:/example.com/|file:/example.com/|ftps:/example.com/
gopher:/example.com/|ws:/example.com/|wss:/example.com/|javascript:/example.com/|mailto:/example.com/|/a/b/c|/a/ /c|/a%2fc|/a/%2f/c|#β
data:text/html,test#test|tel:1234567890|blob:https://example.com:443/|blob:ftp://host/path|blob:d3958f5c-0777-0845|blob:|ssh://example.com/foo/bar.git
file:c:\\foo\\bar.html|  File:c|////foo\\bar.html|C|/foo/bar|/C|\\foo\\bar|//C|/foo/bar|//server/file|\\\\server\\file|/\\server/file|file:///foo/bar.txt
file:///home/me|//|///|///test|file://test|file://localhost|file://localhost/test|test|file:test|file://a:80/|file://%43%3A|file://C:/../x|file:..|file:///C:/..
http://example.com/././foo|http://example.com/./.foo|http://example.com/foo/.|http://example.com/foo/./|http://example.com/foo/bar/..|http://example.com/foo/bar/../
http://example.com/foo/bar/..bar|http://example.com/foo/bar/../ton/../../a|http://example.com/foo/../../..|http://example.com/foo/%2e|http://example.com/foo/%2e%2
http://example.com/foo/%2e./%2e%2e/.%2e/%2e.bar|http://example.com////../..|http://example.com/foo/bar//../..|http://example.com/foo/bar//..
http://example.com/foo%|http://example.com/foo%2|http://example.com/foo%2zbar|http://example.com/foo%2©zbar|http://example.com/foo%41%7a|http://example.com/foo\t\u0091%91
http://example.com/foo%00%51|http://example.com/(%28:%3A%29)|http://example.com/%3A%3a%3C%3c|http://example.com/foo\tbar|http://example.com\\\\foo\\\\bar|http://example.com/%7Ffp3%3Eju%3Dduvgw%3Dd
http://example.com/@asdf%40|http://example.com/你好你好|http://example.com/‥/foo|http://example.com/\ufeff/foo|http://example.com/\u202e/foo/\u202d/bar
http://www.google.com/foo?bar=baz#|http://www.google.com/foo?bar=baz# »|data:test# »|http://www|http://192.0x00A80001|http://www/foo%2Ehtml|http://www/foo/%2E/html|http://user:pass@/
http://%25DOMAIN:foobar@foodomain.com/|http:\\\\www.google.com\\foo|http://foo:80/|http://foo:81/|httpa://foo:80/|http://foo:-80/|https://foo:443/|https://foo:80/|ftp://foo:21/|ws://foo:80/|wss://foo:443/
http:@www.example.com|http:/@www.example.com|http://@www.example.com|http:a:b@www.example.com|http://a:b@www.example.com|http://@pple.com|http::b@www.example.com|http://:b@www.example.com|http:/:@/www.example.com|http:///@/www.example.com|http://@/www.example.com
http://www.@pple.com|http://@:www.example.com|http://:@www.example.com|http://a b|http://a%20b|http://\u00ad|http://GOO 　goo.com|http://GOO\u200b\u2060\ufeffgoo.com|http://www.foo。bar.com|http://\ufdd0zyx.com|http://Ｇｏ.com|http://％４１.com|http://你好你好|http://%zz%66%a.com
http://%25|http://hello%00|http://192.168.0.257|http://192.168.0.1 hello|http://[www.google.com]/|http://[google.com]|http://[::1.2.3.4x]|http://[::1.2.3.]|http://[::1.2.]|http://[::.1.2]|http://[::1.]|http://[::.1]|http://[::%31]|http://[::1.2.3.4]|http://[1:2::3]|http://[2001::1%eth0]|http://[0:0:0:0:0:0:13.1.68.3]
http://[::]|http://[1:2:3:4:5:6:7:8]|http://[1::1:0:0:0:1]|http://[0:1:0:0:1:0:0:0]|http://[1:0:0:1:0:0:0:0]|http://[::127.0.0.1]|http://[a:b:c:d:e:f:1.2.3.4]|http://[:1]|http://[1:]|http://[1::2::3]|http://[12345::]|http://[1:2:3:4:5:6:7:8:9]|http://[::1]a|http://[::1
http://1.2.3.4/|http://1.2.3.4./|http://192.168.257|http://192.168.257.|http://192.168.257.com|http://256|http://256.com|http://999999999|http://999999999.|http://999999999.com|http://10000000000|http://10000000000.com|http://4294967295|http://4294967296|http://0xffffffff|http://0xffffffff1
http://256.256.256.256|http://1.2.3.4.5|http://1.2.3.4.5.|http://0..0x300/|http://foo.0x4|http://foo.0x4.|http://foo.09|http://foo.09.|http://foo.2.3|http://foo.1.2.3.4|http://1.2.3.08|http://1.2.3.09|http://0x.0x.0|http://\ud83d\udca9.123/|http://0.0x|http://00|http://0000000000000000000000000000000000000000000000000000
http://ab%c3%a9.com|http://faß.ExAmPlE/|sc://faß.ExAmPlE/|sc://ñ|sc://ñ?x|sc://ñ#x|sc://?|sc://#|///|tftp://foobar.com/someconfig;mode=netascii|telnet://user:pass@foobar.com:23/|ut2004://10.10.10.10:7777/Index.ut2|redis://foo:bar@somehost:6379/0?baz=bam&qux=baz|rsync://foo@host:911/sup|git+https://github.com/foo/bar|urn:ietf:rfc:2648|tag:joe@example.org,2001:foo/bar
non-special:.//|non-special:..//|non-special:/..//|non-special:/.//|web+demo:/.//not-a-host/|web+demo:/..//not-a-host/|web+demo://host/..//path/|web+demo:/path/..//not-a-host|non-special://%E2%80%A0/|non-special://H%4fSt/path|non-special://[::1.2.3.4.5]/|non-special://[::1]/|non-special://[:80/|non-special://h/x?a'b|http://h/x?a'b|non-special://a b/|non-special://a<b/|non-special://a%b/|non-special:opaque  #hi|non-special:opaque  ?hi
http://foo/?%00|http://foo/?\u00e9|http://foo/?q="asdf"|http://foo/?<>|http://foo/#\u0000|http://foo/#\`|http://foo/\u0000|http://a/"b"|http://a/{b}|http://a/b|c|http://xn--/|http://xn--ls8h.la/|http://xn--zn7c.com|http://a.xn--b1a/|http://münchen.example/ä|http://ＦＯＯ/|http://☃.net/|http://İ.com/|http://ǅ.com|http://ﬃ.com|http://²³.com|http://a‌b|http://-x-.com|http://x_y.com|http://x~y.com
`.split(/[|\n]/);

const BASES = [
  null,
  "http://example.org/foo/bar?q#h",
  "file:///C:/a/b?q",
  "foo:opaque",
  "foo://h/a/b",
  "https://u:p@h:81/",
];

Deno.test("URLs parse as in Deno", () => {
  const count = compare(INPUTS.flatMap((input) => BASES.map((base): Case => [input, base, null])));
  assert(count > 1800);
});

seededTest("random URLs parse as in Deno", (random) => {
  const PIECES =
    "http: https: file: foo: // / \\ . .. %2e %41 %zz : @ ? # [::1] [ ] a b.c 1 0x1 256 1.2.3.4 C: C| é 你 xn--ls8h " +
    "a_b ~ ' \" < > ^ ` { } | ; = & + ! $ ( ) * , \t \n";
  const pieces = [...PIECES.split(" "), " "];
  const below = (limit: number) => random.below(limit);
  const cases: Case[] = [];
  for (let i = 0; i < 8_000; i++) {
    const input = Array.from({ length: 1 + below(7) }, () => pieces[below(pieces.length)]!).join("");
    cases.push([i % 3 === 0 ? `http://h${input}` : input, BASES[below(BASES.length)]!, null]);
  }
  assert(compare(cases) > 6_000);
}, 7);

seededTest("hosts in other scripts become the same ASCII as in Deno", (random) => {
  const SCRIPTS = [
    [0xa0, 0x24f],
    [0x370, 0x3ff],
    [0x400, 0x4bf],
    [0x900, 0x97f],
    [0x2000, 0x206f],
    [0x3040, 0x30ff],
    [
      0x4e00,
      0x9fff,
    ],
    [0xac00, 0xd7a3],
    [0x1f300, 0x1f6ff],
  ] as const;
  const below = (limit: number) => random.below(limit);
  const cases = SCRIPTS.flatMap(([from, to]) =>
    Array.from({ length: 500 }, (): Case => {
      const char = () => String.fromCodePoint(from + below(to - from + 1));
      const host = `a${char()}${below(2) === 0 ? "" : char()}z`;
      // U+04C0 has an exceptional lower case
      return [`http://${host.replaceAll("\u04c0", "x")}.com/`, null, null];
    })
  );
  compare(cases);
}, 7);

Deno.test("setting parts of a URL works as in Deno", () => {
  const URLS = [
    "http://u:p@h:81/a/b?q#f",
    "https://h/",
    "file:///a/b",
    "foo://h:1/a",
    "foo:/a",
    "mailto:x@y",
    "ws://h",
  ];
  const VALUES = [
    "",
    "x",
    "ftp",
    "https:",
    "foo:",
    "file",
    "h2:8080/x",
    "h2:",
    "[::1]:5",
    "ex ample",
    "80",
    "443",
    "65536",
    "8080abc",
    "abc",
    "/p/../q?r#s",
    "a/b",
    "?x=1 2",
    "#y z",
    "?",
    "#",
    "é'\"<>",
    "a:b@c",
    "%41",
    "\t1\n2",
  ];
  const parts = ["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];
  compare(URLS.flatMap((url) => parts.flatMap((part) => VALUES.map((value): Case => [url, null, [part, value]]))));
});

Deno.test("URLs follow the standard where Deno does not", () => {
  const href = (input: string, base?: string) =>
    run(`export default ([input, base]) => new URL(input, base ?? undefined).href`, [input, base ?? null]);
  assertEquals(href("\\x", "foo://h/a/b"), "foo://h/a/\\x");
  assertEquals(href("///test", "http://example.org/"), "http://test/");
  assertEquals(href("////foo/bar", "file:///C:/a"), "file:////foo/bar");
  assertEquals(
    run(`const url = new URL("https://h/"); url.protocol = "file"; export default () => url.href`),
    "file://h/",
  );
  assertEquals(run(`export default () => new URL("web+demo:/.//not-a-host/").host`), "");
  assertEquals(run(`export default () => new URL("blob:ftp://host/path").origin`), "null");
});

Deno.test("URLSearchParams behaves as in Deno", () => {
  const script = `
    const seen = [];
    for (const init of ["a=1&b=2&a=3", "?x=%41+b&%zz=%C3%28&=&&c", "", [["a", "1"], ["b", "ü"]], { z: 1, y: null }]) {
      const params = new URLSearchParams(init);
      params.append("n", "a b&c");
      params.set("a", "s\ud800");
      seen.push(String(params), [...params], params.get("a"), params.getAll("a"), params.has("q"), params.size);
      params.delete("a");
      params.sort();
      params.delete("n", "other");
      seen.push([...params.keys()].join(), [...params.values()].join(), params.has("n", "a b&c"), String(params));
    }
    const url = new URL("http://h/?a=1#f");
    url.searchParams.append("b", "2 3");
    seen.push(url.href);
    url.search = "?c=4";
    seen.push([...url.searchParams]);
    url.searchParams.delete("c");
    seen.push(url.href, JSON.stringify({ url }), URL.canParse("x:y"), URL.canParse("//"), URL.parse("//") === null);
    const each = [];
    url.searchParams.append("k", "v");
    url.searchParams.forEach((value, name, all) => each.push(value, name, all === url.searchParams));
    seen.push(each);
  `;
  // The same script, run by Deno.
  const seen = new Function(`${script} return seen`)();
  assertEquals(run(`export default () => { ${script} return seen }`), seen);
});

seededTest("hosts with any code point, and the exceptions of UTS 46, are those of Deno's URL", (random) => {
  const hosts = program(
    `export default (hosts) => hosts.map((host) => { try { return new URL("https://" + host + "/").host } catch { return null } })`,
  );
  const inDeno = (host: string) => {
    try {
      return new URL(`https://${host}/`).host;
    } catch {
      return null;
    }
  };
  const named = [
    "FAẞ.de",
    "faß.de",
    "نامه‌ای.com",
    "a︒b",
    "a\u200cb",
    "a\u200db",
    "क्\u200dष.com",
    "xn--1ch.com",
    "xn--fa-hia.de",
    "XN--FA-HIA.de",
    "xn--a",
    "xn--a-ecp.ru",
    "日本語。ＪＰ",
    "a．b",
    "１２７.0.0.1",
    "0x７f.1",
    "א0.com",
    "0א.com",
    "אa.com",
    "a\u0301.com",
    "\u0301a.com",
    "--a.com",
    "ab--c.com",
    "a".repeat(64) + "ü.com",
    "ü".repeat(300),
    "ς.gr",
    "Σ.gr",
    "β\u0345.com",
    "ｘｎ--a",
    "⒈com",
    "㏇.com",
    "a.b.ü.",
    "ü..a",
    ".ü",
    "％41ü",
    "ü%41",
    "ü%zz",
    "ü<",
    "ü\u00ad",
    "\u00ad",
    "xn--\u00ad",
    "\ud800ü",
    "\u{e0100}ü",
    "\u{1f600}.com",
    "İ.com",
    "ı.com",
    "K.com",
  ];
  assertEquals(hosts.call(named), named.map(inDeno));
  // the code points below 0x2000 in each run, the others in one run of eight
  const turn = random.below(8);
  for (let from = 0x80; from < 0x110000; from = from === 0x3fe80 ? 0xe0000 : from === 0xe0e80 ? 0x10fe00 : from + 512) {
    if (from >= 0x2000 && (from >> 9) % 8 !== turn) continue;
    const batch = Array.from({ length: 512 }, (_, i) => `a${String.fromCodePoint(Math.min(from + i, 0x10ffff))}b.com`);
    assertEquals(hosts.call(batch), batch.map(inDeno), from.toString(16));
  }
});
