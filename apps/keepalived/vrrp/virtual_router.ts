import type { IpAddress } from "@keepalived/ip-address";
import { type Host, host } from "@keepalived/reactor";
import type { Influence } from "@keepalived/tracking";
import type { AdvertisementFault, ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import {
  type Cause,
  type Contender,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
  memberEvent,
  priorityOf,
  type StateKind,
} from "@keepalived/vrrp-fsm";
import { usesHeader } from "./authentication/choose.ts";
import type { Channel, ChannelPlace } from "./channel.ts";
import { Complaints } from "./complaints.ts";
import { evidenceOf } from "./contest_evidence.ts";
import { ContestWatch } from "./contest_watch.ts";
import { Counters } from "./counters.ts";
import type { PlacedInstance } from "./devices/placement.ts";
import { footingOf, interfacesOf } from "./footing.ts";
import { machineConfig } from "./machine_config.ts";
import type { Datagram } from "./datagram.ts";
import { Membership } from "./membership.ts";
import { Outbox } from "./outbox.ts";
import type { Peers } from "./peers.ts";
import { perform, prepare } from "./perform.ts";
import { Reception } from "./reception.ts";
import type { VirtualRouterStatus } from "./virtual_router_status.ts";
import type { World } from "./world.ts";

/**
 * How long before a takeover to prepare it: what it needs is by then in no cache of the processor, and takes about a
 * millisecond to come back.
 */
const takeoverLeadUs = 2000;

/**
 * One virtual router on the network: its machine, its place on a channel, and what it counts.
 *
 * Turns what interfaces and peers do into events of the machine. All decisions are the machine's.
 */
export class VirtualRouter {
  readonly counters: Counters = new Counters();
  readonly #world: World;
  readonly #host: Host<InstanceConfig, InstanceState, InstanceEvent>;
  #config: PlacedInstance;
  readonly #contest: ContestWatch;
  readonly #complaints: Complaints;
  readonly #reception: Reception;
  readonly #membership: Membership;
  #outbox: Outbox | undefined;
  readonly #watches: Disposable[] = [];
  #influence: Influence = { adjustment: 0, faults: [], pending: [] };
  /** Whether it is to take part, once what it tracks is known. */
  #waiting = false;
  #toldPriority: number;
  /** Why it cannot take part, in words, by reason. */
  readonly #faults = new Map<string, string>();
  #changedUs: number;
  #isHeld = false;
  /** Index of its device when it was told to hold. */
  #heldDevice: number | undefined;

  constructor(config: PlacedInstance, world: World, seed: number) {
    this.#config = config;
    this.#world = world;
    this.#membership = new Membership(this, world);
    this.#complaints = new Complaints(world.log);
    const tools = { counters: this.counters, complaints: this.#complaints };
    this.#reception = new Reception(config, tools);
    this.#contest = new ContestWatch(
      {
        name: () => this.#config.name,
        priority: () => this.priority,
        evidence: (contender) => this.#evidenceOf(contender),
        announceAgain: () => this.#host.send({ kind: "announcement-requested" }),
        lastWord: () => this.#config.strict || this.#host.send({ kind: "last-word-requested" }),
      },
      config.advertisementIntervalUs,
      world,
    );
    this.#host = host(instance, {
      name: `instance ${config.name}`,
      config: machineConfig(config, world),
      seed,
      scheduler: world.scheduler,
      perform: (action) => perform(action, this, world),
      leadUs: ({ kind }) => kind === "backup" ? takeoverLeadUs : 0,
      prepare: (action) => prepare(action, this, world),
    });
    this.#toldPriority = this.priority;
    this.#changedUs = world.scheduler.nowUs();
  }

  get config(): PlacedInstance {
    return this.#config;
  }

  get state(): StateKind {
    return this.#host.state.kind;
  }

  get priority(): number {
    return priorityOf(this.#host.config, this.#host.state);
  }

  /** What it is and why, for those who ask. */
  get status(): VirtualRouterStatus {
    const { contender } = this.#contest;
    return {
      config: this.#config,
      machine: this.#host.state,
      priority: this.priority,
      changedUs: this.#changedUs,
      faults: this.#faults,
      waitsFor: this.#waiting ? this.#influence.pending : [],
      contest: contender && { contender, evidence: this.#evidenceOf(contender) },
      sourceAddress: this.#outbox?.sourceAddress,
      peers: this.peers.list(),
      held: this.#world.kernel.inventory(this),
      counters: this.counters.toJSON(),
    };
  }

  get channel(): Channel | undefined {
    return this.#membership.channel;
  }

  /** The routers that it hears. */
  get peers(): Peers {
    return this.#reception.peers;
  }

  /** The packets of its advertisements; undefined without an interface or a source address. */
  get outbox(): Outbox | undefined {
    return this.#outbox;
  }

  /** Takes part from now on, or says why it cannot yet. */
  start(): void {
    this.#watchInterfaces();
    this.#look();
    this.#waiting = true;
    this.#startUp();
    if (!this.#waiting) return;
    const { pending } = this.#influence;
    this.#world.log(
      "info",
      `(${this.#config.name}) waits for the first result of ${pending.join(", ")}`,
    );
  }

  /** Hears whether another router is MASTER, and does nothing else. */
  listen(): void {
    this.#watchInterfaces();
    this.#look();
  }

  /**
   * Resigns if it is Active, gives its addresses away, and leaves its channel.
   *
   * @param resign false: says nothing and leaves its addresses where they are
   */
  stop(resign = true): void {
    this.#waiting = false;
    if (resign) {
      this.#host.send({ kind: "shutdown" });
      this.#world.kernel.inheritance.renounce(this.#config.name);
    }
    for (const watch of this.#watches.splice(0)) watch[Symbol.dispose]();
    this.#membership.leave();
    this.#host[Symbol.dispose]();
    this.#contest[Symbol.dispose]();
  }

  /**
   * Does not look at its interfaces until it is configured or told to {@linkcode VirtualRouter.resume}: its device may go
   * and come again.
   */
  hold(): void {
    this.#heldDevice = this.#deviceIndex;
    this.#isHeld = true;
  }

  /** Looks at its interfaces again. If its device is another one now, neighbours are told. */
  resume(): void {
    if (this.#isHeld) {
      this.#isHeld = false;
      this.#look();
    }
    if (this.#deviceIndex === this.#heldDevice) return;
    this.#host.send({ kind: "announcement-requested" });
  }

  /** Takes a new configuration of the same virtual router and keeps its state. */
  configure(config: PlacedInstance): void {
    const moved = config.multicastGroup !== this.#config.multicastGroup ||
      (config.unicast === undefined) !== (this.#config.unicast === undefined) ||
      usesHeader(config) !== usesHeader(this.#config);
    if (moved) this.#membership.leave();
    this.#isHeld = false;
    this.#config = config;
    this.#reception.configure(config);
    this.#outbox = undefined;
    this.#watchInterfaces();
    this.#look();
    this.#host.configure(machineConfig(config, this.#world));
    this.#contest.configure(config.advertisementIntervalUs);
  }

  /** Reads keys that are in files again. */
  renewKeys(): void {
    if (!this.#reception.hasKeyFiles) return;
    this.#reception.configure(this.#config);
    this.#outbox = undefined;
    this.#look();
  }

  /** Whether a datagram is for this one among several virtual routers with one VRID. */
  expects(datagram: Datagram): boolean {
    return this.#reception.expects(datagram);
  }

  /**
   * A well-formed advertisement with our VRID: counts only if it is meant for us.
   *
   * @param atUs when it arrived: timers run from then, however late we look
   */
  hear(advertisement: ReceivedAdvertisement, datagram: Datagram, atUs: number): void {
    const { source } = datagram;
    if (source === this.#outbox?.sourceAddress) return void this.counters.add("own-advertisement");
    const { priority, maxAdvertiseIntervalUs } = advertisement;
    if (!this.#reception.admit(advertisement, datagram, atUs)) {
      // A copy of what a router once sent is no sign of one.
      if (this.peers.get(source)?.lastRefusal?.endsWith("-replay")) return;
      return this.#contest.refused({ source, priority, maxAdvertiseIntervalUs }, atUs);
    }
    // There is another MASTER, who has the addresses.
    if (priority > 0) this.#world.kernel.inheritance.renounce(this.#config.name);
    this.#outbox?.mirror(source, advertisement.checksumForm);
    const master = this.#master;
    const event = { kind: "advertisement", source, priority, maxAdvertiseIntervalUs } as const;
    this.#host.send(event, atUs);
    if (this.#master !== master) this.#complaints.masterChanged(atUs);
    this.#contest.heard({ source, priority, maxAdvertiseIntervalUs }, atUs);
  }

  /** Bytes with our VRID that are no advertisement. */
  malformed(fault: AdvertisementFault, source: IpAddress, atUs: number): void {
    this.#reception.malformed(fault, source, atUs);
  }

  /** What it tracks does this to it from now on. */
  setInfluence(influence: Influence): void {
    // Its device may be on this account only; who made it hold tells it anew.
    if (this.#isHeld) return;
    const gone = this.#influence.faults.filter((fault) => !influence.faults.includes(fault));
    this.#influence = influence;
    this.#host.send({ kind: "priority", adjustment: influence.adjustment });
    for (const fault of influence.faults) this.setFault(fault, `tracked ${fault}`);
    for (const fault of gone) this.setFault(fault, undefined);
    this.#startUp();
  }

  /** A reason not to take part comes or goes. @param text what is wrong; undefined: nothing */
  setFault(reason: string, text: string | undefined): void {
    const present = text !== undefined;
    if (present) this.#faults.set(reason, text);
    else this.#faults.delete(reason);
    if (this.#host.state.faults.includes(reason) === present) return;
    if (present) this.#world.log("info", `(${this.#config.name}) entering FAULT state (${text})`);
    this.#host.send({ kind: "fault", reason, present });
  }

  /** Remembers the effective priority. @returns the one before */
  priorityChanged(to: number): number {
    const from = this.#toldPriority;
    this.#toldPriority = to;
    return from;
  }

  /** What its sync group wants of it. */
  tell(event: InstanceEvent): void {
    this.#host.send(event);
  }

  /** Tells its sync group what it is. */
  report(): void {
    const { name, syncGroup } = this.#config;
    this.#world.groups.tell(syncGroup, memberEvent(name, this.#host.state));
  }

  /** Somebody else took an address that we hold. */
  addressLost(): void {
    this.#host.send({ kind: "owned-address-lost" });
  }

  stateChanged(from: StateKind, to: StateKind, reason: Cause): void {
    if (from === "active") this.counters.add("released-active");
    this.#contest.stateChanged(to, reason);
    this.#complaints.stateChanged();
    this.#changedUs = this.#world.scheduler.nowUs();
    this.counters.add(`became-${to}`);
  }

  /** One line of a kind until the state or the MASTER changes: a peer must not be able to flood the log. */
  logOnce(kind: string, text: () => string): void {
    this.#complaints.once(kind, text);
  }

  /** The router that it takes for the MASTER while it is a backup. */
  get #master(): IpAddress | undefined {
    const { router } = this.#host.state;
    return router.kind === "backup" ? router.heard?.source : undefined;
  }

  #evidenceOf(contender: Contender): string | undefined {
    const { interface: dev, advertisementIntervalUs } = this.#config;
    return evidenceOf(contender, {
      interfaceName: dev ?? "its network",
      peer: this.peers.get(contender.source),
      neighbours: this.channel?.neighbours() ?? [],
      recentUs: this.#world.scheduler.nowUs() - 3 * Math.max(advertisementIntervalUs, 1_000_000),
    });
  }

  get #deviceIndex(): number | undefined {
    const { placement } = this.#config;
    return placement && this.#world.interfaces.link(placement.device)?.index;
  }

  #startUp(): void {
    if (!this.#waiting || this.#influence.pending.length > 0) return;
    this.#waiting = false;
    const resumes = this.#world.mayResume(this.#config);
    this.#host.send(resumes ? { kind: "startup", resume: true } : { kind: "startup" });
  }

  #watchInterfaces(): void {
    for (const watch of this.#watches.splice(0)) watch[Symbol.dispose]();
    const { interfaces, links, virtualAddresses } = this.#world;
    const { sourceAddress, trackSourceAddress } = this.#config;
    for (const name of interfacesOf(this.#config)) {
      // First, so that it is known whether the interface counts as up when the other watch looks.
      this.#watches.push(links.watch(name, () => this.#look()));
      this.#watches.push(interfaces.watch(name, (change) => {
        // Hundreds of routers may take their addresses at once: nobody needs to look for those.
        const matters = change.kind === "link" || !virtualAddresses().has(change.address.address);
        if (matters) this.#look();
        // Neighbours would go on with the old one.
        if (change.kind === "link" && change.newMac === true) {
          this.#host.send({ kind: "announcement-requested" });
        }
      }));
    }
    if (sourceAddress === undefined || !trackSourceAddress) return;
    this.#watches.push(interfaces.watchAddress(sourceAddress, () => this.#look()));
  }

  /** Looks at its interfaces anew: existence, carrier, source address. */
  #look(): void {
    if (this.#isHeld) return;
    const { virtualAddresses } = this.#world;
    const { place, source, faults } = footingOf(this.#config, this.#world, virtualAddresses());
    if (this.#membership.join(place, this.#config)) this.#outbox = undefined;
    this.#renewOutbox(source, place);
    this.#host.send({ kind: "local-address", address: source });
    const refused = place !== undefined && this.channel === undefined;
    for (const [reason, text] of Object.entries(faults)) this.setFault(reason, text);
    this.setFault("no-socket", refused ? "no socket" : undefined);
    const keyless = this.#reception.authenticator === undefined;
    this.setFault(
      "no-hmac-key",
      keyless ? "the active key of auth_hmac is not usable" : undefined,
    );
    const { peers, faultWithoutPeer = false } = this.#config.unicast ?? {};
    const alone = faultWithoutPeer && peers?.length === 0;
    this.setFault("no-unicast-peer", alone ? "no unicast peer" : undefined);
  }

  /** An outbox for the source address of the moment; the host has its first packet encoded before a takeover. */
  #renewOutbox(source: IpAddress | undefined, place: ChannelPlace | undefined): void {
    const { authenticator } = this.#reception;
    if (source === undefined || place === undefined || authenticator === undefined) {
      this.#outbox = undefined;
      return;
    }
    const interfaceIndex = place.transmit?.index;
    if (this.#outbox?.isFor(source, interfaceIndex) === true) return;
    this.#outbox = new Outbox(this.#config, { source, interfaceIndex, authenticator });
  }
}
