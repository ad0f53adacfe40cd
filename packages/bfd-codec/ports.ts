/** Destination ports of control packets: one hop (RFC 5881 §4), and several (RFC 5883 §5). */
export const bfdPort = { singleHop: 3784, multihop: 4784 } as const;

/** Source ports that control packets may come from (RFC 5881 §4). */
export const sourcePorts = { first: 49_152, last: 65_535 } as const;
