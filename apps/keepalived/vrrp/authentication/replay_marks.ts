import type { IpAddress } from "@keepalived/ip-address";
import { isAfter, type Stamp } from "@keepalived/vrrp-codec";

/** Senders beside the unicast peers that are remembered. */
const strangers = 4;

/**
 * The last stamp of each sender: an advertisement that does not come after it is a copy of an old one.
 *
 * Holds the unicast peers and a few senders more; beyond that the one that was silent longest is forgotten. Only the stamps
 * of intact advertisements belong in here, so nobody without the key can push a mark out.
 */
export class ReplayMarks {
  readonly #marks = new Map<IpAddress, Stamp>();
  #capacity = strangers;

  /** Makes room for this many unicast peers. */
  expect(peers: number): void {
    this.#capacity = peers + strangers;
  }

  /**
   * Takes a stamp in if it is new.
   *
   * @param isVoid says of a mark that it must not count any more, as when the clock that it was taken by has been set back
   */
  pass(source: IpAddress, stamp: Stamp, isVoid: (mark: Stamp) => boolean = () => false): boolean {
    const mark = this.#marks.get(source);
    if (mark !== undefined && !isAfter(stamp, mark) && !isVoid(mark)) return false;
    // Last in the map is heard last.
    this.#marks.delete(source);
    this.#marks.set(source, stamp);
    for (const oldest of this.#marks.keys()) {
      if (this.#marks.size <= this.#capacity) break;
      this.#marks.delete(oldest);
    }
    return true;
  }
}
