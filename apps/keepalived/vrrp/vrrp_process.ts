import type { IpAddress } from "@keepalived/ip-address";
import type { Config, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { matchInstances } from "@keepalived/keepalived-config/match";
import { openPacketSocket, type Socket } from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { InstanceSyncDaemon } from "../check/ipvs/instance_sync_daemon.ts";
import type { Log } from "../log.ts";
import type { Deliver } from "../notify/delivery.ts";
import { Notifier } from "../notify/notifier.ts";
import { keepCompiledModules } from "../self.ts";
import type { VrrpSources } from "../status/snapshot/vrrp_of.ts";
import { Announcer } from "./announcer.ts";
import { Channels } from "./channel.ts";
import { Devices } from "./devices/devices.ts";
import { place, type PlacedConfig } from "./devices/placement.ts";
import { Firewall } from "./firewall/firewall.ts";
import { Interfaces } from "./interfaces.ts";
import { KernelObjects } from "./kernel/kernel_objects.ts";
import type { Owner } from "./kernel/owner.ts";
import { RoutingMonitor } from "./kernel/routing_monitor.ts";
import { isForwarding } from "./is_forwarding.ts";
import { NetlinkReflector } from "./netlink_reflector.ts";
import { isAwaited, type Predecessor } from "../predecessor.ts";
import { rehearse } from "./rehearsal.ts";
import { requireInterfaces } from "./require_interfaces.ts";
import { SyncGroups } from "./sync_groups.ts";
import { Links } from "./trackers/links.ts";
import { Trackers } from "./trackers/trackers.ts";
import { virtualAddressesOf } from "./virtual_addresses.ts";
import { VirtualRouter } from "./virtual_router.ts";
import { stateEventOf } from "./virtual_router_status.ts";
import type { World } from "./world.ts";

export type VrrpProcessOptions = {
  /** How often the command line asks for details. */
  readonly detail: number;
  /** Whether to log every address that comes or goes. */
  readonly addressMonitoring?: boolean;
  /** Has others told over the network; default: nobody. */
  readonly deliver?: Deliver;
};

/** All virtual routers of one configuration, on one event loop. */
export class VrrpProcess {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #interfaces: Interfaces;
  readonly #reflector: NetlinkReflector;
  readonly #packets: Socket;
  readonly #announcer: Announcer;
  readonly #groups: SyncGroups;
  readonly #notifier: Notifier;
  readonly #syncDaemon: InstanceSyncDaemon;
  readonly #links: Links;
  /** Hear of BFD sessions. */
  readonly trackers: Trackers;
  readonly #kernel: KernelObjects;
  readonly #devices: Devices;
  readonly #firewall: Firewall;
  readonly #world: World;
  #routers: readonly VirtualRouter[] = [];
  #byName: ReadonlyMap<string, VirtualRouter> = new Map();
  #virtualAddresses: ReadonlySet<IpAddress> = new Set();
  #maintenance = false;
  #predecessor: Predecessor | undefined;
  /** The start or reload under way; the next one waits for it. */
  #changing: Promise<void> = Promise.resolve();

  constructor(reactor: Reactor, log: Log, options: VrrpProcessOptions) {
    const { detail, addressMonitoring = false, deliver = () => {} } = options;
    this.#log = log;
    this.#interfaces = new Interfaces(log);
    this.#reflector = new NetlinkReflector({
      reactor,
      log,
      interfaces: this.#interfaces,
      monitorsAddresses: addressMonitoring,
      onNotification: (notification) => this.#kernel.notice(notification),
      onOverrun: () => void this.#resynchronize(),
    });
    this.#packets = openPacketSocket({ protocol: 0 });
    this.#announcer = new Announcer({
      scheduler: reactor,
      interfaces: this.#interfaces,
      packets: this.#packets,
      log,
      isForwarding,
    });
    this.#notifier = new Notifier({ reactor, log, ownFifo: "vrrp", deliver });
    this.#syncDaemon = new InstanceSyncDaemon(reactor, log);
    this.#groups = new SyncGroups({
      scheduler: reactor,
      log,
      tellMember: (name, event) => this.#byName.get(name)?.tell(event),
      onStateChange: (name, state) => this.#notifier.notify({ kind: "group-state", name, state }),
    });
    this.#kernel = new KernelObjects({
      post: (callback) => reactor.post(callback),
      connection: this.#reflector.connection,
      interfaces: this.#interfaces,
      log,
      openMonitor: (listener) => new RoutingMonitor(reactor, log, listener),
      onLoss: (owner, what) => this.#lost(owner, what),
      onFault: (name, reason, text) => this.#byName.get(name)?.setFault(reason, text),
    });
    this.#devices = new Devices({
      reactor,
      connection: this.#reflector.connection,
      interfaces: this.#interfaces,
      log,
      virtualAddresses: () => this.#virtualAddresses,
      onRemoval: (indexes) => this.#kernel.expectLossOfLinks(indexes),
    });
    this.#firewall = new Firewall({ reactor, interfaces: this.#interfaces, log });
    this.#reactor = reactor;
    this.#links = new Links(reactor, this.#interfaces, log);
    this.trackers = new Trackers({
      reactor,
      links: this.#links,
      log,
      detail,
      onChange: (name) => this.#byName.get(name)?.setInfluence(this.trackers.influence(name)),
    });
    this.#world = {
      scheduler: reactor,
      startedAtUs: reactor.nowUs(),
      log,
      detail,
      interfaces: this.#interfaces,
      links: this.#links,
      kernel: this.#kernel,
      channels: new Channels({ reactor, log }),
      announcer: this.#announcer,
      groups: this.#groups,
      notifier: {
        notify: (event) => {
          this.#notifier.notify(event);
          this.#syncDaemon.notice(event);
        },
      },
      virtualAddresses: () => this.#virtualAddresses,
      mayResume: (config) => this.#mayResume(config),
    };
  }

  /**
   * Learns what the kernel has, clears what an earlier run left, and starts every virtual router.
   *
   * @param predecessor the process whose work this one goes on with: what it left stays until it is known who is MASTER
   */
  start(config: Config, predecessor?: Predecessor): Promise<void> {
    this.#predecessor = predecessor;
    return this.#changing = this.#begin(config);
  }

  /** Looks after what a process left, while nobody takes its place: what another router has now, goes. */
  lookAfter(config: Config): Promise<void> {
    this.#predecessor = { goneSinceUs: this.#reactor.nowUs() };
    const listen = () => this.#routers.forEach((router) => router.listen());
    return this.#changing = this.#prepare(config, false).then(listen);
  }

  /** What a snapshot tells of. */
  get sources(): VrrpSources {
    return {
      routers: this.#routers,
      groups: this.#groups,
      trackers: this.trackers,
      interfaces: this.#interfaces,
      links: this.#links,
      channels: this.#world.channels,
      devices: this.#devices,
      kernel: this.#kernel,
    };
  }

  /** Begins to count from 0 again what virtual routers sent, received and became. */
  clearCounters(): void {
    for (const { counters } of this.#routers) counters.clear();
  }

  /** In maintenance every virtual router resigns and stays away, also those of a later configuration. */
  setMaintenance(on: boolean): void {
    this.#maintenance = on;
    for (const router of this.#routers) this.#maintain(router);
  }

  #mayResume(config: VrrpInstanceConfig): boolean {
    return this.#predecessor !== undefined && this.#kernel.inheritance.isWhole(config.name) &&
      isAwaited(this.#predecessor, config, this.#reactor.nowUs());
  }

  #maintain(router: VirtualRouter): void {
    router.setFault("maintenance", this.#maintenance ? "maintenance mode" : undefined);
  }

  async #begin(wanted: Config): Promise<void> {
    this.#notifier.configure(wanted);
    this.#syncDaemon.configure(wanted.global);
    const config = await this.#prepare(wanted, true);
    this.#setInfluences();
    this.#kernel.report();
    for (const router of this.#routers) router.start();
    this.#reactor.post(() => {
      rehearse(config.instances, this.#reactor, this.#reflector.connection);
      keepCompiledModules();
    });
  }

  async #prepare(wanted: Config, tracks: boolean): Promise<PlacedConfig> {
    this.#announcer.configure(wanted);
    this.#world.channels.configure(wanted.global.vrrp);
    this.#reflector.configure(wanted.global.vrrp);
    this.#groups.configure(wanted.syncGroups);
    await this.#reflector.read();
    const { next } = this.#predecessor ?? {};
    requireInterfaces(next ?? wanted, this.#interfaces);
    const config = this.#place(wanted);
    await this.#firewall.configure(config);
    if (tracks) this.#track(config);
    this.#virtualAddresses = virtualAddressesOf(config.instances);
    await this.#devices.make(config.devices);
    const left = [...config.instances, ...next === undefined ? [] : this.#place(next).instances];
    await this.#kernel.start(config, this.#predecessor && left);
    this.#setRouters(config.instances.map((it) => this.#routerOf(it)));
    return config;
  }

  /** Goes over to another configuration: what is equal in both is not touched. */
  configure(config: Config): Promise<void> {
    return this.#changing = this.#changing.then(() => this.#change(this.#place(config)));
  }

  async #change(config: PlacedConfig): Promise<void> {
    const running = new Map(this.#routers.map((router) => [router.config, router]));
    const { add, change, remove } = matchInstances([...running.keys()], config.instances);
    const ended = new Set(remove);
    const kept = this.#routers.filter((router) => !ended.has(router.config));
    await this.#firewall.configure(config);
    // They resign as long as they have their devices.
    const ending = this.#routers.filter((router) => ended.has(router.config));
    this.#kernel.bequeath(() => this.#end(ending, "deleted"));
    this.#virtualAddresses = virtualAddressesOf(config.instances);
    for (const router of kept) router.hold();
    await this.#devices.make(config.devices);
    this.#announcer.configure(config);
    this.#world.channels.configure(config.global.vrrp);
    this.#reflector.configure(config.global.vrrp);
    this.#track(config);
    this.#kernel.together(() => {
      this.#kernel.configure(config);
      this.#notifier.configure(config);
      this.#syncDaemon.configure(config.global);
      for (const { from, to } of change) running.get(from)?.configure(to);
      for (const router of kept) {
        router.renewKeys();
        router.resume();
      }
    });
    const added = add.map((it) => this.#routerOf(it));
    const all = new Map([...kept, ...added].map((router) => [router.config.name, router]));
    this.#setRouters(config.instances.flatMap(({ name }) => all.get(name) ?? []));
    this.#groups.configure(config.syncGroups);
    this.#setInfluences();
    this.#kernel.report();
    for (const router of this.#routers) router.report();
    // In case that readers of FIFOs started anew.
    this.#notifier.repeat(kept.flatMap(stateEventOf));
    for (const router of added) router.start();
    this.#log(
      "info",
      `Reload: ${add.length} instances added, ${change.length} changed, ${remove.length} removed`,
    );
    await this.#devices.keepOnly(config.devices);
  }

  /**
   * Resigns everywhere; done when the kernel has answered every request.
   *
   * @param addresses "keep": does not resign, and leaves what a MASTER holds where it is; "release": takes the addresses of
   * virtual routers even if it did not put them there
   */
  async stop(addresses?: "keep" | "release"): Promise<void> {
    await this.#changing;
    const routers = this.#routers;
    this.#end(routers, "stopped", addresses !== "keep");
    this.#setRouters([]);
    this.trackers[Symbol.dispose]();
    if (addresses === "release") await this.#kernel.release(routers, () => this.#reflector.read());
    await Promise.all([
      this.#kernel.stop(addresses === "keep"),
      this.#notifier.stop(),
      this.#syncDaemon.stop(),
    ]);
    // Nobody needs to hear of what goes now.
    this.#reflector[Symbol.dispose]();
    if (addresses !== "keep") await this.#devices.keepOnly([]);
    await this.#firewall.remove();
    this.#announcer[Symbol.dispose]();
    this.#groups[Symbol.dispose]();
    this.#packets[Symbol.dispose]();
  }

  #end(routers: readonly VirtualRouter[], kind: "stopped" | "deleted", resign = true): void {
    for (const router of routers) {
      const { config: { name }, state, priority } = router;
      router.stop(resign);
      if (state !== "initialize") this.#notifier.notify({ kind, name, priority });
    }
  }

  #routerOf(config: VrrpInstanceConfig): VirtualRouter {
    const router = new VirtualRouter(config, this.#world, config.virtualRouterId);
    this.#maintain(router);
    return router;
  }

  #place(config: Config): PlacedConfig {
    return place(config, {
      previous: this.#devices.wanted,
      isForeign: (device) => this.#devices.isForeign(device),
      report: (message) => this.#log("warning", message),
    });
  }

  #setRouters(routers: readonly VirtualRouter[]): void {
    this.#routers = routers;
    this.#byName = new Map(routers.map((router) => [router.config.name, router]));
  }

  #track(config: Config): void {
    this.#links.configure(config.interfaceDelays);
    this.trackers.configure(config);
  }

  #setInfluences(): void {
    for (const [name, router] of this.#byName) router.setInfluence(this.trackers.influence(name));
  }

  /** The kernel dropped notifications: what it has is asked for anew. */
  async #resynchronize(): Promise<void> {
    this.#log("warning", "Netlink: notifications were lost, reading the kernel's tables again");
    await this.#kernel.resynchronize(() => this.#reflector.read());
  }

  /** Somebody took what a MASTER holds. */
  #lost(owner: Owner, what: string): void {
    const router = this.#routers.find((it) => it === owner);
    if (router?.state !== "active") return;
    this.#log("warning", `(${router.config.name}) ${what} was removed by somebody else`);
    router.addressLost();
  }
}
