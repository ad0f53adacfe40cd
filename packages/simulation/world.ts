import type { IpAddress } from "@keepalived/ip-address";
import type { Common, Machine } from "@keepalived/machine";
import type {
  Action,
  InstanceConfig,
  InstanceEvent,
  InstanceState,
  StateKind,
} from "@keepalived/vrrp-fsm";
import { Dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import { Lan } from "./lan.ts";
import { Queue } from "./queue.ts";

/** The machine under test: the instance itself, or a mutant of it. */
export type Vrrp = Machine<InstanceConfig, InstanceState, InstanceEvent, Action>;

/** How late a process wakes up at most, microseconds. */
export const MAX_LATE_US = 5_000;
/** Packets that wait for a process that does not run. */
const MAX_WAITING = 64;

/** A router to be. */
export type Member = { readonly address: IpAddress; readonly config: InstanceConfig };

/** A host with one instance. */
export type Router = {
  readonly index: number;
  /** Source of its advertisements. */
  readonly address: IpAddress;
  config: InstanceConfig;
  state: InstanceState;
  /** Addresses on its interfaces. */
  readonly held: Set<IpAddress>;
  isAlive: boolean;
  hasLink: boolean;
  isPaused: boolean;
  /** When it last ran again after a pause. */
  resumedAtUs: number;
  adjustment: number;
  /** What it waits for. */
  deadlineUs: number | undefined;
  /** Of the wake-up that counts; earlier ones were called off. */
  wakeUp: number;
  readonly waiting: InstanceEvent[];
};

/** Sees each step of a world. */
export type Watch = {
  readonly stepped: (
    world: World,
    router: Router,
    from: StateKind,
    event: InstanceEvent | Common<InstanceConfig>,
    actions: readonly Action[],
  ) => void;
};

type Happening =
  | { readonly kind: "wake"; readonly router: Router; readonly wakeUp: number }
  | { readonly kind: "arrive"; readonly router: Router; readonly event: InstanceEvent }
  | { readonly kind: "resume"; readonly router: Router };

/** Routers on one segment, in virtual time. One seed, one run. */
export class World {
  readonly routers: readonly Router[];
  readonly lan: Lan;
  nowUs = 0;
  readonly #machine: Vrrp;
  readonly #dice: Dice;
  readonly #queue = new Queue<Happening>();
  readonly #watch: Watch;

  constructor(machine: Vrrp, members: readonly Member[], seed: number, watch: Watch) {
    this.#machine = machine;
    this.#dice = new Dice(seed);
    this.lan = new Lan(this.#dice);
    this.#watch = watch;
    this.routers = members.map((member, index) => ({
      index,
      address: member.address,
      config: member.config,
      state: machine.start(member.config, index),
      held: new Set(),
      isAlive: false,
      hasLink: true,
      isPaused: false,
      resumedAtUs: -1,
      adjustment: 0,
      deadlineUs: undefined,
      wakeUp: 0,
      waiting: [],
    }));
  }

  /** Lets happen what is due until then, or until `isOver`. */
  run(untilUs: number, isOver: () => boolean): void {
    for (;;) {
      const atUs = this.#queue.nextAtUs();
      if (atUs === undefined || atUs > untilUs || isOver()) break;
      this.nowUs = atUs;
      this.#happen(this.#queue.take() as Happening);
    }
    this.nowUs = Math.max(this.nowUs, untilUs);
  }

  /** Does to the world what the fault says; what does not apply does nothing. */
  apply(fault: Fault): void {
    switch (fault.kind) {
      case "partition":
        return this.lan.partition(fault.groups);
      case "one-way":
        return this.lan.block(fault.from, fault.to);
      case "heal":
        return this.lan.heal();
      case "loss":
        this.lan.lossPercent = fault.percent;
        return;
    }
    const router = this.routers[fault.router];
    if (router === undefined) throw new RangeError(`No such router: ${fault.router}`);
    if (fault.kind === "restart") return this.#restart(router);
    if (!router.isAlive) return;
    switch (fault.kind) {
      case "crash":
        router.isAlive = false;
        router.isPaused = false;
        router.held.clear();
        router.deadlineUs = undefined;
        router.wakeUp++;
        return;
      case "pause":
        if (router.isPaused) return;
        router.isPaused = true;
        this.#queue.put(this.nowUs + fault.forUs, { kind: "resume", router });
        return;
      case "link-down":
      case "link-up":
        router.hasLink = fault.kind === "link-up";
        return this.#tell(router, {
          kind: "fault",
          reason: "interface-down",
          present: !router.hasLink,
        });
      case "script-down":
      case "script-up":
        return this.#tell(router, {
          kind: "fault",
          reason: "script",
          present: fault.kind === "script-down",
        });
      case "weight":
        router.adjustment = fault.adjustment;
        return this.#tell(router, { kind: "priority", adjustment: fault.adjustment });
      case "address-lost":
        if (router.state.kind !== "active" || router.isPaused) return;
        return this.#tell(router, { kind: "owned-address-lost" });
      case "reconfigure": {
        if (router.isPaused) return;
        const previous = router.config;
        router.config = fault.config;
        return this.#step(router, { kind: "configured", previous });
      }
      case "startup":
      case "shutdown":
        return this.#tell(router, { kind: fault.kind });
    }
  }

  #restart(router: Router): void {
    if (router.isAlive) return;
    router.isAlive = true;
    router.isPaused = false;
    router.waiting.length = 0;
    router.state = this.#machine.start(router.config, this.#dice.integer(0, 0xffff_ffff));
    this.#step(router, { kind: "local-address", address: router.address });
    this.#step(router, { kind: "fault", reason: "interface-down", present: !router.hasLink });
    this.#step(router, { kind: "priority", adjustment: router.adjustment });
    this.#step(router, { kind: "startup" });
  }

  #happen(happening: Happening): void {
    const { router } = happening;
    switch (happening.kind) {
      case "arrive":
        if (router.isAlive && router.hasLink) this.#tell(router, happening.event);
        return;
      case "wake":
        // A process that does not run looks at its timer when it does again.
        if (happening.wakeUp !== router.wakeUp || router.isPaused) return;
        return this.#step(router, { kind: "timeout" });
      case "resume":
        this.#resume(router);
    }
  }

  #resume(router: Router): void {
    if (!router.isPaused) return;
    router.isPaused = false;
    router.resumedAtUs = this.nowUs;
    // Whether the timer or the socket is looked at first is up to the host.
    const timerFirst = this.#dice.oneIn(2);
    if (timerFirst) this.#step(router, { kind: "timeout" });
    for (const event of router.waiting.splice(0)) this.#step(router, event);
    if (!timerFirst) this.#step(router, { kind: "timeout" });
  }

  #tell(router: Router, event: InstanceEvent): void {
    if (!router.isPaused) this.#step(router, event);
    else if (router.waiting.length < MAX_WAITING) router.waiting.push(event);
  }

  #step(router: Router, event: InstanceEvent | Common<InstanceConfig>): void {
    const from = router.state.kind;
    const { state, actions } = this.#machine.step(router.config, router.state, event, this.nowUs);
    router.state = state;
    for (const action of actions) this.#perform(router, action);
    this.#watch.stepped(this, router, from, event, actions);
    const deadlineUs = this.#machine.nextDeadlineUs(state);
    if (deadlineUs === router.deadlineUs && event.kind !== "timeout") return;
    router.deadlineUs = deadlineUs;
    router.wakeUp++;
    if (deadlineUs === undefined) return;
    const atUs = Math.max(deadlineUs, this.nowUs) + this.#dice.integer(0, MAX_LATE_US);
    this.#queue.put(atUs, { kind: "wake", router, wakeUp: router.wakeUp });
  }

  #perform(router: Router, action: Action): void {
    switch (action.kind) {
      case "send-advertisement":
        if (!router.hasLink) return;
        for (const to of this.routers) {
          if (to === router) continue;
          const atUs = this.lan.arrivalUs(router.index, to.index, this.nowUs);
          if (atUs === undefined) continue;
          const { priority, maxAdvertiseIntervalUs } = action.advertisement;
          const event: InstanceEvent = {
            kind: "advertisement",
            source: router.address,
            priority,
            maxAdvertiseIntervalUs,
          };
          this.#queue.put(atUs, { kind: "arrive", router: to, event });
        }
        return;
      case "add-addresses":
        for (const { address } of action.addresses) router.held.add(address);
        return;
      case "remove-addresses":
        for (const { address } of action.addresses) router.held.delete(address);
        return;
      case "announce":
      case "state-changed":
      case "priority-changed":
      case "lower-priority-heard":
      case "owner-conflict":
        return;
    }
  }
}
