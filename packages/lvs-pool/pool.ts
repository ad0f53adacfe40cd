import { type Machine, move, stay, type Step } from "@keepalived/machine";
import type { PoolConfig, PoolServer } from "./config.ts";
import { desired, sameTable, shareOf } from "./desired.ts";
import { aliveShare, aliveWeight, hasQuorum, quorumBand } from "./quorum.ts";
import {
  carriedOver,
  changed,
  isUp,
  newServer,
  type ServerEvent,
  type ServerState,
  weightOf,
} from "./server.ts";

export type PoolEvent =
  | ServerEvent
  | { readonly kind: "startup" }
  /** The process ends, or the virtual server is no longer configured. */
  | { readonly kind: "shutdown"; readonly cause: "stopped" | "removed" };

/** Plain JSON data. */
export type PoolState = {
  /** From `startup` to `shutdown`: outside nothing is told, and there is nothing in the kernel. */
  readonly running: boolean;
  /** Whether it has the quorum. */
  readonly up: boolean;
  /** Of the servers that are up. */
  readonly weight: number;
  /** In the order of the configuration. */
  readonly servers: readonly ServerState[];
};

/** Why something is told; `first`: a checker has spoken for the first time, and nothing was said before. */
export type Cause = "started" | "first" | "checked" | "configured" | "stopped" | "removed";

export type PoolAction =
  /** What the kernel is to have is not what it was: see {@linkcode desired}. */
  | { readonly kind: "desired-changed" }
  /** A server went up or down; a new one is told to be down when a checker first says so. */
  | {
    readonly kind: "server-state";
    readonly id: string;
    readonly name: string;
    readonly up: boolean;
    /** It is not removed from the kernel while it is down. */
    readonly inhibit: boolean;
    readonly cause: Cause;
  }
  /** The weight of a server changed, or that which it will have when it is up. */
  | {
    readonly kind: "weight-changed";
    readonly id: string;
    readonly name: string;
    readonly up: boolean;
    readonly from: number;
    readonly to: number;
  }
  /** The quorum was gained or lost; that a pool starts without it is told only if there is a sorry server. */
  | {
    readonly kind: "quorum-state";
    readonly up: boolean;
    /** Of the servers that are up. */
    readonly weight: number;
    readonly quorum: number;
    /** As it counts: up to the weight at which the quorum was gained, or down to that below which it was lost. */
    readonly hysteresis: number;
    readonly sorryServer?: { readonly name: string; readonly inhibit: boolean };
    readonly cause: Cause;
  };

type PoolStep = Step<PoolState, PoolAction>;

/**
 * The servers of a virtual server: which of them get traffic, and whether they are enough.
 *
 * A server is up if all its checkers are content. The pool has the quorum if those that are up weigh enough, with a
 * hysteresis; without it the sorry server takes the place of all, if there is one. Servers are told of before the quorum.
 */
export const pool: Machine<PoolConfig, PoolState, PoolEvent, PoolAction> = {
  start({ servers }) {
    const states = servers.map(newServer);
    return { running: false, up: false, weight: aliveWeight(servers, states), servers: states };
  },
  step(config, state, event) {
    switch (event.kind) {
      case "startup":
        return state.running ? stay(state) : startUp(config, state);
      case "shutdown":
        return state.running ? shutDown(config, state, event.cause) : stay(state);
      case "configured":
        return reconfigure(event.previous, config, state);
      case "timeout":
        return stay(state);
      default:
        return hear(config, state, event);
    }
  },
  nextDeadlineUs: () => undefined,
};

function startUp(config: PoolConfig, state: PoolState): PoolStep {
  const up = hasQuorum(config, false, state.weight);
  const next = { ...state, running: true, up };
  const actions: PoolAction[] = [{ kind: "desired-changed" }];
  if (config.initNotifies) actions.push(...arrivals(config.servers, state.servers));
  if (up || config.sorryServer !== undefined) actions.push(quorumState(config, next, "started"));
  return move(next, actions);
}

function shutDown(config: PoolConfig, state: PoolState, cause: "stopped" | "removed"): PoolStep {
  const next = { ...state, running: false, up: false };
  const actions: PoolAction[] = [{ kind: "desired-changed" }];
  if (cause === "removed" || config.omega) {
    for (const [server, its] of zip(config.servers, state.servers)) {
      if (isUp(its)) actions.push(serverState(server, false, cause));
    }
    if (state.up) actions.push(quorumState(config, next, cause));
  }
  return move(next, actions);
}

