import assert from "node:assert/strict";
import { nowUs } from "@keepalived/linux";
import { type Lab, sleep, until } from "../../tools/lab/lab.ts";
import type { Frame, Sighting } from "../../tools/lab/wire.ts";
import type { Format, Peer } from "./formats.ts";
import { FrrRouter } from "./frr.ts";
import { KeepalivedRouter, type Router, type Settings } from "./router.ts";

/** What the clock of the kernel and the rounding of a peer may take off a time of the protocol. */
const blurUs = 50_000;
/** How much longer to wait for what is judged by the kernel's time of it: this program may be late itself. */
const patienceUs = 5_000_000;
/** Until what was seen before has been read. */
const settleMs = 50;

/** Skew_Time as the standards have it: parts of a second in version 2, of the interval in version 3. */
export function skewUs({ version, intervalUs }: Format, priority: number): number {
  return (256 - priority) / 256 * (version === 2 ? 1_000_000 : intervalUs);
}

/** Active_Down_Interval of a priority. */
export function downUs(format: Format, priority: number): number {
  return 3 * format.intervalUs + skewUs(format, priority);
}

/** What a busy machine may add to a time of the protocol: an interval of FRR's IPv6 is in it, and more. */
export function marginUs({ intervalUs }: Format): number {
  return Math.min(intervalUs * 5 / 3, 1_000_000);
}

export type Side = { readonly host: "a" | "b"; readonly peer: Peer; readonly router: Router };

const usual: Settings = { priority: 100, preempt: true, tracked: false };

/**
 * Two routers on one network, and the ways to bring them into a situation and to measure what follows.
 *
 * Times are read off the wire: from the last advertisement of one to the first of the other. `b` has the higher address.
 */
export class Duel {
  readonly a: Side;
  readonly b: Side;
  readonly format: Format;
  readonly lab: Lab;
  readonly #running = new Map<Side, Settings>();

  constructor(lab: Lab, format: Format, pair: readonly [Peer, Peer]) {
    this.lab = lab;
    this.format = format;
    const side = (host: "a" | "b", peer: Peer) => ({
      host,
      peer,
      router: peer === "frr"
        ? new FrrRouter(lab, host, format)
        : new KeepalivedRouter(lab, host, peer, format),
    });
    this.a = side("a", pair[0]);
    this.b = side("b", pair[1]);
  }

  get marginUs(): number {
    return marginUs(this.format);
  }

  /** What a program sent so far, whichever sides it is on. */
  framesOf(peer: Peer): readonly Frame[] {
    const ports = [this.a, this.b].filter((side) => side.peer === peer).map(({ host }) => host);
    return this.lab.wire.frames.filter(({ port }) => ports.includes(port as "a" | "b"));
  }

  downUs(priority: number): number {
    return downUs(this.format, priority);
  }

  skewUs(priority: number): number {
    return skewUs(this.format, priority);
  }

