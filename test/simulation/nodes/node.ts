import "../kernel/stand_in.ts";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import { Reactor, type Recorder } from "@keepalived/reactor";
import type { StateKind } from "@keepalived/vrrp-fsm";
import type { VirtualRouter } from "../../../apps/keepalived/vrrp/virtual_router.ts";
import { VrrpProcess } from "../../../apps/keepalived/vrrp/vrrp_process.ts";
import type { Host } from "../kernel/host.ts";

/** A line that a node logged. */
export type LogLine = { readonly atUs: number; readonly severity: string; readonly text: string };

/** A host with the daemon's VRRP process, from its configuration's text down to the bytes that it gives the kernel. */
export class Node {
  readonly host: Host;
  /** The latest lines. */
  readonly log: LogLine[] = [];
  /** Told of all machines that begin from now on. */
  recorder: Recorder | undefined;
  /** The first line of severity "error". */
  firstError: string | undefined;
  /** Why the process ended though nobody wanted it to. */
  failure: unknown;
  #reactor: Reactor | undefined;
  #process: VrrpProcess | undefined;
  #changes = 0;
  /** What it was told to do and has not begun. */
  readonly #acts: (() => Promise<void>)[] = [];
  /** Counts the processes that were killed: what they still do in promises is nothing to the next one. */
  #life = 0;

  constructor(host: Host) {
    this.host = host;
  }

  /** Whether the process is there and neither starts, stops nor goes over to another configuration. */
  get isSteady(): boolean {
    return this.#process !== undefined && this.#changes === 0;
  }

  get isChanging(): boolean {
    return this.#changes > 0;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** States of its instances by name. */
  get states(): ReadonlyMap<string, StateKind> {
    return new Map(this.#routers.map(({ config, state }) => [config.name, state]));
  }

  /** The virtual addresses of its instances, by name. */
  get virtualAddresses(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      this.#routers.map((
        { config },
      ) => [config.name, config.addresses.map(({ address }) => address)]),
    );
  }

  /** @param goneSinceUs when the process before it was killed */
  start(text: string, goneSinceUs?: number): void {
    this.#enter(() => {
      const reactor = this.#reactor = new Reactor();
      reactor.recorder = this.recorder;
      const vrrp = this.#process = new VrrpProcess(
        reactor,
        (severity, text) => this.#say(severity, text),
        { detail: 1 },
      );
      reactor.run().catch((error: unknown) => {
        if (this.#reactor === reactor) this.failure ??= error;
      });
      return vrrp.start(configOf(text), goneSinceUs === undefined ? undefined : { goneSinceUs });
    });
  }

  configure(text: string): void {
    const vrrp = this.#process;
    if (vrrp !== undefined) this.#enter(() => vrrp.configure(configOf(text)));
  }

  /** Resigns and ends; nothing is to be left of it. */
  stop(): void {
    const [vrrp, reactor] = [this.#process, this.#reactor];
    if (vrrp === undefined || reactor === undefined) return;
    this.#enter(async () => {
      await vrrp.stop();
      if (this.#process !== vrrp) return;
      this.#process = undefined;
      this.#reactor = undefined;
      reactor[Symbol.dispose]();
    });
  }

  /** The process is killed: it says nothing, and what it gave the kernel stays. */
  kill(): void {
    this.#process = undefined;
    this.#reactor = undefined;
    this.#changes = 0;
    this.#life++;
    this.#acts.length = 0;
    this.host.endProcess();
  }

  /** Snapshots are made of less, but take longer to make. */
  get #routers(): readonly VirtualRouter[] {
    return (this.#process?.sources.routers ?? []) as readonly VirtualRouter[];
  }

  /** Does what it was told to, of which the first part at once: called in the node's own turn. */
  begin(): void {
    for (const act of this.#acts.splice(0)) {
      const life = this.#life;
      act().catch((error: unknown) => {
        if (this.#life === life) this.failure ??= error;
      }).finally(() => {
        if (this.#life === life) this.#changes--;
      });
    }
  }

  #enter(act: () => Promise<void>): void {
    this.#changes++;
    this.#acts.push(act);
  }

  #say(severity: string, text: string): void {
    if (severity === "error") this.firstError ??= text;
    this.log.push({ atUs: this.host.clockUs, severity, text });
    if (this.log.length > 1000) this.log.splice(0, 500);
  }
}

/** @throws RangeError if the text has errors */
function configOf(text: string): Config {
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "keepalived.conf",
    { hostName: "node" },
  );
  const problem = diagnostics.find(({ severity }) => severity === "error");
  if (config === undefined || problem !== undefined) {
    throw new RangeError(`No configuration: ${problem?.message}\n${text}`);
  }
  return config;
}
