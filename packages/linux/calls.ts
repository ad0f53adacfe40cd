/** How one argument is passed. */
export type Argument = "i32" | "u32" | "u64" | "buffer";

type Bytes = Uint8Array | null;

/**
 * The functions of the C library that we call. The result is never -1: a failure gives `-errno`, as the kernel does.
 *
 * Arguments are 32-bit integers or buffers, but for what is called rarely, and every result is read as a signed 32-bit
 * integer: 64-bit integers cost a BigInt per call on every runtime. Lengths (`size_t`) are passed as `u32`, which the calling conventions of
 * x86-64 and arm64 widen with zeros.
 */
export type Calls = {
  readonly accept4: (fd: number, address: Bytes, length: Bytes, flags: number) => number;
  readonly bind: (fd: number, address: Bytes, length: number) => number;
  readonly clock_gettime: (clock: number, time: Bytes) => number;
  readonly close: (fd: number) => number;
  readonly connect: (fd: number, address: Bytes, length: number) => number;
  readonly dup3: (from: number, to: number, flags: number) => number;
  readonly epoll_create1: (flags: number) => number;
  readonly epoll_ctl: (epoll: number, operation: number, fd: number, event: Bytes) => number;
  readonly epoll_wait: (epoll: number, events: Bytes, count: number, timeoutMs: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly execve: (path: Bytes, argv: Bytes, environment: Bytes) => number;
  readonly fcntl: (fd: number, command: number, argument: Bytes) => number;
  readonly ftruncate: (fd: number, length: number) => number;
  readonly geteuid: () => number;
  readonly getpeername: (fd: number, address: Bytes, length: Bytes) => number;
  readonly getpid: () => number;
  readonly getppid: () => number;
  readonly getsockname: (fd: number, address: Bytes, length: Bytes) => number;
  readonly getsockopt: (
    fd: number,
    level: number,
    option: number,
    value: Bytes,
    length: Bytes,
  ) => number;
  readonly if_indextoname: (index: number, name: Bytes) => number;
  readonly if_nametoindex: (name: Bytes) => number;
  readonly inotify_add_watch: (fd: number, path: Bytes, mask: number) => number;
  readonly inotify_init1: (flags: number) => number;
  readonly inotify_rm_watch: (fd: number, watch: number) => number;
  readonly ioctl: (fd: number, request: number, argument: Bytes) => number;
  readonly kill: (pid: number, signal: number) => number;
  readonly listen: (fd: number, backlog: number) => number;
  readonly mkfifo: (path: Bytes, mode: number) => number;
  readonly mlock2: (address: bigint, length: bigint, flags: number) => number;
  readonly mount: (
    source: Bytes,
    target: Bytes,
    type: Bytes,
    flags: number,
    data: Bytes,
  ) => number;
  readonly munlockall: () => number;
  readonly open: (path: Bytes, flags: number, mode: number) => number;
  readonly pipe2: (fds: Bytes, flags: number) => number;
  readonly posix_spawn_file_actions_addopen: (
    actions: Bytes,
    fd: number,
    path: Bytes,
    flags: number,
    mode: number,
  ) => number;
  readonly posix_spawn_file_actions_destroy: (actions: Bytes) => number;
  readonly posix_spawn_file_actions_init: (actions: Bytes) => number;
  readonly posix_spawnattr_init: (attributes: Bytes) => number;
  readonly posix_spawnattr_setflags: (attributes: Bytes, flags: number) => number;
  readonly posix_spawnattr_setsigdefault: (attributes: Bytes, signals: Bytes) => number;
  readonly posix_spawnp: (
    pid: Bytes,
    file: Bytes,
    actions: Bytes,
    attributes: Bytes,
    argv: Bytes,
    environment: Bytes,
  ) => number;
  readonly prctl: (option: number, a: number, b: number, c: number, d: number) => number;
  readonly prlimit: (pid: number, resource: number, limits: Bytes, previous: Bytes) => number;
  /** Gives the error number itself, 0 for success. */
  readonly pthread_sigmask: (how: number, set: Bytes, previous: Bytes) => number;
  readonly read: (fd: number, into: Bytes, length: number) => number;
  readonly recvmsg: (fd: number, message: Bytes, flags: number) => number;
  readonly sched_getaffinity: (thread: number, length: number, mask: Bytes) => number;
  readonly sched_setaffinity: (thread: number, length: number, mask: Bytes) => number;
  readonly sched_setscheduler: (thread: number, policy: number, parameters: Bytes) => number;
  readonly sendmsg: (fd: number, message: Bytes, flags: number) => number;
  readonly sendto: (
    fd: number,
    bytes: Bytes,
    length: number,
    flags: number,
    address: Bytes,
    addressLength: number,
  ) => number;
  readonly setns: (fd: number, type: number) => number;
  readonly setpriority: (which: number, who: number, nice: number) => number;
  readonly setsockopt: (
    fd: number,
    level: number,
    option: number,
    value: Bytes,
    length: number,
  ) => number;
  readonly sigaction: (signal: number, action: Bytes, previous: Bytes) => number;
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly socketpair: (domain: number, type: number, protocol: number, fds: Bytes) => number;
  /** Any system call that has no function of its own in older C libraries. */
  readonly syscall: (call: number, a: number, b: number, c: number) => number;
  readonly timerfd_create: (clock: number, flags: number) => number;
  readonly timerfd_settime: (fd: number, flags: number, value: Bytes, previous: Bytes) => number;
  readonly umask: (mask: number) => number;
  readonly unshare: (flags: number) => number;
  readonly waitid: (kind: number, id: number, information: Bytes, options: number) => number;
  readonly write: (fd: number, bytes: Bytes, length: number) => number;
};

type SignatureOf<Call> = Call extends (...values: infer Values) => number ? {
    readonly [I in keyof Values]: Values[I] extends number ? "i32" | "u32"
      : Values[I] extends bigint ? "u64"
      : "buffer";
  }
  : never;

/** How each function is declared to the foreign function interface. */
export const signatures: { readonly [Name in keyof Calls]: SignatureOf<Calls[Name]> } = {
  accept4: ["i32", "buffer", "buffer", "i32"],
  bind: ["i32", "buffer", "u32"],
  clock_gettime: ["i32", "buffer"],
  close: ["i32"],
  connect: ["i32", "buffer", "u32"],
  dup3: ["i32", "i32", "i32"],
  epoll_create1: ["i32"],
  epoll_ctl: ["i32", "i32", "i32", "buffer"],
  epoll_wait: ["i32", "buffer", "i32", "i32"],
  eventfd: ["u32", "i32"],
  execve: ["buffer", "buffer", "buffer"],
  fcntl: ["i32", "i32", "buffer"],
  ftruncate: ["i32", "u32"],
  geteuid: [],
  getpeername: ["i32", "buffer", "buffer"],
  getpid: [],
  getppid: [],
  getsockname: ["i32", "buffer", "buffer"],
  getsockopt: ["i32", "i32", "i32", "buffer", "buffer"],
  if_indextoname: ["u32", "buffer"],
  if_nametoindex: ["buffer"],
  inotify_add_watch: ["i32", "buffer", "u32"],
  inotify_init1: ["i32"],
  inotify_rm_watch: ["i32", "i32"],
  ioctl: ["i32", "u32", "buffer"],
  kill: ["i32", "i32"],
  listen: ["i32", "i32"],
  mkfifo: ["buffer", "u32"],
  mlock2: ["u64", "u64", "u32"],
  mount: ["buffer", "buffer", "buffer", "u32", "buffer"],
  munlockall: [],
  open: ["buffer", "i32", "u32"],
  pipe2: ["buffer", "i32"],
  posix_spawn_file_actions_addopen: ["buffer", "i32", "buffer", "i32", "u32"],
  posix_spawn_file_actions_destroy: ["buffer"],
  posix_spawn_file_actions_init: ["buffer"],
  posix_spawnattr_init: ["buffer"],
  posix_spawnattr_setflags: ["buffer", "i32"],
  posix_spawnattr_setsigdefault: ["buffer", "buffer"],
  posix_spawnp: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
  prctl: ["u32", "u32", "u32", "u32", "u32"],
  prlimit: ["i32", "i32", "buffer", "buffer"],
  pthread_sigmask: ["i32", "buffer", "buffer"],
  read: ["i32", "buffer", "u32"],
  recvmsg: ["i32", "buffer", "i32"],
  sched_getaffinity: ["i32", "u32", "buffer"],
  sched_setaffinity: ["i32", "u32", "buffer"],
  sched_setscheduler: ["i32", "i32", "buffer"],
  sendmsg: ["i32", "buffer", "i32"],
  sendto: ["i32", "buffer", "u32", "i32", "buffer", "u32"],
  setns: ["i32", "i32"],
  setpriority: ["i32", "u32", "i32"],
  setsockopt: ["i32", "i32", "i32", "buffer", "u32"],
  sigaction: ["i32", "buffer", "buffer"],
  socket: ["i32", "i32", "i32"],
  socketpair: ["i32", "i32", "i32", "buffer"],
  syscall: ["u32", "i32", "i32", "i32"],
  timerfd_create: ["i32", "i32"],
  timerfd_settime: ["i32", "i32", "buffer", "buffer"],
  umask: ["u32"],
  unshare: ["i32"],
  waitid: ["i32", "u32", "buffer", "i32"],
  write: ["i32", "buffer", "u32"],
};

/** What a runtime gives us of the C library. */
export type Libc = {
  readonly name: "deno" | "node-ffi" | "koffi";
  readonly calls: Calls;
  /**
   * Where the bytes lie, to put into a struct.
   *
   * Valid while the buffer is reachable and not resized. A buffer that only a struct points to is not reachable.
   */
  readonly addressOf: (bytes: Uint8Array) => bigint;
  /** Where a function of the C library is, to put into a struct. @param name ends with a zero byte */
  readonly symbol: (name: Uint8Array) => bigint;
  /**
   * Calls back whenever the descriptor has something to read (level-triggered), until disposed. Keeps the process alive.
   *
   * Made for one epoll descriptor per process. A callback may come without need.
   */
  readonly waitReadable: (fd: number, callback: () => void) => Disposable;
};

/** A function as the foreign function interface gives it: -1 for a failure. */
export type RawCall = (...values: never[]) => number;

/** Wraps the functions so that they return `-errno` for -1: nothing may run between the call and reading errno. */
export function withErrno(
  raw: Readonly<Record<string, RawCall>>,
  errno: () => number,
): Calls {
  const wrapped: Record<string, RawCall> = {};
  for (const name of Object.keys(signatures)) {
    const call = raw[name];
    if (call === undefined) throw new Error(`Cannot find ${name} in the C library`);
    wrapped[name] = (...values) => {
      const result = call(...values);
      return result === -1 ? -errno() : result;
    };
  }
  return wrapped as unknown as Calls;
}
