import type { SessionConfig } from "./mod.ts";

/** What the tests start from. */
export const EXAMPLE: SessionConfig = {
  localDiscriminator: 0xa,
  desiredMinTxIntervalUs: 100_000,
  requiredMinRxIntervalUs: 100_000,
  idleTxIntervalUs: 1_000_000,
  detectMult: 3,
  passive: false,
};
