import type { Config } from "@keepalived/keepalived-config";
import type { Options } from "../options.ts";
import type { PidFileKey } from "../run_names.ts";
import type { Role } from "../self.ts";

/** One of the processes that do the work. */
export type ChildKind = {
  readonly role: Exclude<Role, "launcher" | "parent">;
  /** What operators call it. */
  readonly title: string;
  /** What the option that asks for it alone is called in {@linkcode Options}. */
  readonly only: "checkOnly" | "vrrpOnly";
  readonly pidFile: PidFileKey;
  readonly isNeeded: (config: Config) => boolean;
};

/** All of them, in the order in which they are started. */
const kinds: readonly ChildKind[] = [
  {
    role: "check",
    title: "Healthcheck",
    only: "checkOnly",
    pidFile: "checkersPidFile",
    isNeeded: ({ present }) => present.checker,
  },
  {
    role: "vrrp",
    title: "VRRP",
    only: "vrrpOnly",
    pidFile: "vrrpPidFile",
    isNeeded: ({ present }) => present.vrrp,
  },
];

/** The processes that a configuration needs and the command line allows. */
export function childrenFor(config: Config, options: Options): readonly ChildKind[] {
  const chosen = kinds.filter(({ only }) => options.count(only) > 0);
  const allowed = chosen.length > 0 ? chosen : kinds;
  return options.count("all") > 0 ? allowed : allowed.filter(({ isNeeded }) => isNeeded(config));
}
