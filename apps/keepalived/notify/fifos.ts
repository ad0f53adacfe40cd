import type { Command, Fifo as FifoConfig, GlobalConfig } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { type Identity, thisMachine } from "../machine/machine.ts";
import { programOf, runnerOf } from "../program.ts";
import { Fifo } from "./fifo.ts";
import { FifoReader } from "./fifo_reader.ts";

/** The settings that FIFOs follow. */
export type FifoSettings = Pick<GlobalConfig, "fifos" | "scripts" | "umask">;

type Outlet = {
  /** What it was made from: an equal one is kept over a reload. */
  readonly key: string;
  readonly fifo: Fifo;
  readonly reader: FifoReader | undefined;
  /** Lines lost since one was written. */
  lost: number;
};

/** The FIFOs that one process writes to, and the scripts that read them. */
export class Fifos {
  readonly #reactor: Reactor;
  readonly #log: Log;
  #outlets: readonly Outlet[] = [];
  #lost = 0;

  constructor(reactor: Reactor, log: Log) {
    this.#reactor = reactor;
    this.#log = log;
  }

  /** Lines that found no room. */
  get lost(): number {
    return this.#lost;
  }

  /** Goes over to other FIFOs; readers of one that stays notice nothing. */
  configure(configs: readonly (FifoConfig | undefined)[], settings: FifoSettings): void {
    const wanted = configs.filter((it) => it?.path !== undefined) as readonly FifoConfig[];
    const keyOf = (it: FifoConfig) => JSON.stringify([it, settings.scripts, settings.umask]);
    const keys = new Set(wanted.map(keyOf));
    const kept = this.#outlets.filter(({ key }) => keys.has(key));
    // Where another takes its place, a FIFO stays: other processes may have it open.
    const paths = new Set(wanted.map(({ path }) => path));
    const made = new Set<string>();
    for (const outlet of this.#outlets) {
      if (kept.includes(outlet)) continue;
      const { fifo } = outlet;
      if (!paths.has(fifo.path)) fifo[Symbol.dispose]();
      else if (fifo.release()) made.add(fifo.path);
      outlet.reader?.end(() => {});
    }
    const known = new Set(kept.map(({ key }) => key));
    const added = wanted.filter((it) => !known.has(keyOf(it)));
    this.#outlets = [
      ...kept,
      ...added.flatMap((it) => this.#open(it, settings, keyOf(it), made) ?? []),
    ];
  }

  /** Writes a line to each; one that nobody reads loses it. */
  write(line: string): void {
    for (const outlet of this.#outlets) this.#writeTo(outlet, line);
  }

  /** Ends all, readers last. @param done when every reader has gone, or was told to */
  end(done: () => void): void {
    const outlets = this.#outlets;
    this.#outlets = [];
    let left = outlets.length;
    if (left === 0) return done();
    for (const { fifo, reader } of outlets) {
      fifo[Symbol.dispose]();
      const ended = () => {
        if (--left === 0) done();
      };
      if (reader === undefined) ended();
      else reader.end(ended);
    }
  }

  #writeTo(outlet: Outlet, line: string): void {
    const { path } = outlet.fifo;
    if (outlet.fifo.write(line)) {
      if (outlet.lost > 0) {
        this.#log("warning", `FIFO ${path} has room again, ${outlet.lost} lines were lost`);
      }
      outlet.lost = 0;
      return;
    }
    if (outlet.lost === 0) {
      this.#log("warning", `FIFO ${path} is full, lines are lost: nobody reads it`);
    }
    outlet.lost++;
    this.#lost++;
  }

  #open(
    { path = "", user, group, script }: FifoConfig,
    settings: FifoSettings,
    key: string,
    made: ReadonlySet<string>,
  ): Outlet | undefined {
    const { daemon } = thisMachine;
    const named = user === undefined ? daemon : runnerOf({ user, group });
    // A user that does not exist was reported with the configuration.
    const owner: Identity = typeof named === "string" ? daemon : named;
    try {
      const fifo = Fifo.open(
        { path, owner, mode: 0o666 & ~settings.umask },
        daemon,
        made.has(path),
      );
      return { key, fifo, reader: script && this.#read(script, path, settings), lost: 0 };
    } catch (error) {
      this.#log("error", (error as Error).message);
      return undefined;
    }
  }

  #read(script: Command, path: string, { scripts }: FifoSettings): FifoReader {
    const program = programOf(script, scripts);
    return new FifoReader(this.#reactor, { ...program, argv: [...program.argv, path] }, this.#log);
  }
}
