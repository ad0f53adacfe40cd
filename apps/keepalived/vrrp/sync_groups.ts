import type { SyncGroupConfig as Configured } from "@keepalived/keepalived-config";
import { type Host, host, type Scheduler } from "@keepalived/reactor";
import {
  type InstanceEvent,
  type StateKind,
  syncGroup,
  type SyncGroupAction,
  type SyncGroupConfig,
  type SyncGroupEvent,
  type SyncGroupState,
} from "@keepalived/vrrp-fsm";
import type { Log } from "../log.ts";
import { operatorState } from "../names.ts";
import type { ToldState } from "../notify/event.ts";

/** What sync groups work with. */
export type SyncGroupsOptions = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** Hands an event to the virtual router of a name, if it runs. */
  readonly tellMember: (name: string, event: InstanceEvent) => void;
  readonly onStateChange: (name: string, to: ToldState) => void;
};

type Group = Host<SyncGroupConfig, SyncGroupState, SyncGroupEvent>;

/** The sync groups of a configuration, each a machine in its own host; members speak through here. */
export class SyncGroups {
  readonly #options: SyncGroupsOptions;
  readonly #groups = new Map<string, Group>();

  constructor(options: SyncGroupsOptions) {
    this.#options = options;
  }

  /** Goes over to other groups. One that stays keeps its state; one that goes lets its members go. */
  configure(groups: readonly Configured[]): void {
    const wanted = new Map(groups.map((it) => [it.name, { name: it.name, members: it.members }]));
    for (const [name, group] of this.#groups) {
      if (wanted.has(name)) continue;
      group.configure({ name, members: [] });
      group[Symbol.dispose]();
      this.#groups.delete(name);
    }
    for (const [name, config] of wanted) {
      const known = this.#groups.get(name);
      if (known === undefined) this.#groups.set(name, this.#hostOf(config));
      else known.configure(config);
    }
  }

  /** What a member says to its group. */
  tell(name: string | undefined, event: SyncGroupEvent): void {
    if (name !== undefined) this.#groups.get(name)?.send(event);
  }

  /** State of a group, or undefined if there is none of that name. */
  stateOf(name: string): StateKind | undefined {
    return this.#groups.get(name)?.state.kind;
  }

  list(): readonly { readonly config: SyncGroupConfig; readonly state: SyncGroupState }[] {
    return [...this.#groups.values()];
  }

  [Symbol.dispose](): void {
    for (const group of this.#groups.values()) group[Symbol.dispose]();
    this.#groups.clear();
  }

  #hostOf(config: SyncGroupConfig): Group {
    const { scheduler } = this.#options;
    return host(syncGroup, {
      name: `group ${config.name}`,
      config,
      seed: 0,
      scheduler,
      perform: (action) => this.#perform(action),
    });
  }

  #perform(action: SyncGroupAction): void {
    const { log, tellMember, onStateChange } = this.#options;
    switch (action.kind) {
      case "tell-member":
        return tellMember(action.member, action.event);
      case "group-state-changed": {
        const { name, to } = action;
        // Its members say that they end, or that they are no longer in it.
        if (to === "initialize") return;
        log("info", `VRRP_Group(${name}) Syncing instances to ${operatorState(to)} state`);
        return onStateChange(name, to);
      }
      default:
        return action satisfies never;
    }
  }
}
