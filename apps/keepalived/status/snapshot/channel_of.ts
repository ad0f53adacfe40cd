import type { Channel } from "../../vrrp/channel.ts";
import { type Moment, unixTime } from "./moment.ts";
import type { ChannelSnapshot } from "./vrrp_snapshot.ts";

/** The snapshot of the sockets of one place. */
export function channelOf(channel: Channel, moment: Moment): ChannelSnapshot {
  const { place, sockets, counters } = channel;
  return {
    family: place.family,
    ...(place.receive === undefined ? {} : { interface: place.receive.name }),
    ...sockets,
    instances: channel.routers().map(({ config: { name } }) => name),
    strangers: channel.neighbours().map(({ source, virtualRouterId, version, lastSeenUs }) => ({
      address: source,
      virtualRouterId,
      version,
      heardAt: unixTime(moment, lastSeenUs),
    })),
    counters: counters.toJSON(),
  };
}
