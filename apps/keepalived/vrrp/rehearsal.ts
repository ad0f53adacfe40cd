import { encodeIpv4, ipProtocol } from "@keepalived/inet-codec";
import type { VirtualAddress, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { interfaceIndex, openPacketSocket } from "@keepalived/linux";
import type { NetlinkConnection, Reactor, Scheduler } from "@keepalived/reactor";
import { vrrpGroup } from "@keepalived/vrrp-codec";
import { Announcer } from "./announcer.ts";
import { chooseAuthenticator } from "./authentication/choose.ts";
import { type AuthenticationMemory, newMemory } from "./authentication/memory.ts";
import { Channels } from "./channel.ts";
import type { PlacedInstance } from "./devices/placement.ts";
import { Interfaces } from "./interfaces.ts";
import { KernelObjects } from "./kernel/kernel_objects.ts";
import { RoutingMonitor } from "./kernel/routing_monitor.ts";
import { Outbox } from "./outbox.ts";
import { receiveDatagram } from "./receive.ts";
import { SyncGroups } from "./sync_groups.ts";
import { Links } from "./trackers/links.ts";
import { VirtualRouter } from "./virtual_router.ts";
import type { World } from "./world.ts";

const stage = "lo";
const props = "rehearsal";
/** No interface has this index, so that whatever is asked of it changes nothing. */
const noInterface = 0x7fff_fff0;
const own = { 4: "127.0.0.1", 6: "fe80::1" } as const;
const peer = { 4: "127.0.0.2", 6: "fe80::2" } as const;
const times = 3;

/**
 * Runs each kind of virtual router through its life once, before it counts.
 *
 * A JavaScript runtime compiles a function when it is first called, and a takeover would be the first call of most of its
 * functions: that costs milliseconds just then. Here they are called on virtual time, with real sockets of the loopback
 * interface, where nobody listens, and with addresses of an interface that does not exist.
 */
export function rehearse(
  instances: readonly VrrpInstanceConfig[],
  reactor: Reactor,
  netlink: NetlinkConnection,
): void {
  const loopback = interfaceIndex(stage);
  if (loopback === undefined) return;
  const kinds = new Map(instances.map((it) => [kindOf(it), it]));
  const log = () => {};
  for (const instance of kinds.values()) {
    const clock = new VirtualClock(reactor.nowUs());
    const interfaces = stageInterfaces(loopback);
    using packets = openPacketSocket();
    const channels = new Channels({ reactor, log });
    const world: World = {
      scheduler: clock,
      startedAtUs: clock.nowUs(),
      log,
      detail: 1,
      interfaces,
      links: new Links(clock, interfaces, log),
      channels,
      notifier: { notify: () => {} },
      announcer: new Announcer({
        scheduler: clock,
        interfaces,
        packets,
        log,
        isForwarding: () => false,
      }),
      groups: new SyncGroups({
        scheduler: clock,
        log,
        tellMember: () => {},
        onStateChange: () => {},
      }),
      kernel: new KernelObjects({
        post: (callback) => reactor.post(callback),
        connection: netlink,
        interfaces,
        log,
        openMonitor: (listener) => new RoutingMonitor(reactor, log, listener),
        onLoss: () => {},
        onFault: () => {},
      }),
      virtualAddresses: () => new Set(),
      mayResume: () => false,
    };
    for (let i = 0; i < times; i++) {
      // Of a takeover that a sync group wants nothing is prepared.
      clock.isPreparing = i > 0;
      play(new VirtualRouter(onStage(instance), world, 1), clock);
    }
  }
}

/** One life: becomes MASTER, hears a better and a worse router, becomes MASTER again, resigns. */
function play(router: VirtualRouter, clock: VirtualClock): void {
  router.start();
  const memory = newMemory();
  for (const priority of [254, 0, 1]) {
    for (let i = 0; i < 4; i++) clock.advance();
    hear(router, priority, memory);
  }
  for (let i = 0; i < 4; i++) clock.advance();
  router.stop();
}

function hear(router: VirtualRouter, priority: number, memory: AuthenticationMemory): void {
  const { config, channel } = router;
  if (channel === undefined) return;
  const { family, version, virtualRouterId, unicast, multicastGroup } = config;
  const source = peer[family];
  const destination = unicast === undefined ? multicastGroup : own[family];
  // Above all that the router has sent meanwhile.
  memory.sequenceNumber += 1000;
  const { authenticator } = chooseAuthenticator(config, memory);
  if (authenticator === undefined) return;
  const there = unicast &&
    { ...unicast, peers: [{ address: destination, minTtl: 0, maxTtl: 255 }] };
  const sender = { ...config, ...(there === undefined ? {} : { unicast: there }) };
  const outbox = new Outbox(sender, { source, interfaceIndex: undefined, authenticator });
  const packets = outbox.packetsOf({
    version,
    virtualRouterId,
    priority,
    maxAdvertiseIntervalUs: config.advertisementIntervalUs,
    addresses: config.addresses.map(({ address }) => address),
  });
  for (const { message, sender } of packets) {
    const isWhole = family === 6 || sender.headerIncluded;
    receiveDatagram(channel, {
      data: isWhole ? message : encodeIpv4({
        source,
        destination,
        hopLimit: 255,
        protocol: ipProtocol.vrrp,
        payload: message,
      }),
      source: { family: "ipv6", address: source, port: 0, scopeId: 0 },
      destination,
      interfaceIndex: undefined,
      hopLimit: 255,
      arrivalUs: undefined,
      truncated: false,
    });
  }
}

function kindOf(config: VrrpInstanceConfig): string {
  const { version, family, authentication, hmac, unicast } = config;
  return `${version} ${family} ${authentication.kind} ${hmac?.mode} ${unicast === undefined}`;
}

function onStage(instance: PlacedInstance): PlacedInstance {
  const { syncGroup: _, placement: __, ...config } = instance;
  const { family, unicast } = config;
  const moved = (addresses: readonly VirtualAddress[]) =>
    addresses.slice(0, 2).map((address) => ({ ...address, interface: props }));
  // What goes to a group of the loopback interface reaches nobody; one of its addresses would reach all who listen everywhere.
  const peers = [{ address: vrrpGroup[family], minTtl: 0, maxTtl: 255 }];
  return {
    ...config,
    name: props,
    interface: stage,
    priority: 100,
    preempt: true,
    preemptDelayUs: 0,
    startupDelayUs: 0,
    delayAfterBootUs: 0,
    sourceAddress: own[family],
    addresses: moved(config.addresses),
    excludedAddresses: moved(config.excludedAddresses),
    routes: [],
    rules: [],
    ...(unicast === undefined ? {} : { unicast: { ...unicast, peers, checkSource: false } }),
  };
}

function stageInterfaces(loopback: number): Interfaces {
  const interfaces = new Interfaces();
  const link = {
    hardwareType: 1,
    mac: "02:00:00:00:00:01",
    flags: { up: true, running: true },
  } as const;
  interfaces.apply({ kind: "link-changed", link: { ...link, index: loopback, name: stage } });
  interfaces.apply({ kind: "link-changed", link: { ...link, index: noInterface, name: props } });
  return interfaces;
}

type StageDeadline = {
  readonly callback: () => void;
  readonly prepare: (() => void) | undefined;
  atUs: number | undefined;
  leadUs: number;
};

/** A scheduler whose time goes straight to the next deadline. */
class VirtualClock implements Scheduler {
  /** Whether those with a lead are prepared. */
  isPreparing = false;
  readonly #deadlines = new Set<StageDeadline>();
  #nowUs: number;

  constructor(nowUs: number) {
    this.#nowUs = nowUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  deadline(callback: () => void, prepare?: () => void): ReturnType<Scheduler["deadline"]> {
    const deadline: StageDeadline = { callback, prepare, atUs: undefined, leadUs: 0 };
    this.#deadlines.add(deadline);
    return {
      setAt: (atUs, leadUs = 0) => void Object.assign(deadline, { atUs, leadUs }),
      [Symbol.dispose]: () => void this.#deadlines.delete(deadline),
    };
  }

  /** Goes to the next deadline, if there is one. */
  advance(): void {
    let next: StageDeadline | undefined;
    for (const deadline of this.#deadlines) {
      if ((deadline.atUs ?? Infinity) < (next?.atUs ?? Infinity)) next = deadline;
    }
    if (next?.atUs === undefined) return;
    if (this.isPreparing && next.leadUs > 0) next.prepare?.();
    this.#nowUs = Math.max(this.#nowUs, next.atUs);
    next.atUs = undefined;
    next.callback();
  }
}