  /**
   * Brings a master and, if given, a backup about, with the least that is to be done: nothing if it is so already.
   *
   * What is not named of the settings may be anything in a router that runs.
   */
  async given(
    master: Side,
    masterSettings: Partial<Settings>,
    backupSettings?: Partial<Settings>,
  ): Promise<void> {
    const backup = master === this.a ? this.b : this.a;
    if (!this.#runs(master, masterSettings)) await this.reset();
    if (backupSettings === undefined || !this.#runs(backup, backupSettings)) {
      await this.#stopBackup(backup);
    }
    if (!this.#running.has(master)) {
      await this.start(master, masterSettings);
      const { priority } = this.#settingsOf(master);
      await this.firstFrom(master, nowUs(), this.downUs(priority));
    }
    if (backupSettings !== undefined && !this.#running.has(backup)) {
      await this.start(backup, backupSettings);
    }
    await this.heldBy([master]);
  }

  async start(side: Side, settings: Partial<Settings>): Promise<void> {
    const all = { ...usual, ...settings };
    this.#running.set(side, all);
    await side.router.start(all);
  }

  async stop(side: Side): Promise<void> {
    this.#running.delete(side);
    assert.equal(await side.router.stop(), 0, `exit status of ${side.host}`);
  }

  /** Everything off on both hosts, the network whole. */
  async reset(): Promise<void> {
    for (const side of [this.a, this.b]) {
      await this.crash(side);
      this.lab.network.setCable(side.host, true);
      this.lab.network.setBridged(side.host, true);
    }
  }

  async crash(side: Side): Promise<void> {
    this.#running.delete(side);
    await side.router.crash();
  }

  /**
   * A router takes over some time after the other's last advertisement of some priority: not earlier, and not much
   * later.
   *
   * @param sinceUs when it was brought about
   * @returns the time, with the protocol's in parentheses
   */
  async takeover(
    side: Side,
    lastPriority: number,
    sinceUs: number,
    theoryUs: number,
  ): Promise<string> {
    const other = side === this.a ? this.b : this.a;
    const first = await this.#next(side, this.#settingsOf(side).priority, sinceUs, theoryUs);
    await sleep(settleMs);
    const last = this.lab.wire.adverts.findLast((it) =>
      it.port === other.host && it.priority === lastPriority && it.atUs < first.atUs
    );
    assert.ok(last !== undefined, `no advertisement of ${other.host} of priority ${lastPriority}`);
    const tookUs = first.atUs - last.atUs;
    const text = both(tookUs, theoryUs);
    assert.ok(tookUs >= theoryUs - blurUs, `${side.host} took over too early, after ${text}`);
    assert.ok(tookUs <= theoryUs + this.marginUs, `${side.host} took over too late, after ${text}`);
    await this.heldBy([side]);
    return text;
  }

  /** The first advertisement of a side after some time, within a margin of when it should come. */
  async firstFrom(side: Side, sinceUs: number, theoryUs: number): Promise<Sighting> {
    const first = await this.#next(side, this.#settingsOf(side).priority, sinceUs, theoryUs);
    const lateUs = first.atUs - sinceUs - theoryUs - this.marginUs;
    assert.ok(lateUs <= 0, `${side.host} advertised ${seconds(lateUs)} too late`);
    return first;
  }

  /** For some time only one side advertises, and it does. */
  async onlyHeard(side: Side, duringUs: number): Promise<void> {
    const sinceUs = nowUs();
    await sleep(duringUs / 1000);
    const untilUs = nowUs();
    await sleep(settleMs);
    const adverts = this.lab.wire.adverts.filter(({ atUs }) => atUs >= sinceUs && atUs <= untilUs);
    const others = adverts.filter(({ port }) => port !== side.host);
    assert.deepEqual(others.map(({ port, priority }) => `${port}: ${priority}`), []);
    const own = adverts.length - others.length;
    const least = Math.floor((duringUs - this.marginUs) / this.format.intervalUs);
    assert.ok(own >= least, `${own} advertisements of ${side.host}`);
  }

  /** Waits until all addresses are on some hosts, and none is on the others. @throws AssertionError if not in time */
  async heldBy(holders: readonly Side[], withinUs: number = 0): Promise<void> {
    const sides = [this.a, this.b];
    const wanted = sides.map((side) => holders.includes(side) ? this.format.virtual : []);
    let held: readonly (readonly string[])[] = [];
    await until(
      "",
      async () => {
        held = await Promise.all(sides.map(({ router }) => router.held()));
        return JSON.stringify(held) === JSON.stringify(wanted);
      },
      (withinUs + patienceUs) / 1000,
    ).catch(() => assert.deepEqual(held, wanted, "the addresses that a and b hold"));
  }

  /** The ends of both logs. */
  logs(): string {
    return [this.a, this.b].flatMap(({ host, peer, router }) =>
      router.log().map((line) => `  ${host} (${peer}): ${line}`)
    ).join("\n");
  }

  async #next(
    side: Side,
    priority: number,
    sinceUs: number,
    theoryUs: number,
  ): Promise<Sighting> {
    const first = await this.lab.wire.next(
      `priority ${priority} from ${side.host}`,
      (it) => it.port === side.host && it.priority === priority,
      { withinMs: (sinceUs + theoryUs + patienceUs - nowUs()) / 1000, sinceUs },
    );
    const { mac } = this.format;
    if (mac !== undefined) assert.equal(first.mac, mac, `Ethernet address of ${side.host}`);
    return first;
  }

  #settingsOf(side: Side): Settings {
    return this.#running.get(side) ?? usual;
  }

  #runs(side: Side, wanted: Partial<Settings>): boolean {
    const running = this.#running.get(side);
    if (running === undefined) return false;
    return Object.entries(wanted).every(([name, value]) =>
      running[name as keyof Settings] === value
    );
  }

  /** A router that is not the master has nothing to say when it stops. */
  async #stopBackup(side: Side): Promise<void> {
    if (!this.#running.has(side)) return;
    const sinceUs = nowUs();
    await this.stop(side);
    const said = this.lab.wire.adverts.filter(({ port, atUs }) =>
      port === side.host && atUs >= sinceUs
    );
    assert.equal(said.length, 0, `${side.host} was a backup and advertised as it stopped`);
  }
}

/** What was measured, and what the protocol says. */
export function both(us: number, theoryUs: number): string {
  return `${seconds(us)} (${seconds(theoryUs)})`;
}

export function seconds(us: number): string {
  return `${(us / 1_000_000).toFixed(2)} s`;
}
