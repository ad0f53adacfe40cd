/** What the processes of the daemon may do. `docs/security.md` says what each capability is for. */

import { spawnSync } from "node:child_process";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import {
  capabilities,
  type Capability,
  effectiveUserId,
  privilegeRoot,
  rootIsPrivileged,
  withAmbient,
} from "@keepalived/linux";
import type { Log } from "./log.ts";

/** Files of other users: logs, keys, scripts, FIFOs. Only a daemon that is root has these. */
const files = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] as const;
/** To run programs as other users, root among them, and to end them. */
const programs = ["CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP"] as const;
const scheduling = ["CAP_IPC_LOCK", "CAP_SYS_NICE", "CAP_SYS_RESOURCE"] as const;

const check: readonly Capability[] = [
  ...files,
  ...programs,
  ...scheduling,
  "CAP_NET_ADMIN",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_RAW",
  "CAP_SYS_MODULE",
];

/** A process of the daemon that has rights of its own. */
export type RightsRole = "parent" | "check" | "vrrp" | "bfd";

/** What each process needs, whatever the configuration says. */
const needs: Readonly<Record<RightsRole, readonly Capability[]>> = {
  // What its children are to have, it must have to give.
  parent: [...check, "CAP_SYS_ADMIN"],
  check,
  vrrp: check.filter((capability) => capability !== "CAP_NET_BIND_SERVICE"),
  bfd: ["CAP_DAC_OVERRIDE", ...scheduling, "CAP_NET_RAW"],
};

/** Those that never run programs: nothing that they start could ever have more rights than they have. */
const runNoPrograms: readonly RightsRole[] = ["bfd"];

/** A program and its arguments. */
export type CommandWords = { readonly command: string; readonly args: readonly string[] };

/** What this thread may do and hand on. */
export type OwnRights = {
  /** A user root whose programs have all that is in the bounding set. */
  readonly isRoot: boolean;
  readonly inheritable: ReadonlySet<Capability>;
  readonly ambient: ReadonlySet<Capability>;
  readonly bounding: ReadonlySet<Capability>;
};

/** What this thread may do and hand on now. */
export function ownRights(): OwnRights {
  return {
    isRoot: effectiveUserId() === 0 && rootIsPrivileged(),
    inheritable: capabilities("inheritable"),
    ambient: capabilities("ambient"),
    bounding: capabilities("bounding"),
  };
}

/**
 * Words before a command that have it begin with fewer rights; none if there is nothing to take away.
 *
 * A process of a JavaScript runtime has many threads from its first moment, and each has rights of its own. So they are
 * taken before it begins, by `setpriv` of util-linux.
 */
export function wordsForRights(
  role: RightsRole,
  own: OwnRights,
  { netNamespaceIpvs }: Pick<GlobalConfig, "netNamespaceIpvs"> = {},
): readonly string[] {
  const wanted = new Set<Capability>(needs[role]);
  if (netNamespaceIpvs !== undefined && role !== "bfd") wanted.add("CAP_SYS_ADMIN");
  const given = own.isRoot ? own.bounding : own.ambient;
  const kept = [...given].filter((capability) => wanted.has(capability));
  const isLess = kept.length < given.size || kept.length < own.inheritable.size;
  const isConfined = runNoPrograms.includes(role);
  if (!isLess && !isConfined) return [];
  if (own.isRoot && !own.bounding.has("CAP_SETPCAP")) {
    // Root in a container that was given few rights cannot do without any of them.
    return isConfined ? ["setpriv", "--no-new-privs", "--"] : [];
  }
  const taken = (set: ReadonlySet<Capability>) => [...set].filter((it) => !kept.includes(it));
  return [
    "setpriv",
    ...(isConfined ? ["--no-new-privs"] : []),
    ...(own.isRoot ? ["--securebits=+noroot"] : []),
    ...(isConfined && own.isRoot ? changes("bounding-set", [], taken(own.bounding)) : []),
    ...changes("inh-caps", kept, taken(own.inheritable)),
    ...changes("ambient-caps", kept, taken(own.ambient)),
    "--",
  ];
}

/** Not by `-all`: a setpriv that is older than the kernel refuses that. */
function changes(
  option: string,
  added: readonly Capability[],
  removed: readonly Capability[],
): readonly string[] {
  const words = [...added.map((it) => `+${short(it)}`), ...removed.map((it) => `-${short(it)}`)];
  return words.length === 0 ? [] : [`--${option}=${words.join(",")}`];
}

function short(capability: Capability): string {
  return capability.slice("CAP_".length).toLowerCase();
}

/** Whether setpriv has started this very process. */
let isFromSetpriv = false;

/** Starts processes with the rights of their roles. */
export class Rights {
  readonly #log: Log;
  readonly #own: OwnRights = ownRights();
  #works: boolean | undefined = isFromSetpriv ? true : undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The command that runs another one with the rights of a role. */
  commandFor(
    role: RightsRole,
    command: CommandWords,
    global?: Pick<GlobalConfig, "netNamespaceIpvs">,
  ): CommandWords {
    const [setpriv, ...args] = wordsForRights(role, this.#own, global);
    if (setpriv === undefined) return command;
    this.#works ??= this.#try(setpriv, args);
    if (!this.#works) return command;
    return { command: setpriv, args: [...args, command.command, ...command.args] };
  }

  /** A machine without setpriv, or with one of busybox, runs the daemon all the same. */
  #try(setpriv: string, args: readonly string[]): boolean {
    const { status, stderr, error } = spawnSync(setpriv, [...args, "true"], { encoding: "utf8" });
    if (status === 0) return true;
    const reason = error?.message ?? stderr.trim();
    this.#log(
      "warning",
      `All processes keep the rights that the daemon was started with: ${reason}`,
    );
    return false;
  }
}

/**
 * To be called when a process begins: the programs that root runs have all rights, as those that root starts elsewhere,
 * and not those that this process has been left.
 */
export function settleRights(): void {
  if (effectiveUserId() !== 0 || rootIsPrivileged()) return;
  isFromSetpriv = true;
  if (capabilities("effective").has("CAP_SETPCAP")) privilegeRoot();
}

let hasAmbient: boolean | undefined;

/** Starts a program with none of this process's rights but those that are given. */
export function startWith<T>(given: readonly Capability[], start: () => T): T {
  hasAmbient ??= capabilities("ambient").size > 0;
  return hasAmbient ? withAmbient(new Set(given), start) : start();
}
