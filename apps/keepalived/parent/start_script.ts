import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { type ProgramEnd, programOf, runProgram } from "../program.ts";

/** A script that runs before the first child starts, or after the last one has ended. */
export type StartScript = {
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  /** Ends it. */
  readonly stop: () => void;
};

/** Runs the script if there is one. What it says does not keep the daemon from starting or ending. */
export function runStartScript(
  which: "startup" | "shutdown",
  scripts: GlobalConfig["scripts"],
  { reactor, log }: { readonly reactor: Reactor; readonly log: Log },
): StartScript | undefined {
  const command = scripts[which];
  if (command === undefined) return undefined;
  log("info", `Running ${which} script ${command.argv.join(" ")}`);
  const timeoutUs = which === "startup" ? scripts.startupTimeoutUs : scripts.shutdownTimeoutUs;
  let stop = () => {};
  const ended = new Promise<void>((resolve) => {
    const program = { ...programOf(command, scripts), timeoutUs };
    const running = runProgram(reactor, program, (end) => {
      const [severity, text] = wordsOf(end);
      log(severity, `${which} script ${text}`);
      resolve();
    });
    stop = () => running.stop();
  });
  return { ended, stop };
}

function wordsOf(end: ProgramEnd): readonly ["info" | "warning", string] {
  switch (end.kind) {
    case "exit":
      return end.status === 0
        ? ["info", "script succeeded"]
        : ["warning", `script failed, status ${end.status}`];
    case "signal":
      return ["warning", `script ended by signal ${end.signal}`];
    case "timeout":
      return ["warning", "timed out"];
    case "not-started":
      return ["warning", `cannot be run: ${end.message}`];
  }
}
