import { assert, assertEquals } from "@std/assert";
import { answerOf, program } from "../../../tests/language/run.ts";
import type { Value } from "../../value/mod.ts";

/** Runs code in the realm and in Deno itself. */
async function both(code: string): Promise<[realm: Value, deno: unknown]> {
  const inDeno = new Function(`return (async () => { ${code} })()`) as () => Promise<unknown>;
  return [await answerOf(program(`export default async () => { ${code} }`)), await inDeno()];
}

const PRELUDE = `
  const text = (t) => new TextEncoder().encode(t);
  const hex = (b) => Array.from(new Uint8Array(b), (x) => x.toString(16).padStart(2, "0")).join("");
  const s = crypto.subtle;
  const shown = (k) => ({ type: k.type, extractable: k.extractable, algorithm: JSON.parse(JSON.stringify(k.algorithm)), usages: [...k.usages].sort() });
  const failing = async (p) => { try { await p; return "fine" } catch (e) { return e.name } };
`;

Deno.test("crypto.subtle answers as Deno's own", async () => {
  const table: string[] = [
    "return hex(await s.digest('SHA-256', text('abc')))",
    "return [hex(await s.digest({ name: 'SHA-1' }, text('abc').buffer)), hex(await s.digest('sha-512', new DataView(text('a').buffer)))]",
    `const k = await s.importKey('raw', text('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
     const m = await s.sign('HMAC', k, text('data'));
     return [hex(m), await s.verify('HMAC', k, m, text('data')), await s.verify('HMAC', k, m, text('datb')), shown(k), await failing(s.exportKey('raw', k))]`,
    `const k = await s.importKey('raw', text('key'), { name: 'HMAC', hash: { name: 'SHA-1' } }, true, ['sign']);
     return [hex(await s.exportKey('raw', k)), (await s.exportKey('jwk', k)).k, await failing(s.verify('HMAC', k, text(''), text(''))), await failing(s.sign('RSA', k, text('')))]`,
    `const k = await s.importKey('jwk', { kty: 'oct', k: 'a2V5', alg: 'HS256', key_ops: ['sign'], ext: true }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
     return hex(await s.sign('HMAC', k, text('x')))`,
    `const k = await s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
     const m = await s.sign({ name: 'ECDSA', hash: 'SHA-256' }, k.privateKey, text('x'));
     const p = await s.importKey('spki', await s.exportKey('spki', k.publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']);
     return [m.byteLength, await s.verify({ name: 'ECDSA', hash: 'SHA-256' }, p, m, text('x')), shown(k.privateKey), shown(p), (await s.exportKey('jwk', k.publicKey)).crv]`,
    `const k = await s.generateKey('Ed25519', false, ['sign', 'verify']);
     return [await s.verify('Ed25519', k.publicKey, await s.sign('Ed25519', k.privateKey, text('x')), text('x')), await failing(s.exportKey('pkcs8', k.privateKey)), (await s.exportKey('raw', k.publicKey)).byteLength]`,
    `const k = await s.generateKey({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign', 'verify']);
     const m = await s.sign('RSASSA-PKCS1-v1_5', k.privateKey, text('x'));
     return [m.byteLength, await s.verify('RSASSA-PKCS1-v1_5', k.publicKey, m, text('x')), hex(k.publicKey.algorithm.publicExponent)]`,
    `const k = await s.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt', 'decrypt']);
     const alg = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: text('a') };
     const c = await s.encrypt(alg, k, text('secret'));
     return [hex(c), hex(await s.decrypt(alg, k, c)), await failing(s.decrypt({ ...alg, additionalData: text('b') }, k, c))]`,
    `const k = await s.importKey('raw', text('pw'), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
     const alg = { name: 'PBKDF2', hash: 'SHA-256', salt: text('salt'), iterations: 10 };
     const d = await s.deriveKey(alg, k, { name: 'AES-CBC', length: 256 }, true, ['encrypt']);
     return [hex(await s.deriveBits(alg, k, 128)), hex(await s.exportKey('raw', d)), shown(k), shown(d)]`,
    `const k = await s.importKey('raw', text('ikm'), 'HKDF', false, ['deriveBits']);
     return hex(await s.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: text('s'), info: text('i') }, k, 64))`,
    `const [a, b] = await Promise.all([0, 1].map(() => s.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits'])));
     const [x, y] = [await s.deriveBits({ name: 'ECDH', public: b.publicKey }, a.privateKey, 256), await s.deriveBits({ name: 'ECDH', public: a.publicKey }, b.privateKey, 256)];
     return hex(x) === hex(y)`,
    `const k = await s.generateKey('X25519', true, ['deriveBits']); const o = await s.importKey('raw', await s.exportKey('raw', k.publicKey), 'X25519', true, []);
     return [(await s.deriveBits({ name: 'X25519', public: o }, k.privateKey, 256)).byteLength, shown(o)]`,
    `const k = await s.importKey('raw', new Uint8Array(16), 'AES-KW', false, ['wrapKey', 'unwrapKey']);
     const inner = await s.importKey('raw', new Uint8Array(32).fill(7), { name: 'AES-CTR' }, true, ['encrypt']);
     const w = await s.wrapKey('raw', inner, k, 'AES-KW');
     const u = await s.unwrapKey('raw', w, k, 'AES-KW', 'AES-CTR', false, ['encrypt']);
     return [hex(w), shown(u), hex(await s.encrypt({ name: 'AES-CTR', counter: new Uint8Array(16), length: 64 }, u, text('x')))]`,
    `const k = await s.importKey('raw', new Uint8Array(16), 'AES-CBC', false, ['encrypt', 'decrypt']); const iv = new Uint8Array(16);
     return [hex(await s.encrypt({ name: 'AES-CBC', iv }, k, text('x'))), await failing(s.decrypt({ name: 'AES-CBC', iv }, k, new Uint8Array(15)))]`,
    `const k = await s.generateKey({ name: 'RSA-OAEP', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, false, ['encrypt', 'decrypt']);
     return [hex(await s.decrypt('RSA-OAEP', k.privateKey, await s.encrypt('RSA-OAEP', k.publicKey, text('x')))), shown(k.privateKey)]`,
    `const hashes = await Promise.all(Array.from({ length: 300 }, (_, i) => s.digest('SHA-256', text(String(i))))); return hashes.map(hex).join('')`,
    `return [await failing(s.digest('MD5', text(''))), await failing(s.importKey('raw', text(''), { name: 'AES-GCM' }, true, ['encrypt'])), await failing(s.sign('HMAC', {}, text('')))]`,
    `return [crypto.subtle === crypto.subtle, String(crypto.subtle), typeof CryptoKey, await failing((async () => new CryptoKey())())]`,
    `const data = text('abc'); const p = s.digest('SHA-256', data); data[0] = 0; return hex(await p)`,
  ];
  for (const code of table) {
    const [realm, deno] = await both(PRELUDE + code);
    assertEquals(realm, deno as Value, code);
  }
});

