import type { IpAddress } from "@keepalived/ip-address";
import type { OperatorBfdState } from "../../names.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";

/** The BFD process at one moment: plain JSON data, for everybody who asks how it is doing. */
export type BfdSnapshot = {
  readonly process: ProcessSnapshot;
  /** In the order of the configuration. */
  readonly sessions: readonly BfdSessionSnapshot[];
  /** Datagrams that were discarded, by the reason. */
  readonly discarded: Readonly<Record<string, number>>;
};

/** One session. */
export type BfdSessionSnapshot = {
  readonly name: string;
  readonly neighbor: IpAddress;
  /** Absent: what the kernel chooses. */
  readonly source?: IpAddress;
  readonly multihop: boolean;
  readonly passive: boolean;
  readonly local: BfdEndSnapshot;
  /** What the neighbour said last; absent: it is not heard. */
  readonly remote?: BfdEndSnapshot & { readonly demand: boolean };
  /** Since when it is in its state. */
  readonly changedAt: number;
  /** When the neighbour was last heard; absent: not since it was last given up. */
  readonly heardAt?: number;
  /** New intervals wait for the neighbour to confirm them. */
  readonly polling: boolean;
  /** Why its packets cannot be sent. */
  readonly problem?: string;
  readonly counters: {
    readonly sent: number;
    readonly received: number;
    /** How often it came up, and went down. */
    readonly becameUp: number;
    readonly becameDown: number;
  };
};

/** One end of a session. */
export type BfdEndSnapshot = {
  readonly state: OperatorBfdState;
  readonly discriminator: number;
  /** Why it is in this state. */
  readonly diagnostic: string;
  readonly desiredMinTxS: number;
  readonly requiredMinRxS: number;
  readonly detectMult: number;
  /** The interval that it sends in, as agreed; up to a quarter less in fact. */
  readonly intervalS: number;
  /** Silence of the other end after which the session is down; 0: not known yet. */
  readonly detectionTimeS: number;
};
