import type { Common } from "@keepalived/machine";
import {
  desired,
  type Endpoint,
  pool,
  type PoolAction,
  type PoolConfig,
  type PoolEvent,
  type PoolServer,
  type PoolState,
  type SorryServer,
} from "../mod.ts";

/** An endpoint behind NAT. */
export function endpoint(address: string, port = 80): Endpoint {
  const forwarding = { method: "masquerade" } as const;
  return { address, port, forwarding, upperThreshold: 0, lowerThreshold: 0 };
}

/** The server with this number, with one checker `c`. */
export function server(
  number: number,
  more: Partial<PoolServer> & { alpha?: boolean } = {},
): PoolServer {
  const { alpha = false, ...rest } = more;
  return {
    id: `${number}`,
    name: `[10.0.0.${number}]:tcp:80`,
    endpoint: endpoint(`10.0.0.${number}`),
    weight: 1,
    inhibitOnFailure: false,
    checkers: [{ id: "c", alpha }],
    ...rest,
  };
}

/** A server of last resort. */
export const sorryServer: SorryServer = {
  name: "[10.0.0.9]:tcp:80",
  endpoint: endpoint("10.0.0.9"),
  inhibit: false,
};

/** A pool that wants one server to be up. */
export function poolOf(
  servers: readonly PoolServer[],
  more: Partial<PoolConfig> = {},
): PoolConfig {
  const base = { name: "[192.0.2.1]:tcp:80", quorum: 1, hysteresis: 0 };
  return { ...base, omega: false, initNotifies: false, servers, ...more };
}

/** A pool that is told events, and shows what it does in short words. */
export class Bench {
  config: PoolConfig;
  state: PoolState;

  constructor(config: PoolConfig) {
    this.config = config;
    this.state = pool.start(config, 0);
  }

  /** The actions: `table`, `1 down checked`, `weight 1 1->5`, `quorum up 2-1>=1 checked`. */
  tell(event: PoolEvent | Common<PoolConfig>): readonly string[] {
    const { state, actions } = pool.step(this.config, this.state, event, 0);
    this.state = state;
    return actions.map(shown);
  }

  /** A word of a checker. */
  check(number: number, up: boolean, checker = "c"): readonly string[] {
    return this.tell({ kind: "check-changed", server: `${number}`, checker, up });
  }

  /** A reload. */
  configure(config: PoolConfig): readonly string[] {
    const previous = this.config;
    this.config = config;
    return this.tell({ kind: "configured", previous });
  }

  /** What the kernel is to have: last number of each address, and its weight, or `?` for what is undecided. */
  get table(): string {
    const { destinations, undecided } = desired(this.config, this.state);
    return [...destinations, ...undecided.map((it) => ({ ...it, weight: "?" }))]
      .map(({ address, weight }) => `${address.split(".").at(-1)}:${weight}`).join(" ");
  }
}

function shown(action: PoolAction): string {
  switch (action.kind) {
    case "desired-changed":
      return "table";
    case "server-state": {
      const { id, up, inhibit, cause } = action;
      return `${id} ${up ? "up" : "down"} ${cause}${inhibit ? " inhibit" : ""}`;
    }
    case "weight-changed":
      return `weight ${action.id} ${action.from}->${action.to}${action.up ? "" : " down"}`;
    case "quorum-state": {
      const { up, weight, quorum, hysteresis, sorryServer, cause } = action;
      const sum = up ? `${quorum}+${hysteresis}<=${weight}` : `${quorum}-${hysteresis}>${weight}`;
      return `quorum ${up ? "up" : "down"} ${sum} ${cause}${sorryServer ? " sorry" : ""}`;
    }
  }
}
