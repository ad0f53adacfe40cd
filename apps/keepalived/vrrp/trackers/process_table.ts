import { matchesProcess, type ProcessPattern, type RunningProcess } from "@keepalived/tracking";

/** A process that runs; undefined if there is none of that number, or none but a zombie. */
export type Inspect = (pid: number) => RunningProcess | undefined;

/** Which running processes match which patterns. */
export class ProcessTable {
  readonly #patterns: ReadonlyMap<string, ProcessPattern>;
  readonly #inspect: Inspect;
  /** Names of the patterns that a process matches; without processes that match none. */
  readonly #matches = new Map<number, readonly string[]>();
  readonly #counts = new Map<string, number>();

  constructor(patterns: ReadonlyMap<string, ProcessPattern>, inspect: Inspect) {
    this.#patterns = patterns;
    this.#inspect = inspect;
  }

  /** How many processes match the pattern of a name. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** A process has a child, which for now is what it is itself. */
  forked(pid: number, parent: number): void {
    this.#set(pid, this.#matches.get(parent) ?? []);
  }

  /** A process has come, or runs another program, or has another name. */
  changed(pid: number): void {
    const found = this.#inspect(pid);
    const names = found === undefined
      ? []
      : [...this.#patterns].filter(([, pattern]) => matchesProcess(pattern, found))
        .map(([name]) => name);
    this.#set(pid, names);
  }

  exited(pid: number): void {
    this.#set(pid, []);
  }

  /** Forgets all processes but these. */
  keep(pids: ReadonlySet<number>): void {
    for (const pid of this.#matches.keys()) if (!pids.has(pid)) this.exited(pid);
  }

  #set(pid: number, names: readonly string[]): void {
    for (const name of this.#matches.get(pid) ?? []) this.#counts.set(name, this.count(name) - 1);
    for (const name of names) this.#counts.set(name, this.count(name) + 1);
    if (names.length === 0) this.#matches.delete(pid);
    else this.#matches.set(pid, names);
  }
}