function hear(config: PoolConfig, state: PoolState, event: ServerEvent): PoolStep {
  const at = config.servers.findIndex(({ id }) => id === event.server);
  const [server, before] = [config.servers[at], state.servers[at]];
  if (server === undefined || before === undefined) return stay(state);
  const after = changed(server, before, event);
  if (after === before) return stay(state);
  const weight = state.weight + aliveShare(server, after) - aliveShare(server, before);
  const next = { ...state, weight, servers: state.servers.with(at, after) };
  if (!state.running) return move(next);
  const { state: settled, actions } = settle(config, next, "checked");
  const told = [...tellServer(server, server, before, after, "checked"), ...actions];
  // The quorum of a pool changes only if this server's share of it does.
  const isSame = shareOf(server, before, serves(config, state)) ===
    shareOf(server, after, serves(config, settled));
  return move(settled, isSame ? told : [{ kind: "desired-changed" }, ...told]);
}

/** Servers are found again by their ids. What a reload removes is told to be down. */
function reconfigure(previous: PoolConfig, config: PoolConfig, state: PoolState): PoolStep {
  const known = new Map(
    [...zip(previous.servers, state.servers)].map(([server, its]) => [server.id, { server, its }]),
  );
  const gone = new Set(known.keys());
  const told: PoolAction[] = [];
  const servers: ServerState[] = [];
  for (const server of config.servers) {
    const before = known.get(server.id);
    if (before?.server === server) {
      gone.delete(server.id);
      servers.push(before.its);
      continue;
    }
    const after = before === undefined
      ? newServer(server)
      : carriedOver(before.server, server, before.its);
    gone.delete(server.id);
    servers.push(after);
    if (before !== undefined) {
      told.push(...tellServer(before.server, server, before.its, after, "configured"));
    } else if (config.initNotifies) told.push(...arrivals([server], [after]));
  }
  const lost = [...gone].flatMap((id) => known.get(id) ?? []).filter(({ its }) => isUp(its));
  const departures = lost.map(({ server }) => serverState(server, false, "removed"));
  const isSame = servers.length === state.servers.length &&
    servers.every((server, i) => server === state.servers[i]);
  const weight = aliveWeight(config.servers, servers);
  const next = isSame && weight === state.weight ? state : { ...state, weight, servers };
  if (!state.running) return move(next);
  const { state: settled, actions } = settle(config, next, "configured");
  const isSameTable = sameTable(desired(previous, state), desired(config, settled));
  const first: PoolAction[] = isSameTable ? [] : [{ kind: "desired-changed" }];
  return move(settled, [...first, ...departures, ...told, ...actions]);
}

/** Decides about the quorum. */
function settle(config: PoolConfig, state: PoolState, cause: Cause): PoolStep {
  const up = hasQuorum(config, state.up, state.weight);
  if (up === state.up) return stay(state);
  const next = { ...state, up };
  return move(next, [quorumState(config, next, cause)]);
}

/** What is to be told of one server. */
function tellServer(
  previous: PoolServer,
  server: PoolServer,
  before: ServerState,
  after: ServerState,
  cause: Cause,
): readonly PoolAction[] {
  const up = isUp(after);
  const actions: PoolAction[] = [];
  const { id, name } = server;
  const [from, to] = [weightOf(previous, before), weightOf(server, after)];
  if (from !== to) actions.push({ kind: "weight-changed", id, name, up, from, to });
  if (up !== isUp(before)) actions.push(serverState(server, up, cause));
  else if (!up && before.pending && !after.pending) actions.push(serverState(server, up, "first"));
  return actions;
}

/** Servers that are up from the beginning. */
function arrivals(
  servers: readonly PoolServer[],
  states: readonly ServerState[],
): readonly PoolAction[] {
  return [...zip(servers, states)].flatMap(([server, its]) =>
    isUp(its) ? [serverState(server, true, "started")] : []
  );
}

function serverState(server: PoolServer, up: boolean, cause: Cause): PoolAction {
  const { id, name, inhibitOnFailure: inhibit } = server;
  return { kind: "server-state", id, name, up, inhibit, cause };
}

function quorumState(config: PoolConfig, state: PoolState, cause: Cause): PoolAction {
  const { sorryServer } = config;
  const { quorum, gainedAt, lostBelow } = quorumBand(config);
  return {
    kind: "quorum-state",
    up: state.up,
    weight: state.weight,
    quorum,
    hysteresis: state.up ? gainedAt - quorum : quorum - lostBelow,
    ...sorryServer !== undefined &&
      { sorryServer: { name: sorryServer.name, inhibit: sorryServer.inhibit } },
    cause,
  };
}

/** Whether servers that are up are used. */
function serves({ sorryServer }: PoolConfig, { up }: PoolState): boolean {
  return up || sorryServer === undefined;
}

function* zip<A, B>(as: readonly A[], bs: readonly B[]): Generator<readonly [A, B]> {
  for (const [i, a] of as.entries()) {
    const b = bs[i];
    if (b !== undefined) yield [a, b];
  }
}
