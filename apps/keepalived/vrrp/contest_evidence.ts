import type { Contender } from "@keepalived/vrrp-fsm";
import type { Neighbour } from "./neighbours.ts";
import type { Peer } from "./peers.ts";

/** What is known when a contest begins. */
export type Traces = {
  readonly interfaceName: string;
  /** The contender, as far as it was heard with our VRID. */
  readonly peer: Peer | undefined;
  /** Virtual routers on the same channel that are none of ours. */
  readonly neighbours: readonly Neighbour[];
  /** Since when what was heard counts as heard now. */
  readonly recentUs: number;
};

/** The likely cause of a contest, as the end of a sentence; undefined: nothing hints at one. */
export function evidenceOf({ by, source }: Contender, traces: Traces): string | undefined {
  const { peer, neighbours, recentUs, interfaceName } = traces;
  if (peer !== undefined && isRefused(peer) && peer.lastSeenUs >= recentUs) {
    return `what it sends is refused here (${
      peer.lastRefusal?.replaceAll("-", " ")
    }), and it may refuse ours: compare the two configurations`;
  }
  if (by === "rival") return undefined;
  const recent = neighbours.filter(({ lastSeenUs }) => lastSeenUs >= recentUs);
  const other = recent.find((neighbour) => neighbour.source === source);
  if (other !== undefined) {
    return `it advertises virtual router ${other.virtualRouterId} in version ${other.version} instead`;
  }
  if (recent.length > 0) {
    return `other routers are heard on ${interfaceName}, so it is probably down`;
  }
  if (neighbours.length > 0) {
    return `no router at all is heard on ${interfaceName} any more: look at our own network`;
  }
  return undefined;
}

/** Whether the last thing that it sent did not count. */
function isRefused(peer: Peer): boolean {
  return peer.lastRefusal !== undefined && peer.lastSeenUs > (peer.acceptedUs ?? -1);
}
