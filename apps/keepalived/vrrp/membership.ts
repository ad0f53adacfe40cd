import { SyscallError } from "@keepalived/linux";
import { type Channel, type ChannelPlace, keyOf } from "./channel.ts";
import type { PlacedInstance } from "./devices/placement.ts";
import { senderOf } from "./outbox.ts";
import type { VirtualRouter } from "./virtual_router.ts";
import type { World } from "./world.ts";

/** The channel that a virtual router listens to, if it is on any. */
export class Membership {
  readonly #router: VirtualRouter;
  readonly #world: Pick<World, "channels" | "log">;
  #channel: Channel | undefined;
  /** Undoes what was done to join it. */
  #detach: () => void = () => {};

  constructor(router: VirtualRouter, world: Pick<World, "channels" | "log">) {
    this.#router = router;
    this.#world = world;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Goes to the channel of a place, or nowhere. @returns whether it was not there before */
  join(place: ChannelPlace | undefined, config: PlacedInstance): boolean {
    const now = this.#channel?.place;
    if ((now && keyOf(now)) === (place && keyOf(place))) return false;
    this.leave();
    if (place !== undefined) this.#channel = this.#open(place, config);
    return true;
  }

  leave(): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    this.#channel = undefined;
    this.#detach();
    this.#world.channels.release(channel);
  }

  /** The channel of a place, or undefined if the kernel refuses, as when the interface has just gone. */
  #open(place: ChannelPlace, config: PlacedInstance): Channel | undefined {
    const { name, virtualRouterId, unicast, multicastGroup } = config;
    const group = unicast === undefined ? multicastGroup : undefined;
    let channel: Channel | undefined;
    try {
      const opened = channel = this.#world.channels.open(place);
      // Opened now, so that the first advertisement need not wait for it; last comes what `detach` undoes.
      opened.senderOf(senderOf(config));
      opened.attach(this.#router, virtualRouterId, group);
      this.#detach = () => opened.detach(this.#router, virtualRouterId, group);
      return opened;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      if (channel !== undefined) this.#world.channels.release(channel);
      this.#world.log("error", `(${name}) ${error.message}`);
      return undefined;
    }
  }
}
