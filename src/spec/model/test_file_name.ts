/** Reports whether a file of that name holds tests, not specs: `NAME_test.yaml`, `NAME.test.yaml`. */
export function isTestFile(name: string): boolean {
  return /[^/\\](?:_test|\.test)\.(?:ya?ml|json)$/i.test(name);
}
