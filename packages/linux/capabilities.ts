import { readFileSync } from "node:fs";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";

/** Names by number (`capabilities(7)`). */
const names = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_DAC_READ_SEARCH",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_LINUX_IMMUTABLE",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_BROADCAST",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_CHROOT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_PACCT",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_NICE",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG",
  "CAP_MKNOD",
  "CAP_LEASE",
  "CAP_AUDIT_WRITE",
  "CAP_AUDIT_CONTROL",
  "CAP_SETFCAP",
  "CAP_MAC_OVERRIDE",
  "CAP_MAC_ADMIN",
  "CAP_SYSLOG",
  "CAP_WAKE_ALARM",
  "CAP_BLOCK_SUSPEND",
  "CAP_AUDIT_READ",
  "CAP_PERFMON",
  "CAP_BPF",
  "CAP_CHECKPOINT_RESTORE",
] as const;

/** A part of the power of root. */
export type Capability = (typeof names)[number];

/** The sets of a thread (`capabilities(7)`); what is ambient, it hands to the programs that it becomes. */
export type CapabilitySet = "effective" | "permitted" | "inheritable" | "ambient" | "bounding";

const lines: Readonly<Record<CapabilitySet, string>> = {
  effective: "CapEff",
  permitted: "CapPrm",
  inheritable: "CapInh",
  ambient: "CapAmb",
  bounding: "CapBnd",
};

/** What this process may do. */
export function effectiveCapabilities(): ReadonlySet<Capability> {
  return capabilities("effective");
}

/** One of the sets of the thread that calls. */
export function capabilities(set: CapabilitySet): ReadonlySet<Capability> {
  return parseCapabilities(readFileSync("/proc/thread-self/status", "utf8"), set);
}

/** A set in the text of a `/proc/PID/status`. Those that are newer than this list are left out. */
export function parseCapabilities(
  status: string,
  set: CapabilitySet = "effective",
): ReadonlySet<Capability> {
  const digits = new RegExp(`^${lines[set]}:\\s*([0-9a-f]+)$`, "m").exec(status)?.[1] ?? "0";
  const mask = BigInt(`0x${digits}`);
  return new Set(names.filter((_, bit) => (mask >> BigInt(bit)) & 1n));
}

const PR_GET_SECUREBITS = 27;
const PR_SET_SECUREBITS = 28;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2;
const PR_CAP_AMBIENT_LOWER = 3;
const PR_CAP_AMBIENT_CLEAR_ALL = 4;

const SECBIT_NOROOT = 1;

/** Whether the programs that the user root runs get all capabilities, as is usual (`SECBIT_NOROOT` is not set). */
export function rootIsPrivileged(): boolean {
  return (securebits() & SECBIT_NOROOT) === 0;
}

/**
 * Has programs that this thread starts as root get all capabilities again, and others none. Needs CAP_SETPCAP.
 */
export function privilegeRoot(): void {
  const { prctl } = libc().calls;
  const bits = securebits() & ~SECBIT_NOROOT;
  check(prctl(PR_SET_SECUREBITS, bits, 0, 0, 0), "prctl", "set the secure bits");
  const cleared = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  check(cleared, "prctl", "clear the ambient capabilities");
}

function securebits(): number {
  return check(libc().calls.prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), "prctl", "get the secure bits");
}

/**
 * Does something, such as to start a program, with fewer ambient capabilities than this thread has.
 *
 * @param kept what remains of them
 */
export function withAmbient<T>(kept: ReadonlySet<Capability>, act: () => T): T {
  const lowered = [...capabilities("ambient")].filter((capability) => !kept.has(capability));
  try {
    for (const capability of lowered) changeAmbient(PR_CAP_AMBIENT_LOWER, capability);
    return act();
  } finally {
    for (const capability of lowered) changeAmbient(PR_CAP_AMBIENT_RAISE, capability);
  }
}

function changeAmbient(operation: number, capability: Capability): void {
  const number = names.indexOf(capability);
  const result = libc().calls.prctl(PR_CAP_AMBIENT, operation, number, 0, 0);
  check(result, "prctl", `change the ambient ${capability}`);
}
