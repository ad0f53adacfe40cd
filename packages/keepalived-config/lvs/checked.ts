import type { Report } from "@keepalived/conf-parser";
import type { Statement } from "../bind.ts";
import { type Habits, type Inherited, scheduled } from "./inheritance.ts";
import type { CheckerConfig, Scheduled } from "../model_checker.ts";

/** What a checker needs to know of its server and of the rest of the file. */
export type Checked = {
  /** `[10.0.0.1]:tcp:80` */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly inherited: Inherited;
  /** Of the virtual server. */
  readonly service: { readonly delayLoopUs: number; readonly virtualHost: string | undefined };
  readonly logAllFailures: boolean;
  /** Weights of the `track_file` blocks. */
  readonly files: ReadonlyMap<string, { readonly weight: number; readonly reverse: boolean }>;
  /** Names of the `bfd_instance` blocks. */
  readonly sessions: ReadonlySet<string>;
  readonly report: Report;
};

/** Reads one checker block; none after a report that says why. */
export type CheckerReader = (statement: Statement, server: Checked) => readonly CheckerConfig[];

/** A second attempt after a second: the habit of most checkers. */
export const ONE_SECOND: Habits = { retry: 1, delayBeforeRetryUs: 1_000_000 };

/** The schedule of a checker. */
export function times({ body }: Statement, server: Checked, habits: Habits): Scheduled {
  return scheduled(body, server.inherited, habits, server.logAllFailures);
}
