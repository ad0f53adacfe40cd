import type { Config } from "@keepalived/keepalived-config";
import { matchVirtualServers } from "@keepalived/keepalived-config/match";
import { nextRandom } from "@keepalived/machine";
import type { Reactor } from "@keepalived/reactor";
import type { RoleOptions, ServerName, ServerOrder, SessionReport } from "../control.ts";
import type { Log } from "../log.ts";
import type { Deliver } from "../notify/delivery.ts";
import { Notifier } from "../notify/notifier.ts";
import { keepCompiledModules } from "../self.ts";
import { Files, initializeFiles } from "../vrrp/trackers/files.ts";
import { Balancer, type BalancerStatus, type BalancerWorld } from "./balancer.ts";
import { startExchange } from "./exchange/exchange.ts";
import { readTlsIdentity, type TlsIdentity } from "./exchange/tls_identity.ts";
import { Director } from "./ipvs/director.ts";
import { LocalAddresses } from "./local_addresses.ts";
import { FirewallMarks } from "./marking/firewall_marks.ts";
import { GroupMarks } from "./marking/group_marks.ts";
import { isAbout } from "./orders.ts";
import { Watchers } from "./watchers.ts";

export type CheckProcessOptions = Pick<RoleOptions, "ipvs"> & {
  /** Has others told over the network; default: nobody. */
  readonly deliver?: Deliver;
};

/** All virtual servers of one configuration, on one event loop. */
export class CheckProcess {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #ipvs: RoleOptions["ipvs"];
  readonly #notifier: Notifier;
  readonly #files: Files;
  readonly #fileWatchers = new Watchers();
  readonly #sessions = new Map<string, boolean>();
  readonly #sessionWatchers = new Watchers();
  readonly #world: BalancerWorld;
  /** Files that have had their chance to be made. */
  readonly #initialized = new Set<string>();
  /** Those whose wishes are to be handed over before the turn ends. */
  readonly #toProgram = new Set<Balancer>();
  readonly #marks = new GroupMarks();
  readonly #firewallMarks: FirewallMarks;
  #director: Director | undefined;
  #addresses: LocalAddresses | undefined;
  #tls: TlsIdentity = {};
  #config: Config | undefined;
  #balancers: readonly Balancer[] = [];
  #maintenance = false;
  #orders: readonly ServerOrder[] = [];
  #seed = 0;
  #owners = 0;
  /** The start or reload under way; the next one waits for it. */
  #changing: Promise<void> = Promise.resolve();

