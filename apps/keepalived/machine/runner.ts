import { type Identity, type Machine, thisMachine } from "./machine.ts";

/** Who is to run a program, by name. */
export type RunnerNames = {
  /** Absent: the user `keepalived_script`, and without one the daemon's own. */
  readonly user?: string | undefined;
  /** Absent: the first group of the user. */
  readonly group?: string | undefined;
};

/** Finds who runs programs, and remembers it: to ask takes long where accounts are not in `/etc/passwd`. */
export class Runners {
  readonly #machine: Machine;
  readonly #known = new Map<string, Identity | string>();

  constructor(machine: Machine = thisMachine) {
    this.#machine = machine;
  }

  /** The identity, or why there is none. */
  find({ user, group }: RunnerNames): Identity | string {
    const key = JSON.stringify({ user, group });
    const known = this.#known.get(key) ?? this.#look(user, group);
    this.#known.set(key, known);
    return known;
  }

  /** Asks anew for all that is remembered. */
  refresh(): void {
    const keys = [...this.#known.keys()];
    this.#known.clear();
    for (const key of keys) this.find(JSON.parse(key) as RunnerNames);
  }

  #look(user: string | undefined, group: string | undefined): Identity | string {
    const machine = this.#machine;
    const identity = user === undefined
      ? machine.userOf("keepalived_script") ?? machine.daemon
      : machine.userOf(user);
    if (identity === undefined) return `there is no user '${user}'`;
    if (group === undefined) return identity;
    const gid = machine.groupIdOf(group);
    return gid === undefined ? `there is no group '${group}'` : { uid: identity.uid, gid };
  }
}

/** What {@linkcode runAs} needs. */
export const rightsOfRunAs = ["CAP_SETGID", "CAP_SETUID"] as const;

/**
 * The words that run a program as somebody else: with `setpriv` of util-linux, because a process that shares its threads
 * with a JavaScript runtime cannot change its own identity for a moment.
 *
 * @param allGroups with all groups of the user, and not only the given one
 */
export function runAs(
  argv: readonly string[],
  { uid, gid }: Identity,
  allGroups: boolean,
): readonly string[] {
  const groups = allGroups ? "--init-groups" : "--clear-groups";
  // Root loses them with its name; of another user's they would remain.
  const own = thisMachine.daemon.uid === 0
    ? []
    : ["--inh-caps=-setgid,-setuid", "--ambient-caps=-setgid,-setuid"];
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, groups, ...own, "--", ...argv];
}
