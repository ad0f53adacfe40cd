import type { Config } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import { type Influence, influenceOf, type Judged } from "@keepalived/tracking";
import type { SessionReport } from "../../control.ts";
import type { Log } from "../../log.ts";
import { entriesOf, type Entry, titleOf, type TrackedKind } from "./entries.ts";
import { Files, type FileStatus, initializeFiles } from "./files.ts";
import type { Links } from "./links.ts";
import { Processes, type ProcessStatus } from "./processes.ts";
import { Scripts, type ScriptStatus } from "./scripts.ts";

export type TrackersOptions = {
  readonly reactor: Reactor;
  readonly links: Links;
  readonly log: Log;
  /** How often `-D` was given. */
  readonly detail: number;
  /** Told when what an instance tracks influences it otherwise than before. */
  readonly onChange: (instance: string) => void;
};

/** What is tracked and how it is doing, and what that does to each instance. */
export type TrackersStatus = {
  readonly trackers: readonly (
    | ScriptStatus
    | FileStatus
    | ProcessStatus
    | { readonly kind: "interface" | "bfd"; readonly name: string; readonly up: boolean }
  )[];
  readonly instances: readonly (Influence & {
    readonly name: string;
    /** With what each does alone. */
    readonly entries: readonly (Entry & { readonly influence: Influence })[];
  })[];
};

type TrackingInstance = { readonly entries: readonly Entry[]; influence: Influence };

const NONE: Influence = { adjustment: 0, faults: [], pending: [] };

/** Runs, watches and counts whatever the instances of a configuration track, and adds it up for each. */
export class Trackers {
  readonly #options: TrackersOptions;
  readonly #scripts: Scripts;
  readonly #files: Files;
  readonly #processes: Processes;
  readonly #bfd = new Map<string, boolean>();
  #watches: ReadonlyMap<string, Disposable> = new Map();
  #instances: ReadonlyMap<string, TrackingInstance> = new Map();
  /** Names of the instances that track something, by its title. */
  #dependents: ReadonlyMap<string, readonly string[]> = new Map();
  /** Files that have had their chance to be made. */
  readonly #initialized = new Set<string>();

  constructor(options: TrackersOptions) {
    this.#options = options;
    const changed = (kind: TrackedKind) => (name: string) => this.#changed(`${kind} ${name}`);
    this.#scripts = new Scripts({ ...options, onChange: changed("script") });
    this.#files = new Files({ ...options, onChange: changed("file") });
    this.#processes = new Processes({ ...options, onChange: changed("process") });
  }

