import type { Command, RealServer, VirtualServer } from "@keepalived/keepalived-config";
import type { IpAddress } from "@keepalived/ip-address";
import {
  desired,
  pool,
  type PoolAction,
  type PoolConfig,
  type PoolEvent,
  type PoolState,
  type ServerState,
  type Service,
  servicesOf,
  virtualService,
} from "@keepalived/lvs-pool";
import { type Host, host, type Scheduler } from "@keepalived/reactor";
import type { ServerOrder } from "../control.ts";
import type { Log } from "../log.ts";
import type { LvsEvent } from "../notify/event.ts";
import type { Notifier } from "../notify/notifier.ts";
import { AttemptingChecker, type StartAttempt } from "./attempting_checker.ts";
import { linesOf, quorumMail, serverMail, type Speaker } from "./balancer_log.ts";
import type { Checker, CheckerReport, CheckerStatus } from "./checker.ts";
import type { Table } from "./ipvs/table.ts";
import { standingOf } from "./orders.ts";
import {
  type Plan,
  type PlannedChecker,
  type PlannedServer,
  planOf,
  poolConfigOf,
} from "./plan.ts";
import { fileChecker, sessionChecker, type Watched } from "./told_checker.ts";

/** Everything outside that a virtual server touches. */
export type BalancerWorld = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly notifier: Pick<Notifier, "notify">;
  readonly table: Pick<Table, "set">;
  readonly startAttempt: StartAttempt;
  readonly files: Watched<number>;
  readonly sessions: Watched<boolean>;
  /** The first address of this host that is among those of a service; undefined if it has none. */
  readonly localAddress: (members: VirtualServer["members"]) => IpAddress | undefined;
  /** What the kernel is to serve: the members of the virtual server, or marks in their place. */
  readonly membersOf: (virtualServer: VirtualServer) => VirtualServer["members"];
  /** For the first attempt of a checker. */
  readonly seed: () => number;
  readonly initNotifies: () => boolean;
  /** Whether an operator wants this machine to stay away. */
  readonly isAway: () => boolean;
  /** A name for what a virtual server wants of the kernel; where several want one service, the first name counts. */
  readonly owner: () => string;
  /** Calls {@linkcode Balancer.program} once before the turn ends. */
  readonly programSoon: (balancer: Balancer) => void;
};

/** How a virtual server is doing. */
export type BalancerStatus = {
  readonly config: VirtualServer;
  readonly pool: PoolConfig;
  readonly up: boolean;
  /** Of the servers that are up. */
  readonly weight: number;
  readonly suspended: boolean;
  /** In the order of the configuration. */
  readonly servers: readonly {
    readonly config: RealServer;
    readonly state: ServerState;
    readonly checkers: readonly CheckerStatus[];
  }[];
};

/** One virtual server: the checkers of its real servers, their pool, and what others are told of it. */
export class Balancer {
  readonly #world: BalancerWorld;
  readonly #pool: Host<PoolConfig, PoolState, PoolEvent>;
  /** By id of the server and its own. */
  readonly #checkers = new Map<string, Checker>();
  readonly #owner: string;
  #config: VirtualServer;
  #plan: Plan;
  /** While the configuration is replaced: what was there before it, as the end of some is told. */
  #former: Plan = [];
  /** Those of both plans by id, when somebody has asked for one. */
  #servers: ReadonlyMap<string, RealServer> | undefined;
  #services: readonly Service[];
  #suspended = false;
  /** The checker whose verdict is taken just now. */
  #speaker: Speaker | undefined;

