import { cString, readInt32 } from "./buffers.ts";
import { closeOnExec, Descriptor, O_RDWR } from "./descriptor.ts";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";
import { SIGKILL } from "./process.ts";
import { scheduleAsStarted } from "./scheduling.ts";

/** `posix_spawnattr_t` takes 336 bytes and `posix_spawn_file_actions_t` 80 with glibc and musl. */
const ATTRIBUTES_BYTES = 512;
const ACTIONS_BYTES = 256;
const SIGNAL_SET_BYTES = 128;

const F_SETFD = 2;

const SETPGROUP = 0x02;
const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSCHEDULER = 0x20;

const SYS_pidfd_open = 434;
const P_PID = 1;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x0100_0000;
const CLD_EXITED = 1;
/** `siginfo_t` of 64-bit Linux, as far as it tells of a child. */
const SIGINFO_BYTES = 128;
const CODE_OFFSET = 8;
const PID_OFFSET = 16;
const STATUS_OFFSET = 24;

/** How a process ended. */
export type ProcessEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "killed"; readonly signal: number };

/** A started process. */
export type SpawnedProcess = {
  /** Also the number of its process group. */
  readonly pid: number;
  /** Becomes readable when the process has ended: then {@linkcode endOfProcess} tells. */
  readonly ended: Descriptor;
};

/**
 * Starts a program without a shell, in a process group of its own.
 *
 * Its standard streams are at /dev/null and nothing else is open, no signal is blocked or ignored, and it is scheduled
 * as this process was before `setRealtime` and the like. This process waits a fraction of a millisecond: the new one
 * borrows its memory until it runs the program, and nothing is copied.
 *
 * @param argv the program and its arguments; without a slash the program is looked for in our PATH
 * @param environment the whole environment
 * @throws SyscallError if the program cannot be run
 */
export function spawnProcess(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): SpawnedProcess {
  const { calls } = libc();
  const [file = ""] = argv;
  const words = pointers(argv);
  const variables = pointers(variablesOf(environment));
  const attributes = new Uint8Array(ATTRIBUTES_BYTES);
  const actions = new Uint8Array(ACTIONS_BYTES);
  const pid = new Uint8Array(4);
  calls.posix_spawnattr_init(attributes);
  calls.posix_spawnattr_setflags(attributes, SETPGROUP | SETSIGDEF | SETSIGMASK | SETSCHEDULER);
  calls.posix_spawnattr_setsigdefault(attributes, new Uint8Array(SIGNAL_SET_BYTES).fill(0xff));
  calls.posix_spawn_file_actions_init(actions);
  const nowhere = cString("/dev/null");
  for (const fd of [0, 1, 2]) {
    calls.posix_spawn_file_actions_addopen(actions, fd, nowhere, O_RDWR, 0);
  }
  // What our own starter left open is not for the program.
  closeOnExec();
  const failed = calls.posix_spawnp(
    pid,
    cString(file),
    actions,
    attributes,
    words.table,
    variables.table,
  );
  calls.posix_spawn_file_actions_destroy(actions);
  // The tables hold addresses alone: this keeps alive what lies there.
  words.release();
  variables.release();
  check(-failed, "posix_spawnp", `run ${file}`);
  const started = readInt32(pid);
  scheduleAsStarted(started);
  return { pid: started, ended: openProcess(started) };
}

/**
 * Runs a program in place of this one: the process stays, and with it its number, its children, its standard streams,
 * and what the calling thread may do. Nothing is cleaned up before.
 *
 * @param path where the program is
 * @throws SyscallError if it cannot be run; otherwise nothing comes after
 */
export function becomeProgram(
  path: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): never {
  const words = pointers(argv);
  const variables = pointers(variablesOf(environment));
  const { calls } = libc();
  // Node keeps its own streams from programs that it does not start itself.
  for (const fd of [0, 1, 2]) calls.fcntl(fd, F_SETFD, null);
  const result = calls.execve(cString(path), words.table, variables.table);
  words.release();
  variables.release();
  check(result, "execve", `become ${path}`);
  throw new Error(`Cannot become ${path}: execve returned`);
}

/**
 * How a child ended; undefined if it still runs.
 *
 * @param collect whether to have done with it: its number may be another's from then on. Until then it is a zombie, and
 *   a signal to its process group reaches whoever is left of that.
 */
export function endOfProcess(pid: number, collect = true): ProcessEnd | undefined {
  const information = new Uint8Array(SIGINFO_BYTES);
  const options = WNOHANG | WEXITED | (collect ? 0 : WNOWAIT);
  const result = libc().calls.waitid(P_PID, pid, information, options);
  check(result, "waitid", `learn how process ${pid} ended`);
  if (readInt32(information, PID_OFFSET) === 0) return undefined;
  const status = readInt32(information, STATUS_OFFSET);
  return readInt32(information, CODE_OFFSET) === CLD_EXITED
    ? { kind: "exited", status }
    : { kind: "killed", signal: status };
}

/** A child without a descriptor would never be collected: it ends with the failure. */
function openProcess(pid: number): Descriptor {
  const { calls } = libc();
  const fd = calls.syscall(SYS_pidfd_open, pid, 0, 0);
  if (fd < 0) {
    calls.kill(-pid, SIGKILL);
    calls.waitid(P_PID, pid, null, WEXITED);
  }
  return new Descriptor(check(fd, "pidfd_open", `watch process ${pid}`));
}

function variablesOf(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

type Pointers = { readonly table: Uint8Array; readonly release: () => void };

/** A `char *[]` that ends with null. */
function pointers(texts: readonly string[]): Pointers {
  const { addressOf } = libc();
  const encoded = texts.map(cString);
  const all = new Uint8Array(new ArrayBuffer(encoded.reduce((sum, { length }) => sum + length, 1)));
  const start = addressOf(all);
  const table = new Uint8Array(8 * (texts.length + 1));
  const view = new DataView(table.buffer);
  let offset = 0;
  for (const [i, bytes] of encoded.entries()) {
    all.set(bytes, offset);
    view.setBigUint64(8 * i, start + BigInt(offset), true);
    offset += bytes.length;
  }
  return { table, release: () => void all.fill(0) };
}
