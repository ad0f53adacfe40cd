import type { Verdict } from "@keepalived/tracking";
import type { TrackedKind } from "../../vrrp/trackers/entries.ts";

/** Something that instances track, and how it is doing. */
export type TrackerSnapshot =
  | {
    readonly kind: "script";
    readonly name: string;
    readonly verdict: Verdict;
    readonly running: boolean;
    /** Results in a row that speak against the verdict. */
    readonly against: number;
    /** Runs that have ended. */
    readonly runs: number;
    /** How the last run ended, in words. */
    readonly last?: { readonly text: string; readonly status?: number; readonly at: number };
  }
  | {
    readonly kind: "file";
    readonly name: string;
    readonly path: string;
    readonly value: number;
    readonly changedAt: number;
  }
  | {
    readonly kind: "process";
    readonly name: string;
    readonly verdict: Verdict;
    readonly count: number;
    /** When the verdict changes, if nothing happens before: a delay runs. */
    readonly changesAt?: number;
    /** Whether the kernel tells of processes, or they are looked for each second. */
    readonly source: "kernel" | "scan";
  }
  | { readonly kind: "interface"; readonly name: string; readonly up: boolean }
  | { readonly kind: "bfd"; readonly name: string; readonly up: boolean };

/** What one instance tracks, and what it does to it. */
export type TrackedEntry = {
  readonly kind: TrackedKind;
  readonly name: string;
  /** 0: it is a fault while it is bad. */
  readonly weight: number;
  readonly reverse: boolean;
  /** What it adds to the priority; `fault`: it keeps the instance from taking part; `pending`: not known yet. */
  readonly effect: number | "fault" | "pending";
};
