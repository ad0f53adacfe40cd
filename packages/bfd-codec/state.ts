/** Session states in the order of their numbers on the wire (RFC 5880 §4.1, Sta). */
export const bfdStates = ["admin-down", "down", "init", "up"] as const;

/** State of a session as its sender sees it. */
export type BfdState = (typeof bfdStates)[number];
