import type { RealmScope } from "./realm_scope.ts";

/** Reads buffers and views by the language's own getters, which a subclass cannot replace. */
export function bytes(scope: RealmScope): void {
  const TypedArray = Object.getPrototypeOf(Uint8Array).prototype;
  const getterOf = (prototype: object, key: string | symbol): () => unknown =>
    Object.getOwnPropertyDescriptor(prototype, key)!.get!;
  const read = <T>(getter: () => unknown, value: unknown): T => Reflect.apply(getter, value, []) as T;
  const [arrayBuffer, arrayOffset, arrayBytes, arrayLength] = ["buffer", "byteOffset", "byteLength", "length"]
    .map((key) => getterOf(TypedArray, key)) as [() => unknown, () => unknown, () => unknown, () => unknown];
  const arrayType = getterOf(TypedArray, Symbol.toStringTag);
  const [viewBuffer, viewOffset, viewBytes] = ["buffer", "byteOffset", "byteLength"]
    .map((key) => getterOf(DataView.prototype, key)) as [() => unknown, () => unknown, () => unknown];

  scope.typeOfView = (view) => read<string | undefined>(arrayType, view) ?? "DataView";

  scope.lengthOfArray = (array) => read(arrayLength, array);

  scope.bytesOf = (value) => {
    if (!ArrayBuffer.isView(value)) return new Uint8Array(value);
    return read(arrayType, value) === undefined
      ? new Uint8Array(read<ArrayBuffer>(viewBuffer, value), read(viewOffset, value), read(viewBytes, value))
      : new Uint8Array(read<ArrayBuffer>(arrayBuffer, value), read(arrayOffset, value), read(arrayBytes, value));
  };
}