  /**
   * Tracks what a configuration wants from now on. What is equal in the one before keeps its state.
   *
   * Changes that come of it are to be asked for with {@linkcode influence}: nobody is told.
   */
  configure(config: Config): void {
    const entries = entriesOf(config);
    const tracked = new Set([...entries.values()].flat().map(titleOf));
    const isTracked = (kind: TrackedKind) => ({ name }: { readonly name: string }) =>
      tracked.has(`${kind} ${name}`);
    // Nobody yet: what is found at once is asked for at the end.
    this.#instances = new Map();
    this.#dependents = dependentsOf(entries);
    this.#initialize(config);
    const sessions = new Set(
      config.bfdInstances.filter(({ notifies }) => notifies.vrrp).map(({ name }) => name),
    );
    for (const name of this.#bfd.keys()) if (!sessions.has(name)) this.#bfd.delete(name);
    this.#scripts.configure(config.scripts.filter(isTracked("script")), config.global.scripts);
    this.#files.configure(config.trackFiles.filter(isTracked("file")));
    this.#processes.configure(
      config.trackProcesses.filter(isTracked("process")),
      config.global.vrrp.processMonitorBuffer,
    );
    this.#watchLinks(
      new Set(
        [...entries.values()].flat().filter(({ kind }) => kind === "interface")
          .map(({ name }) => name),
      ),
    );
    this.#instances = new Map(
      [...entries].map(([name, entries]) => [name, { entries, influence: this.#judge(entries) }]),
    );
  }

  /** What all that an instance tracks does to it now. */
  influence(instance: string): Influence {
    return this.#instances.get(instance)?.influence ?? NONE;
  }

  /** A BFD session came up, or went down. One that was never told of does not count. */
  setSession({ name, up, atUs }: SessionReport): void {
    if (this.#bfd.get(name) === up) return;
    this.#bfd.set(name, up);
    const { log, reactor } = this.#options;
    log("info", sessionLine(name, up, atUs === undefined ? undefined : reactor.nowUs() - atUs));
    this.#changed(`bfd ${name}`);
  }

  status(): TrackersStatus {
    const { links } = this.#options;
    return {
      trackers: [
        ...this.#scripts.status(),
        ...this.#files.status(),
        ...this.#processes.status(),
        ...[...this.#watches.keys()].map((name) =>
          ({ kind: "interface", name, up: links.isUp(name) }) as const
        ),
        ...[...this.#bfd].map(([name, up]) => ({ kind: "bfd", name, up }) as const),
      ],
      instances: [...this.#instances].map(([name, { entries, influence }]) => ({
        name,
        entries: entries.map((entry) => ({ ...entry, influence: this.#judge([entry]) })),
        ...influence,
      })),
    };
  }

  [Symbol.dispose](): void {
    this.#instances = new Map();
    for (const watch of this.#watches.values()) watch[Symbol.dispose]();
    this.#watches = new Map();
    this.#scripts[Symbol.dispose]();
    this.#files[Symbol.dispose]();
    this.#processes[Symbol.dispose]();
  }

  #initialize({ trackFiles }: Config): void {
    const fresh = trackFiles.filter(({ path }) => !this.#initialized.has(path));
    initializeFiles(fresh, this.#options.log);
    for (const { path } of fresh) this.#initialized.add(path);
  }

  #watchLinks(names: ReadonlySet<string>): void {
    const before = this.#watches;
    this.#watches = new Map([...names].map((name) => [
      name,
      before.get(name) ??
        this.#options.links.watch(name, () => this.#changed(`interface ${name}`)),
    ]));
    for (const [name, watch] of before) if (!names.has(name)) watch[Symbol.dispose]();
  }

  #changed(title: string): void {
    for (const name of this.#dependents.get(title) ?? []) {
      const instance = this.#instances.get(name);
      if (instance === undefined) continue;
      const influence = this.#judge(instance.entries);
      if (JSON.stringify(influence) === JSON.stringify(instance.influence)) continue;
      instance.influence = influence;
      this.#options.onChange(name);
    }
  }

  #judge(entries: readonly Entry[]): Influence {
    return influenceOf(entries.flatMap((entry) => this.#judged(entry) ?? []));
  }

  /** How a tracked thing is doing; undefined if it does not count. */
  #judged(entry: Entry): Judged | undefined {
    const { kind, name, weight, reverse } = entry;
    const weighted = { name: titleOf(entry), weight, reverse };
    switch (kind) {
      case "script":
        return { ...weighted, verdict: this.#scripts.verdict(name) };
      case "file":
        return { ...weighted, value: this.#files.value(name) };
      case "process":
        return { ...weighted, verdict: this.#processes.verdict(name) };
      case "interface":
        return { ...weighted, verdict: this.#options.links.isUp(name) ? "good" : "bad" };
      case "bfd": {
        const up = this.#bfd.get(name);
        return up === undefined ? undefined : { ...weighted, verdict: up ? "good" : "bad" };
      }
    }
  }
}

/** What the C daemon says of it. @param delayUs how long ago it was */
function sessionLine(name: string, up: boolean, delayUs: number | undefined): string {
  const delivered = delayUs === undefined ? "" : ` (delivered in ${delayUs} usec)`;
  return `Received BFD event: instance ${name} is in state ${up ? "Up" : "Down"}${delivered}`;
}

function dependentsOf(
  entries: ReadonlyMap<string, readonly Entry[]>,
): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const [instance, tracked] of entries) {
    for (const title of tracked.map(titleOf)) {
      const known = dependents.get(title);
      if (known === undefined) dependents.set(title, [instance]);
      else known.push(instance);
    }
  }
  return dependents;
}
