import { type Dice, Lan } from "@keepalived/simulation";
import type { Host } from "./host.ts";

/** Where an interface is plugged in: carries Ethernet frames to the hosts that it reaches. */
export class Wire {
  /** Who reaches whom, how long it takes, and what gets lost. */
  readonly lan: Lan;
  /** Of 1000 frames, how many arrive twice, and how many with one bit turned over. */
  duplicated = 0;
  corrupted = 0;
  /** Sees each frame as it is sent. */
  readonly #witness: (from: Host, frame: Uint8Array) => void;
  readonly #dice: Dice;

  constructor(dice: Dice, witness: (from: Host, frame: Uint8Array) => void) {
    this.#dice = dice;
    this.lan = new Lan(dice);
    this.#witness = witness;
  }

  /** Sends a frame to all others. @param deliver puts it down to arrive at a host */
  send(
    from: Host,
    frame: Uint8Array,
    hosts: readonly Host[],
    nowUs: number,
    deliver: (to: Host, frame: Uint8Array, atUs: number) => void,
  ): void {
    this.#witness(from, frame);
    for (const to of hosts) {
      if (to === from) continue;
      const copies = this.#happens(this.duplicated) ? 2 : 1;
      for (let i = 0; i < copies; i++) {
        const atUs = this.lan.arrivalUs(from.index, to.index, nowUs);
        if (atUs !== undefined) deliver(to, this.#damaged(frame), atUs);
      }
    }
  }

  /** Ethernet sees to its own header: what comes through damaged is damaged behind it. */
  #damaged(frame: Uint8Array): Uint8Array {
    if (!this.#happens(this.corrupted)) return frame;
    const damaged = frame.slice();
    const bit = this.#dice.integer(14 * 8, frame.length * 8 - 1);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return damaged;
  }

  #happens(of1000: number): boolean {
    return of1000 > 0 && this.#dice.integer(1, 1000) <= of1000;
  }
}
