import type { Config } from "@keepalived/keepalived-config";
import type { Question, ServerOrder } from "../control.ts";
import type { ParentSnapshot } from "./snapshot/parent_snapshot.ts";

/** The children by the names that the status document has for them. */
export type ChildName = "vrrp" | "check" | "bfd";

/** A child that can be asked. */
export type Child = {
  readonly name: ChildName;
  /** What operators call it: `VRRP`. */
  readonly title: string;
  readonly pid: number;
  /** @returns its answer in JSON @throws Error if it does not answer */
  readonly ask: (question: Question) => Promise<string>;
};

/** What a reload would change, or has changed. */
export type ReloadReport = {
  /** Whether it was handed to the processes. */
  readonly applied: boolean;
  /** Why it cannot be taken. */
  readonly refusal?: string;
  /** What is wrong with the files, one text each. */
  readonly problems: readonly string[];
  /** What is different, in words; nothing if it cannot be taken. */
  readonly changes: readonly string[];
};

/** What of the parent those need who ask it. */
export type Premises = {
  /** The configuration that runs. */
  readonly config: () => Config;
  readonly snapshot: () => ParentSnapshot;
  /** Those that run. */
  readonly children: () => readonly Child[];
  /** @param dryRun only say what would change */
  readonly reload: (dryRun: boolean) => Promise<ReloadReport>;
  readonly setMaintenance: (on: boolean) => void;
  /** What is wanted of real servers; a checker process that is started again is told. */
  readonly orders: () => readonly ServerOrder[];
  readonly setOrders: (orders: readonly ServerOrder[]) => void;
};
