import { createRequire } from "node:module";
import { type Argument, type Libc, signatures, withErrno } from "../calls.ts";

/** What we use of koffi, an optional dependency: its own types would tie the checkers to it. */
type Koffi = {
  readonly load: (path: null) => {
    readonly func: (
      name: string,
      result: string,
      parameters: readonly string[],
    ) => (...values: never[]) => number;
  };
  readonly errno: () => number;
  readonly address: (bytes: Uint8Array) => bigint;
  readonly node: {
    readonly poll: (
      fd: number,
      options: { readonly readable: boolean },
      callback: () => void,
    ) => { readonly close: () => void };
  };
};

const types = { i32: "int32_t", u32: "uint32_t", u64: "uint64_t", buffer: "void *" } as const;

/** The C library through the npm package koffi (Node 22 and later), or undefined without it. */
export function openKoffi(): Libc | undefined {
  const koffi = load();
  if (koffi === undefined) return undefined;
  const library = koffi.load(null);
  const calls = Object.fromEntries(
    Object.entries<readonly Argument[]>(signatures).map((
      [name, parameters],
    ) => [name, library.func(name, "int32_t", parameters.map((kind) => types[kind]))]),
  );
  // A number, or a bigint if it is too large for one.
  const dlsym = library.func("dlsym", "uint64_t", ["uint64_t", "void *"]) as (
    ...values: (number | Uint8Array)[]
  ) => number | bigint;
  return {
    name: "koffi",
    calls: withErrno(calls, () => koffi.errno()),
    symbol: (name) => BigInt(dlsym(0, name)),
    addressOf: (bytes) => koffi.address(bytes),
    waitReadable(fd, callback) {
      const handle = koffi.node.poll(fd, { readable: true }, callback);
      return { [Symbol.dispose]: () => handle.close() };
    },
  };
}

function load(): Koffi | undefined {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (error) {
    if ((error as { code?: string }).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}
