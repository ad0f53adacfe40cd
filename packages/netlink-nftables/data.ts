/** What a register gets or is compared with (`NFTA_DATA_*`): bytes, or what becomes of the packet. */
export const dataTable = {
  value: { number: 1, type: "bytes" },
  verdict: {
    number: 2,
    type: "nested",
    table: {
      code: { number: 1, type: "u32", order: "network" },
      chain: { number: 2, type: "string" },
    },
  },
} as const;