  constructor(reactor: Reactor, log: Log, { ipvs, deliver = () => {} }: CheckProcessOptions) {
    this.#reactor = reactor;
    this.#log = log;
    this.#ipvs = ipvs;
    this.#notifier = new Notifier({ reactor, log, ownFifo: "lvs", deliver });
    this.#firewallMarks = new FirewallMarks(reactor, log);
    this.#files = new Files({ reactor, log, onChange: (name) => this.#fileWatchers.tell(name) });
    this.#world = {
      scheduler: reactor,
      log,
      notifier: this.#notifier,
      table: { set: (owner, services) => this.#director?.table.set(owner, services) },
      startAttempt: (checker, part, done) => {
        const { scripts } = this.#configured.global;
        return startExchange(checker, part, { reactor, scripts, tls: this.#tls }, done);
      },
      files: {
        value: (name) => this.#files.value(name),
        watch: (name, onChange) => this.#fileWatchers.watch(name, onChange),
      },
      sessions: {
        value: (name) => this.#sessions.get(name),
        watch: (name, onChange) => this.#sessionWatchers.watch(name, onChange),
      },
      localAddress: (members) => this.#addresses?.find(members),
      membersOf: (virtualServer) => this.#marks.membersOf(virtualServer),
      seed: () => this.#nextSeed(),
      isAway: () => this.#maintenance,
      initNotifies: () => this.#configured.global.lvs.realServerInitNotifies,
      owner: () => String(this.#owners++).padStart(9, "0"),
      programSoon: (balancer) => this.#programSoon(balancer),
    };
  }

  /** How each virtual server is doing, in the order of the configuration. */
  get balancers(): readonly { readonly status: BalancerStatus }[] {
    return this.#balancers;
  }

  /** Whether the kernel's table is made to follow. */
  get programsIpvs(): boolean {
    return this.#director !== undefined;
  }

  /** Takes over what an earlier run left in the kernel, and starts every virtual server. Done when the kernel has it. */
  start(config: Config): Promise<void> {
    return this.#changing = this.#begin(config);
  }

  async #begin(config: Config): Promise<void> {
    this.#config = config;
    this.#seed = config.global.randomSeed ?? Math.floor(Math.random() * 2 ** 32);
    if (this.#ipvs === "off") this.#log("notice", "IPVS is not programmed (--no-ipvs)");
    else this.#director = await Director.open(this.#reactor, this.#log, config.global);
    await this.#mark(config);
    this.#notifier.configure(config);
    await this.#watch(config);
    this.#balancers = config.virtualServers.map((it) => new Balancer(it, this.#world));
    for (const balancer of this.#balancers) {
      balancer.obey(this.#orders);
      balancer.start();
    }
    await this.#programmed();
    this.#reactor.post(keepCompiledModules);
  }

  /** Goes over to another configuration: what is equal in both is not touched. */
  configure(config: Config): Promise<void> {
    return this.#changing = this.#changing.then(() => this.#change(config));
  }

  async #change(config: Config): Promise<void> {
    const running = new Map(this.#balancers.map((balancer) => [balancer.config, balancer]));
    const { add, change, remove } = matchVirtualServers(
      [...running.keys()],
      config.virtualServers,
    );
    // With the commands and to the FIFOs that they had.
    for (const it of remove) running.get(it)?.stop("removed");
    this.#config = config;
    this.#notifier.configure(config);
    await this.#watch(config);
    await this.#director?.configure(config.global);
    const hadMarks = this.#marks.areGiven;
    await this.#mark(config);
    if (hadMarks !== this.#marks.areGiven) {
      for (const balancer of running.values()) balancer.membersChanged();
    }
    for (const { from, to } of change) running.get(from)?.configure(to);
    const added = add.map((it) => new Balancer(it, this.#world));
    const ended = new Set(remove);
    this.#balancers = [...running].filter(([it]) => !ended.has(it)).map(([, it]) => it)
      .concat(added);
    for (const balancer of this.#balancers) {
      balancer.obey(this.#orders);
      balancer.addressesChanged();
    }
    for (const balancer of added) balancer.start();
    await this.#programmed();
    this.#log(
      "info",
      `Reload: ${add.length} virtual servers added, ${change.length} changed, ${remove.length} removed`,
    );
  }

  /** Gives everything back; done when the kernel and those who are told are. */
  async stop(): Promise<void> {
    await this.#changing;
    const director = this.#director;
    // How the table is given back is the director's affair.
    this.#director = undefined;
    for (const balancer of this.#balancers) balancer.stop("stopped");
    this.#balancers = [];
    this.#files[Symbol.dispose]();
    this.#addresses?.[Symbol.dispose]();
    await Promise.all([
      director?.stop(this.#ipvs === "keep" ? "keep" : "release"),
      this.#ipvs === "keep" ? undefined : this.#firewallMarks.remove(),
      this.#notifier.stop(),
    ]);
  }

  /** BFD sessions came up, or went down. */
  setSessions(sessions: readonly SessionReport[]): void {
    for (const { name, up } of sessions) {
      if (this.#sessions.get(name) === up) continue;
      this.#sessions.set(name, up);
      this.#sessionWatchers.tell(name);
    }
  }

  /** In maintenance nothing is checked, and what is known stays. */
  setMaintenance(on: boolean): void {
    this.#maintenance = on;
    for (const balancer of this.#balancers) balancer.addressesChanged();
  }

  /** Servers are as orders say from now on, in the place of others. @returns those that the last one is about */
  setOrders(orders: readonly ServerOrder[]): readonly ServerName[] {
    this.#orders = orders;
    for (const balancer of this.#balancers) balancer.obey(orders);
    const last = orders.at(-1);
    if (last === undefined) return [];
    return this.#balancers.flatMap(({ config }) =>
      config.realServers.filter((server) => isAbout(last, config, server))
        .map((server) => ({ virtualServer: config.name, server: server.name }))
    );
  }

  /** Begins to count from 0 again. */
  clearCounters(): void {
    for (const balancer of this.#balancers) balancer.clearCounters();
  }

  get #configured(): Config {
    if (this.#config === undefined) throw new TypeError("There is no configuration yet");
    return this.#config;
  }

  /** Files, addresses and certificates that checks need. */
  async #watch(config: Config): Promise<void> {
    const { identity, problems } = readTlsIdentity(config.tlsClient);
    this.#tls = identity;
    for (const problem of problems) this.#log("warning", problem);
    const names = new Set(trackedFiles(config));
    const files = config.trackFiles.filter(({ name }) => names.has(name));
    initializeFiles(files.filter(({ path }) => !this.#initialized.has(path)), this.#log);
    for (const { path } of files) this.#initialized.add(path);
    this.#files.configure(files);
    if (this.#addresses !== undefined || !config.virtualServers.some((it) => it.haSuspend)) return;
    this.#addresses = await LocalAddresses.open({
      reactor: this.#reactor,
      log: this.#log,
      receiveBufferBytes: config.global.lvs.monitorBuffer.bytes,
      onChange: () => {
        for (const balancer of this.#balancers) balancer.addressesChanged();
      },
    });
  }

  /** `nftables_ipvs`; where packets cannot be marked, each address of a group is a service of its own. */
  async #mark(config: Config): Promise<void> {
    if (this.#director === undefined) return;
    this.#marks.configure(config);
    const failure = await this.#firewallMarks.configure(config.global, this.#marks.markings);
    if (failure === undefined) return;
    this.#marks.clear();
    const what = "each address of a group is a service of its own, as packets cannot be marked";
    this.#log("warning", `nftables_ipvs: ${what}: ${failure}`);
  }

  #nextSeed(): number {
    this.#seed = nextRandom(this.#seed).seed;
    return this.#seed;
  }

  /** What many changes in one turn come to is handed over once. */
  #programSoon(balancer: Balancer): void {
    if (this.#toProgram.size === 0) this.#reactor.post(() => this.#program());
    this.#toProgram.add(balancer);
  }

  #program(): void {
    for (const balancer of this.#toProgram) balancer.program();
    this.#toProgram.clear();
  }

  async #programmed(): Promise<void> {
    this.#program();
    await this.#director?.table.idle();
  }
}

function trackedFiles({ virtualServers }: Config): readonly string[] {
  return virtualServers.flatMap(({ realServers }) => realServers).flatMap(({ checkers }) =>
    checkers
  )
    .flatMap((checker) => checker.kind === "file" ? [checker.trackFile] : []);
}
