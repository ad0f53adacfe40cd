/** Why a session last changed its state (RFC 5880 §4.1, Diag). The others up to 31 are reserved, and kept. */
export const diagnosticCode = {
  none: 0,
  detectionTimeExpired: 1,
  echoFailed: 2,
  neighborSignaledDown: 3,
  forwardingPlaneReset: 4,
  pathDown: 5,
  concatenatedPathDown: 6,
  administrativelyDown: 7,
  reverseConcatenatedPathDown: 8,
} as const;
