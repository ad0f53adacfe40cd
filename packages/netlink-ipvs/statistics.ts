import type { AttributeValues } from "@keepalived/netlink-codec";

/** Counters since the service or destination was added or zeroed, and rates per second. */
export type Statistics = {
  readonly connections: bigint;
  readonly inPackets: bigint;
  readonly outPackets: bigint;
  readonly inBytes: bigint;
  readonly outBytes: bigint;
  readonly connectionRate: bigint;
  readonly inPacketRate: bigint;
  readonly outPacketRate: bigint;
  readonly inByteRate: bigint;
  readonly outByteRate: bigint;
};

/** The attributes that hold counters, of services and destinations alike. */
export const statisticsTable = {
  /** Kernels before 4.1 have no others; most of them wrap. */
  statistics: {
    number: 10,
    type: "nested",
    table: {
      connections: { number: 1, type: "u32" },
      inPackets: { number: 2, type: "u32" },
      outPackets: { number: 3, type: "u32" },
      inBytes: { number: 4, type: "u64" },
      outBytes: { number: 5, type: "u64" },
      connectionRate: { number: 6, type: "u32" },
      inPacketRate: { number: 7, type: "u32" },
      outPacketRate: { number: 8, type: "u32" },
      inByteRate: { number: 9, type: "u32" },
      outByteRate: { number: 10, type: "u32" },
    },
  },
  statistics64: {
    number: 12,
    type: "nested",
    table: {
      connections: { number: 1, type: "u64" },
      inPackets: { number: 2, type: "u64" },
      outPackets: { number: 3, type: "u64" },
      inBytes: { number: 4, type: "u64" },
      outBytes: { number: 5, type: "u64" },
      connectionRate: { number: 6, type: "u64" },
      inPacketRate: { number: 7, type: "u64" },
      outPacketRate: { number: 8, type: "u64" },
      inByteRate: { number: 9, type: "u64" },
      outByteRate: { number: 10, type: "u64" },
    },
  },
} as const;

/** The counters in attributes, of 64 bits where there are such; what is not there is 0. */
export function statisticsOf(values: AttributeValues<typeof statisticsTable>): Statistics {
  const found = values.statistics64 ?? values.statistics ?? {};
  const counter = (name: keyof Statistics): bigint => BigInt(found[name] ?? 0);
  return {
    connections: counter("connections"),
    inPackets: counter("inPackets"),
    outPackets: counter("outPackets"),
    inBytes: counter("inBytes"),
    outBytes: counter("outBytes"),
    connectionRate: counter("connectionRate"),
    inPacketRate: counter("inPacketRate"),
    outPacketRate: counter("outPacketRate"),
    inByteRate: counter("inByteRate"),
    outByteRate: counter("outByteRate"),
  };
}