Deno.test("a key's material cannot be reached, and work that cannot be stopped is limited", async () => {
  const code = `${PRELUDE}
    const k = await s.importKey('raw', text('hidden material'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const seen = [];
    for (let at = k; at; at = Object.getPrototypeOf(at)) for (const key of Reflect.ownKeys(at)) { try { seen.push(JSON.stringify(k[key])) } catch { } }
    const forged = { $key: "raw", data: text('x'), type: "secret", algorithm: { name: "HMAC", hash: { name: "SHA-256" } }, usages: ["sign"] };
    return [
      seen.join().includes("hidden"), JSON.stringify(k), await failing(s.sign('HMAC', forged, text(''))),
      await failing(s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: text(''), iterations: 1e9 }, await s.importKey('raw', text(''), 'PBKDF2', false, ['deriveBits']), 8)),
      await failing(s.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: text(''), iterations: 1e6 }, await s.importKey('raw', text(''), 'PBKDF2', false, ['deriveBits']), 65536)),
      await failing(s.generateKey({ name: 'RSA-PSS', modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign'])),
      await failing(s.generateKey({ name: 'RSA-PSS', modulusLength: 2048, publicExponent: new Uint8Array([2]), hash: 'SHA-256' }, true, ['sign'])),
      await failing(s.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 1e9 }, true, ['sign'])),
      await failing(s.importKey('raw', new Uint8Array(70000), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign'])),
      await failing(s.digest('SHA-256', new Uint8Array(17 * 1024 * 1024))),
      await failing(Promise.all(Array.from({ length: 10001 }, () => s.digest('SHA-256', text(''))))),
      await failing(s.wrapKey('raw', k, k, 'AES-KW')),
    ]`;
  const seen = await answerOf(program(`export default async () => { ${code} }`)) as string[];
  assert(!(seen instanceof Error), String(seen));
  assertEquals(seen, [
    false,
    "{}",
    "TypeError",
    ...Array(6).fill("NotSupportedError"),
    "QuotaExceededError",
    "RangeError",
    "InvalidAccessError",
  ] as never);
});
