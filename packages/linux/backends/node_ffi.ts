import { type Argument, type Libc, signatures, withErrno } from "../calls.ts";

/** What we use of `node:ffi`. Not imported: a literal import of it breaks Deno's checker and bundler. */
type Ffi = {
  readonly dlopen: (
    path: null,
    definitions: Readonly<Record<string, Signature>>,
  ) => {
    readonly lib: Library;
    readonly functions: Readonly<Record<string, (...values: never[]) => never>>;
  };
  readonly getInt32: (pointer: bigint, offset: number) => number;
  readonly getRawPointer: (bytes: Uint8Array) => bigint;
  readonly getCurrentEventLoop: () => bigint;
};
type Signature = { readonly arguments: readonly (Argument | "pointer")[]; readonly return: string };
type Library = {
  readonly registerCallback: (
    signature: Signature,
    callback: (...values: never[]) => void,
  ) => bigint;
};

const UV_POLL = 8;
const UV_READABLE = 1;

/** The C library through `node:ffi` (Node 26 and later), or undefined without it. */
export function openNodeFfi(): Libc | undefined {
  const ffi = process.getBuiltinModule("node:ffi") as unknown as Ffi | undefined;
  if (ffi === undefined) return undefined;
  const definitions = Object.fromEntries(
    Object.entries<readonly Argument[]>(signatures).map((
      [name, parameters],
    ) => [name, { arguments: parameters, return: "i32" }]),
  );
  const { functions } = ffi.dlopen(null, definitions);
  const { functions: pointers } = ffi.dlopen(null, {
    __errno_location: { arguments: [], return: "pointer" },
    dlsym: { arguments: ["pointer", "buffer"], return: "pointer" },
  });
  const errno = (pointers["__errno_location"] as () => bigint)();
  const dlsym = pointers["dlsym"] as unknown as (...values: (bigint | Uint8Array)[]) => bigint;
  return {
    name: "node-ffi",
    calls: withErrno(functions, () => ffi.getInt32(errno, 0)),
    addressOf: (bytes) => ffi.getRawPointer(bytes),
    symbol: (name) => dlsym(0n, name),
    waitReadable: waiterOf(ffi),
  };
}

/** libuv's own `uv_poll`, found in the process itself: no thread, no copy of the event loop. */
type Uv = {
  readonly uv_handle_size: (kind: number) => number;
  readonly uv_poll_init: (loop: bigint, handle: Uint8Array, fd: number) => number;
  readonly uv_poll_start: (handle: Uint8Array, events: number, callback: bigint) => number;
  readonly uv_close: (handle: Uint8Array, callback: bigint) => void;
};

function waiterOf(ffi: Ffi): Libc["waitReadable"] {
  const { lib, functions } = ffi.dlopen(null, {
    uv_handle_size: { arguments: ["i32"], return: "i32" },
    uv_poll_init: { arguments: ["pointer", "buffer", "i32"], return: "i32" },
    uv_poll_start: { arguments: ["buffer", "i32", "pointer"], return: "i32" },
    uv_close: { arguments: ["buffer", "pointer"], return: "void" },
  });
  const uv = functions as unknown as Uv;
  // libuv keeps the address of a handle until its close callback: the map keeps the memory.
  const handles = new Map<bigint, { readonly memory: Uint8Array; callback: () => void }>();
  const onReady = lib.registerCallback(
    { arguments: ["pointer", "i32", "i32"], return: "void" },
    (handle: bigint) => enter(handles.get(handle)?.callback),
  );
  const onClosed = lib.registerCallback(
    { arguments: ["pointer"], return: "void" },
    (handle: bigint) => void handles.delete(handle),
  );

  return (fd, callback) => {
    const memory = new Uint8Array(new ArrayBuffer(uv.uv_handle_size(UV_POLL)));
    const address = ffi.getRawPointer(memory);
    const failed = uv.uv_poll_init(ffi.getCurrentEventLoop(), memory, fd);
    if (failed < 0) throw new Error(`Cannot poll descriptor ${fd}: errno ${-failed}`);
    handles.set(address, { memory, callback });
    const refused = uv.uv_poll_start(memory, UV_READABLE, onReady);
    if (refused < 0) throw new Error(`Cannot poll descriptor ${fd}: errno ${-refused}`);
    let closed = false;
    return {
      [Symbol.dispose](): void {
        if (closed) return;
        closed = true;
        uv.uv_close(memory, onClosed);
      },
    };
  };
}

/**
 * Runs a callback that libuv called. Nothing may be thrown into native code, and Node drains promises only after
 * callbacks of its own: an immediate does both.
 */
function enter(callback: (() => void) | undefined): void {
  try {
    callback?.();
    setImmediate(() => {});
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
