import type { Ending } from "@keepalived/checkers";
import type { CheckerConfig, GlobalConfig } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { TlsIdentity } from "./tls_identity.ts";

/** A checker that makes attempts; those of files and BFD sessions hear of them instead. */
export type ScheduledChecker = Exclude<CheckerConfig, { readonly kind: "file" | "bfd" }>;

/** A checker of one kind. */
export type CheckerOf<Kind extends ScheduledChecker["kind"]> = Extract<
  ScheduledChecker,
  { readonly kind: Kind }
>;

/** What attempts are made with. */
export type ExchangeTools = {
  readonly reactor: Reactor;
  /** As whom programs run. */
  readonly scripts: GlobalConfig["scripts"];
  /** What SSL_GET shows to servers, and whom it trusts. */
  readonly tls: TlsIdentity;
};

/** Tells how an attempt ended. Not to be called before the function that began it has returned. */
export type Finish = (ending: Ending) => void;

/** Gives back what an attempt holds; after it nothing is told any more. */
export type Release = () => void;
