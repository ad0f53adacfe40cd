import { type NetlinkRequest, NLM_F_ACK, NLM_F_REQUEST } from "@keepalived/netlink-codec";
import { encodeBody, NFNL_SUBSYS_NFTABLES } from "./message.ts";

const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;

/**
 * `nft -f`: changes that take effect all at once, or not at all.
 *
 * To be sent in one datagram. The last change is acknowledged for all; any of them may be refused, and the first message
 * is refused if nf_tables is not there or the rights are missing. The kernel takes changes in no other way.
 *
 * @param changes at least one: add, delete and replace requests of this package
 * @param name names the whole in messages
 */
export function transaction(
  changes: readonly NetlinkRequest[],
  name = "nft -f",
): readonly NetlinkRequest[] {
  const last = changes.at(-1);
  if (last === undefined) throw new RangeError("Cannot make a transaction: it has no change");
  return [
    mark(name, NFNL_MSG_BATCH_BEGIN),
    ...changes.slice(0, -1),
    { ...last, flags: last.flags | NLM_F_ACK },
    mark(name, NFNL_MSG_BATCH_END),
  ];
}

function mark(name: string, type: number): NetlinkRequest {
  return { name, type, flags: NLM_F_REQUEST, body: encodeBody(0, NFNL_SUBSYS_NFTABLES) };
}
