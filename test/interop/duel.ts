import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { formatMac } from "@keepalived/ip-address";
import { nowUs } from "@keepalived/linux";
import { activeDownIntervalUs, skewTimeUs } from "@keepalived/vrrp-fsm";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { type Lab, sleep, until } from "../../tools/lab/lab.ts";
import type { Frame, Sighting } from "../../tools/lab/wire.ts";
import { configOf, type Format } from "./formats.ts";

/** What happens between two routers, in this order. */
export const steps = ["elect", "fail over", "preempt", "resign", "end"] as const;

export type Step = (typeof steps)[number];

/** How a step went: what was measured, or what went wrong. */
export type Outcome = { readonly ok: boolean; readonly text: string };

/** What a busy machine may add to any time of the protocol. */
const marginUs = 1_000_000;
/** What our own clock, read when the frame is taken from the socket, may be off. */
const blurUs = 50_000;

type Side = {
  readonly host: string;
  readonly implementation: Implementation;
  readonly priority: number;
  readonly mac: string;
};

/**
 * Two routers on one network: `a` starts first and has the higher priority.
 *
 * Times are read off the wire: from the last advertisement of one to the first of the other.
 */
export class Duel {
  readonly #lab: Lab;
  readonly #format: Format;
  readonly #a: Side;
  readonly #b: Side;
  readonly #firstFrame: number;
  readonly #beganUs: number;
  readonly #running = new Map<Side, Daemon>();

  constructor(lab: Lab, format: Format, pair: readonly [Implementation, Implementation]) {
    const side = (host: string, implementation: Implementation, priority: number) => ({
      host,
      implementation,
      priority,
      mac: lab.host(host).mac,
    });
    this.#lab = lab;
    this.#firstFrame = lab.wire.frames.length;
    this.#format = format;
    this.#beganUs = nowUs();
    this.#a = side("a", pair[0], 200);
    this.#b = side("b", pair[1], 100);
  }

  /** What a daemon's hosts sent since the duel began. */
  framesOf(implementation: Implementation): readonly Frame[] {
    const macs = [this.#a, this.#b].filter((side) => side.implementation === implementation)
      .map(({ mac }) => mac);
    return this.#lab.wire.frames.slice(this.#firstFrame).filter(({ bytes }) =>
      macs.includes(formatMac(bytes.subarray(6, 12)))
    );
  }

  /** Goes through all steps. After one that fails, the others count as failed too. */
  async run(): Promise<ReadonlyMap<Step, Outcome>> {
    const outcomes = new Map<Step, Outcome>();
    const actions: Readonly<Record<Step, () => Promise<string>>> = {
      "elect": () => this.#elect(),
      "fail over": () => this.#failOver(),
      "preempt": () => this.#preempt(),
      "resign": () => this.#resign(),
      "end": () => this.#end(),
    };
    let failed: Step | undefined;
    for (const step of steps) {
      if (failed !== undefined) {
        outcomes.set(step, { ok: false, text: `not reached: "${failed}" failed` });
        continue;
      }
      try {
        outcomes.set(step, { ok: true, text: await actions[step]() });
      } catch (error) {
        failed = step;
        outcomes.set(step, { ok: false, text: `${(error as Error).message}\n${this.#logs()}` });
      }
    }
    for (const daemon of this.#running.values()) await daemon.crash();
    return outcomes;
  }

  /** `a` alone becomes the master; `b`, when it starts, stays a backup. */
  async #elect(): Promise<string> {
    await this.#start(this.#a);
    const text = await this.#listen(this.#a);
    await this.#settled(this.#a, this.#b);
    await this.#start(this.#b);
    await sleep((this.#downUs(this.#b) + marginUs / 2) / 1000);
    assert.equal(this.#sentBy(this.#b, this.#beganUs), 0, "b advertises although it hears a");
    await this.#settled(this.#a, this.#b);
    return text;
  }

  /** `a` dies without a word, as by a power failure: `b` waits Active_Down_Interval. */
  async #failOver(): Promise<string> {
    const { host, mac } = this.#a;
    const daemon = this.#running.get(this.#a);
    assert.ok(daemon !== undefined);
    await daemon.crash();
    this.#lab.network.setCable(host, false);
    // What a power failure clears, and a crash of the program leaves.
    for (const file of [daemon.pidFile, daemon.vrrpPidFile]) rmSync(file);
    for (const address of this.#format.virtual) {
      this.#lab.host(host).run(`ip address delete ${address} dev eth0`);
    }
    const last = this.#lab.wire.adverts.findLast((sighting) => sighting.mac === mac);
    assert.ok(last !== undefined);
    return await this.#takeover(last, this.#downUs(this.#b));
  }

  /** `a` is back, and takes over once it has listened for Active_Down_Interval. */
  async #preempt(): Promise<string> {
    this.#lab.network.setCable(this.#a.host, true);
    await this.#start(this.#a);
    const text = await this.#listen(this.#a);
    await this.#settled(this.#a, this.#b);
    const fromUs = nowUs();
    await sleep(this.#format.intervalUs * 3 / 1000);
    assert.equal(this.#sentBy(this.#b, fromUs), 0, "b still advertises");
    return text;
  }

  /** `a` is told to stop: it says so with priority 0, and `b` waits only Skew_Time. */
  async #resign(): Promise<string> {
    const sinceUs = nowUs();
    const status = await this.#running.get(this.#a)?.stop();
    const resigned = await this.#resignation(this.#a, sinceUs);
    const { version, intervalUs } = this.#format;
    const text = await this.#takeover(
      resigned,
      skewTimeUs(version, this.#b.priority, intervalUs),
    );
    assert.equal(status, 0, "exit status of a");
    return text;
  }

  /** `b` is told to stop too: nobody is left, and no address. */
  async #end(): Promise<string> {
    const sinceUs = nowUs();
    const status = await this.#running.get(this.#b)?.stop();
    const { atUs } = await this.#resignation(this.#b, sinceUs);
    assert.equal(status, 0, "exit status of b");
    assert.deepEqual(await this.#heldBy(this.#b), [], "addresses left on b");
    return seconds(atUs - sinceUs);
  }

  async #start(side: Side): Promise<void> {
    const { host, implementation, priority } = side;
    const daemon = this.#lab.start({
      name: host,
      implementation,
      config: configOf(this.#format, priority),
    });
    this.#running.set(side, daemon);
    await daemon.says(/Entering BACKUP STATE/);
  }

