import { type Argument, type Libc, type RawCall, signatures, withErrno } from "../calls.ts";

const POLLIN = 1;
const EFD_CLOEXEC_NONBLOCK = 0o2004000;
const POLLFD_BYTES = 8;

/** The C library through `Deno.dlopen`. Needs `--allow-ffi`. */
export function openDeno(): Libc {
  const definitions = Object.fromEntries(
    Object.entries<readonly Argument[]>(signatures).map((
      [name, parameters],
    ) => [name, { parameters, result: "i32" } as const]),
  );
  const calls = Deno.dlopen("libc.so.6", definitions).symbols as unknown as Record<string, RawCall>;
  const { symbols } = Deno.dlopen("libc.so.6", {
    __errno_location: { parameters: [], result: "pointer" },
    dlsym: { parameters: ["pointer", "buffer"], result: "pointer" },
    poll: { parameters: ["buffer", "u32", "i32"], result: "i32", nonblocking: true },
  });
  const location = symbols.__errno_location();
  if (location === null) throw new Error("Cannot find errno");
  const errno = new Deno.UnsafePointerView(location);

  const libc: Libc = {
    name: "deno",
    calls: withErrno(calls, () => errno.getInt32()),
    addressOf: (bytes) =>
      Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>)),
    symbol: (name) =>
      Deno.UnsafePointer.value(symbols.dlsym(null, name as Uint8Array<ArrayBuffer>)),
    waitReadable: (fd, callback) => waitReadable(libc, symbols.poll, fd, callback),
  };
  return libc;
}

/**
 * Deno polls no foreign descriptors, so that a pool thread blocks in `poll`. A second descriptor wakes it to stop.
 *
 * `errno` of the waiting call belongs to the other thread and is never read: whatever ended the wait, the callback asks
 * the descriptor without blocking.
 */
function waitReadable(
  { calls }: Libc,
  poll: (fds: Uint8Array<ArrayBuffer>, count: number, timeoutMs: number) => Promise<number>,
  fd: number,
  callback: () => void,
): Disposable {
  const wake = calls.eventfd(0, EFD_CLOEXEC_NONBLOCK);
  if (wake < 0) throw new Error(`Cannot open an eventfd: errno ${-wake}`);
  const fds = new Uint8Array(2 * POLLFD_BYTES);
  const view = new DataView(fds.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLLIN, true);
  view.setInt32(POLLFD_BYTES, wake, true);
  view.setInt16(POLLFD_BYTES + 4, POLLIN, true);
  let stopped = false;

  async function wait(): Promise<void> {
    try {
      while (!stopped) {
        await poll(fds, 2, -1);
        if (!stopped) callback();
      }
    } finally {
      stopped = true;
      calls.close(wake);
    }
  }
  void wait();

  return {
    [Symbol.dispose](): void {
      if (stopped) return;
      stopped = true;
      calls.write(wake, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
    },
  };
}
