import { spawn } from "node:child_process";
import type { Descriptor } from "@keepalived/linux";

/** How a child process ended: by itself with a code, by a signal, or it never began. */
export type ChildExit =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "not-started"; readonly reason: string };

export type ChildOptions = {
  /** A path, or a name to find in PATH. */
  readonly command: string;
  readonly arguments?: readonly string[];
  /** The whole environment; absent: ours. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly userId?: number;
  readonly groupId?: number;
  /** Whether the child writes to our standard output and error, or to nowhere. Default "inherit". */
  readonly output?: "inherit" | "ignore";
  /** In a process group of its own, so that a signal to `-pid` reaches its children too. Default no. */
  readonly ownGroup?: boolean;
  /**
   * Descriptors that the child gets, under the same numbers: tell it by an argument. Ours stay open; close the child's
   * end of a pipe afterwards.
   */
  readonly inherit?: readonly Descriptor[];
  /** Called once. */
  readonly onExit: (exit: ChildExit) => void;
};

/** A child process. */
export type Child = {
  /** Undefined if it could not be started; `onExit` comes all the same. */
  readonly pid: number | undefined;
  /** @param signal "SIGTERM". @returns false if it has already ended */
  readonly kill: (signal: NodeJS.Signals) => boolean;
};

/** Starts a program. Its standard input is empty. */
export function spawnChild(options: ChildOptions): Child {
  const { inherit = [], output = "inherit" } = options;
  for (const descriptor of inherit) descriptor.setInherited(true);
  try {
    const child = spawn(options.command, [...options.arguments ?? []], {
      stdio: ["ignore", output, output],
      detached: options.ownGroup ?? false,
      ...(options.environment === undefined ? {} : { env: { ...options.environment } }),
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
      ...(options.userId === undefined ? {} : { uid: options.userId }),
      ...(options.groupId === undefined ? {} : { gid: options.groupId }),
    });
    let ended = false;
    const end = (exit: ChildExit): void => {
      if (ended) return;
      ended = true;
      options.onExit(exit);
    };
    child.on("error", (error) => {
      if (child.pid === undefined) end({ kind: "not-started", reason: error.message });
    });
    child.on("exit", (code, signal) => {
      if (signal !== null) end({ kind: "killed", signal });
      // A child that never began has a negative code on one of the runtimes.
      else if (child.pid !== undefined) end({ kind: "exited", code: code ?? 0 });
    });
    return { pid: child.pid, kill: (signal) => !ended && child.kill(signal) };
  } finally {
    for (const descriptor of inherit) descriptor.setInherited(false);
  }
}