  /** A backup that has just started listens for Active_Down_Interval, and then takes over. */
  async #listen(side: Side): Promise<string> {
    const startedUs = nowUs();
    const theoryUs = this.#downUs(side);
    const first = await this.#firstFrom(side, startedUs, theoryUs + marginUs);
    const tookUs = first.atUs - startedUs;
    // The log may have told of the start a little late.
    assert.ok(tookUs >= theoryUs - marginUs, `${side.host} listened only ${seconds(tookUs)}`);
    return `${seconds(tookUs)} (${seconds(theoryUs)})`;
  }

  /** `b` takes over a time after an advertisement of `a`, not earlier and not much later. */
  async #takeover(after: Sighting, theoryUs: number): Promise<string> {
    const first = await this.#firstFrom(this.#b, after.atUs, theoryUs + marginUs);
    const tookUs = first.atUs - after.atUs;
    assert.ok(tookUs >= theoryUs - blurUs, `b took over after ${seconds(tookUs)}, too early`);
    assert.ok(tookUs <= theoryUs + marginUs, `b took over after ${seconds(tookUs)}, too late`);
    await this.#settled(this.#b, this.#a);
    return `${seconds(tookUs)} (${seconds(theoryUs)})`;
  }

  /** All addresses are on one host, and none is on the other. */
  async #settled(holder: Side, other: Side): Promise<void> {
    const all = this.#format.virtual.join(" ");
    let state = "";
    await until(
      `${holder.host} alone holds ${all}`,
      async () => {
        const [held, left] = [await this.#heldBy(holder), await this.#heldBy(other)];
        state = `${holder.host}: ${held.join(" ")}, ${other.host}: ${left.join(" ")}`;
        return held.join(" ") === all && left.length === 0;
      },
      marginUs / 1000,
    ).catch((error: Error) => assert.fail(`${error.message}; at last ${state}`));
  }

  async #heldBy(side: Side): Promise<readonly string[]> {
    const shown = await this.#lab.host(side.host).read("ip -o address show dev eth0");
    return this.#format.virtual.filter((address) => shown.includes(` ${address} `));
  }

  #resignation(side: Side, sinceUs: number): Promise<Sighting> {
    return this.#lab.wire.next(
      `priority 0 from ${side.host}`,
      ({ mac, priority }) => mac === side.mac && priority === 0,
      { withinMs: marginUs / 1000, sinceUs },
    );
  }

  #firstFrom(side: Side, sinceUs: number, withinUs: number): Promise<Sighting> {
    return this.#lab.wire.next(
      `an advertisement of ${side.host}`,
      ({ mac, priority }) => mac === side.mac && priority === side.priority,
      { withinMs: withinUs / 1000, sinceUs },
    );
  }

  #sentBy(side: Side, sinceUs: number): number {
    return this.#lab.wire.adverts.filter(({ mac, atUs }) => mac === side.mac && atUs >= sinceUs)
      .length;
  }

  #downUs(side: Side): number {
    const { version, intervalUs } = this.#format;
    return activeDownIntervalUs(version, side.priority, intervalUs, 3);
  }

  #logs(): string {
    return [...this.#running.values()].flatMap(({ name, log }) =>
      log.slice(-12).map((line) => `  ${name}: ${line}`)
    ).join("\n");
  }
}

function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(2)} s`;
}
