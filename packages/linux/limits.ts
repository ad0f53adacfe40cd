import { check } from "./errno.ts";
import { libc } from "./libc.ts";

const resources = { core: 4, openFiles: 7, realtimeUs: 15 } as const;

/**
 * What the kernel limits of a process (`getrlimit(2)`): bytes of a core file, open descriptors, and microseconds of
 * processor time that a real-time thread may take without a pause.
 */
export type Resource = keyof typeof resources;

/** Whole numbers, or `Infinity`. */
export type Limits = {
  /** What counts. For `realtimeUs`: SIGXCPU is sent, and each further second. */
  readonly soft: number;
  /** What the first may be raised to. For `realtimeUs`: SIGKILL is sent. */
  readonly hard: number;
};

const infinity = 0xffff_ffff_ffff_ffffn;

/** The limits of this process. */
export function limitsOf(resource: Resource): Limits {
  const bytes = new Uint8Array(16);
  const result = libc().calls.prlimit(0, resources[resource], null, bytes);
  check(result, "prlimit", `ask for the limit of ${resource}`);
  const view = new DataView(bytes.buffer);
  return { soft: read(view, 0), hard: read(view, 8) };
}

/** Limits this process, and those that it starts. To raise a hard limit needs CAP_SYS_RESOURCE. */
export function setLimits(resource: Resource, { soft, hard }: Limits): void {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, soft === Infinity ? infinity : BigInt(soft), true);
  view.setBigUint64(8, hard === Infinity ? infinity : BigInt(hard), true);
  const result = libc().calls.prlimit(0, resources[resource], bytes, null);
  check(result, "prlimit", `set the limit of ${resource}`);
}

function read(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  return value === infinity ? Infinity : Number(value);
}
