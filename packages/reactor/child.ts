import {
  endOfProcess,
  type ProcessEnd,
  sendSignal,
  SIGKILL,
  SIGTERM,
  spawnProcess,
} from "@keepalived/linux";
import type { Reactor } from "./reactor.ts";

export type ChildOptions = {
  /** The program and its arguments; without a slash the program is looked for in PATH. */
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called once, in a later turn. */
  readonly onEnd: (end: ProcessEnd) => void;
};

/** A child process: the first one of a process group of its own. */
export type Child = {
  readonly pid: number;
  /**
   * Ends the group: SIGTERM now, and SIGKILL later for those that are left.
   *
   * @param graceUs the time between the two, microseconds
   */
  readonly terminate: (graceUs: number) => void;
};

/**
 * Starts a program, with its standard streams at /dev/null.
 *
 * Not with the runtime's own means: both copy the page tables of this process, and stop the event loop for milliseconds.
 *
 * @throws SyscallError if the program cannot be run
 */
export function spawnChild(reactor: Reactor, options: ChildOptions): Child {
  const { pid, ended } = spawnProcess(options.argv, options.environment);
  let hasEnded = false;
  let kill: Disposable | undefined;
  const watch = reactor.watch(ended.fd, "read", () => {
    // While its group is still to be killed it is not collected, so that no other group can have its number.
    const end = endOfProcess(pid, kill === undefined);
    if (end === undefined) return;
    hasEnded = true;
    watch[Symbol.dispose]();
    ended[Symbol.dispose]();
    options.onEnd(end);
  });
  return {
    pid,
    terminate(graceUs) {
      if (hasEnded || kill !== undefined) return;
      sendSignal(-pid, SIGTERM);
      kill = reactor.at(reactor.nowUs() + graceUs, () => {
        sendSignal(-pid, SIGKILL);
        kill = undefined;
        if (hasEnded) endOfProcess(pid);
      });
    },
  };
}
