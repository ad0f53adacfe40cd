import { type Ending, failed, succeeded } from "./ending.ts";

/** How the program of MISC_CHECK ended. */
export type ProgramResult =
  | { readonly kind: "exit"; readonly status: number }
  | { readonly kind: "signal"; readonly signal: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "not-started"; readonly message: string };

/**
 * What the end of a program says of a server.
 *
 * @param dynamic 2–255 is a weight of 0–253, 0 the configured weight (keepalived 2.2.7 puts it back), and 1 the only
 *   status that is a failure
 */
export function judgeProgram(end: ProgramResult, dynamic: boolean): Ending {
  switch (end.kind) {
    case "exit":
      if (end.status === 0) return succeeded;
      if (dynamic && end.status >= 2) return { ok: true, weight: end.status - 2 };
      return failed("exit", `exited with status ${end.status}`);
    case "signal":
      return failed("signal", `due to signal ${end.signal}`);
    case "timeout":
      return failed("timeout", "timed out");
    case "not-started":
      return failed("local", `not started: ${end.message}`);
  }
}
