import type { Stamp } from "@keepalived/vrrp-codec";
import { ReplayMarks } from "./replay_marks.ts";

/** What must outlive a reload, or old packets would be new again. */
export type AuthenticationMemory = {
  /** Of the last signed advertisement. */
  lastStamp: Stamp | undefined;
  readonly marks: ReplayMarks;
  /** The highest that was sent or heard: all routers of an Authentication Header count as one. */
  sequenceNumber: number;
};

export function newMemory(): AuthenticationMemory {
  return { lastStamp: undefined, marks: new ReplayMarks(), sequenceNumber: 0 };
}