  constructor(config: VirtualServer, world: BalancerWorld) {
    this.#world = world;
    this.#owner = world.owner();
    this.#config = config;
    this.#plan = planOf(config.realServers);
    this.#services = this.#servicesOf(config);
    this.#pool = host(pool, {
      name: `pool ${config.name}`,
      config: poolConfigOf(config, this.#plan, world.initNotifies()),
      seed: 0,
      scheduler: world.scheduler,
      perform: (action) => this.#perform(action),
    });
  }

  get config(): VirtualServer {
    return this.#config;
  }

  get status(): BalancerStatus {
    const { config, state } = this.#pool;
    return {
      config: this.#config,
      pool: config,
      up: state.up,
      weight: state.weight,
      suspended: this.#suspended,
      servers: this.#plan.flatMap((server, i) => {
        const its = state.servers[i];
        if (its === undefined) return [];
        const checkers = server.checkers.flatMap((checker) =>
          this.#checkers.get(keyOf(server, checker))?.status ?? []
        );
        return [{ config: server.config, state: its, checkers }];
      }),
    };
  }

  /** Tells how it begins, and begins to check. */
  start(): void {
    this.#suspended = this.#isToSuspend();
    // What checkers know at once is the beginning, and no change.
    for (const [server, checker] of this.#planned()) {
      this.#add(server, checker, checker.config.alpha);
    }
    this.#pool.send({ kind: "startup" });
    if (this.#suspended) this.#saySuspension();
  }

  /** Goes over to another configuration: servers and checkers that are in both keep what is known of them. */
  configure(config: VirtualServer): void {
    this.#config = config;
    this.#former = this.#plan;
    this.#plan = planOf(config.realServers, this.#former);
    this.#services = this.#servicesOf(config);
    this.#servers = undefined;
    this.#pool.configure(poolConfigOf(config, this.#plan, this.#world.initNotifies()));
    this.#former = [];
    this.#servers = undefined;
    this.#configureCheckers();
    this.addressesChanged();
    this.#world.programSoon(this);
  }

  /** Servers are as orders say from now on. */
  obey(orders: readonly ServerOrder[]): void {
    const known = this.#pool.state.servers;
    for (const [i, { id, config }] of this.#plan.entries()) {
      const { service, weight } = standingOf(orders, this.#config, config);
      // To tell each of thousands what it knows takes a second.
      if (known[i]?.service !== service) {
        this.#pool.send({ kind: "server-service", server: id, service });
      }
      if (known[i]?.override !== weight) {
        this.#pool.send({ kind: "server-weight", server: id, weight });
      }
    }
  }

  /** Begins to count from 0 again. */
  clearCounters(): void {
    for (const checker of this.#checkers.values()) checker.clearCounters();
  }

  /** Ends: `stopped` with the process, `removed` by a reload. */
  stop(cause: "stopped" | "removed"): void {
    for (const checker of this.#checkers.values()) checker[Symbol.dispose]();
    this.#checkers.clear();
    if (cause === "removed") {
      const { name, group } = this.#config;
      this.#world.log(
        "notice",
        `Removing Virtual Server ${group === undefined ? "" : "Group "}${name}`,
      );
    }
    this.#pool.send({ kind: "shutdown", cause });
    this.#pool[Symbol.dispose]();
  }

  /** An address came to this host, or went, or an operator wants it away: checks run only where they are wanted. */
  addressesChanged(): void {
    const suspended = this.#isToSuspend();
    if (suspended === this.#suspended) return;
    this.#suspended = suspended;
    for (const checker of this.#checkers.values()) checker.suspend(suspended);
    this.#saySuspension();
  }

  /** Members have marks in their place now, or no longer. */
  membersChanged(): void {
    this.#services = this.#servicesOf(this.#config);
    this.#world.programSoon(this);
  }

  /** Hands over what the kernel is to have. */
  program(): void {
    const wanted = desired(this.#pool.config, this.#pool.state);
    const services = this.#pool.state.running ? this.#services : [];
    this.#world.table.set(this.#owner, services.map((service) => virtualService(service, wanted)));
  }

  #servicesOf(config: VirtualServer): readonly Service[] {
    return servicesOf({ ...config, members: this.#world.membersOf(config) });
  }

  #perform(action: PoolAction): void {
    if (action.kind === "desired-changed") return this.#world.programSoon(this);
    const severity = action.kind === "weight-changed" ? "info" : "notice";
    for (const line of linesOf(action, this.#config.name)) this.#world.log(severity, line);
    if (action.kind === "server-state") {
      const { id, name, up } = action;
      const server = this.#server(id);
      const command = up ? server?.notifyUp : server?.notifyDown;
      const virtualServer = this.#config.name;
      const mail = server?.smtpAlert === true ? serverMail(action, this.#speaker) : undefined;
      this.#notify({ kind: "real-server", name, virtualServer, up }, { command, mail });
    } else if (action.kind === "quorum-state") {
      const { up } = action;
      const { name, quorumUp, quorumDown, smtpAlert } = this.#config;
      const mail = smtpAlert ? quorumMail(action) : undefined;
      const command = up ? quorumUp : quorumDown;
      this.#notify({ kind: "virtual-server", name, up }, { command, mail });
    }
  }

  #server(id: string): RealServer | undefined {
    this.#servers ??= new Map(
      [...this.#former, ...this.#plan].map(({ id, config }) => [id, config]),
    );
    return this.#servers.get(id);
  }

  #notify(
    event: LvsEvent,
    { command, mail }: { readonly command: Command | undefined; readonly mail: string | undefined },
  ): void {
    this.#world.notifier.notify({
      ...event,
      ...(command === undefined ? {} : { command }),
      ...(mail === undefined ? {} : { mail }),
    });
  }

  #configureCheckers(): void {
    const planned = new Map(
      [...this.#planned()].map((
        [server, checker],
      ) => [keyOf(server, checker), { server, checker }]),
    );
    for (const [key, checker] of this.#checkers) {
      const next = planned.get(key)?.checker.config;
      if (next !== undefined) checker.configure(next);
      else {
        checker[Symbol.dispose]();
        this.#checkers.delete(key);
      }
    }
    const added = [...planned].filter(([key]) => !this.#checkers.has(key));
    if (added.length === 0) return;
    // Of a server that is down, the pool waits for the new ones too.
    const awaited = new Map(this.#pool.state.servers.map(({ id, failed }) => [id, failed]));
    for (const [, { server, checker }] of added) {
      this.#add(server, checker, awaited.get(server.id)?.includes(checker.id) === true);
    }
  }

  *#planned(): Generator<readonly [PlannedServer, PlannedChecker]> {
    for (const server of this.#plan) {
      for (const checker of server.checkers) yield [server, checker];
    }
  }

  /** @param startsDown the server is down until this checker has passed */
  #add(server: PlannedServer, planned: PlannedChecker, startsDown: boolean): void {
    const report: CheckerReport = {
      verdict: (up) => {
        const failure = this.#checkers.get(keyOf(server, planned))?.status.lastFailure;
        this.#speaker = { kind: planned.config.kind, failure };
        this.#pool.send({ kind: "check-changed", server: server.id, checker: planned.id, up });
        this.#speaker = undefined;
      },
      weight: (weight) =>
        this.#pool.send({ kind: "weight", server: server.id, checker: planned.id, weight }),
    };
    const checker = this.#checkerOf(server, planned, startsDown, report);
    if (this.#suspended) checker.suspend(true);
    this.#checkers.set(keyOf(server, planned), checker);
  }

  #checkerOf(
    server: PlannedServer,
    { id, config }: PlannedChecker,
    startsDown: boolean,
    report: CheckerReport,
  ): Checker {
    const { log, scheduler, files, sessions, seed, startAttempt } = this.#world;
    const options = { id, server: server.config.name, log, report };
    const nowUs = () => scheduler.nowUs();
    if (config.kind === "file") return fileChecker({ ...options, config, nowUs }, files);
    if (config.kind === "bfd") return sessionChecker({ ...options, config, nowUs }, sessions);
    return new AttemptingChecker({
      ...options,
      config,
      startsDown,
      seed: seed(),
      scheduler,
      start: startAttempt,
    });
  }

  #isToSuspend(): boolean {
    return this.#world.isAway() || this.#config.haSuspend && this.#addressHere() === undefined;
  }

  /** One of the addresses that the service is reached by, on this host. */
  #addressHere(): IpAddress | undefined {
    const { members, haSuspendAddresses } = this.#config;
    return this.#world.localAddress(
      haSuspendAddresses?.map((it) => ({ kind: "addresses", first: it, last: it, port: 0 })) ??
        members,
    );
  }

  #saySuspension(): void {
    const { name } = this.#config;
    const here = this.#addressHere();
    this.#world.log(
      "info",
      this.#suspended
        ? `Suspending healthcheckers of VS ${name}: ${
          this.#world.isAway() ? "maintenance" : "none of its addresses is on this host"
        }`
        : `Activating healthcheckers of VS ${name}${
          here === undefined ? "" : `: ${here} is on this host`
        }`,
    );
  }
}

function keyOf(server: PlannedServer, checker: PlannedChecker): string {
  return `${server.id} ${checker.id}`;
}
