/** A package as `bundles.ts` tries it. */
export interface BundledPackage {
  name: string;
  version: string;
  /** The import declarations of the snippet. */
  imports: string;
  /** What the snippet answers: an expression, or a block that returns it. */
  use: string;
  /** Why it does not answer as in Deno. Default: it does. */
  differs?: string;
}

/** Packages that others import, beside those of the list. */
export const PEERS: Readonly<Record<string, string>> = {
  "@turf/helpers": "7.4.0",
};

/** Popular packages that need nothing but the language and the web platform. */
export const PACKAGES: readonly BundledPackage[] = [
  {
    name: "lodash",
    version: "4.18.1",
    imports: 'import _ from "lodash";',
    use: "_.chunk(_.range(7), 3).concat(_.camelCase('foo bar baz'), _.debounce.length)",
  },
  {
    name: "underscore",
    version: "1.13.8",
    imports: 'import _ from "underscore";',
    use: "_.groupBy([1, 2, 3, 4, 5], (n) => n % 2)",
  },
  {
    name: "ramda",
    version: "0.32.0",
    imports: 'import * as R from "ramda";',
    use: "R.pipe(R.map(R.multiply(2)), R.filter(R.lt(4)), R.sum)([1, 2, 3, 4])",
  },
  {
    name: "immutable",
    version: "5.2.1",
    imports: 'import { Map, List, fromJS } from "immutable";',
    use: "fromJS({ a: { b: [1, 2] } }).setIn(['a', 'b', 0], 9).merge(Map({ c: List([3]) })).toJS()",
  },
  {
    name: "immer",
    version: "11.2.10",
    imports: 'import { produce } from "immer";',
    use: "produce({ a: [1, { b: 2 }] }, (draft) => { draft.a[1].b = 5; draft.a.push(7); })",
  },
  {
    name: "date-fns",
    version: "4.4.0",
    imports: 'import { addMonths, format, differenceInDays } from "date-fns";',
    use:
      "[format(addMonths(new Date(2024, 0, 31), 1), 'yyyy-MM-dd EEEE'), differenceInDays(new Date(2024, 2, 1), new Date(2024, 1, 1))]",
  },
  {
    name: "dayjs",
    version: "1.11.23",
    imports: 'import dayjs from "dayjs";',
    use: "dayjs('2024-01-31').add(1, 'month').format('YYYY-MM-DD dddd')",
  },
  {
    name: "moment",
    version: "2.31.0",
    imports: 'import moment from "moment";',
    use: "[moment.utc('2024-01-31').add(1, 'month').format('LLLL'), moment.duration(3723, 's').humanize()]",
  },
  {
    name: "luxon",
    version: "3.7.2",
    imports: 'import { DateTime, Duration } from "luxon";',
    use:
      "[DateTime.fromISO('2024-03-10T12:00:00', { zone: 'utc' }).plus({ days: 3 }).toISO(), Duration.fromISO('PT90M').as('hours')]",
  },
  {
    name: "uuid",
    version: "14.0.3",
    imports: 'import { v5, validate, v4 } from "uuid";',
    use: "[v5('weft.example', v5.URL), validate(v4()), v4().length]",
  },
  {
    name: "nanoid",
    version: "5.1.16",
    imports: 'import { nanoid, customAlphabet } from "nanoid";',
    use: "[nanoid().length, customAlphabet('ab', 5)().length]",
  },
  {
    name: "ms",
    version: "2.1.3",
    imports: 'import ms from "ms";',
    use: "[ms('2 days'), ms(60000), ms(2 * 60000, { long: true })]",
  },
  {
    name: "qs",
    version: "6.17.1",
    imports: 'import qs from "qs";',
    use: "[qs.parse('a[b][c]=1&d[]=2&d[]=3'), qs.stringify({ a: { b: [1, 2] } })]",
  },
  {
    name: "query-string",
    version: "9.5.1",
    imports: 'import queryString from "query-string";',
    use: "[queryString.parse('foo=bar&a=1&a=2'), queryString.stringify({ x: [1, 2], y: null })]",
  },
  {
    name: "joi",
    version: "18.3.2",
    imports: 'import Joi from "joi";',
    use:
      "[Joi.object({ a: Joi.number().min(2), e: Joi.string().email() }).validate({ a: 1, e: 'a@b.com' }).error.message, Joi.attempt('5', Joi.number())]",
  },
  {
    name: "zod",
    version: "4.6.7",
    imports: 'import * as z from "zod";',
    use:
      "[z.object({ a: z.string().email(), n: z.coerce.number().int() }).safeParse({ a: 'x', n: '4' }).error.issues.map((i) => i.path.join() + ': ' + i.message), z.array(z.number()).parse([1])]",
  },
  {
    name: "yup",
    version: "1.7.1",
    imports: 'import * as yup from "yup";',
    use: "yup.object({ a: yup.number().required().positive() }).validate({ a: '7' })",
  },
  {
    name: "ajv",
    version: "8.20.0",
    imports: 'import Ajv from "ajv";',
    use: "new Ajv().compile({ type: 'object', properties: { a: { type: 'number' } } })({ a: 1 })",
    differs: "makes code from strings",
  },
  {
    name: "superstruct",
    version: "2.0.2",
    imports: 'import { object, string, number, is, validate } from "superstruct";',
    use:
      "[is({ a: 'x', b: 1 }, object({ a: string(), b: number() })), validate({ a: 1 }, object({ a: string() }))[0].message]",
  },
  {
    name: "valibot",
    version: "1.5.0",
    imports: 'import * as v from "valibot";',
    use: "v.safeParse(v.object({ e: v.pipe(v.string(), v.email()) }), { e: 'no' }).issues.map((i) => i.message)",
  },
  {
    name: "io-ts",
    version: "2.2.22",
    imports: 'import * as t from "io-ts";',
    use: "t.type({ a: t.number, b: t.array(t.string) }).decode({ a: 1, b: ['x'] })",
  },
  {
    name: "fp-ts",
    version: "2.16.11",
    imports:
      "import { pipe } from \"fp-ts/function\"; import * as A from 'fp-ts/Array'; import * as N from 'fp-ts/number';",
    use: "pipe([3, 1, 2], A.sort(N.Ord), A.map((n) => n * 2))",
  },
  {
    name: "effect",
    version: "4.1.0",
    imports: 'import { Effect, Schedule } from "effect";',
    use: "Effect.runPromise(Effect.gen(function* () { const a = yield* Effect.succeed(20); return a + 22; }))",
  },
  {
    name: "rxjs",
    version: "7.8.2",
    imports: 'import { of, map, toArray, mergeMap, lastValueFrom, timer } from "rxjs";',
    use: "lastValueFrom(of(1, 2, 3).pipe(mergeMap((n) => timer(1).pipe(map(() => n * 2))), toArray()))",
  },
  {
    name: "axios",
    version: "1.21.1",
    imports: 'import axios from "axios";',
    use: "[axios.getUri({ url: 'http://h/p', params: { a: [1, 2] } }), typeof axios.create().get]",
  },
  {
    name: "bignumber.js",
    version: "11.1.5",
    imports: 'import BigNumber from "bignumber.js";',
    use: "new BigNumber('0.1').plus('0.2').pow(20).toString()",
  },
  { name: "big.js", version: "7.0.1", imports: 'import Big from "big.js";', use: "new Big('1').div(3).toFixed(30)" },
  {
    name: "decimal.js",
    version: "10.6.0",
    imports: 'import Decimal from "decimal.js";',
    use: "Decimal.sqrt(2).toPrecision(18) + new Decimal(2).pow(0.5).toFixed(5)",
  },
  {
    name: "mathjs",
    version: "15.2.0",
    imports: 'import { evaluate, derivative, matrix, det } from "mathjs";',
    use: "[evaluate('sqrt(3^2 + 4^2)'), derivative('x^2 + x', 'x').toString(), det(matrix([[1, 2], [3, 4]]))]",
  },
  {
    name: "numeral",
    version: "2.0.6",
    imports: 'import numeral from "numeral";',
    use: "[numeral(1234567.891).format('0,0.00'), numeral(0.25).format('0%')]",
  },
  {
    name: "currency.js",
    version: "2.0.4",
    imports: 'import currency from "currency.js";',
    use: "currency('12.35').multiply(3).add(0.1).format()",
  },
  {
    name: "d3-array",
    version: "3.2.5",
    imports: 'import { extent, mean, rollup, bin, ascending } from "d3-array";',
    use:
      "[extent([3, 1, 2]), mean([1, 2, 4]), [...rollup(['a', 'b', 'a'], (v) => v.length, (d) => d)], bin()([1, 2, 3, 10]).map((b) => b.length)]",
  },
  {
    name: "d3-scale",
    version: "4.0.3",
    imports: 'import { scaleLinear, scaleTime, scaleOrdinal } from "d3-scale";',
    use:
      "[scaleLinear([0, 10], [0, 100]).ticks(5), scaleLinear([0, 10], [0, 100])(3), scaleOrdinal(['a', 'b'], [1, 2])('b')]",
  },
  {
    name: "d3-format",
    version: "3.1.3",
    imports: 'import { format } from "d3-format";',
    use: "[format('.2s')(42e6), format('$,.2f')(1234.5), format('08b')(10)]",
  },
  {
    name: "d3-shape",
    version: "3.2.1",
    imports: 'import { line, arc, pie } from "d3-shape";',
    use:
      "[line()([[0, 1], [2, 3]]), pie()([1, 2]).length, arc()({ innerRadius: 0, outerRadius: 10, startAngle: 0, endAngle: 1 })]",
  },
  {
    name: "d3-color",
    version: "3.1.1",
    imports: 'import { rgb, hsl, lab } from "d3-color";',
    use: "[rgb('steelblue').formatHex(), hsl('#f00').toString(), lab('green').brighter().formatHex()]",
  },
  {
    name: "d3-interpolate",
    version: "3.0.2",
    imports: 'import { interpolate, interpolateRgb } from "d3-interpolate";',
    use: "[interpolate({ a: 1, b: [2] }, { a: 3, b: [4] })(0.5), interpolateRgb('red', 'blue')(0.5)]",
  },
  {
    name: "d3-time-format",
    version: "4.1.1",
    imports: 'import { utcFormat, utcParse } from "d3-time-format";',
    use: "[utcFormat('%Y-%m-%d %A')(new Date(0)), utcParse('%Y')('2020').getTime()]",
  },
  {
    name: "chroma-js",
    version: "3.2.0",
    imports: 'import chroma from "chroma-js";',
    use: "[chroma('pink').darken().hex(), chroma.scale(['yellow', '008ae5']).colors(4)]",
  },
  {
    name: "color",
    version: "5.0.3",
    imports: 'import Color from "color";',
    use: "Color('#ff8800').rotate(90).hsl().string()",
  },
  {
    name: "tinycolor2",
    version: "1.6.0",
    imports: 'import tinycolor from "tinycolor2";',
    use: "[tinycolor('red').complement().toHexString(), tinycolor.readability('#000', '#fff')]",
  },
  {
    name: "marked",
    version: "18.2.1",
    imports: 'import { marked } from "marked";',
    use: "marked.parse('# Hi\\n\\n- *a*\\n- `b`\\n\\n| x | y |\\n|---|---|\\n| 1 | 2 |')",
  },
  {
    name: "markdown-it",
    version: "15.0.3",
    imports: 'import MarkdownIt from "markdown-it";',
    use: "new MarkdownIt({ linkify: true }).render('# Hi\\n\\nhttp://example.com **b**')",
  },
  {
    name: "showdown",
    version: "2.1.0",
    imports: 'import showdown from "showdown";',
    use: "new showdown.Converter({ tables: true }).makeHtml('# Hi\\n\\n**b** [l](http://h)')",
    differs: "reads `RegExp.$1`",
  },
  {
    name: "highlight.js",
    version: "11.12.0",
    imports: 'import hljs from "highlight.js";',
    use: "hljs.highlight('const a = 1;', { language: 'javascript' }).value",
  },
  {
    name: "prismjs",
    version: "1.30.0",
    imports: 'import Prism from "prismjs";',
    use: "Prism.highlight('let a = 1', Prism.languages.javascript, 'javascript')",
  },
  {
    name: "he",
    version: "1.2.0",
    imports: 'import he from "he";',
    use: "[he.encode('<é&>', { useNamedReferences: true }), he.decode('&lt;&eacute;&#x1F600;')]",
  },
  {
    name: "entities",
    version: "9.0.0",
    imports: 'import { encodeXML, decodeHTML } from "entities";',
    use: "[encodeXML('<ü>'), decodeHTML('&notin;&amp;')]",
  },
  {
    name: "html-entities",
    version: "2.6.0",
    imports: 'import { encode, decode } from "html-entities";',
    use: "[encode('< > é', { mode: 'nonAsciiPrintable' }), decode('&copy;&#169;')]",
  },
  {
    name: "sanitize-html",
    version: "2.17.5",
    imports: 'import sanitizeHtml from "sanitize-html";',
    use: "sanitizeHtml('<b onclick=x>hi</b><script>1</script><a href=\"javascript:1\">l</a>')",
  },
  {
    name: "cheerio",
    version: "1.2.0",
    imports: 'import * as cheerio from "cheerio";',
    use:
      "{ const $ = cheerio.load('<ul><li class=a>1</li><li>2</li></ul>'); $('li.a').text('9'); return $('ul').html(); }",
  },
  {
    name: "htmlparser2",
    version: "12.0.0",
    imports: 'import { parseDocument, DomUtils } from "htmlparser2";',
    use:
      "DomUtils.getElementsByTagName('b', parseDocument('<a><b>1</b><b>2</b></a>')).map((e) => DomUtils.textContent(e))",
  },
  {
    name: "parse5",
    version: "8.1.1",
    imports: 'import { parse, serialize } from "parse5";',
    use: "serialize(parse('<p>a<p>b<table><td>x'))",
  },
  {
    name: "fast-xml-parser",
    version: "5.12.1",
    imports: 'import { XMLParser, XMLBuilder } from "fast-xml-parser";',
    use:
      "[new XMLParser({ ignoreAttributes: false }).parse('<a x=\"1\"><b>2</b><b>3</b></a>'), new XMLBuilder().build({ a: { b: [1, 2] } })]",
  },
  {
    name: "xml-js",
    version: "1.6.11",
    imports: 'import { xml2js, js2xml } from "xml-js";',
    use: "[xml2js('<a x=\"1\"><b>t</b></a>', { compact: true }), js2xml({ a: { b: 'x' } }, { compact: true })]",
  },
  {
    name: "sax",
    version: "1.6.1",
    imports: 'import sax from "sax";',
    use:
      "{ const p = sax.parser(true); const seen = []; p.onopentag = (n) => seen.push(n.name, n.attributes); p.ontext = (t) => seen.push(t); p.write('<a b=\"1\">x<c/></a>').close(); return seen; }",
  },
  {
    name: "papaparse",
    version: "5.7.1",
    imports: 'import Papa from "papaparse";',
    use:
      "[Papa.parse('a,b\\n1,\"2,3\"', { header: true, dynamicTyping: true }).data, Papa.unparse([{ a: 1, b: 'x,y' }])]",
  },
  {
    name: "csv-parse",
    version: "7.0.3",
    imports: 'import { parse } from "csv-parse/browser/esm/sync";',
    use: 'parse(\'a,b\\n1,2\\n3,"x""y"\', { columns: true, cast: true })',
  },
  {
    name: "csv-stringify",
    version: "6.9.0",
    imports: 'import { stringify } from "csv-stringify/browser/esm/sync";',
    use: "stringify([{ a: 1, b: 'x,y' }], { header: true })",
  },
  {
    name: "js-yaml",
    version: "5.5.0",
    imports: 'import { load, dump } from "js-yaml";',
    use: "[load('a: [1, {b: c}]\\nd: |\\n  x\\n'), dump({ a: [1, 'x'], b: null })]",
  },
  {
    name: "yaml",
    version: "2.9.1",
    imports: 'import { parse, stringify, parseDocument } from "yaml";',
    use: "[parse('a: &x [1, 2]\\nb: *x'), stringify({ a: [1, { b: 'c' }] }), parseDocument('a: [').errors.length]",
  },
  {
    name: "smol-toml",
    version: "1.9.1",
    imports: 'import { parse, stringify } from "smol-toml";',
    use: "[parse('a = 1\\n[b]\\nc = [1, 2]'), stringify({ x: { y: 'z' } })]",
  },
  {
    name: "ini",
    version: "6.0.0",
    imports: 'import ini from "ini";',
    use: "[ini.parse('a=1\\n[s]\\nb=true'), ini.stringify({ s: { x: 1 } })]",
  },
  {
    name: "json5",
    version: "2.2.3",
    imports: 'import JSON5 from "json5";',
    use: "[JSON5.parse('{a: 1, b: [0x1f,], /*c*/ d: \\'x\\'}'), JSON5.stringify({ a: 'b' })]",
    differs: "changes a frozen built-in object",
  },
  {
    name: "jsonc-parser",
    version: "3.3.1",
    imports: 'import { parse, modify, applyEdits } from "jsonc-parser";',
    use: "[parse('{\"a\": 1, // c\\n\"b\": [2]}'), applyEdits('{\"a\": 1}', modify('{\"a\": 1}', ['a'], 2, {}))]",
  },
  {
    name: "jsonpath-plus",
    version: "10.4.0",
    imports: 'import { JSONPath } from "jsonpath-plus";',
    use: "JSONPath({ path: '$..b', json: { a: { b: 1 }, b: [2] } })",
  },
  {
    name: "jmespath",
    version: "0.16.0",
    imports: 'import jmespath from "jmespath";',
    use: "jmespath.search({ a: [{ b: 1 }, { b: 2 }] }, 'a[?b > `1`].b | [0]')",
  },
  {
    name: "jsonata",
    version: "2.2.2",
    imports: 'import jsonata from "jsonata";',
    use: "jsonata('$sum(items.(price * n))').evaluate({ items: [{ price: 2, n: 3 }, { price: 1, n: 4 }] })",
  },
  {
    name: "mustache",
    version: "4.2.0",
    imports: 'import Mustache from "mustache";',
    use: "Mustache.render('{{#a}}{{n}},{{/a}}{{{h}}}', { a: [{ n: 1 }, { n: 2 }], h: '<b>' })",
  },
  {
    name: "handlebars",
    version: "4.7.10",
    imports: 'import Handlebars from "handlebars/dist/cjs/handlebars";',
    use: "Handlebars.compile('{{#each a}}{{this}};{{/each}}')({ a: [1, 2] })",
    differs: "makes code from strings",
  },
  {
    name: "nunjucks",
    version: "3.2.4",
    imports: 'import nunjucks from "nunjucks/browser/nunjucks";',
    use: "new nunjucks.Environment().renderString('{% for x in a %}{{ x }},{% endfor %}', { a: [1, 2] })",
    differs: "makes code from strings",
  },
  {
    name: "ejs",
    version: "7.0.2",
    imports: 'import ejs from "ejs";',
    use: "ejs.render('<% for (const x of a) { %><%= x %>,<% } %>', { a: [1, 2] })",
    differs: "makes code from strings",
  },
  {
    name: "liquidjs",
    version: "10.30.1",
    imports: 'import { Liquid } from "liquidjs";',
    use:
      "new Liquid().parseAndRender('{% for x in a %}{{ x | times: 2 }},{% endfor %}{{ n | upcase }}', { a: [1, 2], n: 'b' })",
  },
  {
    name: "eta",
    version: "4.6.0",
    imports: 'import { Eta } from "eta/core";',
    use: "new Eta().renderString('<%= it.a %>', { a: 1 })",
    differs: "makes code from strings",
  },
  {
    name: "crypto-js",
    version: "4.2.0",
    imports: 'import CryptoJS from "crypto-js";',
    use:
      "[CryptoJS.SHA256('a').toString(), CryptoJS.HmacSHA1('m', 'k').toString(), CryptoJS.AES.decrypt(CryptoJS.AES.encrypt('x', 'p').toString(), 'p').toString(CryptoJS.enc.Utf8)]",
  },
  {
    name: "js-sha256",
    version: "1.0.0",
    imports: 'import { sha256 } from "js-sha256";',
    use: "[sha256('abc'), sha256.hmac('k', 'm')]",
  },
  { name: "js-md5", version: "0.9.2", imports: 'import md5 from "js-md5";', use: "md5('abc')" },
  {
    name: "blakejs",
    version: "1.2.1",
    imports: 'import * as blake from "blakejs";',
    use: "[blake.blake2bHex('abc'), blake.blake2sHex('abc')]",
  },
  {
    name: "tweetnacl",
    version: "1.0.3",
    imports: 'import nacl from "tweetnacl";',
    use:
      "{ const k = nacl.sign.keyPair.fromSeed(new Uint8Array(32)); return [nacl.sign.detached.verify(new Uint8Array([1]), nacl.sign.detached(new Uint8Array([1]), k.secretKey), k.publicKey), nacl.randomBytes(8).length]; }",
  },
  {
    name: "@noble/hashes",
    version: "2.4.0",
    imports:
      "import { sha256, sha512 } from \"@noble/hashes/sha2.js\"; import { bytesToHex } from '@noble/hashes/utils.js';",
    use: "[bytesToHex(sha256(new TextEncoder().encode('abc'))), sha512(new Uint8Array(1)).length]",
  },
  {
    name: "@noble/curves",
    version: "2.4.0",
    imports: 'import { ed25519 } from "@noble/curves/ed25519.js";',
    use:
      "{ const secret = new Uint8Array(32).fill(7); const m = new Uint8Array([1, 2]); return [...ed25519.getPublicKey(secret)].slice(0, 4).concat(ed25519.verify(ed25519.sign(m, secret), m, ed25519.getPublicKey(secret)) ? 1 : 0); }",
  },
  {
    name: "@noble/ciphers",
    version: "2.4.0",
    imports: 'import { gcm } from "@noble/ciphers/aes.js";',
    use: "[...gcm(new Uint8Array(32), new Uint8Array(12)).encrypt(new Uint8Array([1, 2, 3]))]",
  },
  {
    name: "bcryptjs",
    version: "3.0.3",
    imports: 'import bcrypt from "bcryptjs";',
    use: "[bcrypt.compareSync('pw', bcrypt.hashSync('pw', 4)), bcrypt.getRounds('$2b$04$abcdefghijklmnopqrstuu')]",
  },
  {
    name: "jose",
    version: "6.2.18",
    imports: 'import { SignJWT, jwtVerify } from "jose";',
    use:
      "{ const key = new TextEncoder().encode('0123456789abcdef0123456789abcdef'); return new SignJWT({ a: 1 }).setProtectedHeader({ alg: 'HS256' }).setIssuedAt(1).sign(key).then((jwt) => jwtVerify(jwt, key).then(({ payload }) => [jwt, payload])); }",
  },
  {
    name: "jwt-decode",
    version: "4.0.0",
    imports: 'import { jwtDecode } from "jwt-decode";',
    use: "jwtDecode('eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln')",
  },
  {
    name: "buffer",
    version: "6.0.3",
    imports: 'import { Buffer } from "buffer/";',
    use:
      "[Buffer.from('héllo').toString('base64'), Buffer.concat([Buffer.from([1]), Buffer.alloc(2)]).readUInt16BE(0), Buffer.from('ff00', 'hex').slice(1).length, Buffer.from('abc').equals(Buffer.from('abc'))]",
  },
  {
    name: "base64-js",
    version: "1.5.1",
    imports: 'import * as base64 from "base64-js";',
    use: "[base64.fromByteArray(new Uint8Array([1, 2, 3])), [...base64.toByteArray('AQID')]]",
  },
  {
    name: "pako",
    version: "3.0.3",
    imports: 'import * as pako from "pako";',
    use:
      "[pako.inflate(pako.deflate('hello hello hello'), { toText: true, to: 'string' }).length, pako.gzip(new Uint8Array(100)).length]",
  },
  {
    name: "fflate",
    version: "0.8.3",
    imports: 'import { gzipSync, gunzipSync, strToU8, strFromU8, zipSync, unzipSync } from "fflate";',
    use:
      "[strFromU8(gunzipSync(gzipSync(strToU8('hello'), { mtime: 1 }))), Object.keys(unzipSync(zipSync({ 'a.txt': strToU8('x') })))]",
  },
  {
    name: "lz-string",
    version: "1.5.0",
    imports: 'import LZString from "lz-string";',
    use: "[LZString.compressToBase64('aaaaaaaaab'), LZString.decompress(LZString.compress('abcabc'))]",
  },
  {
    name: "long",
    version: "5.3.2",
    imports: 'import Long from "long";',
    use: "Long.fromString('9223372036854775807').sub(1).toString()",
  },
  {
    name: "bn.js",
    version: "5.2.5",
    imports: 'import BN from "bn.js";',
    use: "new BN('dead', 16).mul(new BN('28047')).toString()",
  },
  {
    name: "semver",
    version: "7.8.6",
    imports: 'import semver from "semver";',
    use: "[semver.satisfies('1.2.3', '^1.0.0'), semver.inc('1.2.3', 'minor'), semver.sort(['2.0.0', '1.0.0'])]",
  },
  {
    name: "compare-versions",
    version: "6.1.1",
    imports: 'import { compareVersions, satisfies } from "compare-versions";',
    use: "[compareVersions('1.10.0', '1.9.9'), satisfies('10.1.9', '~10.1')]",
  },
  {
    name: "picomatch",
    version: "4.0.7",
    imports: 'import picomatch from "picomatch";',
    use: "[picomatch('**/*.{js,ts}')('a/b.ts'), picomatch.makeRe('a/*').source]",
  },
  {
    name: "path-to-regexp",
    version: "9.0.0",
    imports: 'import { match, compile } from "path-to-regexp";',
    use: "[match('/u/:id')('/u/5').params, compile('/a/:b')({ b: 'c' })]",
  },
  {
    name: "url-parse",
    version: "1.5.10",
    imports: 'import parse from "url-parse";',
    use: "{ const u = parse('http://u:p@h.com:81/p?q=1#f', true); return [u.hostname, u.port, u.query, u.pathname]; }",
  },
  {
    name: "whatwg-url",
    version: "16.0.1",
    imports: 'import { URL } from "whatwg-url";',
    use: "[new URL('http://EXAMPLE.com/../x?a#b').href, new URL('//h', 'https://a').href]",
    differs: "needs `SharedArrayBuffer`",
  },
  {
    name: "tldts",
    version: "7.5.5",
    imports: 'import { parse } from "tldts";',
    use: "parse('https://a.b.example.co.uk/x')",
  },
  { name: "psl", version: "1.15.0", imports: 'import * as psl from "psl";', use: "psl.parse('www.google.co.uk')" },
  {
    name: "validator",
    version: "13.15.35",
    imports: 'import validator from "validator";',
    use:
      "[validator.isEmail('a@b.co'), validator.isURL('http://x.y'), validator.isIBAN('DE89370400440532013000'), validator.escape('<a>')]",
  },
  {
    name: "libphonenumber-js",
    version: "1.13.16",
    imports: 'import { parsePhoneNumber } from "libphonenumber-js";',
    use: "[parsePhoneNumber('+12133734253').formatNational(), parsePhoneNumber('+442079460958').country]",
  },
  {
    name: "slugify",
    version: "1.6.9",
    imports: 'import slugify from "slugify";',
    use: "slugify('Déjà Vu & Co!', { lower: true, strict: true })",
  },
  {
    name: "change-case",
    version: "5.4.4",
    imports: 'import * as cc from "change-case";',
    use: "[cc.camelCase('foo bar'), cc.snakeCase('fooBar'), cc.constantCase('a b')]",
  },
  {
    name: "camelcase",
    version: "9.0.0",
    imports: 'import camelCase from "camelcase";',
    use: "[camelCase('foo-bar_baz'), camelCase('x-y', { pascalCase: true })]",
  },
  {
    name: "pluralize",
    version: "8.0.0",
    imports: 'import pluralize from "pluralize";',
    use: "[pluralize('person', 3), pluralize.singular('geese'), pluralize('test', 5, true)]",
  },
  {
    name: "string-similarity",
    version: "4.0.4",
    imports: 'import similarity from "string-similarity";',
    use: "similarity.findBestMatch('healed', ['sealed', 'healthy']).bestMatch",
  },
  {
    name: "fuse.js",
    version: "7.5.0",
    imports: 'import Fuse from "fuse.js";',
    use: "new Fuse([{ t: 'apple' }, { t: 'banana' }], { keys: ['t'] }).search('aple').map((r) => r.item.t)",
  },
  {
    name: "lunr",
    version: "2.3.9",
    imports: 'import lunr from "lunr";',
    use:
      "lunr(function () { this.ref('id'); this.field('t'); this.add({ id: '1', t: 'hello world' }); this.add({ id: '2', t: 'bye' }); }).search('hello').map((r) => r.ref)",
  },
  {
    name: "minisearch",
    version: "7.2.0",
    imports: 'import MiniSearch from "minisearch";',
    use:
      "{ const s = new MiniSearch({ fields: ['t'] }); s.addAll([{ id: 1, t: 'red fox' }, { id: 2, t: 'blue bird' }]); return s.search('foks', { fuzzy: 0.5 }).map((r) => r.id); }",
  },
  {
    name: "flexsearch",
    version: "0.8.212",
    imports: 'import { Index } from "flexsearch";',
    use:
      "{ const i = new Index({ tokenize: 'forward' }); i.add(1, 'hello world'); i.add(2, 'help me'); return i.search('hel'); }",
    differs: "reads `import.meta`",
  },
  {
    name: "stemmer",
    version: "2.0.1",
    imports: 'import { stemmer } from "stemmer";',
    use: "['considerations', 'running', 'flies'].map(stemmer)",
  },
  { name: "leven", version: "4.1.0", imports: 'import leven from "leven";', use: "leven('kitten', 'sitting')" },
  {
    name: "diff",
    version: "9.0.0",
    imports: 'import * as Diff from "diff";',
    use: "Diff.createPatch('f', 'a\\nb\\n', 'a\\nc\\n') + Diff.diffChars('abc', 'abd').length",
  },
  {
    name: "fast-deep-equal",
    version: "3.1.3",
    imports: 'import equal from "fast-deep-equal";',
    use: "[equal({ a: [1, { b: new Date(0) }] }, { a: [1, { b: new Date(0) }] }), equal(/a/g, /a/i)]",
  },
  {
    name: "deepmerge",
    version: "4.3.1",
    imports: 'import merge from "deepmerge";',
    use: "merge({ a: [1], b: { c: 1 } }, { a: [2], b: { d: 2 } })",
  },
  {
    name: "flat",
    version: "6.0.1",
    imports: 'import { flatten, unflatten } from "flat";',
    use: "[flatten({ a: { b: [1, 2] } }), unflatten({ 'x.y': 1 })]",
  },
  {
    name: "dot-prop",
    version: "10.2.0",
    imports: 'import { getProperty, setProperty } from "dot-prop";',
    use: "[getProperty({ a: { b: [5] } }, 'a.b[0]'), setProperty({}, 'x.y', 1)]",
  },
  {
    name: "klona",
    version: "2.0.6",
    imports: 'import { klona } from "klona";',
    use: "klona({ a: [1, new Date(0)], s: new Set(['k']) }).a",
  },
  {
    name: "rfdc",
    version: "1.4.1",
    imports: 'import rfdc from "rfdc";',
    use: "rfdc({ proto: true })({ a: { b: new Date(0) }, c: [1] })",
  },
  {
    name: "fast-json-stable-stringify",
    version: "2.1.0",
    imports: 'import stringify from "fast-json-stable-stringify";',
    use: "stringify({ c: 8, b: [{ z: 6, y: 5 }], a: 3 })",
  },
  {
    name: "json-stable-stringify",
    version: "1.3.0",
    imports: 'import stringify from "json-stable-stringify";',
    use: "stringify({ c: 8, a: 3 }, { space: 1 })",
  },
  {
    name: "superjson",
    version: "2.2.6",
    imports: 'import superjson from "superjson";',
    use:
      "{ const s = superjson.stringify({ d: new Date(0), s: new Set([1]), u: undefined, n: 5n }); return [s, superjson.parse(s).d.getTime()]; }",
  },
  {
    name: "devalue",
    version: "6.0.3",
    imports: 'import { stringify, parse, uneval } from "devalue";',
    use:
      "[stringify({ a: new Map([[1, new Date(0)]]) }), parse(stringify([1n, undefined]))[0].toString(), uneval({ a: [1] })]",
  },
  {
    name: "flatted",
    version: "3.4.4",
    imports: 'import { stringify, parse } from "flatted";',
    use: "{ const a = { n: 1 }; a.self = a; return [stringify(a), parse(stringify(a)).self.n]; }",
  },
  {
    name: "msgpackr",
    version: "2.1.4",
    imports: 'import { pack, unpack } from "msgpackr";',
    use: "[[...pack({ a: [1, 'x', true] })], unpack(pack({ d: new Date(0), n: 1.5 }))]",
  },
  {
    name: "@msgpack/msgpack",
    version: "3.1.3",
    imports: 'import { encode, decode } from "@msgpack/msgpack";',
    use: "[[...encode({ a: [1, 'x'] })], decode(encode([new Date(0), 2 ** 40]))]",
  },
  {
    name: "cbor-x",
    version: "1.6.9",
    imports: 'import { encode, decode } from "cbor-x";',
    use: "[[...encode({ a: [1, 'x'] })], decode(encode({ a: 1.5, b: null }))]",
  },
  {
    name: "protobufjs",
    version: "8.8.1",
    imports: 'import protobuf from "protobufjs";',
    use:
      "{ const { root } = protobuf.parse('syntax = \"proto3\"; message A { string s = 1; int32 n = 2; }'); const A = root.lookupType('A'); return A.toObject(A.decode(A.encode({ s: 'x', n: 5 }).finish())); }",
    differs: "makes code from strings",
  },
  {
    name: "eventemitter3",
    version: "5.0.4",
    imports: 'import EventEmitter from "eventemitter3";',
    use:
      "{ const e = new EventEmitter(); const seen = []; e.on('a', (x) => seen.push(x)).once('a', (x) => seen.push(-x)); e.emit('a', 1); e.emit('a', 2); return seen; }",
  },
  {
    name: "mitt",
    version: "3.0.1",
    imports: 'import mitt from "mitt";',
    use: "{ const e = mitt(); const seen = []; e.on('*', (t, x) => seen.push(t, x)); e.emit('a', 1); return seen; }",
  },
  {
    name: "p-limit",
    version: "7.3.3",
    imports: 'import pLimit from "p-limit";',
    use: "{ const limit = pLimit(2); return Promise.all([1, 2, 3].map((n) => limit(async () => n * 2))); }",
  },
  {
    name: "p-queue",
    version: "9.3.5",
    imports: 'import PQueue from "p-queue";',
    use:
      "{ const q = new PQueue({ concurrency: 1 }); return Promise.all([1, 2].map((n) => q.add(async () => n + 1))); }",
  },
  {
    name: "p-map",
    version: "7.1.1",
    imports: 'import pMap from "p-map";',
    use: "pMap([1, 2, 3], async (n) => n * 3, { concurrency: 2 })",
  },
  {
    name: "async",
    version: "3.2.6",
    imports: 'import async from "async";',
    use: "async.mapLimit([1, 2, 3], 2, async (n) => n * 2)",
  },
  {
    name: "bluebird",
    version: "3.7.2",
    imports: 'import Bluebird from "bluebird";',
    use:
      "new Promise((done, fail) => Bluebird.map([1, 2, 3], (n) => Bluebird.delay(1).then(() => n * 2)).then(done, fail))",
    differs: "changes a frozen built-in object",
  },
  {
    name: "q",
    version: "2.0.3",
    imports: 'import Q from "q";',
    use: "new Promise((done, fail) => Q.all([Q(1), Q.delay(1).then(() => 2)]).then(done, fail))",
  },
  {
    name: "core-js",
    version: "3.51.0",
    imports: "import 'core-js/actual';",
    use: "[[1, [2]].flat(), Object.groupBy([1, 2], (n) => n % 2 ? 'o' : 'e'), typeof globalThis.setImmediate]",
    differs: "changes a frozen built-in object",
  },
  {
    name: "regenerator-runtime",
    version: "0.14.1",
    imports: "import 'regenerator-runtime/runtime.js';",
    use:
      "[...{ [Symbol.iterator]: regeneratorRuntime.mark(function g() { return regeneratorRuntime.wrap(function (c) { switch (c.prev = c.next) { case 0: c.next = 2; return 7; case 2: return c.stop(); } }, g); }) }]",
  },
  {
    name: "tslib",
    version: "2.9.1",
    imports: 'import { __assign, __extends, __awaiter, __generator } from "tslib";',
    use:
      "{ const B = (function (_super) { __extends(B, _super); function B() { return _super !== null && _super.apply(this, arguments) || this; } return B; })(Array); const m = new B(1, 2); return [m.length, __assign({}, { a: 1 }), B.prototype.constructor === B]; }",
  },
  {
    name: "classnames",
    version: "2.5.1",
    imports: 'import classNames from "classnames";',
    use: "classNames('a', { b: true, c: false }, ['d'])",
  },
  { name: "clsx", version: "2.1.1", imports: 'import clsx from "clsx";', use: "clsx('a', { b: 1 }, [0, 'c'])" },
  {
    name: "react",
    version: "19.3.1",
    imports: 'import React from "react";',
    use: "React.createElement('p', { id: 'x' }, 'a', 1).props",
  },
  {
    name: "react-dom",
    version: "19.3.1",
    imports: "import { renderToString } from \"react-dom/server\"; import { createElement } from 'react';",
    use: "renderToString(createElement('ul', null, [1, 2].map((n) => createElement('li', { key: n }, n))))",
    differs: "needs `MessageChannel`",
  },
  {
    name: "preact",
    version: "11.2.0",
    imports: 'import { h, Fragment } from "preact";',
    use: "[h('p', { a: 1 }, 'x').props, typeof Fragment]",
  },
  {
    name: "preact-render-to-string",
    version: "6.8.2",
    imports: "import { renderToString } from \"preact-render-to-string\"; import { h } from 'preact';",
    use: "renderToString(h('ul', null, [1, 2].map((n) => h('li', null, n))))",
  },
  {
    name: "@vue/reactivity",
    version: "3.5.45",
    imports: 'import { reactive, computed, effect } from "@vue/reactivity";',
    use:
      "{ const s = reactive({ n: 1 }); const d = computed(() => s.n * 2); const seen = []; effect(() => { seen.push(d.value); }); s.n = 5; return seen; }",
  },
  {
    name: "mobx",
    version: "7.1.3",
    imports: 'import { observable, autorun, runInAction } from "mobx";',
    use:
      "{ const s = observable({ n: 1, list: [1] }); const seen = []; autorun(() => { seen.push(s.n + s.list.length); }); runInAction(() => { s.n = 3; s.list.push(2); }); return seen; }",
  },
  {
    name: "redux",
    version: "5.0.1",
    imports: 'import { legacy_createStore, combineReducers } from "redux";',
    use:
      "{ const s = legacy_createStore(combineReducers({ n: (n = 0, a) => a.type === 'i' ? n + 1 : n })); s.dispatch({ type: 'i' }); return s.getState(); }",
  },
  {
    name: "@reduxjs/toolkit",
    version: "2.15.0",
    imports: 'import { configureStore, createSlice } from "@reduxjs/toolkit";',
    use:
      "{ const c = createSlice({ name: 'c', initialState: { n: 0 }, reducers: { up(s, a) { s.n += a.payload; } } }); const s = configureStore({ reducer: { c: c.reducer } }); s.dispatch(c.actions.up(4)); return s.getState(); }",
  },
  {
    name: "zustand",
    version: "5.1.0",
    imports: 'import { createStore } from "zustand/vanilla";',
    use:
      "{ const s = createStore((set) => ({ n: 1, up: () => set((x) => ({ n: x.n + 1 })) })); s.getState().up(); return s.getState().n; }",
  },
  {
    name: "xstate",
    version: "5.33.3",
    imports: 'import { createMachine, createActor } from "xstate";',
    use:
      "{ const a = createActor(createMachine({ id: 't', initial: 'off', states: { off: { on: { T: 'on' } }, on: {} } })).start(); a.send({ type: 'T' }); return a.getSnapshot().value; }",
  },
  {
    name: "reselect",
    version: "5.3.0",
    imports: 'import { createSelector } from "reselect";',
    use: "createSelector([(s) => s.a, (s) => s.b], (a, b) => a + b)({ a: 1, b: 2 })",
  },
  {
    name: "i18next",
    version: "26.7.2",
    imports: 'import i18next from "i18next";',
    use:
      "i18next.createInstance().init({ lng: 'en', resources: { en: { translation: { k: '{{n}} item', k_other: '{{n}} items', hi: 'Hi {{name}}' } } } }).then((t) => [t('hi', { name: 'x' }), t('k', { count: 2, n: 2 })])",
  },
  {
    name: "intl-messageformat",
    version: "12.1.5",
    imports: 'import { IntlMessageFormat } from "intl-messageformat";',
    use:
      "new IntlMessageFormat('{n, plural, one {# item} other {# items}} {d, date, ::yyyyMMdd}', 'en').format({ n: 3, d: new Date(0) })",
  },
  {
    name: "cron-parser",
    version: "5.10.6",
    imports: 'import { CronExpressionParser } from "cron-parser";',
    use:
      "CronExpressionParser.parse('0 */6 * * *', { currentDate: '2024-01-01T01:00:00Z', tz: 'UTC' }).next().toISOString()",
  },
  {
    name: "croner",
    version: "11.0.1",
    imports: 'import { Cron } from "croner";',
    use: "new Cron('0 12 * * 1', { timezone: 'UTC' }).nextRun('2024-01-01T13:00:00Z').toISOString()",
  },
  {
    name: "rrule",
    version: "2.8.1",
    imports: 'import * as rrule from "rrule";',
    use:
      "new rrule.RRule({ freq: rrule.RRule.WEEKLY, count: 3, dtstart: new Date(Date.UTC(2024, 0, 1)) }).all().map((d) => d.toISOString())",
  },
  {
    name: "chrono-node",
    version: "2.10.3",
    imports: 'import * as chrono from "chrono-node";',
    use: "chrono.parseDate('next friday at 4pm', new Date(Date.UTC(2024, 0, 1))).toISOString()",
  },
  {
    name: "graphql",
    version: "16.15.0",
    imports: 'import { graphql, buildSchema } from "graphql";',
    use:
      "graphql({ schema: buildSchema('type Query { hello(n: String): String }'), source: '{ hello(n: \"x\") }', rootValue: { hello: ({ n }) => 'hi ' + n } })",
  },
  {
    name: "acorn",
    version: "8.19.0",
    imports: 'import * as acorn from "acorn";',
    use: "acorn.parse('let a = b?.c', { ecmaVersion: 2022 }).body[0].type",
  },
  {
    name: "esprima",
    version: "4.0.1",
    imports: 'import esprima from "esprima";',
    use: "esprima.parseScript('answer = 42').body[0].expression.type",
  },
  {
    name: "escodegen",
    version: "2.1.0",
    imports: "import escodegen from \"escodegen\"; import esprima from 'esprima';",
    use: "escodegen.generate(esprima.parseScript('var  a=1'))",
  },
  {
    name: "@babel/parser",
    version: "7.29.15",
    imports: 'import { parse } from "@babel/parser";',
    use: "parse('const a: number = <T,>(x) => x', { plugins: ['typescript'] }).program.body.length",
  },
  {
    name: "astring",
    version: "1.9.0",
    imports: "import { generate } from \"astring\"; import { parse } from 'acorn';",
    use: "generate(parse('let  a=1', { ecmaVersion: 2022 }))",
  },
  {
    name: "magic-string",
    version: "1.4.5",
    imports: 'import MagicString from "magic-string";',
    use:
      "{ const s = new MagicString('problems = 99'); s.update(0, 8, 'answer').append(';'); return [s.toString(), s.generateMap({ source: 'a' }).mappings]; }",
  },
  {
    name: "postcss",
    version: "8.5.33",
    imports: 'import postcss from "postcss";',
    use:
      "postcss([(root) => root.walkDecls((d) => { d.value = d.value.toUpperCase(); })]).process('a{color:red}', { from: undefined }).css",
  },
  {
    name: "object-hash",
    version: "3.0.0",
    imports: 'import hash from "object-hash/dist/object_hash.js";',
    use: "hash({ b: 1, a: [1, 2] })",
  },
  {
    name: "hash.js",
    version: "1.1.7",
    imports: 'import hash from "hash.js";',
    use: "[hash.sha256().update('abc').digest('hex'), hash.ripemd160().update('a').digest('hex')]",
  },
  {
    name: "seedrandom",
    version: "3.0.5",
    imports: 'import seedrandom from "seedrandom";',
    use: "[seedrandom('x')(), seedrandom.alea('y')()]",
  },
  {
    name: "chance",
    version: "1.1.13",
    imports: 'import Chance from "chance";',
    use: "{ const c = new Chance(42); return [c.integer({ min: 0, max: 100 }), c.name()]; }",
  },
  {
    name: "simple-statistics",
    version: "7.12.1",
    imports: 'import * as ss from "simple-statistics";',
    use: "[ss.standardDeviation([1, 2, 3, 4]), ss.linearRegression([[0, 1], [1, 3]])]",
  },
  {
    name: "ml-matrix",
    version: "6.15.1",
    imports: 'import { Matrix, inverse } from "ml-matrix";',
    use:
      "[new Matrix([[1, 2], [3, 4]]).mmul(Matrix.eye(2)).to2DArray(), inverse(new Matrix([[2, 0], [0, 4]])).to2DArray()]",
  },
  {
    name: "geolib",
    version: "3.3.14",
    imports: 'import { getDistance, getCenter } from "geolib";',
    use:
      "[getDistance({ latitude: 51.5, longitude: 7.5 }, { latitude: 52.5, longitude: 13.4 }), getCenter([{ latitude: 0, longitude: 0 }, { latitude: 2, longitude: 2 }])]",
  },
  {
    name: "@turf/distance",
    version: "7.4.0",
    imports: "import { distance } from \"@turf/distance\"; import { point } from '@turf/helpers';",
    use: "distance(point([0, 0]), point([1, 1]))",
  },
  {
    name: "ts-pattern",
    version: "5.9.2",
    imports: 'import { match, P } from "ts-pattern";',
    use: "match({ a: 1, b: ['x'] }).with({ a: P.number, b: [P.select()] }, (s) => s).otherwise(() => 'no')",
  },
  {
    name: "neverthrow",
    version: "8.2.0",
    imports: 'import { ok, err, Result } from "neverthrow";',
    use: "[ok(1).map((n) => n + 1).unwrapOr(0), err('e').match(() => 1, (e) => e)]",
  },
  {
    name: "remeda",
    version: "2.61.0",
    imports: 'import * as R from "remeda";',
    use: "R.pipe([1, 2, 3, 4], R.filter((n) => n % 2 === 0), R.map((n) => n * 10))",
  },
  {
    name: "radash",
    version: "12.1.1",
    imports: 'import * as _ from "radash";',
    use: "_.parallel(2, [1, 2, 3], async (n) => n * 2)",
  },
  {
    name: "typebox",
    version: "1.4.3",
    imports: "import Type from \"typebox\"; import Value from 'typebox/value';",
    use: "Value.Check(Type.Object({ a: Type.Number() }), { a: 1 })",
  },
  {
    name: "@sinclair/typebox",
    version: "0.34.52",
    imports: "import { Type } from \"@sinclair/typebox\"; import { Value } from '@sinclair/typebox/value';",
    use:
      "[Value.Check(Type.Object({ a: Type.Number() }), { a: 'x' }), Value.Default(Type.Object({ b: Type.String({ default: 'd' }) }), {})]",
  },
  {
    name: "arktype",
    version: "2.2.9",
    imports: 'import { type } from "arktype";',
    use: "type({ a: 'string', 'n?': 'number > 1' })({ a: 'x', n: 3 })",
    differs: "needs `Blob`",
  },
  {
    name: "ical.js",
    version: "2.2.1",
    imports: 'import ICAL from "ical.js";',
    use:
      "ICAL.parse('BEGIN:VCALENDAR\\nBEGIN:VEVENT\\nSUMMARY:x\\nDTSTART:20240101T000000Z\\nEND:VEVENT\\nEND:VCALENDAR')[2][0][1][0]",
  },
];
