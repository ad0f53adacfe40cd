/** What the tests vary of a `bfd_instance`. */
export type BfdConf = {
  readonly name?: string;
  readonly neighbor: string;
  readonly source?: string;
  /** Milliseconds, for sending and receiving. */
  readonly interval?: number;
  readonly multiplier?: number;
  /** More lines of the block. */
  readonly lines?: readonly string[];
};

/** A `bfd_instance` block; by default a packet each 100 ms, and five that are missed in a row. */
export function bfdConf(conf: BfdConf): string {
  const { name = "B1", neighbor, source, interval = 100, multiplier = 5, lines = [] } = conf;
  return `bfd_instance ${name} {
  neighbor_ip ${neighbor}
  ${source === undefined ? "" : `source_ip ${source}`}
  min_rx ${interval}
  min_tx ${interval}
  multiplier ${multiplier}
  ${lines.join("\n  ")}
}
`;
}
