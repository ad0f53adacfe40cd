import type { Config } from "@keepalived/keepalived-config";
import type { OptionKey } from "../option_rows.ts";
import type { Options } from "../options.ts";
import type { PidFileKey } from "../run_names.ts";
import type { Role } from "../self.ts";

/** One of the processes that do the work. */
export type ChildKind = {
  readonly role: Exclude<Role, "launcher" | "parent">;
  /** What operators call it. */
  readonly title: string;
  /** What the option that asks for it alone is called in {@linkcode Options}; absent: it helps whoever runs. */
  readonly only?: "checkOnly" | "vrrpOnly";
  /** What the option that forbids it is called. */
  readonly unless?: "noBfd";
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
  {
    role: "bfd",
    title: "BFD",
    unless: "noBfd",
    pidFile: "bfdPidFile",
    isNeeded: ({ present }) => present.bfd,
  },
];

/** The processes that a configuration needs and the command line allows. */
export function childrenFor(config: Config, options: Options): readonly ChildKind[] {
  const isAsked = (option: OptionKey | undefined) =>
    option !== undefined && options.count(option) > 0;
  const isChosen = kinds.some(({ only }) => isAsked(only));
  const allowed = kinds.filter(({ only, unless }) =>
    !isAsked(unless) && (!isChosen || only === undefined || isAsked(only))
  );
  return options.count("all") > 0 ? allowed : allowed.filter(({ isNeeded }) => isNeeded(config));
}
