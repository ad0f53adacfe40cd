import type { NetlinkBuffer, TrackProcessConfig } from "@keepalived/keepalived-config";
import { type ProcessEvent, SyscallError } from "@keepalived/linux";
import { type Host, host, type Reactor } from "@keepalived/reactor";
import {
  processQuorum,
  type ProcessQuorumAction,
  type ProcessQuorumConfig,
  type ProcessQuorumEvent,
  type ProcessQuorumState,
  type Verdict,
} from "@keepalived/tracking";
import type { Log } from "../../log.ts";
import { openProcessWatch, type ProcessListener } from "./process_watch.ts";
import { ProcessTable } from "./process_table.ts";
import { inspectProcess, processNumbers } from "./running_processes.ts";

/** How many of the processes run that are meant. */
export type ProcessStatus = {
  readonly kind: "process";
  readonly name: string;
  readonly count: number;
  readonly verdict: Verdict;
  /** When the verdict changes, if nothing happens before (monotonic clock): a delay runs. */
  readonly changesAtUs?: number;
  /** Whether the kernel tells of changes, or they are looked for each second. */
  readonly source: "kernel" | "scan";
};

type Surroundings = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** Told when the verdict on processes changes. */
  readonly onChange: (name: string) => void;
  /** How to be told of processes by the kernel. */
  readonly openWatch?: typeof openProcessWatch;
};

type Quorum = Host<ProcessQuorumConfig, ProcessQuorumState, ProcessQuorumEvent>;
type Counted = { readonly config: TrackProcessConfig; readonly quorum: Quorum };

const scanEachUs = 1_000_000;
/** Processes looked at in one turn: a machine may have thousands, and advertisements do not wait. */
const scannedPerTurn = 4;
const usualBufferBytes = 1 << 20;

/** Counts the tracked processes. */
export class Processes {
  readonly #surroundings: Surroundings;
  readonly #rescan: ReturnType<Reactor["deadline"]>;
  readonly #counted = new Map<string, Counted>();
  #table = new ProcessTable(new Map(), () => undefined);
  #watch: Disposable | undefined;
  /** Numbers that the scan which is under way has still to look at. */
  #toScan: number[] | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#rescan = surroundings.reactor.deadline(() => this.#scan());
  }

  /** Counts these processes from now on. Those that are meant as before keep their verdict. */
  configure(configs: readonly TrackProcessConfig[], buffer: NetlinkBuffer): void {
    const wanted = new Map(configs.map((config) => [config.name, config]));
    for (const [name, { config, quorum }] of this.#counted) {
      const next = wanted.get(name);
      if (next !== undefined && patternOf(next) === patternOf(config)) continue;
      quorum[Symbol.dispose]();
      this.#counted.delete(name);
    }
    for (const [name, config] of wanted) {
      const quorum = this.#counted.get(name)?.quorum ?? this.#begin(config);
      quorum.configure(config);
      this.#counted.set(name, { config, quorum });
    }
    const withCommandLine = configs.some(({ match, fullCommand }) =>
      fullCommand || match !== "none"
    );
    this.#table = new ProcessTable(wanted, (pid) => inspectProcess(pid, withCommandLine));
    this.#toScan = undefined;
    if (configs.length === 0) return this.#close();
    this.#listen(buffer.bytes > 0 ? buffer.bytes : usualBufferBytes);
    this.#scan();
  }

  verdict(name: string): Verdict {
    const state = this.#counted.get(name)?.quorum.state;
    if (state === undefined || state.count === null) return "unknown";
    return state.up ? "good" : "bad";
  }

  status(): readonly ProcessStatus[] {
    return [...this.#counted].map(([name, { quorum: { state: { count, changesAtUs } } }]) => ({
      kind: "process",
      name,
      count: count ?? 0,
      verdict: this.verdict(name),
      ...(changesAtUs === null ? {} : { changesAtUs }),
      source: this.#watch === undefined ? "scan" : "kernel",
    }));
  }

  [Symbol.dispose](): void {
    this.#close();
    this.#toScan = undefined;
    this.#rescan[Symbol.dispose]();
    for (const { quorum } of this.#counted.values()) quorum[Symbol.dispose]();
    this.#counted.clear();
  }

  #begin({ name, ...config }: ProcessQuorumConfig & { readonly name: string }): Quorum {
    const quorum: Quorum = host<
      ProcessQuorumConfig,
      ProcessQuorumState,
      ProcessQuorumEvent,
      ProcessQuorumAction
    >(processQuorum, {
      name: `process ${name}`,
      config,
      seed: 0,
      scheduler: this.#surroundings.reactor,
      perform: ({ up }) => {
        const { log, onChange } = this.#surroundings;
        const running = `${quorum.state.count} running`;
        log("info", `Process ${name}: quorum ${up ? "gained" : "lost"} (${running})`);
        onChange(name);
      },
    });
    return quorum;
  }

  #listen(bufferBytes: number): void {
    if (this.#watch !== undefined) return;
    const { reactor, log, openWatch = openProcessWatch } = this.#surroundings;
    const listener: ProcessListener = {
      onEvents: (events) => this.#take(events),
      onOverrun: () => {
        log("warning", "Process events were lost, looking at all processes");
        this.#scan();
      },
    };
    try {
      this.#watch = openWatch(reactor, bufferBytes, listener);
      if (this.#watch !== undefined) return;
      log("warning", "This is not the first process namespace: looking for processes each second");
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      log("warning", `${error.message}: looking for processes each second`);
    }
  }

  #close(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#rescan.setAt(undefined);
  }

  #take(events: readonly ProcessEvent[]): void {
    for (const event of events) {
      switch (event.kind) {
        case "forked":
          this.#table.forked(event.pid, event.parent);
          break;
        case "executed":
        case "renamed":
          this.#table.changed(event.pid);
          break;
        case "exited":
          this.#table.exited(event.pid);
          break;
      }
    }
    this.#report();
  }

  /** Looks at all processes, some in each turn. */
  #scan(): void {
    const pids = processNumbers();
    this.#table.keep(new Set(pids));
    const isNew = this.#toScan === undefined;
    this.#toScan = [...pids];
    if (isNew) this.#scanSome();
  }

  #scanSome(): void {
    const { reactor } = this.#surroundings;
    const table = this.#table;
    for (const pid of this.#toScan?.splice(0, scannedPerTurn) ?? []) table.changed(pid);
    if (this.#toScan === undefined) return;
    if (this.#toScan.length > 0) return reactor.post(() => this.#scanSome());
    this.#toScan = undefined;
    this.#report();
    if (this.#watch === undefined) this.#rescan.setAt(reactor.nowUs() + scanEachUs);
  }

  /** Tells how many there are, unless not all have been looked at. */
  #report(): void {
    if (this.#toScan !== undefined) return;
    for (const [name, { quorum }] of this.#counted) {
      quorum.send({ kind: "counted", count: this.#table.count(name) });
    }
  }
}

/** What tells whether the same processes are meant. */
function patternOf({ command, parameters, match, fullCommand }: TrackProcessConfig): string {
  return JSON.stringify([command, parameters, match, fullCommand]);
}
