// Reads, checks and identifies 5,000 specs, and prints the best time of each step in milliseconds.
//
//   deno run -A bench/spec.ts
import { checkSpecs, identify, readSpecs } from "../src/spec/mod.ts";
import { testScheme } from "../tests/spec/kinds.ts";

const system = Deno.readTextFileSync(new URL("../tests/spec/system.yaml", import.meta.url));
const copy = (number: number) =>
  system.replace(/name: (?:'(\d+)'|(\w+))/g, (_, quoted, plain) => `name: n${quoted ?? plain}_${number}`);
const text = Array.from({ length: 556 }, (_, number) => copy(number)).join("");
const scheme = testScheme();
const times = { read: Infinity, check: Infinity, identify: Infinity };
for (let round = 0; round < 5; round++) {
  const start = performance.now();
  const { specs } = readSpecs(text, "system.yaml");
  const read = performance.now();
  checkSpecs(specs, scheme);
  const check = performance.now();
  identify(specs.map(({ spec }) => spec));
  const end = performance.now();
  times.read = Math.min(times.read, read - start);
  times.check = Math.min(times.check, check - read);
  times.identify = Math.min(times.identify, end - check);
}
console.log(times);
